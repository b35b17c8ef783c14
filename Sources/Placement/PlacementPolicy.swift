import Diagnostics
public import Fabric
import Streams
import Trace

/// How ranks come to GPUs.
public enum PlacementPolicy: Sendable, Hashable {
  /// Rank r on GPU r: pod after pod.
  case linear
  /// As a file says.
  case file(String)

  /// From the command line's word: `linear`, or a file.
  public init(_ word: String) { self = word == "linear" ? .linear : .file(word) }

  /// Places a job of `worldSize` ranks.
  ///
  /// - Throws: a `Diagnostic` where the job is larger than the fabric, or the file is wrong.
  public func place(worldSize: Int, on fabric: Fabric) throws -> Placement {
    guard worldSize <= fabric.gpuCount else {
      throw Diagnostic(
        .fabricTooSmall, at: SourceLocation(file: "fabric '\(fabric.name)'"),
        "the job has \(worldSize) ranks, and fabric '\(fabric.name)' has \(fabric.gpuCount) GPUs",
        remedy: "choose a larger fabric, or raise 'pods' in its file")
    }
    switch self {
    case .linear:
      return try Placement(name: "linear", gpuOfRank: Array(0..<worldSize), on: fabric)
    case .file(let path):
      do {
        let gpus = try PlacementFile(path: path, fabric: fabric).read(worldSize: worldSize)
        return try Placement(name: lastComponent(path), gpuOfRank: gpus, on: fabric)
      } catch var diagnostic as Diagnostic {
        if diagnostic.location == nil { diagnostic.location = SourceLocation(file: path) }
        if diagnostic.code == .noSuchFile {
          diagnostic.problem = "is neither a placement policy nor a file"
          diagnostic.remedy = "the policy is 'linear'"
        }
        throw diagnostic
      }
    }
  }
}

/// Reads a placement file: CSV lines `rank,gpu` under that heading, the GPU by number or by name
/// (`pod0/gpu12`); `#` begins a comment.
private struct PlacementFile {
  let path: String
  let fabric: Fabric

  func read(worldSize: Int) throws -> [Int] {
    var gpus = [Int?](repeating: nil, count: worldSize)
    var rankOfGPU: [Int: Int] = [:]
    var reader = try LineReader(path: path)
    var sawHeading = false
    while let bytes = try reader.next() {
      if reader.line == 1 { try checkEncoding(bytes) }
      let text = String(decoding: bytes.prefix { $0 != UInt8(ascii: "#") }, as: UTF8.self)
      let fields = text.split(separator: ",", omittingEmptySubsequences: false).map(trimmed)
      if fields == [""] { continue }
      if !sawHeading {
        guard fields == ["rank", "gpu"] else {
          throw fault(
            reader.line, "the first line is not the heading 'rank,gpu'", remedy: "add the heading")
        }
        sawHeading = true
        continue
      }
      let (rank, gpu) = try entry(fields, line: reader.line, worldSize: worldSize)
      guard gpus[rank] == nil else {
        throw fault(
          reader.line, "rank \(rank) is placed a second time", remedy: "give each rank one line")
      }
      if let other = rankOfGPU.updateValue(rank, forKey: gpu) {
        throw Diagnostic(
          .placementConflict, at: SourceLocation(file: path, line: reader.line),
          "ranks \(other) and \(rank) are both placed on \(fabric.gpuName(gpu))",
          remedy: "give each rank a GPU of its own")
      }
      gpus[rank] = gpu
    }
    let missing = gpus.indices.filter { gpus[$0] == nil }
    guard missing.isEmpty else {
      throw Diagnostic(
        .placementIncomplete, at: SourceLocation(file: path),
        "no GPU is given for \(rankList(missing.map(RankID.init(index:)))) of \(worldSize)",
        remedy: "add a line for each rank")
    }
    return gpus.compactMap(\.self)
  }

  private func checkEncoding(_ line: [UInt8]) throws {
    if line.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw fault(
        1, "the text begins with a byte order mark", remedy: "save the file as UTF-8 without one")
    }
    if line.starts(with: [0xFF, 0xFE]) || line.starts(with: [0xFE, 0xFF]) {
      throw fault(1, "the text is UTF-16", remedy: "save the file as UTF-8")
    }
  }

  private func entry(
    _ fields: [String], line: Int, worldSize: Int
  ) throws -> (rank: Int, gpu: Int) {
    guard fields.count == 2, let rank = Int(fields[0]) else {
      throw fault(
        line, "is not a rank and a GPU with a comma between",
        remedy: "write for example 3,pod0/gpu3")
    }
    guard (0..<worldSize).contains(rank) else {
      throw fault(
        line, "rank \(rank) is not one of the job's \(worldSize) ranks",
        remedy: "ranks count from 0; remove the line")
    }
    guard let gpu = Int(fields[1]) ?? fabric.gpu(named: fields[1]),
      (0..<fabric.gpuCount).contains(gpu)
    else {
      throw fault(
        line,
        "'\(fields[1])' is no GPU of fabric '\(fabric.name)'",
        remedy: "GPUs are numbers below \(fabric.gpuCount), or names up to "
          + fabric.gpuName(fabric.gpuCount - 1))
    }
    return (rank, gpu)
  }

  private func fault(_ line: Int, _ problem: String, remedy: String) -> Diagnostic {
    Diagnostic(
      .malformedPlacement, at: SourceLocation(file: path, line: line), problem, remedy: remedy)
  }

  private func trimmed(_ field: Substring) -> String {
    String(field.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}
