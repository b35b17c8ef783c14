import Trace

/// Schedules of sends of the collectives that reduce or gather, after their papers. Ranks are numbered in
/// order of their GPUs; `pods` are runs of them.
struct ReductionSchedule {
  typealias Send = DataMovement.Send

  let kind: CollectiveKind
  let pods: [[Int]]
  let bytes: Double
  var count: Int { pods.reduce(0) { $0 + $1.count } }
  private var ranks: [Int] { pods.flatMap(\.self) }

  /// Nodes and their data before anything moves, in so many equal blocks; `owner` says whose block one
  /// is, for gathers.
  private func start(blocks: Int, switches: Int = 0, owner: (Int) -> Int) -> DataMovement {
    DataMovement(
      nodes: count + switches, blocks: blocks, origins: count, blockBytes: bytes / Double(blocks)
    ) { node, block in
      guard node < count else { return [] }
      if kind == .allGather { return owner(block) == node ? [node] : [] }
      return [node]
    }
  }

  /// Whether data is where it should be in the end.
  func isDone(_ movement: DataMovement, owner: (Int) -> Int) -> Bool {
    let blocks = movement.data[0].count
    for rank in 0..<count {
      for block in 0..<blocks {
        switch kind {
        case .allReduce: if !movement.isComplete(rank, block) { return false }
        case .reduceScatter:
          if owner(block) == rank, !movement.isComplete(rank, block) { return false }
        default: if !movement.holdsOnly(owner(block), rank, block) { return false }
        }
      }
    }
    return true
  }

  // MARK: Ring

  /// A ring for each place that all pods have, the pods turned by it.
  func rings() -> [[Int]] {
    guard pods.count > 1 else { return [ranks] }
    let least = pods.map(\.count).min() ?? 1
    return (0..<least).map { turn in
      pods.flatMap { pod in (0..<pod.count).map { pod[($0 + turn) % pod.count] } }
    }
  }

  /// Block c · n + q is the part of rank q in ring c: chunk q goes around and ends at its rank.
  func ring() -> (DataMovement, (Int) -> Int) {
    let (rings, n) = (rings(), count)
    let owner = { (block: Int) in block % n }
    var movement = start(blocks: rings.count * n, owner: owner)
    if kind != .allGather {
      // What ends at place p starts at the place behind it.
      for step in 0..<n - 1 {
        movement.step(
          sends(rings, adds: true) { place in ((place - step - 1) % n + n) % n })
      }
    }
    if kind != .reduceScatter {
      for step in 0..<n - 1 {
        movement.step(sends(rings, adds: false) { place in ((place - step) % n + n) % n })
      }
    }
    return (movement, owner)
  }

  private func sends(
    _ rings: [[Int]], adds: Bool, chunkOwnerPlace: (Int) -> Int
  ) -> [Send] {
    var sends: [Send] = []
    for (channel, ring) in rings.enumerated() {
      for place in ring.indices {
        let block = channel * ring.count + ring[chunkOwnerPlace(place)]
        sends.append(
          Send(
            source: ring[place], target: ring[(place + 1) % ring.count], block: block, adds: adds))
      }
    }
    return sends
  }

  // MARK: Direct

  /// Everyone sends everyone its part at once.
  func direct() -> (DataMovement, (Int) -> Int) {
    let owner = { (block: Int) in block }
    var movement = start(blocks: count, owner: owner)
    var sends: [Send] = []
    for source in 0..<count {
      for target in 0..<count where target != source {
        let reduces = kind == .reduceScatter
        sends.append(
          Send(source: source, target: target, block: reduces ? target : source, adds: reduces))
      }
    }
    movement.step(sends)
    return (movement, owner)
  }

  // MARK: Double binary tree

  /// Children of NCCL's first tree: below a node whose lowest set bit is b, those at half of b on
  /// either side, on the upper one the nearest that there is.
  private static func children(of node: Int, count: Int) -> [Int] {
    var half = 1
    if node == 0 {
      while half < count { half *= 2 }
      return count > 1 ? [half / 2] : []
    }
    while node % (half * 2) == 0 { half *= 2 }
    half /= 2
    guard half > 0 else { return [] }
    var upper = half
    while upper > 0, node + upper >= count { upper /= 2 }
    return [node - half] + (upper > 0 ? [node + upper] : [])
  }

  /// Two trees over the heads of pods, or over the ranks of one, with chains behind the heads.
  func tree() -> (DataMovement, (Int) -> Int) {
    let owner = { (block: Int) in block }
    let heads = pods.count > 1 ? pods : ranks.map { [$0] }
    let turns = pods.count > 1 ? (pods.map(\.count).min() ?? 1) : 1
    var movement = start(blocks: 2 * turns, owner: owner)
    for turn in 0..<turns {
      let chains = heads.map { chain in
        chain.indices.map { chain[($0 + turn) % chain.count] }
      }
      for half in 0..<2 {
        run(tree(half, chains), block: 2 * turn + half, in: &movement)
      }
    }
    return (movement, owner)
  }

  /// Edges (child, parent), the deepest first.
  private func tree(_ half: Int, _ chains: [[Int]]) -> [(Int, Int)] {
    let n = chains.count
    func name(_ node: Int) -> Int {
      half == 0 ? node : n.isMultiple(of: 2) ? n - 1 - node : (node + 1) % n
    }
    var (edges, level): ([(Int, Int)], [Int]) = ([], [0])
    while !level.isEmpty {
      var next: [Int] = []
      for node in level {
        for child in Self.children(of: node, count: n) {
          edges.append((chains[name(child)][0], chains[name(node)][0]))
          next.append(child)
        }
      }
      level = next
    }
    // Behind the heads, chain by chain from the head on.
    for chain in chains {
      for place in chain.indices.dropFirst() { edges.append((chain[place], chain[place - 1])) }
    }
    return edges.reversed()
  }

  private func run(_ edges: [(Int, Int)], block: Int, in movement: inout DataMovement) {
    for (child, parent) in edges {
      movement.step([Send(source: child, target: parent, block: block, adds: true)])
    }
    for (child, parent) in edges.reversed() {
      movement.step([Send(source: parent, target: child, block: block, adds: false)])
    }
  }

  // MARK: Halving and doubling

  /// As MPICH folds ranks that are too many; then sets of blocks are halved, and gathered again.
  func halvingDoubling() -> (DataMovement, (Int) -> Int) {
    let (order, n) = (ranks, count)
    var core = 1
    while core * 2 <= n { core *= 2 }
    let rest = n - core
    let active = (0..<core).map { $0 < rest ? order[2 * $0 + 1] : order[$0 + rest] }
    // A block a survivor, or of scatters and gathers one a rank.
    let isWhole = kind == .allReduce
    let owner = { (block: Int) in block }
    var movement = start(blocks: isWhole ? core : n, owner: owner)
    let blocks = Array(0..<(isWhole ? core : n))
    func answers(_ survivor: Int) -> [Int] {
      if isWhole { return [survivor] }
      return survivor < rest
        ? [order[2 * survivor], order[2 * survivor + 1]] : [order[survivor + rest]]
    }
    for pair in 0..<rest {
      let (low, high) = (order[2 * pair], order[2 * pair + 1])
      let folded = kind == .allGather ? [low] : blocks
      movement.step(
        folded.map { Send(source: low, target: high, block: $0, adds: kind != .allGather) })
    }
    if kind != .allGather { halve(active, answers, in: &movement) }
    if kind != .reduceScatter { double(active, answers, in: &movement) }
    for pair in 0..<rest {
      let (low, high) = (order[2 * pair], order[2 * pair + 1])
      let back =
        kind == .reduceScatter ? [low] : blocks.filter { kind == .allReduce || $0 != low }
      movement.step(back.map { Send(source: high, target: low, block: $0, adds: false) })
    }
    return (movement, owner)
  }

  private func halve(
    _ active: [Int], _ answers: (Int) -> [Int], in movement: inout DataMovement
  ) {
    var mine = active.indices.map { _ in Array(active.indices) }
    var distance = 1
    while distance < active.count {
      var sends: [Send] = []
      var kept = mine
      for survivor in active.indices {
        let bit = (survivor / distance) % 2
        let partner = bit == 0 ? survivor + distance : survivor - distance
        kept[survivor] = mine[survivor].filter { ($0 / distance) % 2 == bit }
        for other in mine[survivor] where (other / distance) % 2 != bit {
          for block in answers(other) {
            sends.append(
              Send(source: active[survivor], target: active[partner], block: block, adds: true))
          }
        }
      }
      movement.step(sends)
      mine = kept
      distance *= 2
    }
  }

  private func double(
    _ active: [Int], _ answers: (Int) -> [Int], in movement: inout DataMovement
  ) {
    var held = active.indices.map { [$0] }
    var distance = active.count / 2
    while distance >= 1 {
      var sends: [Send] = []
      var next = held
      for survivor in active.indices {
        let partner =
          (survivor / distance) % 2 == 0 ? survivor + distance : survivor - distance
        for other in held[survivor] {
          for block in answers(other) {
            sends.append(
              Send(source: active[survivor], target: active[partner], block: block, adds: false))
          }
        }
        next[partner] += held[survivor]
      }
      movement.step(sends)
      held = next
      distance /= 2
    }
  }

  // MARK: Two levels

  /// The first ranks of each pod, as many as the smallest has, each answer for a shard.
  func hierarchical() -> (DataMovement, (Int) -> Int) {
    let shards = pods.map(\.count).min() ?? 1
    let slices = pods.count
    let owner = { (block: Int) in block }
    var movement = start(blocks: shards * slices, owner: owner)
    func blocks(_ shard: Int) -> [Int] { (0..<slices).map { shard * slices + $0 } }
    movement.step(
      pods.flatMap { pod in
        (0..<shards).flatMap { shard in
          pod.filter { $0 != pod[shard] }.flatMap { member in
            blocks(shard).map { Send(source: member, target: pod[shard], block: $0, adds: true) }
          }
        }
      })
    for step in 0..<2 * (slices - 1) {
      movement.step(
        (0..<shards).flatMap { shard in
          pods.indices.map { pod in
            let slice = ((pod - step) % slices + slices) % slices
            return Send(
              source: pods[pod][shard], target: pods[(pod + 1) % slices][shard],
              block: shard * slices + slice, adds: step < slices - 1)
          }
        })
    }
    movement.step(
      pods.flatMap { pod in
        (0..<shards).flatMap { shard in
          pod.filter { $0 != pod[shard] }.flatMap { member in
            blocks(shard).map { Send(source: pod[shard], target: member, block: $0, adds: false) }
          }
        }
      })
    return (movement, owner)
  }

  // MARK: Switches

  /// The switch is one more node: it adds up what it reads for an owner, and copies what an owner writes.
  func inNetwork() -> (DataMovement, (Int) -> Int) {
    let owner = { (block: Int) in block }
    var movement = start(blocks: count, switches: 1, owner: owner)
    let box = count
    let all = Array(0..<count)
    if kind != .allGather {
      movement.step(
        all.flatMap { block in
          all.map { Send(source: $0, target: box, block: block, adds: true) }
        })
      movement.step(all.map { Send(source: box, target: $0, block: $0, adds: false) })
    }
    if kind != .reduceScatter {
      movement.step(all.map { Send(source: $0, target: box, block: $0, adds: false) })
      movement.step(
        all.flatMap { block in
          all.map { Send(source: box, target: $0, block: block, adds: false) }
        })
    }
    return (movement, owner)
  }
}
