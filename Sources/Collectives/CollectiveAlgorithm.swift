import Diagnostics
import Quantities
import Simulation
import Trace
import Workload

/// How a collective becomes transfers. Each is one coflow and its latency; S is the whole buffer in
/// bytes, n the number of members, B the bandwidth of a port, α the latency of a path.
///
/// Rings go around the members pod after pod. A group in several pods has one for each GPU that
/// every pod has of it, each leaving the pods elsewhere, as NCCL makes a ring a NIC.
public enum CollectiveAlgorithm: String, Sendable {
  /// Each pair on its own, all at once. All-to-all(-v): α + max over ports of bytes / bandwidth.
  case direct
  /// Around rings. All-reduce: 2(n−1) steps of S/n: 2(n−1)/n · S / B + 2(n−1) · α on one switch, in
  /// general twice the sum of a ring's hop latencies but the shortest; reduce-scatter and all-gather
  /// half of it (Patarasuk and Yuan, JPDC 69(2), 2009).
  case ring
  /// Along rings from the root, pipelined in pieces small against S: S / B + (n−1) · α on one switch,
  /// in general the sum of a chain's hop latencies. Broadcast and reduce.
  case chain
  /// Rounds of pairs at doubling distance, without bytes: ⌈log₂ n⌉ · α. Barrier (Hensgen, Finkel
  /// and Manber, IJPP 17(1), 1988).
  case dissemination
  /// Tokens to experts with a copy a domain, forwarded inside it by the rank of like place (DeepEP): the latency of both paths.
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
