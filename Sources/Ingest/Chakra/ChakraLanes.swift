import Trace

/// Puts nodes without recorded starts on lanes.
///
/// Nodes that name a stream or thread are on it, for one runs at a time there. The lanes of all others
/// impose no order which the graph doesn't: a node may stand behind another on a lane only if it waits for it, directly or not. A lane is free
/// for those that wait for its last node: the lanes that a node has left to its followers are its pool,
/// which goes to the last of them when the others have had their choice. So a fan of a hundred nodes
/// takes a hundred lanes once, however often it comes.
struct ChakraLanes {
  /// The lane of each node.
  private(set) var laneOfNode: [Int]
  /// The lanes.
  private(set) var lanes: [Lane] = []

  private var familyOfLane: [Lane] = []
  private var sizes: [Lane: Int] = [:]
  private var numbers: [Lane: Int] = [:]
  private var pools: [[Int]]

  /// - Parameters:
  ///   - named: for each node the stream or thread that it names.
  ///   - families: for each other the lane that it would be on if lanes were no matter; more of the
  ///     same kind are numbered from 1 on.
  ///   - ends: for each node when it ends.
  /// - Complexity: O(edges · lanes) at worst.
  init(_ graph: ChakraGraph, named: [Lane?], families: [Lane], ends: [Int64]) {
    laneOfNode = Array(repeating: 0, count: families.count)
    pools = Array(repeating: [], count: families.count)
    var waiting = [Int](repeating: 0, count: families.count)
    for list in graph.predecessors { for place in list { waiting[Int(place)] += 1 } }
    for node in graph.order.map(Int.init) where !graph.isFolded[node] {
      let predecessors = graph.predecessors[node].map(Int.init)
      if let lane = named[node] {
        laneOfNode[node] = number(of: lane)
      } else {
        let lane = take(for: families[node], from: predecessors, ends) ?? add(families[node])
        laneOfNode[node] = lane
        pools[node] = [lane]
      }
      for before in predecessors {
        waiting[before] -= 1
        guard waiting[before] == 0 else { continue }
        pools[node] += pools[before]
        pools[before] = []
      }
    }
  }

  /// A lane of the family out of the pools of what the node waits for: of that which ends last, the
  /// first.
  private mutating func take(
    for family: Lane, from predecessors: [Int], _ ends: [Int64]
  ) -> Int? {
    var best: (before: Int, place: Int)?
    for before in predecessors {
      guard let place = pools[before].firstIndex(where: { familyOfLane[$0] == family }) else {
        continue
      }
      if let known = best, ends[known.before] >= ends[before] { continue }
      best = (before, place)
    }
    return best.map { pools[$0.before].remove(at: $0.place) }
  }

  private mutating func number(of lane: Lane) -> Int {
    if let number = numbers[lane] { return number }
    numbers[lane] = lanes.count
    lanes.append(lane)
    familyOfLane.append(lane)
    return lanes.count - 1
  }

  private mutating func add(_ family: Lane) -> Int {
    let number = sizes[family, default: 0]
    sizes[family] = number + 1
    familyOfLane.append(family)
    lanes.append(
      number == 0 ? family : Lane(kind: family.kind, name: "\(family.name).\(number)"))
    return lanes.count - 1
  }
}
