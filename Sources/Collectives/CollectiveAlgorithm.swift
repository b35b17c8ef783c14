public import Trace
import Workload

/// How a collective becomes transfers, each in `Algorithms` a file of its own. S is the whole buffer in
/// bytes, n the number of members, B the bandwidth of a port, α the latency of a path; closed forms are
/// those of one switch, and of p pods of m members each where pods are named, with B_u inside and B_o out.
///
/// Where an algorithm has *stages*, bytes are forwarded from one to the next; `Stages` says whether they
/// overlap. Where it has *rounds*, what is sent in one is made of all that came in the one before, and
/// they never do: each is a phase of its own.
///
/// Rings go around the members pod after pod. A group in several pods has one for each GPU that
/// every pod has of it, each leaving the pods elsewhere, as NCCL makes a ring a NIC.
public enum CollectiveAlgorithm: String, Sendable, CaseIterable {
  /// Each pair on its own, all at once. All-to-all(-v): α + max over ports of bytes / bandwidth;
  /// reduce-scatter and all-gather: α + (n−1)/n · S / B; gather and scatter the same, at the root's
  /// port; broadcast and reduce: α + (n−1) · S / B; send: α + S / B.
  case direct
  /// Around rings. All-reduce: 2(n−1) steps of S/n: 2(n−1)/n · S / B + 2(n−1) · α on one switch, in
  /// general twice the sum of a ring's hop latencies but the shortest; reduce-scatter and all-gather
  /// half of it (Patarasuk and Yuan, JPDC 69(2), 2009).
  case ring
  /// Along rings from the root, pipelined in pieces small against S: S / B + (n−1) · α on one switch,
  /// in general the sum of a chain's hop latencies. Broadcast and reduce.
  case chain
  /// All-reduce: up and down two binary trees, each with half of the buffer, whose inner members are
  /// the leaves of the other, pipelined: 2S / B + 2⌈log₂ n⌉ · α from n = 4 on, 3/2 · S / B of 3 members
  /// and S / B of 2 (Sanders, Speck and Träff, Parallel Computing 35(12), 2009; NCCL since 2.4, whose
  /// shape of trees this is). Over pods, as in NCCL over nodes, a chain in each pod and the trees between
  /// their heads, m times over with other heads:
  /// max(2(m−1)/m · S / B_u, 2S / (m · B_o)) from p = 4 on + 2((m−1) · α_u + ⌈log₂ p⌉ · α_o).
  case tree
  /// Rounds between pairs at doubling distance. All-reduce halves what it sends from round to round and
  /// then doubles it: 2(n−1)/n · S / B + 2 log₂ n · α; reduce-scatter the first half of it, all-gather
  /// the second (Thakur, Rabenseifner and Gropp, IJHPCA 19(1), 2005). Where n = 2^k + r, as in MPICH the
  /// first 2r members fold into r before, two by two, and unfold after, and 2^k take part: all-reduce
  /// 2(2^k−1)/2^k · S / B + 2k · α + 2(S / B + α). Folding a reduce-scatter takes S / B + α before and
  /// S / (nB) + α after, an all-gather the same the other way round but (n−1)/n · S / B, and in its rounds
  /// who stands for two has the blocks of both.
  case halvingDoubling = "halving-doubling"
  /// All-reduce in two levels: each pod reduces and scatters over its members, those of like place
  /// reduce around a ring over the pods, each pod gathers. Three stages; inside the pods all pairs at
  /// once. Serial: 2((m−1)/m · S / B_u + α_u) + 2(p−1)/p · S / (m · B_o) + 2(p−1) · α_o (as BlueConnect of
  /// Cho et al., MLSys 2019, does with rings inside). Where pods differ in members, as many shards as the
  /// smallest has of them. In one pod: reduce-scatter and all-gather, direct.
  case hierarchical
  /// The switches of a pod add up what is read through them and copy what is written (NVLS in NCCL;
  /// Klenk et al., ISCA 2020): all-reduce (n+1)/n · S / B + 2α, a member's own part goes through the
  /// switch too; reduce-scatter and all-gather S / B + α. Only where the fabric says
  /// `in_network_reduction`. All-reduce over pods has this inside and rings between, in three stages:
  /// serial 2(S / B_u + α_u) + 2(p−1)/p · S / (m · B_o) + 2(p−1) · α_o.
  case inNetwork = "in-network"
  /// All-to-all(-v) in n−1 rounds; in round k each member sends to the k-th behind it: the sum over
  /// rounds of α + the largest of its bytes / B; even (n−1)(α + S / (nB)) with S a member's buffer
  /// (pairwise exchange, Thakur et al. 2005).
  case pairwise
  /// All-to-all(-v) in two stages: inside a node, or a pod that has none, to the GPU whose place is the
  /// receiver's, and from there across on its rail (PXN of NCCL 2.12). Even, with b a pair and p nodes of m:
  /// (m−1)b + (n−m)(m−1)/m · b inside, (n−m)b across; serial the sum of both times, α_u + α_o.
  case railAligned = "rail-aligned"
  /// Rounds of pairs at doubling distance, without bytes: ⌈log₂ n⌉ · α. Barrier (Hensgen, Finkel
  /// and Manber, IJPP 17(1), 1988).
  case dissemination
  /// Tokens to experts with a copy a domain, forwarded inside it by the rank of like place (DeepEP): the
  /// latency of both paths. Two stages: across, and inside.
  case dispatch
  /// Partial sums of experts added inside a domain by the rank of like place, one of them sent back
  /// (DeepEP). The same stages backwards.
  case combine

  /// The algorithm that carries out a collective where nothing else is said; `nil` where there is
  /// nothing to carry out.
  init?(for instance: CollectiveInstance) {
    if case .routed(let routing) = instance.payload {
      self = routing.direction == .dispatch ? .dispatch : .combine
      return
    }
    guard let usual = Self.choices(for: instance.kind).first else { return nil }
    self = usual
  }

  /// What can carry out a kind, the usual one first. Routed tokens, a kind of all-to-all, have no
  /// choice but their deduplication domain.
  public static func choices(for kind: CollectiveKind) -> [CollectiveAlgorithm] {
    switch kind {
    case .allReduce: [.ring, .tree, .halvingDoubling, .hierarchical, .inNetwork]
    case .reduceScatter, .allGather: [.ring, .direct, .halvingDoubling, .inNetwork]
    case .broadcast, .reduce: [.chain, .direct]
    case .barrier: [.dissemination]
    case .send, .receive, .gather, .scatter: [.direct]
    case .allToAll: [.direct, .pairwise, .railAligned]
    case .metadata: []
    }
  }

  /// Whether each round has to wait for the one before.
  var hasRounds: Bool { self == .halvingDoubling || self == .pairwise }
}
