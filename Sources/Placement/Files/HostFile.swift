import Diagnostics

/// Files that name hosts: Open MPI's and MPICH's hostfiles (`host slots=8`, `host:8`), lists of hosts as
/// Slurm writes them (`gpu[001-128,130]`), and the file of Slurm's `--distribution=arbitrary`, which has
/// a line with a host for each rank.
///
/// The last is told by a bare name that stands in more than one line. A host in several lines with
/// slots has the sum of them.
struct HostFile {
  let path: String
  let lines: [PlacementLines.Line]
  let seats: Seats
  let names: [String]?

  private struct Entry {
    var host: String
    var slots: Int?
    var line: Int
  }

  func place(worldSize: Int) throws -> [Int] {
    let entries = try lines.flatMap(entries)
    var lineOfHost: [String: Int] = [:]
    let repeats = entries.first { lineOfHost.updateValue($0.line, forKey: $0.host) != nil }
    if repeats != nil, entries.allSatisfy({ $0.slots == nil }) {
      return try arbitrary(entries, worldSize: worldSize)
    }
    return try HostSlots(entries: merged(entries)) { line, code, problem, remedy in
      Diagnostic(
        code, at: SourceLocation(file: path, line: line), problem, remedy: remedy)
    }.place(worldSize: worldSize, on: seats, names: names)
  }

  private func entries(_ line: PlacementLines.Line) throws -> [Entry] {
    let words = line.text.split(whereSeparator: \.isWhitespace)
    guard let first = words.first else { return [] }
    let sides = first.split(separator: ":", omittingEmptySubsequences: false)
    if sides.count == 2, words.count == 1 {
      return [
        Entry(host: try name(sides[0], line), slots: try slots(sides[1], line), line: line.number)
      ]
    }
    if words.count > 1 {
      return [
        Entry(
          host: try name(first, line), slots: try slots(words.dropFirst(), line), line: line.number)
      ]
    }
    do {
      return try HostList.expand(String(first)).map {
        Entry(host: $0, slots: nil, line: line.number)
      }
    } catch {
      throw fault(line.number, error.problem, error.remedy)
    }
  }

  private func name(_ text: Substring, _ line: PlacementLines.Line) throws -> String {
    guard HostList.isName(text) else {
      throw fault(
        line.number, "'\(text)' is no host's name",
        "write for example: node0 slots=8")
    }
    return String(text)
  }

  /// What stands behind a host: `slots=8`, perhaps with a `max_slots=`, which says nothing here.
  private func slots(_ words: ArraySlice<Substring>, _ line: PlacementLines.Line) throws -> Int? {
    var result: Int?
    for word in words {
      let sides = word.split(separator: "=", omittingEmptySubsequences: false)
      guard sides.count == 2, ["slots", "max_slots", "max-slots"].contains(sides[0]) else {
        throw fault(
          line.number, "'\(word)' is nothing that a hostfile says of a host",
          "write for example: node0 slots=8")
      }
      let count = try slots(sides[1], line)
      if sides[0] == "slots" { result = count }
    }
    return result
  }

  private func slots(_ text: Substring, _ line: PlacementLines.Line) throws -> Int {
    guard let count = NumberRanges.number(text), count <= 1 << 20 else {
      throw fault(
        line.number, "'\(text)' is no number of slots", "write for example: node0 slots=8")
    }
    return count
  }

  private func merged(_ entries: [Entry]) -> [HostSlots.Entry] {
    var merged: [HostSlots.Entry] = []
    var placeOfHost: [String: Int] = [:]
    for entry in entries {
      if let place = placeOfHost[entry.host] {
        merged[place].slots = (merged[place].slots ?? 1) + (entry.slots ?? 1)
        merged[place].line = entry.line
      } else {
        placeOfHost[entry.host] = merged.count
        merged.append(
          HostSlots.Entry(host: entry.host, slots: entry.slots, line: entry.line))
      }
    }
    return merged
  }

  private func arbitrary(_ entries: [Entry], worldSize: Int) throws -> [Int] {
    guard entries.count == worldSize else {
      throw Diagnostic(
        .placementIncomplete, at: SourceLocation(file: path),
        "it names hosts \(counted(entries.count, "time")), some more than once, so that each is one rank's, and "
          + "the job has \(worldSize) ranks",
        remedy: "name a host for each rank, or each host once")
    }
    do {
      return try RankHosts(hosts: entries.map(\.host)).place(on: seats, names: names)
    } catch {
      throw fault(entries[error.rank].line, error.problem, error.remedy)
    }
  }

  private func fault(_ line: Int, _ problem: String, _ remedy: String) -> Diagnostic {
    Diagnostic(
      .malformedPlacement, at: SourceLocation(file: path, line: line), problem, remedy: remedy)
  }
}
