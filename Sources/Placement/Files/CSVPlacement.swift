import Diagnostics
import Fabric
import Trace

/// A placement file of lines `rank,gpu` under that heading, the GPU by number or by name
/// (`pod0/gpu12`).
struct CSVPlacement {
  let path: String
  let lines: [PlacementLines.Line]
  let seats: Seats

  private var fabric: Fabric { seats.fabric }

  func place(worldSize: Int) throws -> [Int] {
    var table = RankTable(path: path, worldSize: worldSize, seats: seats)
    if let heading = lines.first, fields(heading) != ["rank", "gpu"] {
      throw fault(
        heading.number, "the first line is not the heading 'rank,gpu'", remedy: "add the heading")
    }
    for line in lines.dropFirst() {
      let (rank, gpu) = try entry(line, worldSize: worldSize)
      try table.add(rank, gpu, line: line.number)
    }
    return try table.gpus()
  }

  private func fields(_ line: PlacementLines.Line) -> [Substring] {
    line.text.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmed)
  }

  private func entry(
    _ line: PlacementLines.Line, worldSize: Int
  ) throws -> (rank: Int, gpu: Int) {
    let fields = fields(line)
    guard fields.count == 2, let rank = Int(fields[0]) else {
      throw fault(
        line.number, "is not a rank and a GPU with a comma between",
        remedy: "write for example 3,pod0/gpu3")
    }
    guard let gpu = Int(fields[1]) ?? fabric.gpu(named: String(fields[1])),
      (0..<fabric.gpuCount).contains(gpu)
    else {
      // A rank that is wrong is the first thing that is wrong in the line.
      try RankTable.check(rank, worldSize, path: path, line: line.number)
      throw fault(
        line.number, "'\(fields[1])' is no GPU of fabric '\(fabric.name)'",
        remedy: "GPUs are numbers below \(fabric.gpuCount), or names up to "
          + fabric.gpuName(fabric.gpuCount - 1))
    }
    return (rank, gpu)
  }

  private func fault(_ line: Int, _ problem: String, remedy: String) -> Diagnostic {
    Diagnostic(
      .malformedPlacement, at: SourceLocation(file: path, line: line), problem, remedy: remedy)
  }
}

extension Substring {
  /// Without spaces at both ends.
  var trimmed: Substring {
    var text = self
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return text.drop(while: \.isWhitespace)
  }
}
