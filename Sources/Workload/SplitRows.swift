import Quantities
import Trace

/// The rows of an all-to-all's split matrix: what each member sends to each, in group order.
///
/// A row comes from its member's own splits. Where these are lost, each entry is what the receiving
/// member says that it gets from there (row i against column i), and one that is still missing is
/// what the others leave of the row's total. Only a row of which more is missing is lost.
struct SplitRows {
  /// A row, and how it is known.
  struct Row {
    var bytes: [Int64]
    var provenance: SizeProvenance
  }

  private let members: [CollectiveSizing.Member]
  private let splits: Extrapolation.Splits
  private let fill: LostSplits?

  init(_ sizing: CollectiveSizing) {
    members = sizing.members
    splits = sizing.splits
    fill = sizing.fillsLost
  }

  private var count: Int { members.count }

  /// The row of a member; `nil` where it is lost.
  ///
  /// - Throws: `Overfull` where the receivers get more than the member sends.
  /// - Complexity: O(members).
  func row(_ index: Int) throws(Overfull) -> Row? {
    let call = members[index].call
    guard call.sizes == .lost else {
      return Row(bytes: stated(index, call), provenance: call.sizes)
    }
    // A balanced row needs no splits, only their sum.
    if !members[index].isTraced, splits == .balanced {
      return Row(bytes: Self.even(call.sendBytes.bytes, count), provenance: .assumed)
    }
    return try recovered(index, call)
  }

  /// What receivers say that they get adds up to more, or to less, than the row's total.
  struct Overfull: Error {
    var received: Int64
  }

  private func stated(_ index: Int, _ call: Communication) -> [Int64] {
    guard let splits = call.sendSplits else { return Self.even(call.sendBytes.bytes, count) }
    if members[index].isTraced { return splits }
    switch self.splits {
    case .balanced: return Self.even(splits.reduce(0, +), count)
    case .rotated:
      let home = members[index].home
      return (0..<count).map { splits[(($0 - index + home) % count + count) % count] }
    }
  }

  private func recovered(_ index: Int, _ call: Communication) throws(Overfull) -> Row? {
    var row: [Int64?] =
      members[index].isTraced ? members.map { entry(index, at: $0) } : members.map { _ in nil }
    let known = row.reduce(0) { $0 + ($1 ?? 0) }
    let missing = row.indices.filter { row[$0] == nil }
    let rest = call.sendBytes.bytes - known
    guard rest >= 0, rest == 0 || !missing.isEmpty else { throw Overfull(received: known) }
    if missing.count <= 1 {
      if let last = missing.first { row[last] = rest }
      return Row(bytes: row.map { $0 ?? 0 }, provenance: .recovered(from: .peers))
    }
    guard fill == .even else { return nil }
    for (place, share) in zip(missing, Self.even(rest, missing.count)) { row[place] = share }
    return Row(bytes: row.map { $0 ?? 0 }, provenance: .assumed)
  }

  /// What a receiver says that it gets from the member at `index`.
  private func entry(_ index: Int, at receiver: CollectiveSizing.Member) -> Int64? {
    guard receiver.isTraced, !receiver.call.receiveSplitsAreLost else { return nil }
    return receiver.call.receiveSplits?[index]
      ?? Self.even(receiver.call.receiveBytes.bytes, count)[index]
  }

  /// `total` in `count` parts that differ by at most a byte and add up to it.
  static func even(_ total: Int64, _ count: Int) -> [Int64] {
    (0..<Int64(count)).map {
      total / Int64(count) + ($0 < total % Int64(count) ? 1 : 0)
    }
  }
}
