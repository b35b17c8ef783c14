/// Options of lowering.
public struct LoweringOptions: Sendable, Hashable {
  /// Within what tokens are sent once.
  public var deduplication = DeduplicationDomain.pod
  /// Who gets equal shares of a link.
  public var fairness = Fairness.flow

  /// The defaults: a copy a pod, shares a flow.
  public init() {}
}

/// Within what a token is sent once, whichever of its experts are there.
public enum DeduplicationDomain: String, Sendable, CaseIterable {
  /// Not at all: a copy for each expert.
  case none
  /// A copy for each rank that holds experts of the token.
  case rank
  /// A copy across for each node, forwarded inside it to its ranks.
  case node
  /// A copy across for each pod, forwarded inside it to its ranks.
  case pod
}

/// Who gets equal shares of a link.
public enum Fairness: String, Sendable, CaseIterable {
  /// Every flow of every collective: a large group has many.
  case flow
  /// Every collective, whatever its size.
  case collective
}
