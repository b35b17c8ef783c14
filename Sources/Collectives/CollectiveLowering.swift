import Diagnostics
import Quantities
public import Simulation
import Trace
public import Workload

/// Lowers the collectives of a workload on a fabric and placement, each shape once.
public final class CollectiveLowering: Lowering {
  let workload: Workload
  private let map: LinkMap
  private let options: LoweringOptions
  private var cache: [Shape: LoweredCollective] = [:]
  /// The same before calibration, where there is one.
  private var modelled: [Shape: LoweredCollective] = [:]

  /// What makes two collectives the same on a given placement.
  private struct Shape: Hashable {
    var group: Int
    var kind: CollectiveKind
    var root: Int?
    var injectionCap: Bandwidth?
    var payload: Payload
    /// Calibrations tell titles apart.
    var title: String

    enum Payload: Hashable {
      case none
      case buffer(ByteCount)
      case uniform(Double)
      case routed(TokenRouting)
      /// Split matrices are as good as never equal: each is its own.
      case matrix(instance: Int)
    }
  }

  /// A lowering.
  public init(_ workload: Workload, _ map: LinkMap, options: LoweringOptions) {
    self.workload = workload
    self.map = map
    self.options = options
  }

  /// What instance number `rendezvous` of the workload does.
  public func lower(_ rendezvous: Int) throws -> LoweredCollective {
    let instance = workload.instances[rendezvous]
    let shape = shape(of: instance, number: rendezvous)
    if let lowered = cache[shape] { return lowered }
    let lowered = try model(instance, shape)
    let calibrated = calibrated(instance, lowered)
    cache[shape] = calibrated
    return calibrated
  }

  private func calibrated(
    _ instance: CollectiveInstance, _ lowered: LoweredCollective
  ) -> LoweredCollective {
    guard let measured = calibration(of: instance, lowered) else { return lowered }
    return measured.calibrated(
      lowered, share: share(measured, of: instance, lone: moving(lowered)),
      capacities: map.capacities)
  }

  /// The share of its rate alone that an instance was measured to go at.
  private func share(
    _ measured: Calibration.Class, of instance: CollectiveInstance, lone: Double
  ) -> Double {
    let size = workload.groups[instance.group].ranks.count
    return measured.share(
      options.calibration?.loss ?? .ends, lone: lone,
      bytesPerMember: instance.bytesPerMember(size: size))
  }

  /// Seconds that the bytes of a collective take alone, latency aside.
  private func moving(_ lowered: LoweredCollective) -> Double {
    let latency = lowered.phases.reduce(SimDuration.zero) { $0 + $1.latency }
    return (lowered.loneTime(capacities: map.capacities) - latency).seconds
  }

  /// The collective as the model has it, whatever was measured.
  private func model(
    _ instance: CollectiveInstance, _ shape: Shape
  ) throws -> LoweredCollective {
    guard options.calibration != nil else { return try make(instance) }
    if let lowered = modelled[shape] { return lowered }
    let lowered = try make(instance)
    modelled[shape] = lowered
    return lowered
  }

  private func calibration(
    of instance: CollectiveInstance, _ lowered: LoweredCollective
  ) -> Calibration.Class? {
    options.calibration?.classOf(
      title: instance.title, algorithm: lowered.algorithm,
      bytesPerMember: instance.bytesPerMember(
        size: workload.groups[instance.group].ranks.count))
  }

  private func shape(of instance: CollectiveInstance, number: Int) -> Shape {
    let payload: Shape.Payload =
      switch instance.payload {
      case .none: .none
      case .buffer(let bytes): .buffer(bytes)
      case .matrix(.uniform(let bytes)): .uniform(bytes)
      case .matrix(.rows): .matrix(instance: number)
      case .routed(let routing): .routed(routing)
      }
    return Shape(
      group: instance.group, kind: instance.kind, root: instance.root,
      injectionCap: instance.injectionCap, payload: payload,
      title: options.calibration == nil ? "" : instance.title)
  }

  private func make(_ instance: CollectiveInstance) throws -> LoweredCollective {
    guard let algorithm = CollectiveAlgorithm(for: instance) else {
      return LoweredCollective(algorithm: "none", phases: [])
    }
    let members = workload.groups[instance.group].ranks.map(\.index)
    guard members.count > 1 else {
      return LoweredCollective(algorithm: algorithm.rawValue, phases: [])
    }
    var builder = TransferBuilder(map)
    let latency = try add(instance, algorithm, members, to: &builder)
    if builder.isCutOff { throw map.cutOff(among: members) }
    let transfer = builder.transfer(
      fairness: options.fairness, weight: weight(of: instance),
      injectionCap: instance.injectionCap)
    return LoweredCollective(
      algorithm: algorithm.rawValue,
      phases: [
        LoweredCollective.Phase(
          latency: latency ?? builder.latency, transfers: transfer.map { [$0] } ?? [])
      ])
  }

  /// What instance number `rendezvous` does, pair by pair.
  ///
  /// Direct exchanges go by pair. Along rings and chains, and where ranks forward for others, data
  /// is handed on, so that nobody is done before all are: these start and end together.
  public func lowerToFlows(_ rendezvous: Int) throws -> LoweredFlows {
    let instance = workload.instances[rendezvous]
    let members = workload.groups[instance.group].ranks.map(\.index)
    var builder = FlowBuilder(
      map, members: members, isCapped: instance.injectionCap != nil)
    guard let algorithm = CollectiveAlgorithm(for: instance), members.count > 1 else {
      return builder.lowered(members, order: .together(latency: .zero), options.fairness, weight: 1)
    }
    let latency = try add(instance, algorithm, members, to: &builder)
    if builder.isCutOff { throw map.cutOff(among: members) }
    let coflow = try model(instance, shape(of: instance, number: rendezvous))
    let together = coflow.phases.reduce(SimDuration.zero) { $0 + $1.latency }
    let lowered = builder.lowered(
      members,
      order: algorithm == .direct && latency == nil ? .byPair : .together(latency: together),
      options.fairness, weight: weight(of: instance), injectionCap: instance.injectionCap)
    guard let measured = calibration(of: instance, coflow) else { return lowered }
    let lone = (coflow.loneTime(capacities: map.capacities) - together).seconds
    return measured.calibrated(
      lowered, share: share(measured, of: instance, lone: lone), lone: lone)
  }

  /// The first weight that names the instance's group, or its purpose.
  private func weight(of instance: CollectiveInstance) -> Double {
    let group = workload.groups[instance.group]
    return options.weights.first { $0.claims(group) }?.weight
      ?? 1
  }

  /// Adds the bytes; gives the latency where it is not that of the longest path.
  private func add(
    _ instance: CollectiveInstance, _ algorithm: CollectiveAlgorithm, _ members: [Int],
    to builder: inout some TrafficSink
  ) throws -> SimDuration? {
    switch (algorithm, instance.payload) {
    case (.ring, .buffer(let bytes)):
      return addRings(
        Double(bytes.bytes), rounds: instance.kind == .allReduce ? 2 : 1, members, to: &builder)
    case (.chain, .buffer(let bytes)):
      return addChains(instance, Double(bytes.bytes), members, to: &builder)
    case (.dissemination, _):
      let longest = members.dropFirst().map { map.route(from: members[0], to: $0).latency }.max()
      return (longest ?? .zero) * ceilingLog2(members.count)
    case (.direct, .matrix(let matrix)):
      for (i, source) in members.enumerated() {
        for (j, target) in members.enumerated() {
          builder.add(matrix[i, j], from: source, to: target)
        }
      }
      return nil
    case (.direct, .buffer(let bytes)):
      addRooted(instance, Double(bytes.bytes), members, to: &builder)
      return nil
    case (_, .routed(let routing)):
      TokenRoutes(
        routing, members: members, map: map, deduplication: options.deduplication
      ).add(to: &builder)
      return nil
    default:
      throw Diagnostic(
        .defect, "\(instance.kind.rawValue) can't be lowered by \(algorithm.rawValue)")
    }
  }

  /// One ring for each GPU that every pod has of the group, rotated so that each leaves and enters
  /// its pods elsewhere: all NICs carry their share. Latency is that of the slowest ring: a chunk
  /// crosses all hops but one in each round.
  private func addRings(
    _ bytes: Double, rounds: Int, _ members: [Int], to builder: inout some TrafficSink
  ) -> SimDuration {
    let rings = map.rings(members)
    let steps = Double(rounds * (members.count - 1))
    var slowest = SimDuration.zero
    for ring in rings {
      var hops: [SimDuration] = []
      for (place, member) in ring.enumerated() {
        let next = ring[(place + 1) % ring.count]
        builder.add(
          bytes / Double(rings.count) * steps / Double(ring.count), from: member, to: next)
        hops.append(map.route(from: member, to: next).latency)
      }
      let round = hops.reduce(.zero, +) - (hops.min() ?? .zero)
      slowest = max(slowest, round * rounds)
    }
    return slowest
  }

  /// Chains from the root along the rings, or back to it. Latency is the sum of a chain's hops.
  private func addChains(
    _ instance: CollectiveInstance, _ bytes: Double, _ members: [Int],
    to builder: inout some TrafficSink
  ) -> SimDuration {
    let rings = map.rings(members)
    var slowest = SimDuration.zero
    for ring in rings {
      let root = ring.firstIndex(of: members[instance.root ?? 0]) ?? 0
      var latency = SimDuration.zero
      for step in 0..<ring.count - 1 {
        let (a, b) = (ring[(root + step) % ring.count], ring[(root + step + 1) % ring.count])
        let (from, to) = instance.kind == .broadcast ? (a, b) : (b, a)
        builder.add(bytes / Double(rings.count), from: from, to: to)
        latency += map.route(from: from, to: to).latency
      }
      slowest = max(slowest, latency)
    }
    return slowest
  }

  /// Send, gather, scatter: between the root and each other member.
  private func addRooted(
    _ instance: CollectiveInstance, _ bytes: Double, _ members: [Int],
    to builder: inout some TrafficSink
  ) {
    if instance.kind == .send {
      builder.add(bytes, from: members[0], to: members[1])
      return
    }
    let root = members[instance.root ?? 0]
    for member in members where member != root {
      let share = bytes / Double(members.count)
      if instance.kind == .gather {
        builder.add(share, from: member, to: root)
      } else {
        builder.add(share, from: root, to: member)
      }
    }
  }

  private func ceilingLog2(_ count: Int) -> Int {
    Int.bitWidth - (count - 1).leadingZeroBitCount
  }
}
