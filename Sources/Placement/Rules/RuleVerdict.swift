/// What came of a rule.
public struct RuleVerdict: Sendable {
  /// How it ended.
  public enum Outcome: String, Sendable {
    case passed, failed
    /// The trace has nothing that the rule asks of, and the rule may go without.
    case notApplicable = "not_applicable"
  }

  /// Something that breaks it.
  public struct Offender: Sendable {
    /// What it is called: a group's label, a link's name.
    public var name: String
    /// What about it breaks the rule.
    public var words: String
    /// The ranks concerned, a few of them.
    public var ranks: [Int]
    /// How many they are.
    public var rankCount: Int
    /// The nodes that they lie in, a few of them.
    public var nodes: [Int]
    /// How many these are.
    public var nodeCount: Int
  }

  /// The rule.
  public var rule: PlacementRule
  /// How it ended.
  public var outcome: Outcome
  /// What was found, where it is a number; in the limit's unit.
  public var figure: Double?
  /// What it may be at most.
  public var limit: Double?
  /// What breaks it, the first few.
  public var offenders: [Offender] = []
  /// How many there are.
  public var offenderCount = 0

  /// Whether the check fails on its account.
  public var isFailure: Bool { outcome == .failed && rule.severity == .error }

  /// How many offenders, and of one how many ranks and nodes, are named.
  public static let mostNamed = 8
}
