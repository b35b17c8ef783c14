import Diagnostics

/// A file that says where ranks run, told by its content: a table `rank,gpu`, an Open MPI rankfile, or
/// hosts.
struct PlacementFile {
  let path: String
  let seats: Seats
  let names: [String]?

  /// The GPUs of all ranks.
  ///
  /// - Throws: a `Diagnostic` with the line of what is wrong.
  func place(worldSize: Int) throws -> [Int] {
    let lines = try PlacementLines.read(path)
    guard let first = lines.first else {
      throw Diagnostic(
        .placementIncomplete, at: SourceLocation(file: path), "there is nothing in it but comments",
        remedy: "give each of the \(worldSize) ranks a place")
    }
    if Self.isTable(lines.prefix(2).map(\.text)) {
      return try CSVPlacement(path: path, lines: lines, seats: seats).place(worldSize: worldSize)
    }
    if RankFile.isMeant(first.text) {
      return try RankFile(path: path, lines: lines, seats: seats, names: names)
        .place(worldSize: worldSize)
    }
    return try HostFile(path: path, lines: lines, seats: seats, names: names)
      .place(worldSize: worldSize)
  }

  /// Whether the first two lines are those of a table: the heading, or a number before a comma.
  private static func isTable(_ lines: [String]) -> Bool {
    let fields = lines.map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmed)
    }
    if fields[0] == ["rank", "gpu"] { return true }
    return fields.contains { $0.count > 1 && Int($0[0]) != nil }
  }
}
