import Diagnostics
import JSON
public import Streams

/// Reads native trace directories.
public struct NativeTraceReader {
  /// Reads the trace in `directory`; `salvages` goes on with what can be read of damaged rank files.
  ///
  /// - Parameters:
  ///   - threads: rank files read at a time; changes no result.
  ///   - progress: whom to tell how far it is.
  /// - Throws: a `Diagnostic` that names file, line and key where the trace breaks its own format,
  ///   is of a version that this code does not know, or lacks a file or an event.
  public static func read(
    directory: String, salvages: Bool = false, threads: Int = 1, progress: ReadingProgress? = nil
  ) throws -> Trace {
    let path = directory + "/" + NativeFormat.manifestName
    let root = try JSONNode(contentsOfFile: path)
    let schema = try root.required("schema")
    guard try schema.string() == NativeFormat.schema else {
      throw schema.diagnostic(
        .unsupportedVersion,
        "is '\(try schema.string())', and this version reads \(NativeFormat.schema)",
        remedy: "ingest the capture again with this version")
    }
    try root.allow(keys: ["schema", "world_size", "groups", "ranks", "repeats", "assumptions"])
    let worldSize = try root.required("world_size").int(in: 1...maximumWorldSize)
    var groups: [ProcessGroup] = []
    var names: Set<String> = []
    for node in try root.required("groups").elements() {
      let group = try group(node, worldSize: worldSize)
      guard names.insert(group.name).inserted else {
        throw node.diagnostic(
          .valueOutOfRange, "the group '\(group.name)' stands here a second time",
          remedy: "a group is known by its name; give each its own")
      }
      groups.append(group)
    }
    let nodes = try root.required("ranks").elements()
    var ranks = RankFiles(salvages: salvages, count: nodes.count)
    let files = RankFile.all(
      nodes, directory: directory, worldSize: worldSize, groups: groups, salvages: salvages,
      threads: threads, progress: progress)
    for (node, file) in zip(nodes, files) { try ranks.add(file.get(), at: node) }
    let assumptions = try root.optional("assumptions")?.elements().map { node in
      try node.allow(keys: ["code", "text"])
      return Assumption(try node.required("code").string(), try node.required("text").string())
    }
    var trace = try ranks.trace(
      worldSize: worldSize, groups: groups, assumptions: assumptions ?? [])
    if let node = try root.optional("repeats") {
      try NativeRepeatReader(trace, lost: ranks.lostRanks).read(node, into: &trace)
    }
    return trace
  }

  private static func group(_ node: JSONNode, worldSize: Int) throws -> ProcessGroup {
    try node.allow(keys: ["name", "purpose", "ranks"])
    let ranks = try node.required("ranks").ints(in: 0...worldSize - 1).map(RankID.init(index:))
    guard !ranks.isEmpty, Set(ranks).count == ranks.count else {
      throw node.diagnostic(.valueOutOfRange, "a group needs ranks, each once")
    }
    return ProcessGroup(
      name: try node.required("name").string(),
      purpose: try node.optional("purpose")?.string() ?? "", ranks: ranks)
  }
}

/// Gathers the ranks of a trace, and what was lost of them.
private struct RankFiles {
  let salvages: Bool
  let count: Int
  private var ranks: [RankTrace] = []
  private var seen: Set<RankID> = []
  private var log = DiagnosticLog()
  private var assumptions: [Assumption] = []
  private var lost: [String] = []
  /// The ranks that are left out.
  private(set) var lostRanks: Set<RankID> = []
  private var firstLoss: Diagnostic?

  init(salvages: Bool, count: Int) {
    self.salvages = salvages
    self.count = count
  }

  mutating func add(_ file: RankFile, at node: JSONNode) throws {
    guard seen.insert(file.number).inserted else {
      throw node.diagnostic(
        .duplicateRank, "rank \(file.number.raw) stands here a second time",
        remedy: "name each rank once")
    }
    do {
      ranks.append(try file.trace.get())
    } catch var diagnostic as Diagnostic where diagnostic.isDamage || diagnostic.code == .noSuchFile
    {
      if diagnostic.code == .noSuchFile {
        diagnostic.problem = "the file of rank \(file.number.raw) is not there"
        diagnostic.remedy = "copy the trace directory again"
      }
      // The rest is worth an offer where there is any.
      guard salvages else { throw count > 1 ? diagnostic.offeringSalvage : diagnostic }
      log.note(diagnostic.loss("the rank is left out"))
      lost.append(lastComponent(file.path))
      lostRanks.insert(file.number)
      firstLoss = firstLoss ?? diagnostic
      return
    }
    if let salvage = file.salvage {
      log.append(salvage.log)
      assumptions += salvage.assumptions
    }
  }

  /// - Throws: the first loss, where it left no rank.
  func trace(
    worldSize: Int, groups: [ProcessGroup], assumptions recorded: [Assumption]
  ) throws -> Trace {
    if ranks.isEmpty, let firstLoss { throw firstLoss }
    let left = Salvage.filesLeftOut(lost, of: ranks.count + lost.count)
    return Trace(
      worldSize: worldSize, groups: groups, ranks: ranks.sorted { $0.rank < $1.rank },
      assumptions: recorded + assumptions + (left.map { [$0] } ?? []), log: log)
  }
}

/// What reading a rank's file came to.
private struct RankFile: Sendable {
  var number: RankID
  var path: String
  var trace: Result<RankTrace, any Error>
  var salvage: Salvage?

  /// Reads the files that the manifest's `nodes` name, up to the first that ends it all; a failure
  /// where a node is wrong by itself.
  static func all(
    _ nodes: [JSONNode], directory: String, worldSize: Int, groups: [ProcessGroup], salvages: Bool,
    threads: Int, progress: ReadingProgress?
  ) -> [Result<RankFile, any Error>] {
    func all() -> [Result<RankFile, any Error>] {
      inParallel(nodes, threads: threads) { outcome in
        guard case .success(let file) = outcome else { return true }
        guard case .failure = file.trace else { return false }
        return !salvages
      } _: { node in
        Result {
          try read(
            NativeRankReader(
              node, directory: directory, worldSize: worldSize, groupCount: groups.count),
            groups: groups, salvages: salvages, progress: progress)
        }
      }
    }
    let paths = nodes.compactMap { $0.value["file"]?.stringValue }.map { directory + "/" + $0 }
    return progress.map { $0.reading(paths, all) } ?? all()
  }

  private static func read(
    _ reader: NativeRankReader, groups: [ProcessGroup], salvages: Bool,
    progress: ReadingProgress?
  ) -> RankFile {
    var file = RankFile(
      number: reader.rank.rank, path: reader.path, trace: .failure(CancellationError()),
      salvage: salvages ? Salvage(fileNamed: lastComponent(reader.path)) : nil)
    let path = reader.path
    file.trace = reporting(path, to: progress) {
      Result { try reader.read(groups: groups, salvage: &file.salvage) }
    }
    return file
  }
}
