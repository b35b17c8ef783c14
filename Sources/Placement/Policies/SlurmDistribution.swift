/// Ranks over nodes as Slurm's `--distribution` lays out tasks (its `dist_tasks.c`), over nodes with
/// so many free GPUs each.
enum SlurmDistribution {
  /// `block`: a rank to each node, then the nodes filled one after the other; consecutive ranks share a
  /// node.
  ///
  /// - Returns: for each node its ranks, in order.
  static func block(ranks: Int, room: [Int]) -> [[Int]] {
    var counts = Array(repeating: 0, count: room.count)
    var left = ranks
    for node in room.indices where left > 0 && room[node] > 0 {
      counts[node] = 1
      left -= 1
    }
    for node in room.indices where left > 0 {
      let more = min(left, room[node] - counts[node])
      counts[node] += more
      left -= more
    }
    var next = 0
    return counts.map { count in
      defer { next += count }
      return Array(next..<next + count)
    }
  }

  /// `plane=n`: `size` consecutive ranks to a node, the next to the next, round and round; a node with
  /// less room takes fewer, and the next begins a turn of its own. With a size of 1 it is `cyclic`.
  ///
  /// - Returns: for each node its ranks, in order.
  /// - Complexity: O(ranks + nodes · the most turns that a node takes).
  static func plane(size: Int, ranks: Int, room: [Int]) -> [[Int]] {
    var ofNode = room.map { _ in [Int]() }
    var open = room.indices.filter { room[$0] > 0 }
    var next = 0
    while next < ranks, !open.isEmpty {
      for node in open where next < ranks {
        let turn = min(size, ranks - next, room[node] - ofNode[node].count)
        ofNode[node] += next..<next + turn
        next += turn
      }
      open.removeAll { ofNode[$0].count == room[$0] }
    }
    return ofNode
  }
}
