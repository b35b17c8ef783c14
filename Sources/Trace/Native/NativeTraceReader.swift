import Diagnostics
import JSON
import Streams

/// Reads native trace directories.
public struct NativeTraceReader {
  /// Reads the trace in `directory`; `salvages` goes on with what can be read of damaged rank files.
  ///
  /// - Throws: a `Diagnostic` that names file, line and key where the trace breaks its own format,
  ///   is of a version that this code does not know, or lacks a file or an event.
  public static func read(directory: String, salvages: Bool = false) throws -> Trace {
    let path = directory + "/" + NativeFormat.manifestName
    let root = try JSONNode(contentsOfFile: path)
    let schema = try root.required("schema")
    guard try schema.string() == NativeFormat.schema else {
      throw schema.diagnostic(
        .unsupportedVersion,
        "is '\(try schema.string())', and this version reads \(NativeFormat.schema)",
        remedy: "ingest the capture again with this version")
    }
    try root.allow(keys: ["schema", "world_size", "groups", "ranks", "assumptions"])
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
    for node in nodes {
      try ranks.read(
        NativeRankReader(
          node, directory: directory, worldSize: worldSize, groupCount: groups.count), at: node,
        groups: groups)
    }
    let assumptions = try root.optional("assumptions")?.elements().map { node in
      try node.allow(keys: ["code", "text"])
      return Assumption(try node.required("code").string(), try node.required("text").string())
    }
    return try ranks.trace(
      worldSize: worldSize, groups: groups, assumptions: assumptions ?? [])
  }

  private static func group(_ node: JSONNode, worldSize: Int) throws -> ProcessGroup {
    try node.allow(keys: ["name", "purpose", "ranks"])
    let ranks = try node.required("ranks").elements().map {
      RankID(index: try $0.int(in: 0...worldSize - 1))
    }
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
  private var firstLoss: Diagnostic?

  init(salvages: Bool, count: Int) {
    self.salvages = salvages
    self.count = count
  }

  mutating func read(
    _ reader: consuming NativeRankReader, at node: JSONNode, groups: [ProcessGroup]
  ) throws {
    let (number, path) = (reader.rank.rank, reader.path)
    guard seen.insert(number).inserted else {
      throw node.diagnostic(
        .duplicateRank, "rank \(number.raw) stands here a second time",
        remedy: "name each rank once")
    }
    var salvage = salvages ? Salvage(fileNamed: lastComponent(path)) : nil
    do {
      ranks.append(try reader.read(groups: groups, salvage: &salvage))
    } catch var diagnostic as Diagnostic where diagnostic.isDamage || diagnostic.code == .noSuchFile
    {
      if diagnostic.code == .noSuchFile {
        diagnostic.problem = "the file of rank \(number.raw) is not there"
        diagnostic.remedy = "copy the trace directory again"
      }
      // The rest is worth an offer where there is any.
      guard salvages else { throw count > 1 ? diagnostic.offeringSalvage : diagnostic }
      log.note(diagnostic.loss("the rank is left out"))
      lost.append(lastComponent(path))
      firstLoss = firstLoss ?? diagnostic
      return
    }
    if let salvage {
      log.append(salvage.log)
      assumptions += salvage.assumptions
    }
  }

  /// - Throws: the first loss, where it left no rank.
  consuming func trace(
    worldSize: Int, groups: [ProcessGroup], assumptions recorded: [Assumption]
  ) throws -> Trace {
    if ranks.isEmpty, let firstLoss { throw firstLoss }
    if let left = Salvage.filesLeftOut(lost, of: ranks.count + lost.count) {
      assumptions.append(left)
    }
    return Trace(
      worldSize: worldSize, groups: groups, ranks: ranks.sorted { $0.rank < $1.rank },
      assumptions: recorded + assumptions, log: log)
  }
}
