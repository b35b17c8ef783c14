import Quantities
import Simulation

/// Keeps each pair of ranks a flow of its own.
struct FlowBuilder: TrafficSink {
  private let map: LinkMap
  private let positions: [Int: Int]
  private let isCapped: Bool
  private var flows: [LoweredFlows.Flow] = []
  private var links: [LinkID] = []
  private var placeOfPair: [Pair: Int] = [:]
  private var weights: [Double] = []
  /// Whether some flow goes more than one way.
  private var isSpread = false
  /// Whether some pair has no way.
  private(set) var isCutOff = false
  private var flowsOnLink: [Double]

  private struct Pair: Hashable {
    var source: Int
    var target: Int
    var stage: Int
  }

  /// - Parameter isCapped: whether what a member injects draws on a cap of its own.
  init(_ map: LinkMap, members: [Int], isCapped: Bool) {
    self.map = map
    self.isCapped = isCapped
    positions = Dictionary(uniqueKeysWithValues: members.enumerated().map { ($1, $0) })
    flowsOnLink = Array(repeating: 0, count: map.links.count)
  }

  mutating func add(_ bytes: Double, from source: Int, to target: Int, stage: Int) {
    guard source != target, bytes > 0, let sender = positions[source],
      let receiver = positions[target]
    else { return }
    // What a pair sends in one stage is one flow, whichever member's data it is.
    let pair = Pair(source: source, target: target, stage: stage)
    if let place = placeOfPair[pair] {
      flows[place].bytes += bytes
      return
    }
    placeOfPair[pair] = flows.count
    let route = map.route(from: source, to: target)
    let start = links.count
    isCutOff = isCutOff || !route.isReachable
    links += route.links
    weights += route.shares
    isSpread = isSpread || route.shares.contains { $0 != 1 }
    for (link, share) in zip(route.links, route.shares) { flowsOnLink[link.index] += share }
    flows.append(
      LoweredFlows.Flow(
        source: Int32(sender), target: Int32(receiver), bytes: bytes, latency: route.latency,
        route: start..<links.count, cap: isCapped ? sender : nil))
  }

  /// A flow of a rank with its switches has that rank at both ends.
  mutating func add(_ bytes: Double, of rank: Int, _ direction: SwitchDirection, stage: Int) {
    guard bytes > 0, let position = positions[rank] else { return }
    let way = map.wayToSwitches(ofRank: rank, direction)
    let start = links.count
    isCutOff = isCutOff || !way.isReachable
    links += way.links
    weights += way.shares
    isSpread = isSpread || way.shares.contains { $0 != 1 }
    for (link, share) in zip(way.links, way.shares) { flowsOnLink[link.index] += share }
    flows.append(
      LoweredFlows.Flow(
        source: Int32(position), target: Int32(position), bytes: bytes, latency: way.latency,
        route: start..<links.count, cap: isCapped && direction == .up ? position : nil))
  }

  /// The flows; a claim of a whole collective's is spread over those on its most crowded link.
  func lowered(
    _ members: [Int], order: LoweredFlows.Order, _ fairness: Fairness, weight: Double,
    injectionCap: Bandwidth? = nil
  ) -> LoweredFlows {
    LoweredFlows(
      members: members, flows: flows, links: links, weights: isSpread ? weights : [],
      caps: injectionCap.map { Array(repeating: $0.bytesPerSecond, count: members.count) } ?? [],
      share: weight * (fairness == .flow ? 1 : 1 / max(1, flowsOnLink.max() ?? 1)),
      order: order)
  }
}
