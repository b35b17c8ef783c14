import Diagnostics

/// An Open MPI rankfile: lines `rank 3=host slot=1`, the slot being the GPU's place in its node.
struct RankFile {
  let path: String
  let lines: [PlacementLines.Line]
  let seats: Seats
  let names: [String]?

  private struct Entry {
    var rank: Int
    var host: String
    var slot: Int
    var line: Int
  }

  /// Whether a line is one of a rankfile.
  static func isMeant(_ line: String) -> Bool {
    line.hasPrefix("rank ") || line.hasPrefix("rank\t")
  }

  func place(worldSize: Int) throws -> [Int] {
    let entries = try lines.map(entry)
    var map = HostMap(seats, names: names, hosts: entries.lazy.map(\.host))
    var table = RankTable(path: path, worldSize: worldSize, seats: seats)
    for entry in entries {
      try RankTable.check(entry.rank, worldSize, path: path, line: entry.line)
      let node: Seats.Node
      do {
        node = seats.nodes[try map.node(entry.host)]
      } catch {
        throw fault(entry.line, error.problem, error.remedy)
      }
      guard entry.slot < node.gpus.count else {
        throw fault(
          entry.line,
          "slot \(entry.slot) is none of the \(node.gpus.count) GPUs of '\(entry.host)'",
          "slots count the GPUs of a node from 0")
      }
      try table.add(entry.rank, node.gpus.lowerBound + entry.slot, line: entry.line)
    }
    return try table.gpus()
  }

  private func entry(_ line: PlacementLines.Line) throws -> Entry {
    let sides = line.text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let rank = sides[0].split(whereSeparator: \.isWhitespace)
    let words = (sides.count == 2 ? sides[1] : "").split(whereSeparator: \.isWhitespace)
    guard rank.count == 2, rank[0] == "rank", let number = NumberRanges.number(rank[1]),
      words.count == 2, HostList.isName(words[0]), words[1].hasPrefix("slot=")
    else {
      throw fault(
        line.number, "is not a rank, a host and a slot", "write for example: rank 3=node0 slot=3")
    }
    guard let slot = NumberRanges.number(words[1].dropFirst(5)) else {
      throw fault(
        line.number, "the slot '\(words[1].dropFirst(5))' is no number",
        "write the GPU's place in its node: slot=3")
    }
    return Entry(rank: number, host: String(words[0]), slot: slot, line: line.number)
  }

  private func fault(_ line: Int, _ problem: String, _ remedy: String) -> Diagnostic {
    Diagnostic(
      .malformedPlacement, at: SourceLocation(file: path, line: line), problem, remedy: remedy)
  }
}
