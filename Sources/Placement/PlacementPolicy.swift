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
    var reader = try LineReader(path: path)
    var sawHeading = false
    while let bytes = try reader.next() {
      let text = String(decoding: bytes.prefix { $0 != UInt8(ascii: "#") }, as: UTF8.self)
      let fields = text.split(separator: ",", omittingEmptySubsequences: false).map(trimmed)
      if fields == [""] { continue }
      if !sawHeading {
        guard fields == ["rank", "gpu"] else {
          throw fault(reader.line, "the first line must be 'rank,gpu'")
        }
        sawHeading = true
        continue
      }
      let (rank, gpu) = try entry(fields, line: reader.line, worldSize: worldSize)
      guard gpus[rank] == nil else {
        throw fault(reader.line, "rank \(rank) is placed a second time")
      }
      gpus[rank] = gpu
    }
    let missing = gpus.indices.filter { gpus[$0] == nil }
    guard missing.isEmpty else {
      throw Diagnostic(
        .placementIncomplete, at: SourceLocation(file: path),
        "\(missing.count) of \(worldSize) ranks have no GPU, the first is rank \(missing[0])",
        remedy: "add a line for each rank")
    }
    return gpus.compactMap(\.self)
  }

  private func entry(
    _ fields: [String], line: Int, worldSize: Int
  ) throws -> (rank: Int, gpu: Int) {
    guard fields.count == 2, let rank = Int(fields[0]) else {
      throw fault(line, "is not 'rank,gpu'")
    }
    guard (0..<worldSize).contains(rank) else {
      throw fault(line, "rank \(rank) is not one of the job's \(worldSize) ranks")
    }
    guard let gpu = Int(fields[1]) ?? fabric.gpu(named: fields[1]),
      (0..<fabric.gpuCount).contains(gpu)
    else {
      throw fault(
        line,
        "'\(fields[1])' is no GPU of fabric '\(fabric.name)'; GPUs are numbers or names "
          + "like \(fabric.gpuName(fabric.gpuCount - 1))")
    }
    return (rank, gpu)
  }

  private func fault(_ line: Int, _ problem: String) -> Diagnostic {
    Diagnostic(.malformedPlacement, at: SourceLocation(file: path, line: line), problem)
  }

  private func trimmed(_ field: Substring) -> String {
    String(field.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}
