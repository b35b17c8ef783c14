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

  /// Rings around ranks, pod after pod in order of GPUs. Within one pod a single ring; over several
  /// as many as the smallest pod has of the ranks, each starting elsewhere in every pod, as NCCL
  /// makes a ring a NIC.
  func rings(_ ranks: [Int]) -> [[Int]] {
    var pods: [[Int]] = []
    var last: Int?
    for rank in ranks.sorted(by: { gpuOfRank[$0] < gpuOfRank[$1] }) {
      let pod = fabric.pod(ofGPU: gpuOfRank[rank])
      if pod == last { pods[pods.count - 1].append(rank) } else { pods.append([rank]) }
      last = pod
    }
    guard pods.count > 1 else { return pods }
    return (0..<(pods.map(\.count).min() ?? 1)).map { turn in
      pods.flatMap { pod in pod[turn...] + pod[..<turn] }
    }
  }

  /// The domain of a rank's GPU in which copies are made once.
  func domain(ofRank rank: Int, _ domain: DeduplicationDomain) -> Int {
    switch domain {
    case .node: fabric.node(ofGPU: gpuOfRank[rank])
    case .pod: fabric.pod(ofGPU: gpuOfRank[rank])
    case .rank, .none: rank
    }
  }
}
