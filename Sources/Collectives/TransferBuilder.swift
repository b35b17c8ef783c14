import Quantities
import Simulation

/// Adds up what pairs of ranks send to each other into one coflow: bytes by link, the longest path,
/// the bytes that each rank injects.
struct TransferBuilder {
  private let map: LinkMap
  private var bytesOnLink: [Double]
  private var used: [LinkID] = []
  private var injected: [Int: Double] = [:]
  private var total = 0.0
  private var flows = 0
  /// The longest latency of any path added.
  private(set) var latency = SimDuration.zero

  init(_ map: LinkMap) {
    self.map = map
    bytesOnLink = Array(repeating: 0, count: map.links.count)
  }

  /// Adds `bytes` from one rank to another; nothing for a rank to itself.
  mutating func add(_ bytes: Double, from source: Int, to target: Int) {
    guard source != target, bytes > 0 else { return }
    let route = map.route(from: source, to: target)
    for link in route.links {
      if bytesOnLink[link.index] == 0 { used.append(link) }
      bytesOnLink[link.index] += bytes
    }
    latency = max(latency, route.latency)
    injected[source, default: 0] += bytes
    total += bytes
    flows += 1
  }

  /// Notes a path whose latency counts though it carries nothing.
  mutating func addPath(from source: Int, to target: Int) {
    latency = max(latency, map.route(from: source, to: target).latency)
  }

  /// The coflow, `nil` where nothing moves.
  ///
  /// - Parameters:
  ///   - fairness: whose share each claims where links are shared.
  ///   - injectionCap: the most that one rank injects; it holds the coflow back as the link of its
  ///     busiest rank would.
  func transfer(fairness: Fairness, injectionCap: Bandwidth?) -> Transfer? {
    guard total > 0 else { return nil }
    let links = used.sorted()
    let weights = links.map { bytesOnLink[$0.index] / total }
    let busiest = injected.values.max() ?? 0
    return Transfer(
      bytes: total, links: links, weights: weights,
      fairShare: fairness == .flow ? Double(flows) : 1 / (weights.max() ?? 1),
      rateBound: injectionCap.map { $0.bytesPerSecond * total / busiest } ?? .infinity)
  }
}

/// Who gets equal shares of a link.
public enum Fairness: String, Sendable, CaseIterable {
  /// Every flow of every collective: a large group has many.
  case flow
  /// Every collective, whatever its size.
  case collective
}
