import Quantities

/// What a collective costs beside its bytes.
public enum LatencyModel: String, Sendable, CaseIterable {
  /// Nothing.
  case none
  /// The fabric's latency of each path that is waited for one after the other.
  case alphaBeta = "alpha-beta"
  /// What NCCL's tuner takes: a base, and a time for each step, by algorithm and protocol. Takes the
  /// place of the fabric's latencies.
  case nccl
}

/// How NCCL tells that data has come, which costs bandwidth or time.
public enum TransportProtocol: String, Sendable, CaseIterable {
  /// 4 bytes of data and 4 of flag at a time.
  case ll = "LL"
  /// 120 bytes of data and 8 of flag.
  case ll128 = "LL128"
  /// Data alone; the end of a large piece is told by itself.
  case simple = "Simple"

  /// The share of what travels that is data. NCCL's tuner itself takes 0.92 for LL128.
  public var efficiency: Double {
    switch self {
    case .ll: 0.5
    case .ll128: 120.0 / 128
    case .simple: 1
    }
  }
}

/// What the latency of a way is taken to be.
enum HopLatency: Sendable {
  /// As the fabric has it.
  case path
  /// So much within a pod, and so much between pods.
  case fixed(inside: SimDuration, across: SimDuration)
}
