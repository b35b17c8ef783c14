public import Fabric
public import Placement
import Quantities
import Simulation

/// The links that a placed job can use, numbered densely for the simulation: a small job on a huge
/// fabric costs what the job needs.
public struct LinkMap: Sendable {
  /// The fabric's links, by the simulation's numbers.
  public let links: [Link]
  private let numbers: [FabricLinkID: LinkID]
  private let fabric: Fabric
  private let gpuOfRank: [Int]

  /// The links of all routes between the job's GPUs, in the fabric's order.
  public init(_ fabric: Fabric, _ placement: Placement) {
    self.fabric = fabric
    gpuOfRank = placement.gpuOfRank
    var ids: Set<FabricLinkID> = []
    // A GPU has the same links to all GPUs of its pod, and the same to all outside: one other of
    // each tells.
    let representatives = Self.representatives(fabric, placement.gpuOfRank)
    let twoPods = representatives.keys.sorted().prefix(2)
    for gpu in placement.gpuOfRank {
      let pod = fabric.pod(ofGPU: gpu)
      let inside = representatives[pod]?.first { $0 != gpu }
      let outside = twoPods.first { $0 != pod }.flatMap { representatives[$0]?.first }
      for other in [inside, outside].compactMap(\.self) {
        ids.formUnion(fabric.route(from: gpu, to: other).links)
        ids.formUnion(fabric.route(from: other, to: gpu).links)
      }
    }
    let ordered = ids.sorted()
    links = ordered.map { fabric.link($0) }
    numbers = Dictionary(
      uniqueKeysWithValues: ordered.enumerated().map { ($1, LinkID(index: $0)) })
  }

  /// Up to two GPUs of every pod that the job uses, by pod.
  private static func representatives(_ fabric: Fabric, _ gpus: [Int]) -> [Int: [Int]] {
    var ofPod: [Int: [Int]] = [:]
    for gpu in gpus.sorted() where ofPod[fabric.pod(ofGPU: gpu), default: []].count < 2 {
      ofPod[fabric.pod(ofGPU: gpu), default: []].append(gpu)
    }
    return ofPod
  }

  /// Capacities in bytes per second, by the simulation's numbers.
  public var capacities: [Double] { links.map(\.bandwidth.bytesPerSecond) }

  /// The way from one rank's GPU to another's.
  func route(from source: Int, to target: Int) -> (links: [LinkID], latency: SimDuration) {
    let route = fabric.route(from: gpuOfRank[source], to: gpuOfRank[target])
    return (route.links.compactMap { numbers[$0] }, route.latency)
  }

  /// Ranks in order of their GPUs.
  func inGPUOrder(_ ranks: [Int]) -> [Int] { ranks.sorted { gpuOfRank[$0] < gpuOfRank[$1] } }

  /// The domain of a rank's GPU in which copies are made once.
  func domain(ofRank rank: Int, _ domain: DeduplicationDomain) -> Int {
    switch domain {
    case .node: fabric.node(ofGPU: gpuOfRank[rank])
    case .pod: fabric.pod(ofGPU: gpuOfRank[rank])
    case .rank, .none: rank
    }
  }
}

/// Within what a token is sent once, whichever of its experts are there.
public enum DeduplicationDomain: String, Sendable, CaseIterable {
  /// Not at all: a copy for each expert.
  case none
  /// A copy for each rank that holds experts of the token.
  case rank
  /// A copy across for each node, forwarded inside it to its ranks.
  case node
  /// A copy across for each pod, forwarded inside it to its ranks.
  case pod
}
