import Diagnostics
import Quantities
import Trace
import Workload

/// One way to carry out a collective.
struct Method {
  let algorithm: CollectiveAlgorithm
  /// The protocol, where latencies are NCCL's.
  let transport: TransportProtocol?
  let channels: Int?
  /// What the latency of a hop is.
  let hop: HopLatency
  /// What is paid once, before all.
  let base: SimDuration

  init(
    _ algorithm: CollectiveAlgorithm, _ transport: TransportProtocol?, channels: Int?,
    _ model: LatencyModel
  ) {
    self.algorithm = algorithm
    self.transport = transport
    self.channels = channels
    guard let transport else {
      (hop, base) = (
        model == .none ? .fixed(inside: .zero, across: .zero) : .path, .zero
      )
      return
    }
    let constants = NCCLTuner.constants(algorithm, transport)
    // Pairs that go by themselves each pay all of it.
    let once = algorithm == .direct ? SimDuration.zero : constants.base
    let each = constants.base - once
    hop = .fixed(inside: each + constants.inside, across: each + constants.across)
    base = once
  }

  /// `ring`, or with a protocol `ring LL128`.
  var name: String { algorithm.rawValue + (transport.map { " " + $0.rawValue } ?? "") }

  /// Adds all bytes to a sink, flags included.
  func filled<Sink: TrafficSink>(
    _ sink: Sink, _ call: CollectiveCall, _ payload: CollectiveInstance.Payload,
    _ deduplication: DeduplicationDomain
  ) throws -> Sink {
    guard let transport, transport.efficiency < 1 else {
      var sink = sink
      try add(call, payload, deduplication, to: &sink)
      return sink
    }
    var inflated = InflatedSink(base: sink, factor: 1 / transport.efficiency)
    try add(call, payload, deduplication, to: &inflated)
    return inflated.base
  }

  private func add(
    _ call: CollectiveCall, _ payload: CollectiveInstance.Payload,
    _ deduplication: DeduplicationDomain, to sink: inout some TrafficSink
  ) throws {
    switch payload {
    case .none:
      guard algorithm == .dissemination else { throw defect(call) }
      Exchanges(call).addDissemination(to: &sink)
    case .buffer(let bytes): try add(Double(bytes.bytes), call, to: &sink)
    case .matrix(let matrix): try add(matrix, call, to: &sink)
    case .routed(let routing):
      TokenRoutes(routing, members: call.members, map: call.map, deduplication: deduplication)
        .add(to: &sink)
    }
  }

  private func add(
    _ bytes: Double, _ call: CollectiveCall, to sink: inout some TrafficSink
  ) throws {
    switch algorithm {
    case .direct: Exchanges(call).addDirect(bytes, to: &sink)
    case .ring: Rings(call).addRings(bytes, to: &sink)
    case .chain: Rings(call).addChains(bytes, to: &sink)
    case .tree: DoubleTree(call).add(bytes, to: &sink)
    case .halvingDoubling: HalvingDoubling(call, bytes: bytes).add(to: &sink)
    case .hierarchical: Hierarchical(call, isInNetwork: false).add(bytes, to: &sink)
    case .inNetwork: InNetwork(call).add(bytes, to: &sink)
    case .pairwise, .railAligned, .dissemination, .dispatch, .combine: throw defect(call)
    }
  }

  private func add(
    _ matrix: SplitMatrix, _ call: CollectiveCall, to sink: inout some TrafficSink
  ) throws {
    switch algorithm {
    case .direct: Exchanges(call).addDirect(matrix, to: &sink)
    case .pairwise: Exchanges(call).addPairwise(matrix, to: &sink)
    case .railAligned: Exchanges(call).addRailAligned(matrix, to: &sink)
    default: throw defect(call)
    }
  }

  private func defect(_ call: CollectiveCall) -> Diagnostic {
    Diagnostic(
      .defect, "\(call.kind.rawValue) can't be carried out by \(algorithm.rawValue)")
  }
}

/// The ways that a collective may be carried out in.
struct Methods {
  private let instance: CollectiveInstance
  private let usual: CollectiveAlgorithm
  private let settings: LoweringSettings
  private let latency: LatencyModel

  init(
    _ instance: CollectiveInstance, _ usual: CollectiveAlgorithm, _ settings: LoweringSettings,
    _ latency: LatencyModel
  ) {
    self.instance = instance
    self.usual = usual
    self.settings = settings
    self.latency = latency
  }

  /// Them, the usual algorithm first; at least one.
  ///
  /// - Parameter obstacle: what keeps an algorithm from it, `nil` where nothing does.
  /// - Throws: a `Diagnostic` where the one that is asked for can't.
  func all(obstacle: (CollectiveAlgorithm) -> String?) throws -> [Method] {
    try algorithms(obstacle).flatMap { algorithm -> [Method] in
      let possible = latency == .nccl ? NCCLTuner.transports(algorithm) : []
      let wanted = possible.filter { $0 == settings.transport ?? $0 }
      // Who has only one protocol keeps it.
      let transports = wanted.isEmpty ? possible : wanted
      guard !transports.isEmpty else {
        return [Method(algorithm, nil, channels: settings.channels, latency)]
      }
      return transports.map { Method(algorithm, $0, channels: settings.channels, latency) }
    }
  }

  private func algorithms(
    _ obstacle: (CollectiveAlgorithm) -> String?
  ) throws -> [CollectiveAlgorithm] {
    if case .routed = instance.payload { return [usual] }
    let choices = CollectiveAlgorithm.choices(for: instance.kind)
    switch settings.choice {
    case nil: return [usual]
    case .least: return choices.filter { obstacle($0) == nil }
    case .named(let named):
      guard choices.contains(named) else { return [usual] }
      if let words = obstacle(named) {
        throw Diagnostic(
          .usage, "\(instance.kind.rawValue) can't go \(named.rawValue): \(words)",
          remedy: "choose another algorithm, or 'least'; where the switches do, say "
            + "--set pod.scale_up.in_network_reduction=true")
      }
      return [named]
    }
  }
}
