public import Quantities
import Simulation
import Trace

/// What the scenarios of one trace say together: which is fastest, whether that means anything, what
/// holds it, and how far to trust it. Plain judgements; a report words them.
///
/// A difference counts only where it exceeds `resolution`. A scenario that is ahead *wins* only where
/// the intervals of the two do not touch as well: else it merely *leads*.
public struct Comparison: Sendable {
  /// What came out.
  public enum Outcome: String, Sendable {
    /// The step moves nothing between ranks.
    case noCommunication = "no_communication"
    /// There is nothing to compare with.
    case single
    /// All take the same time, as far as can be told.
    case tie
    /// Several share the first place, and others are slower.
    case sharedLead = "shared_lead"
    /// One is ahead, by less than the answer's own interval.
    case lead
    /// One is ahead, whatever of the dependencies is believed.
    case win
  }

  /// What the fastest scenario's step is made of.
  public enum Limit: String, Sendable {
    /// Communication: a faster fabric would still help.
    case communication
    /// Host threads.
    case host
    /// Lag that nothing explains.
    case lag
    /// Ranks that wait for one another's compute.
    case imbalance
    /// Compute, behind which communication hides.
    case compute
  }

  /// How far to trust it.
  public enum Trust: String, Sendable {
    case low, fair, good
  }

  /// The outcome.
  public let outcome: Outcome
  /// Positions of the scenarios, the fastest first.
  public let order: [Int]
  /// Those that can't be told from the fastest, itself first.
  public let first: [Int]
  /// The fastest of the others.
  public let next: Int?
  /// By how much the fastest is faster than that one, or than the slowest of a tie.
  public let margin: SimDuration
  /// That as a share of the slower one's step.
  public let marginShare: Double
  /// Differences up to this are none.
  public let resolution: SimDuration
  /// What the fastest's step is made of.
  public let limit: Limit
  /// The link that holds back most of the fastest's transfer time; empty where none does.
  public let heldBy: String
  /// How far to trust it.
  public let trust: Trust

  /// Below this share of a step a difference is none: steps of one job differ by as much.
  public static let smallestShare = 0.01

  /// Compares the scenarios of one trace, at least one.
  public init(_ results: [ScenarioResult]) {
    let order = results.indices.sorted { (results[$0].stepTime, $0) < (results[$1].stepTime, $1) }
    let fastest = results[order[0]]
    let resolution = Self.resolution(fastest)
    let first = order.filter { results[$0].stepTime - fastest.stepTime <= resolution }
    let next = order.first { !first.contains($0) }
    let other = next ?? order[order.count - 1]
    self.order = order
    self.first = first
    self.next = next
    self.resolution = resolution
    margin = results[other].stepTime - fastest.stepTime
    let slower = results[other].stepTime.seconds
    marginShare = slower > 0 ? margin.seconds / slower : 0
    outcome = Self.outcome(results, first: first, next: next)
    limit = Self.limit(fastest)
    heldBy = fastest.collectiveSummaries.first?.bottleneck ?? ""
    trust = Self.trust(fastest)
  }

  /// The larger of a hundredth of the step and what the fluid model's known error does to the
  /// transfers on the critical path.
  private static func resolution(_ result: ScenarioResult) -> SimDuration {
    let share = result.stepTime.seconds * smallestShare
    let error = result.criticalPath.transfer.seconds * result.modelError.high
    return .rounding(seconds: max(share, error)) ?? .zero
  }

  private static func outcome(
    _ results: [ScenarioResult], first: [Int], next: Int?
  ) -> Outcome {
    if results[first[0]].collectives.isEmpty { return .noCommunication }
    if results.count == 1 { return .single }
    guard let next else { return .tie }
    if first.count > 1 { return .sharedLead }
    return results[first[0]].interval.high < results[next].interval.low ? .win : .lead
  }

  private static func limit(_ result: ScenarioResult) -> Limit {
    let step = result.stepTime.seconds
    let path = result.criticalPath
    if (result.stepTime - result.communicationFree).seconds > 0.05 * step { return .communication }
    if path.host.seconds > 0.5 * step { return .host }
    if path.lag.seconds > 0.25 * step { return .lag }
    let waiting = Double(result.meanParts.nanoseconds[2]) * 1e-9
    return waiting > 0.1 * step ? .imbalance : .compute
  }

  private static func trust(_ result: ScenarioResult) -> Trust {
    let step = max(result.stepTime.seconds, 1e-12)
    let lag = result.criticalPath.lag.seconds / step
    let width = (result.interval.high - result.interval.low).seconds / step
    if result.selfCheckError.magnitude > 0.01 || lag > 0.2 || width > 0.25 || result.isSynthetic
      || result.isScheduled || !result.hasDevice
    {
      return .low
    }
    let isWhole = result.tracedRanks == result.rankCount && result.assumedCollectives == 0
    return lag > 0.05 || width > 0.05 || !isWhole ? .fair : .good
  }
}

extension ScenarioResult {
  /// Whether the trace says of itself that nobody measured it.
  public var isSynthetic: Bool { assumptions.contains { $0.code == "synthetic" } }

  /// Whether the trace holds no recorded times, so that its step was never measured.
  public var isScheduled: Bool { assumptions.contains { $0.code == "scheduled" } }
}
