/// The four parts of a rank's time in a window. They are found one by one, and add up to it.
public struct TimeParts: Sendable, Equatable {
  /// A compute operation runs.
  public var compute: SimDuration = .zero
  /// No compute; a collective is in flight and all peers it needs have arrived.
  public var exposedTransfer: SimDuration = .zero
  /// No compute and no transfer; a collective is in flight and a peer is missing.
  public var waiting: SimDuration = .zero
  /// Anything else, both edges of the window included.
  public var lag: SimDuration = .zero

  /// Nothing yet.
  public init() {}

  /// The four together.
  public var sum: SimDuration { compute + exposedTransfer + waiting + lag }
}
