import Quantities

/// The constants of NCCL's cost model: time = base + steps · hop + bytes / bandwidth.
///
/// From `src/graph/tuning.cc` of NCCL 2.28.7, NVLink within a pod and a network between pods; NVLS as in
/// the versions that take 23 µs for it. What NCCL has no name for steps as its rings do, whose primitives
/// it would be made of. Not taken over: limits of bandwidth by GPU generation and channel (a rule's
/// `injection_cap_gbps` can), corrections of trees by size, the network's overhead of 1 µs.
enum NCCLTuner {
  struct Constants {
    var base: SimDuration
    var inside: SimDuration
    var across: SimDuration

    /// In nanoseconds.
    init(base: Int64, inside: Int64, across: Int64) {
      self.base = .nanoseconds(base)
      self.inside = .nanoseconds(inside)
      self.across = .nanoseconds(across)
    }
  }

  /// What an algorithm costs with a protocol.
  static func constants(
    _ algorithm: CollectiveAlgorithm, _ transport: TransportProtocol
  ) -> Constants {
    switch (algorithm, transport) {
    case (.inNetwork, _): Constants(base: 23_000, inside: 0, across: 14_000)
    case (.tree, .ll): Constants(base: 6_800, inside: 600, across: 5_000)
    case (.tree, .ll128): Constants(base: 14_000, inside: 1_250, across: 8_500)
    case (.tree, .simple): Constants(base: 8_400, inside: 4_000, across: 14_000)
    case (_, .ll): Constants(base: 6_600, inside: 600, across: 2_700)
    case (_, .ll128): Constants(base: 14_000, inside: 1_900, across: 4_000)
    case (_, .simple): Constants(base: 8_400, inside: 3_400, across: 14_000)
    }
  }

  /// The protocols that an algorithm may take; none where it is not NCCL's kernels that move.
  static func transports(_ algorithm: CollectiveAlgorithm) -> [TransportProtocol] {
    switch algorithm {
    case .ring, .tree, .chain, .halvingDoubling, .hierarchical: [.simple, .ll128, .ll]
    case .direct, .pairwise, .railAligned, .inNetwork: [.simple]
    case .dissemination: [.ll]
    case .dispatch, .combine: []
    }
  }
}
