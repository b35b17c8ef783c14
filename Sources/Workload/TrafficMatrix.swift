import Quantities
import Trace

/// Logical bytes from rank to rank in a step, ranks taken together in equal runs where there are
/// many: free of any fabric and algorithm.
///
/// What a collective asks for is laid on the pairs of its members so that it adds up to its logical
/// bytes: all-to-all as its splits say, tokens evenly over the group; of an all-reduce,
/// reduce-scatter or all-gather an n-th of the buffer on each pair; broadcast, reduce, gather and
/// scatter between the root and each other member. Nothing goes from a rank to itself.
public struct TrafficMatrix: Sendable, Equatable {
  /// The number of ranks.
  public let rankCount: Int
  /// Ranks that share a row and a column: `ranksPerCell` of them, the last perhaps fewer.
  public let ranksPerCell: Int
  /// Bytes from the ranks of a row to those of a column.
  public private(set) var bytes: [[Double]]

  /// The traffic of a workload, in at most `limit` rows.
  ///
  /// - Complexity: O(groups · (members + limit²)), and the entries of all split matrices.
  public init(_ workload: Workload, limit: Int = 64) {
    rankCount = workload.worldSize
    ranksPerCell = max(1, (workload.worldSize + limit - 1) / limit)
    let cells = (rankCount + ranksPerCell - 1) / ranksPerCell
    bytes = Array(repeating: Array(repeating: 0, count: cells), count: cells)
    // Most collectives put the same on every pair of their group: those of a group are summed first.
    var even = Array(repeating: 0.0, count: workload.groups.count)
    let lists = workload.instances.distinctLists
    for (group, process) in workload.groups.enumerated() {
      let members = process.ranks.map { $0.index / ranksPerCell }
      let instances = lists[workload.instances.list(ofGroup: group)]
      // What many calls do alike is looked at once.
      var counts: [Int32: Double] = [:]
      let alike = workload.instances.alike(inGroup: group)
      for first in alike { counts[first, default: 0] += 1 }
      for (position, first) in alike.enumerated() where position == Int(first) {
        let count = counts[first] ?? 1
        if let share = instances[position].evenShare(size: members.count) {
          even[group] += share * count
        } else {
          instances[position].forEachPair(size: members.count) { i, j, share in
            bytes[members[i]][members[j]] += share * count
          }
        }
      }
    }
    for (group, share) in zip(workload.groups, even) where share > 0 {
      addEvenly(share, group.ranks.map { $0.index / ranksPerCell })
    }
  }

  /// All bytes.
  public var total: Double { bytes.reduce(0) { $1.reduce($0, +) } }

  /// For each row all that its ranks send.
  public var sent: [Double] { bytes.map { $0.reduce(0, +) } }

  /// For each column all that its ranks receive.
  public var received: [Double] {
    bytes.indices.map { column in bytes.reduce(0) { $0 + $1[column] } }
  }

  /// The ranks of a row.
  public func ranks(ofCell cell: Int) -> ClosedRange<Int> {
    cell * ranksPerCell...min(rankCount, (cell + 1) * ranksPerCell) - 1
  }

  /// The same share on every ordered pair of members.
  private mutating func addEvenly(_ share: Double, _ members: [Int]) {
    var counts = Array(repeating: 0.0, count: bytes.count)
    for cell in members { counts[cell] += 1 }
    let used = counts.indices.filter { counts[$0] > 0 }
    for source in used {
      for target in used {
        let selves = source == target ? counts[source] : 0
        bytes[source][target] += share * (counts[source] * counts[target] - selves)
      }
    }
  }
}
