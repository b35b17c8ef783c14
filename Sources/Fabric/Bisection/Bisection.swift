public import Quantities

/// What is known of a bisection bandwidth.
public enum Bisection: Sendable, Equatable {
  /// The least of all halvings.
  case exact(Bandwidth)
  /// That of one halving: the least of all is at most this.
  case atMost(Bandwidth)
  /// Nothing, and why.
  case notComputed(String)

  /// The bandwidth, where it is exact.
  public var bandwidth: Bandwidth? {
    if case .exact(let bandwidth) = self { bandwidth } else { nil }
  }
}
