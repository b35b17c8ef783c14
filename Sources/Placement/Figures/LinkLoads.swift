import Fabric
import Quantities

/// Bytes on the links of a fabric, if every pair's went over its route at once.
struct LinkLoads {
  private let fabric: Fabric
  private(set) var bytes: [Double]
  /// The most links that a pair's bytes cross.
  private(set) var mostLinks = 0
  /// Bytes of pairs between which every way is lost.
  private(set) var lostBytes = 0.0

  init(_ fabric: Fabric) {
    self.fabric = fabric
    bytes = Array(repeating: 0, count: fabric.linkCount)
  }

  /// Puts bytes from one GPU to another on the links between them: the one place that asks for routes.
  ///
  /// - Returns: how many links they cross: on average, where they go several ways.
  mutating func add(_ amount: Double, from source: Int, to target: Int) -> Double {
    let route = fabric.route(from: source, to: target)
    var crossed = 0.0
    for (link, share) in zip(route.links, route.shares) {
      bytes[link.index] += amount * share
      crossed += share
    }
    mostLinks = max(mostLinks, Int(crossed.rounded(.up)))
    if !route.isReachable, source != target { lostBytes += amount }
    return crossed
  }

  /// The links that take longest for what they have to carry, longest first, then by number.
  func busiest(_ count: Int) -> [PlacementFigures.LinkLoad] {
    var loads: [(index: Int, seconds: Double)] = []
    for index in bytes.indices where bytes[index] > 0 {
      let rate = fabric.link(FabricLinkID(index: index)).bandwidth.bytesPerSecond
      loads.append((index, bytes[index] / rate))
    }
    loads.sort { ($1.seconds, $0.index) < ($0.seconds, $1.index) }
    return loads.prefix(count).map { load in
      PlacementFigures.LinkLoad(
        link: fabric.link(FabricLinkID(index: load.index)), bytes: bytes[load.index],
        seconds: load.seconds)
    }
  }
}
