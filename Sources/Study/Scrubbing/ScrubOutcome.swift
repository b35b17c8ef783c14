public import Diagnostics
public import Quantities
public import Trace

/// What scrubbing a trace came to.
public struct ScrubOutcome: Sendable {
  /// The traced ranks.
  public var ranks: Int
  /// Their events.
  public var events: Int
  /// How many different texts of each kind were replaced or removed.
  public var counts: [(kind: Secret.Kind, count: Int)]
  /// How many texts were looked for in what was written, and not found.
  public var searched: Int
  /// The replays of both.
  public var replays: [Replay]
  /// Why neither can be replayed, where the job hung.
  public var refusal: Diagnostic?

  /// One step on one fabric, replayed from the original and from what was written; all figures are the
  /// same.
  public struct Replay: Sendable {
    /// Which step.
    public var step: String
    /// The fabric.
    public var fabric: String
    /// The step with captured durations of collectives.
    public var capturedDurations: (original: SimDuration, scrubbed: SimDuration)
    /// The step on the fabric.
    public var stepTime: (original: SimDuration, scrubbed: SimDuration)
    /// The collectives in it.
    public var collectives: Int
  }
}
