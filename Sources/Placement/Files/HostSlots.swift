import Diagnostics

/// Ranks onto hosts that have room for so many each: the hosts' nodes filled in the order of the list.
struct HostSlots {
  /// A host, and how many ranks it takes.
  struct Entry {
    var host: String
    /// `nil` for as many as its node has free GPUs.
    var slots: Int?
    /// The line that names it last, in a file.
    var line: Int?
  }

  /// The hosts, in order, none twice.
  let entries: [Entry]
  /// What a message says where: the file, or the word.
  let fault:
    (_ line: Int?, _ code: Diagnostic.Code, _ problem: String, _ remedy: String) ->
      Diagnostic

  /// The GPUs of `worldSize` ranks.
  ///
  /// - Throws: a `Diagnostic` where a host has no node, too few GPUs, or all together too few.
  func place(worldSize: Int, on seats: Seats, names: [String]?) throws -> [Int] {
    var map = HostMap(seats, names: names, hosts: entries.lazy.map(\.host))
    var gpus: [Int] = []
    // Hosts that the job doesn't need may be any number.
    for entry in entries where gpus.count < worldSize {
      let node: Seats.Node
      do {
        node = seats.nodes[try map.node(entry.host)]
      } catch {
        throw fault(entry.line, .malformedPlacement, error.problem, error.remedy)
      }
      let slots = entry.slots ?? node.seats.count
      guard slots <= node.seats.count else {
        throw fault(
          entry.line, .malformedPlacement,
          "host '\(entry.host)' has \(slots) slots, and its node \(node.seats.count) free GPUs",
          "give it as many slots as GPUs, or fewer")
      }
      gpus += seats.free[node.seats.prefix(min(slots, worldSize - gpus.count))]
    }
    guard gpus.count == worldSize else {
      throw fault(
        nil, .placementIncomplete,
        "there is room for \(gpus.count) of \(worldSize) ranks on \(counted(entries.count, "host"))",
        "add hosts, or slots")
    }
    return gpus
  }
}
