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
  private let linkBytes: LinkBytes.Pool
  private var cache: [Shape: LoweredCollective] = [:]
  /// The same before calibration, and how it is carried out.
  private var modelled: [Shape: Modelled] = [:]

  /// A collective as the model has it.
  private struct Modelled {
    var lowered: LoweredCollective
    /// `nil` where there is nothing to carry out.
    var method: Method?
  }
  /// Flow by flow, as long as they are few enough to keep.
  private var cachedFlows: [Shape: LoweredFlows] = [:]
  private var cachedFlowCount = 0
  /// Some 100 MB of them.
  private static let cachedFlowLimit = 1 << 20

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
    linkBytes = LinkBytes.Pool(links: map.links.count)
  }

  /// What instance number `rendezvous` of the workload does.
  public func lower(_ rendezvous: Int) throws -> LoweredCollective {
    let instance = workload.instances[rendezvous]
    let shape = shape(of: instance, number: rendezvous)
    if let lowered = cache[shape] { return lowered }
    let lowered = try model(instance, shape).lowered
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
  private func model(_ instance: CollectiveInstance, _ shape: Shape) throws -> Modelled {
    if let known = modelled[shape] { return known }
    let made = try make(instance)
    modelled[shape] = made
    return made
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
      injectionCap: settings(of: instance).injectionCap, payload: payload,
      title: options.calibration == nil ? "" : instance.title)
  }

  private func settings(of instance: CollectiveInstance) -> LoweringSettings {
    options.settings(of: instance, in: workload.groups[instance.group])
  }

  /// Of the methods that may carry it out, the one that takes the least time alone; the first of equals.
  private func make(_ instance: CollectiveInstance) throws -> Modelled {
    guard let usual = CollectiveAlgorithm(for: instance) else {
      return Modelled(lowered: LoweredCollective(algorithm: "none", phases: []))
    }
    let members = workload.groups[instance.group].ranks.map(\.index)
    guard members.count > 1 else {
      return Modelled(lowered: LoweredCollective(algorithm: usual.rawValue, phases: []))
    }
    let settings = settings(of: instance)
    let methods = try Methods(instance, usual, settings, options.latency).all { algorithm in
      algorithm == .inNetwork
        ? InNetwork.obstacle(call(instance, map, settings.channels)) : nil
    }
    var best = Modelled(lowered: try make(instance, methods[0]), method: methods[0])
    guard methods.count > 1 else { return best }
    var least = best.lowered.loneTime(capacities: map.capacities)
    for method in methods.dropFirst() {
      let lowered = try make(instance, method)
      let time = lowered.loneTime(capacities: map.capacities)
      if time < least { (least, best) = (time, Modelled(lowered: lowered, method: method)) }
    }
    return best
  }

  private func call(
    _ instance: CollectiveInstance, _ map: LinkMap, _ channels: Int?
  ) -> CollectiveCall {
    CollectiveCall(
      kind: instance.kind, members: workload.groups[instance.group].ranks.map(\.index),
      root: instance.root, map: map, channels: channels)
  }

  private func make(
    _ instance: CollectiveInstance, _ method: Method
  ) throws -> LoweredCollective {
    let timed = map.timed(method.hop)
    let claim = TransferBuilder.Claim(
      fairness: options.fairness, weight: weight(of: instance),
      injectionCap: settings(of: instance).injectionCap)
    let builder = TransferBuilder(
      timed, claim,
      keepsStagesApart: method.algorithm.hasRounds || options.stages == .serial, linkBytes)
    var filled = try method.filled(
      builder, call(instance, timed, method.channels), instance.payload, options.deduplication)
    if filled.isCutOff {
      throw map.cutOff(among: workload.groups[instance.group].ranks.map(\.index))
    }
    return LoweredCollective(
      algorithm: method.name, phases: filled.phases(base: method.base))
  }

  /// What instance number `rendezvous` does, pair by pair.
  ///
  /// Direct exchanges go by pair. Along rings, chains and trees, and where ranks forward for others, data
  /// is handed on, so that nobody is done before all are: these start and end together. Stages and
  /// rounds that follow one another start together too, behind all their latencies: flows have no order
  /// among them, so that the sum of rounds over unlike links comes out as little as the fullest link's.
  public func lowerToFlows(_ rendezvous: Int) throws -> LoweredFlows {
    let instance = workload.instances[rendezvous]
    let shape = shape(of: instance, number: rendezvous)
    // A matrix comes once.
    if case .matrix = shape.payload { return try makeFlows(instance, shape) }
    if let lowered = cachedFlows[shape] { return lowered }
    let lowered = try makeFlows(instance, shape)
    if cachedFlowCount + lowered.flows.count <= Self.cachedFlowLimit {
      cachedFlows[shape] = lowered
      cachedFlowCount += lowered.flows.count
    }
    return lowered
  }

  private func makeFlows(_ instance: CollectiveInstance, _ shape: Shape) throws -> LoweredFlows {
    let members = workload.groups[instance.group].ranks.map(\.index)
    let coflow = try model(instance, shape)
    let cap = settings(of: instance).injectionCap
    let timed = map.timed(coflow.method?.hop ?? .path)
    let empty = FlowBuilder(timed, members: members, isCapped: cap != nil)
    guard let method = coflow.method else {
      return empty.lowered(members, order: .together(latency: .zero), options.fairness, weight: 1)
    }
    let builder = try method.filled(
      empty, call(instance, timed, method.channels), instance.payload, options.deduplication)
    if builder.isCutOff { throw map.cutOff(among: members) }
    let together = coflow.lowered.phases.reduce(SimDuration.zero) { $0 + $1.latency }
    let lowered = builder.lowered(
      members, order: method.algorithm == .direct ? .byPair : .together(latency: together),
      options.fairness, weight: weight(of: instance), injectionCap: cap)
    guard let measured = calibration(of: instance, coflow.lowered) else { return lowered }
    let lone = (coflow.lowered.loneTime(capacities: map.capacities) - together).seconds
    return measured.calibrated(
      lowered, share: share(measured, of: instance, lone: lone), lone: lone)
  }

  /// All that ranks send to each other in instance number `rendezvous`, put into `sink`.
  func trace<Sink: TrafficSink>(_ rendezvous: Int, into sink: Sink) throws -> Sink {
    let instance = workload.instances[rendezvous]
    guard
      let method = try model(instance, shape(of: instance, number: rendezvous)).method
    else { return sink }
    return try method.filled(
      sink, call(instance, map.timed(method.hop), method.channels), instance.payload,
      options.deduplication)
  }

  /// The first weight that names the instance's group, or its purpose.
  private func weight(of instance: CollectiveInstance) -> Double {
    let group = workload.groups[instance.group]
    return options.weights.first { $0.claims(group) }?.weight
      ?? 1
  }
}
