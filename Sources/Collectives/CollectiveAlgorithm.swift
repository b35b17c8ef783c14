import Diagnostics
import Quantities
import Simulation
import Trace
import Workload

/// How a collective becomes transfers. Each is one coflow and its latency; S is the whole buffer in
/// bytes, n the number of members, α the longest latency of a path used.
///
/// Ring collectives go around the members in order of their GPUs, so that a ring crosses between
/// pods as rarely as it can.
public enum CollectiveAlgorithm: String, Sendable {
  /// Each pair on its own, all at once. All-to-all(-v): α + max over ports of bytes / bandwidth.
  case direct
  /// Around a ring. All-reduce: 2(n−1) steps of S/n: 2(n−1)/n · S / B + 2(n−1) · α; reduce-scatter
  /// and all-gather half of it (Patarasuk and Yuan, JPDC 69(2), 2009).
  case ring
  /// Along a chain, pipelined in pieces small against S: S / B + (n−1) · α. Broadcast and reduce.
  case chain
  /// Rounds of pairs at doubling distance, without bytes: ⌈log₂ n⌉ · α. Barrier (Hensgen, Finkel
  /// and Manber, IJPP 17(1), 1988).
  case dissemination
  /// Tokens to experts with a copy a domain, forwarded inside it by the rank of like place (DeepEP).
  case dispatch
  /// Partial sums of experts added inside a domain by the rank of like place, one of them sent back
  /// (DeepEP).
  case combine

  /// The algorithm that carries out a collective here; `nil` where there is none yet.
  init?(for instance: CollectiveInstance) {
    switch instance.kind {
    case .allReduce, .reduceScatter, .allGather: self = .ring
    case .broadcast, .reduce: self = .chain
    case .barrier: self = .dissemination
    case .send, .receive, .gather, .scatter: self = .direct
    case .metadata: return nil
    case .allToAll:
      guard case .routed(let routing) = instance.payload else {
        self = .direct
        return
      }
      self = routing.direction == .dispatch ? .dispatch : .combine
    }
  }
}

/// Options of lowering.
public struct LoweringOptions: Sendable, Hashable {
  /// Within what tokens are sent once.
  public var deduplication = DeduplicationDomain.pod
  /// Who gets equal shares of a link.
  public var fairness = Fairness.flow

  /// The defaults: a copy a pod, shares a flow.
  public init() {}
}
