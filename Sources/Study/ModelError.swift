/// How much longer than in the fluid model transfers are known to take, as shares of their time:
/// measured against packets, see "The known error" in the time and fluid model's article.
public struct ModelError: Sendable, Equatable {
  /// What a transfer crosses.
  public enum Network: String, Sendable {
    /// One non-blocking switch tier: a pod.
    case oneSwitch = "one_switch"
    /// Pods and a scale-out network at full bandwidth: not measured, taken to lie anywhere between
    /// the other two.
    case betweenPods = "between_pods"
    /// Pods behind oversubscribed uplinks.
    case oversubscribed
  }

  /// What the scenario's transfers cross.
  public var network: Network

  /// An error.
  public init(_ network: Network) { self.network = network }

  /// The least, as a share.
  public var low: Double { network == .oversubscribed ? 0.09 : 0.02 }

  /// The most, as a share.
  public var high: Double { network == .oneSwitch ? 0.06 : 0.24 }
}
