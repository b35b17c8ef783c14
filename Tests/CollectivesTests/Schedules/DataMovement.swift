/// Blocks of data on nodes, moved send by send: what an algorithm does, with nothing of how it is lowered.
///
/// Each block of each node counts how often it holds whose contribution.
struct DataMovement {
  /// One block from node to node, put in the place of what is there, or added to it.
  struct Send {
    var source: Int
    var target: Int
    var block: Int
    var adds: Bool
  }

  /// Nodes, blocks, contributions by origin.
  private(set) var data: [[[Int]]]
  /// Bytes from node to node.
  private(set) var bytes: [[Double]]
  let blockBytes: Double

  /// Each of `nodes` starts with what `contents` says of each of `blocks`: whose contributions.
  init(
    nodes: Int, blocks: Int, origins: Int, blockBytes: Double, contents: (Int, Int) -> [Int]
  ) {
    data = (0..<nodes).map { node in
      (0..<blocks).map { block in
        var counts = Array(repeating: 0, count: origins)
        for origin in contents(node, block) { counts[origin] += 1 }
        return counts
      }
    }
    bytes = Array(repeating: Array(repeating: 0, count: nodes), count: nodes)
    self.blockBytes = blockBytes
  }

  /// Sends that go at once: all read what was there before.
  mutating func step(_ sends: [Send]) {
    let before = data
    for send in sends {
      let moved = before[send.source][send.block]
      if send.adds {
        for origin in moved.indices { data[send.target][send.block][origin] += moved[origin] }
      } else {
        data[send.target][send.block] = moved
      }
      bytes[send.source][send.target] += blockBytes
    }
  }

  /// Whether a node's block holds every contribution exactly once.
  func isComplete(_ node: Int, _ block: Int) -> Bool { data[node][block].allSatisfy { $0 == 1 } }

  /// Whether it holds that of one origin, once, and no other.
  func holdsOnly(_ origin: Int, _ node: Int, _ block: Int) -> Bool {
    data[node][block].enumerated().allSatisfy { $1 == ($0 == origin ? 1 : 0) }
  }
}
