public import Quantities
public import Trace

/// What is known of the clocks of the traced ranks, host by host.
public struct ClockReport: Sendable {
  /// How the clock of a host was brought to that of the job.
  public enum Status: String, Sendable {
    /// It is the job's.
    case reference
    /// Fitted to collectives that end together.
    case fitted
    /// Nothing ends together with others by nature; that no collective ends before its last start
    /// bounds it.
    case bounded
    /// Nothing ties it to others: taken as recorded.
    case recorded
    /// Nothing ties it to others, and as recorded it can't be right: its step is laid beside theirs.
    case laidBeside = "laid_beside"
    /// What ties it contradicts itself: taken as recorded.
    case contradictory

    /// Whether it is known how far the clock is off.
    public var isKnown: Bool { self == .reference || self == .fitted }
  }

  /// One host.
  public struct Host: Sendable {
    /// Its name; `nil` where captures don't say, or ranks are taken each for itself.
    public var name: String?
    /// Its traced ranks.
    public var ranks: [RankID]
    /// How its clock is known.
    public var status: Status
    /// What is added to its recorded clock, at the middle of the step; `nil` where that counts from
    /// another epoch than the job's.
    public var offset: SimDuration? = .zero
    /// What it gains, in parts per million.
    public var driftPPM = 0.0
    /// How far ends lie from those of the other hosts, median and at most, over collectives that the
    /// fit has not seen.
    public var residual: (median: SimDuration, most: SimDuration)?
    /// The offsets that no collective contradicts, where that is all that is known.
    public var bounds: (low: SimDuration?, high: SimDuration?)?
  }

  /// The hosts, the reference first, in order of their first ranks.
  public var hosts: [Host] = []
  /// Collectives that end together by nature, with two traced members or more.
  public var endingTogether = 0
  /// How far apart the ends of one of those lie, after all corrections: median and at most.
  public var endSpread: (median: SimDuration, most: SimDuration)?

  /// A report of nothing.
  public init() {}
}
