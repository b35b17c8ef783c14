import Quantities
import Trace
import Workload

/// What a format could not say of a workload, counted.
struct ExportNotes {
  /// Calls of exchanges of unequal parts, which became messages.
  var exchanges = 0
  /// Calls whose routed tokens became an even exchange of all copies.
  var routed = 0
  /// Calls whose size had to be rounded to a multiple of the group's size.
  var rounded = 0
  /// Calls whose kernels inject no more than so much.
  var capped = 0

  mutating func add(_ other: ExportNotes) {
    exchanges += other.exchanges
    routed += other.routed
    rounded += other.rounded
    capped += other.capped
  }

  /// What one member of `count` puts in, in bytes: for an all-gather and a gather its part.
  mutating func size(of instance: CollectiveInstance, count: Int) -> Int64 {
    if instance.injectionCap != nil { capped += 1 }
    switch instance.payload {
    case .none: return 0
    case .buffer(let bytes):
      guard instance.kind == .allGather || instance.kind == .gather else { return bytes.bytes }
      if bytes.bytes % Int64(count) != 0 { rounded += 1 }
      return (bytes.bytes + Int64(count) - 1) / Int64(count)
    case .routed(let routing):
      routed += 1
      return Int64(routing.bytesWithAllCopies.rounded())
    case .matrix(.uniform(let bytes)): return Int64((bytes * Double(count)).rounded())
    case .matrix(.rows(let rows)): return rows.first?.reduce(0, +) ?? 0
    }
  }

  /// In sentences, for a person.
  var lines: [String] {
    var lines: [String] = []
    if exchanges > 0 {
      lines.append("all-to-alls of unequal parts became sends and receives (calls: \(exchanges))")
    }
    if routed > 0 {
      lines.append(
        "all-to-alls of routed tokens became even ones with a copy for each expert (calls: "
          + "\(routed))")
    }
    if capped > 0 { lines.append("limits to what kernels inject are lost (calls: \(capped))") }
    if rounded > 0 {
      lines.append("sizes were rounded up to a multiple of the group's size (calls: \(rounded))")
    }
    return lines
  }
}
