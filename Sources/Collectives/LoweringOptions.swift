public import Trace

/// Options of lowering.
public struct LoweringOptions: Sendable, Hashable {
  /// Within what tokens are sent once.
  public var deduplication = DeduplicationDomain.pod
  /// Who gets equal shares of a link.
  public var fairness = Fairness.flow

  /// Groups whose collectives claim more or less than their share, by name or purpose.
  public var weights: [GroupWeight] = []

  /// What carries out which collectives, the first that says something first; usual ones where none does.
  public var rules: [AlgorithmRule] = []
  /// Whether stages of a collective overlap.
  public var stages = Stages.pipelined
  /// What collectives cost beside their bytes.
  public var latency = LatencyModel.alphaBeta

  /// What collectives were measured to take; `nil` for what the model says.
  public var calibration: Calibration?

  /// The defaults: a copy a pod, shares a flow.
  public init() {}
}

/// What the claims of a group's collectives are multiplied by.
public struct GroupWeight: Sendable, Hashable {
  /// The name or purpose of the groups.
  public var group: String
  /// More than 0.
  public var weight: Double

  /// A weight.
  public init(group: String, weight: Double) {
    self.group = group
    self.weight = weight
  }

  /// Whether it names a group, or the group's purpose.
  public func claims(_ group: ProcessGroup) -> Bool {
    self.group == group.name || self.group == group.purpose
  }
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

/// How the stages of a collective whose bytes are forwarded follow one another.
public enum Stages: String, Sendable, CaseIterable {
  /// In pieces small against the whole: all bytes move at once.
  case pipelined
  /// Each when the one before it is over.
  case serial
}

/// Who gets equal shares of a link.
public enum Fairness: String, Sendable, CaseIterable {
  /// Every flow of every collective: a large group has many.
  case flow
  /// Every collective, whatever its size.
  case collective
}
