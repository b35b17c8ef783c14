import Quantities
import Simulation

/// Adds up what pairs of ranks send to each other into coflows: bytes by link, the longest path, the
/// bytes that each rank injects. One coflow of all stages, or one of each.
struct TransferBuilder: TrafficSink {
  /// What a coflow claims of the links.
  struct Claim {
    /// Whose share each claims where links are shared.
    var fairness: Fairness
    /// What its claim is multiplied by.
    var weight: Double
    /// The most that one rank injects; it holds the coflow back as the link of its busiest rank
    /// would.
    var injectionCap: Bandwidth?
  }

  private let map: LinkMap
  private let claim: Claim
  private let keepsStagesApart: Bool
  private let pool: LinkBytes.Pool
  /// What is being added to, and its stage; 0 where all are one.
  private var current: Sum
  private var currentKey = 0
  /// Other stages that have begun.
  private var open: [Int: Sum] = [:]
  private var ended: [Int: Transfer] = [:]
  /// The longest path of each stage.
  private var latencies: [SimDuration] = []
  /// Whether some pair has no way.
  private(set) var isCutOff = false

  /// What makes a flow: source and destination, of which one is a switch where the other is the rank
  /// itself.
  private struct Pair: Hashable {
    var source: Int
    var target: Int
    var direction: SwitchDirection?
  }

  /// The bytes of one coflow.
  private struct Sum {
    let bytesOnLink: LinkBytes
    var used: [LinkID] = []
    var injected: [Int: Double] = [:]
    var total = 0.0
    var pairs: Set<Pair> = []

    mutating func add(_ bytes: Double, _ path: LinkMap.Path, _ pair: Pair) {
      for (link, share) in zip(path.links, path.shares) {
        if bytesOnLink.values[link.index] == 0 { used.append(link) }
        bytesOnLink.values[link.index] += bytes * share
      }
      if pair.direction != .down { injected[pair.source, default: 0] += bytes }
      total += bytes
      pairs.insert(pair)
    }
  }

  /// - Parameter keepsStagesApart: whether each stage waits for the one before.
  init(_ map: LinkMap, _ claim: Claim, keepsStagesApart: Bool, _ pool: LinkBytes.Pool) {
    self.map = map
    self.claim = claim
    self.keepsStagesApart = keepsStagesApart
    self.pool = pool
    current = Sum(bytesOnLink: pool.take())
  }

  mutating func add(_ bytes: Double, from source: Int, to target: Int, stage: Int) {
    guard source != target, bytes > 0 else { return }
    let route = map.route(from: source, to: target)
    add(bytes, route, Pair(source: source, target: target), stage: stage)
    wait(route.latency, stage: stage)
  }

  mutating func add(_ bytes: Double, of rank: Int, _ direction: SwitchDirection, stage: Int) {
    guard bytes > 0 else { return }
    let way = map.wayToSwitches(ofRank: rank, direction)
    add(bytes, way, Pair(source: rank, target: rank, direction: direction), stage: stage)
  }

  private mutating func add(_ bytes: Double, _ path: LinkMap.Path, _ pair: Pair, stage: Int) {
    isCutOff = isCutOff || !path.isReachable
    if keepsStagesApart, stage != currentKey { turn(to: stage) }
    current.add(bytes, path, pair)
  }

  /// Goes on with another stage.
  private mutating func turn(to key: Int) {
    let next = open.removeValue(forKey: key)
    if !current.used.isEmpty { open[currentKey] = current }
    if let next {
      if current.used.isEmpty { pool.give(back: current.bytesOnLink) }
      current = next
    } else if !current.used.isEmpty {
      current = Sum(bytesOnLink: pool.take())
    }
    currentKey = key
  }

  mutating func wait(_ latency: SimDuration, stage: Int) {
    while latencies.count <= stage { latencies.append(.zero) }
    latencies[stage] = max(latencies[stage], latency)
  }

  mutating func end(stage: Int) {
    guard keepsStagesApart, stage == currentKey else { return }
    closeCurrent()
  }

  /// Makes a coflow of what was added, and leaves zeroes in its place.
  private mutating func closeCurrent() {
    if let transfer = transfer(current) { ended[currentKey] = transfer }
    for link in current.used { current.bytesOnLink.values[link.index] = 0 }
    current = Sum(bytesOnLink: current.bytesOnLink)
  }

  /// The phases: one, or one of each stage that moves or waits; the first begins with `base`.
  mutating func phases(base: SimDuration) -> [LoweredCollective.Phase] {
    closeCurrent()
    for key in open.keys.sorted() {
      turn(to: key)
      closeCurrent()
    }
    pool.give(back: current.bytesOnLink)
    guard keepsStagesApart else {
      return [
        LoweredCollective.Phase(
          latency: base + latencies.reduce(.zero, +), transfers: ended[0].map { [$0] } ?? [])
      ]
    }
    var phases: [LoweredCollective.Phase] = []
    for stage in 0..<max(latencies.count, (ended.keys.max() ?? -1) + 1) {
      let latency = stage < latencies.count ? latencies[stage] : .zero
      guard ended[stage] != nil || latency > .zero else { continue }
      phases.append(
        LoweredCollective.Phase(latency: latency, transfers: ended[stage].map { [$0] } ?? []))
    }
    if phases.isEmpty { phases = [LoweredCollective.Phase(latency: .zero, transfers: [])] }
    phases[0].latency += base
    return phases
  }

  private func transfer(_ sum: Sum) -> Transfer? {
    guard sum.total > 0 else { return nil }
    let links = sum.used.sorted()
    let weights = links.map { sum.bytesOnLink.values[$0.index] / sum.total }
    let busiest = sum.injected.values.max() ?? 0
    return Transfer(
      bytes: sum.total, links: links, weights: weights,
      fairShare: claim.weight
        * (claim.fairness == .flow ? Double(sum.pairs.count) : 1 / (weights.max() ?? 1)),
      rateBound: claim.injectionCap.map { $0.bytesPerSecond * sum.total / busiest } ?? .infinity)
  }
}
