import Diagnostics
public import Fabric
public import Placement
import Quantities
import Simulation

/// The links that a placed job can use, numbered densely for the simulation: a small job on a huge
/// fabric costs what the job needs.
public struct LinkMap: Sendable {
  /// The fabric's links, by the simulation's numbers.
  public let links: [Link]
  /// For each of the fabric's links its number, `unused` where the job can't use it.
  private let numbers: [Int32]
  private var fabric: Fabric
  private let gpuOfRank: [Int]
  /// Where the ranks of the job that is lowered begin among those placed.
  private var firstRank = 0
  /// What the latency of a way is taken to be.
  private var hop = HopLatency.path

  private static let unused: Int32 = -1

  /// The links of all routes between the job's GPUs, in the fabric's order.
  public init(_ fabric: Fabric, _ placement: Placement) { self.init(fabric, [placement]) }

  /// The same for several jobs, whose ranks are numbered on, job after job.
  ///
  /// - Throws: a `Diagnostic` where two jobs want one GPU.
  public static func shared(_ fabric: Fabric, _ placements: [Placement]) throws -> LinkMap {
    var jobOfGPU: [Int: Int] = [:]
    for (job, placement) in placements.enumerated() {
      for gpu in placement.gpuOfRank {
        guard let other = jobOfGPU.updateValue(job, forKey: gpu), other != job else { continue }
        throw Diagnostic(
          .placementConflict,
          "\(fabric.gpuName(gpu)) is taken by one job and wanted by another, on fabric "
            + "'\(fabric.name)'",
          remedy: "place the jobs apart: give --background a placement file as TRACE@PLACEMENT")
      }
    }
    return LinkMap(fabric, placements)
  }

  private init(_ fabric: Fabric, _ placements: [Placement]) {
    self.fabric = fabric
    gpuOfRank = placements.flatMap(\.gpuOfRank)
    let ids = fabric.links(reachedFrom: gpuOfRank)
    links = ids.map { fabric.link($0) }
    var numbers = Array(repeating: Self.unused, count: fabric.linkCount)
    for (number, id) in ids.enumerated() { numbers[id.index] = Int32(number) }
    self.numbers = numbers
  }

  /// What circuit switches can be set to, where the fabric has them.
  public var circuits: FabricSpecification.Circuits? { fabric.specification.circuits }

  /// The same links with other circuits lit: for fabrics whose circuits change by phase.
  func lighting(configuration: Int) -> LinkMap {
    var map = self
    map.fabric = fabric.lighting(configuration: configuration)
    return map
  }

  /// The same links as a job sees them whose ranks begin there.
  public func numbered(from firstRank: Int) -> LinkMap {
    var map = self
    map.firstRank = firstRank
    return map
  }

  /// The same links with other latencies.
  func timed(_ hop: HopLatency) -> LinkMap {
    var map = self
    map.hop = hop
    return map
  }

  /// Capacities in bytes per second, by the simulation's numbers.
  public var capacities: [Double] { links.map(\.bandwidth.bytesPerSecond) }

  /// A way from rank to rank in the simulation's numbers.
  struct Path {
    var links: [LinkID]
    /// For each of `links` the share of the traffic that crosses it.
    var shares: [Double]
    var latency: SimDuration
    var isReachable: Bool
  }

  private func gpu(_ rank: Int) -> Int { gpuOfRank[firstRank + rank] }

  /// The way from one rank's GPU to another's.
  func route(from source: Int, to target: Int) -> Path {
    path(
      fabric.route(from: gpu(source), to: gpu(target)),
      latency: { latency($0, from: source, to: target) })
  }

  /// The way from a rank's GPU to the switches of its pod, or from them to it, over all planes.
  func wayToSwitches(ofRank rank: Int, _ direction: SwitchDirection) -> Path {
    path(fabric.wayToSwitches(of: gpu(rank), isEgress: direction == .up), latency: \.latency)
  }

  private func path(_ route: Route, latency: (Route) -> SimDuration) -> Path {
    Path(
      links: route.links.map { link in
        let number = numbers[link.index]
        precondition(number != Self.unused, "a route over links that its GPUs do not reach")
        return LinkID(number)
      }, shares: route.shares, latency: latency(route), isReachable: route.isReachable)
  }

  private func latency(_ route: Route, from source: Int, to target: Int) -> SimDuration {
    switch hop {
    case .path: route.latency
    case .fixed(let inside, let across):
      fabric.pod(ofGPU: gpu(source)) == fabric.pod(ofGPU: gpu(target)) ? inside : across
    }
  }

  /// What keeps the switches of a rank's pod from adding up what goes through them.
  func obstacleToReduction(inPodOf rank: Int) -> String? {
    fabric.obstacleToReduction(inPod: fabric.pod(ofGPU: gpu(rank)))
  }

  /// What to say where ranks have no way to each other: those that most others can't reach.
  func cutOff(among members: [Int]) -> Diagnostic {
    let lost = members.map { member in
      members.count { other in
        other != member
          && !(route(from: member, to: other).isReachable
            && route(from: other, to: member).isReachable)
      }
    }
    let most = lost.max() ?? 0
    let ranks = zip(members, lost).filter { $1 == most }.map(\.0)
    let shown = ranks.prefix(8).map { "\($0) on \(fabric.gpuName(gpu($0)))" }
    return Diagnostic(
      .unreachable,
      "on fabric '\(fabric.name)' \(ranks.count == 1 ? "rank" : "ranks") "
        + shown.joined(separator: ", ") + (ranks.count > 8 ? ", … (\(ranks.count) in all)" : "")
        + " can't reach \(most) of the \(members.count - 1) others of \(ranks.count == 1 ? "its" : "their")"
        + " group: the links between have failed",
      remedy: "place the job elsewhere, or take back what --fail takes away")
  }

  /// Ranks by pod, in order of their GPUs.
  func pods(_ ranks: [Int]) -> [[Int]] {
    var pods: [[Int]] = []
    var last: Int?
    for rank in ranks.sorted(by: { gpu($0) < gpu($1) }) {
      let pod = fabric.pod(ofGPU: gpu(rank))
      if pod == last { pods[pods.count - 1].append(rank) } else { pods.append([rank]) }
      last = pod
    }
    return pods
  }

  /// Rings around ranks, pod after pod in order of GPUs. Within one pod a single ring; over several
  /// as many as the smallest pod has of the ranks, or as there are channels, each starting elsewhere in
  /// every pod, as NCCL makes a ring a NIC.
  func rings(_ ranks: [Int], channels: Int?) -> [[Int]] {
    let pods = pods(ranks)
    guard pods.count > 1 else { return pods }
    let smallest = pods.map(\.count).min() ?? 1
    return (0..<min(smallest, channels ?? smallest)).map { turn in
      pods.flatMap { pod in pod[turn...] + pod[..<turn] }
    }
  }

  /// The positions of ranks by domain, domains in order of their first.
  func domains(_ ranks: [Int], _ domain: DeduplicationDomain) -> [[Int]] {
    var number: [Int: Int] = [:]
    var domains: [[Int]] = []
    for (position, rank) in ranks.enumerated() {
      let domain = self.domain(ofRank: rank, domain)
      if let known = number[domain] {
        domains[known].append(position)
      } else {
        number[domain] = domains.count
        domains.append([position])
      }
    }
    return domains
  }

  /// The domain of a rank's GPU in which copies are made once.
  func domain(ofRank rank: Int, _ domain: DeduplicationDomain) -> Int {
    switch domain {
    case .node: fabric.node(ofGPU: gpu(rank))
    case .pod: fabric.pod(ofGPU: gpu(rank))
    case .rank, .none: rank
    }
  }
}
