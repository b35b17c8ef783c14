import Quantities
import Simulation

/// Adds up what pairs of ranks send to each other into one coflow: bytes by link, the longest path,
/// the bytes that each rank injects.
struct TransferBuilder: TrafficSink {
  private let map: LinkMap
  private var bytesOnLink: [Double]
  private var used: [LinkID] = []
  private var injected: [Int: Double] = [:]
  private var total = 0.0
  /// Whether some pair has no way.
  private(set) var isCutOff = false
  private var pairs: Set<Pair> = []
  /// The longest path of each stage.
  private var stageLatencies: [SimDuration] = []

  /// Source and destination: what makes a flow.
  private struct Pair: Hashable {
    var source: Int
    var target: Int
  }

  init(_ map: LinkMap) {
    self.map = map
    bytesOnLink = Array(repeating: 0, count: map.links.count)
  }

  /// The longest paths of all stages, one after the other.
  var latency: SimDuration { stageLatencies.reduce(.zero, +) }

  mutating func add(_ bytes: Double, from source: Int, to target: Int, stage: Int) {
    guard source != target, bytes > 0 else { return }
    let route = map.route(from: source, to: target)
    isCutOff = isCutOff || !route.isReachable
    for (link, share) in zip(route.links, route.shares) {
      if bytesOnLink[link.index] == 0 { used.append(link) }
      bytesOnLink[link.index] += bytes * share
    }
    note(route.latency, stage: stage)
    injected[source, default: 0] += bytes
    total += bytes
    pairs.insert(Pair(source: source, target: target))
  }

  private mutating func note(_ latency: SimDuration, stage: Int) {
    while stageLatencies.count <= stage { stageLatencies.append(.zero) }
    stageLatencies[stage] = max(stageLatencies[stage], latency)
  }

  /// The coflow, `nil` where nothing moves.
  ///
  /// - Parameters:
  ///   - fairness: whose share each claims where links are shared.
  ///   - weight: what its claim is multiplied by.
  ///   - injectionCap: the most that one rank injects; it holds the coflow back as the link of its
  ///     busiest rank would.
  func transfer(
    fairness: Fairness, weight: Double, injectionCap: Bandwidth?
  ) -> Transfer? {
    guard total > 0 else { return nil }
    let links = used.sorted()
    let weights = links.map { bytesOnLink[$0.index] / total }
    let busiest = injected.values.max() ?? 0
    return Transfer(
      bytes: total, links: links, weights: weights,
      fairShare: weight
        * (fairness == .flow ? Double(pairs.count) : 1 / (weights.max() ?? 1)),
      rateBound: injectionCap.map { $0.bytesPerSecond * total / busiest } ?? .infinity)
  }
}
