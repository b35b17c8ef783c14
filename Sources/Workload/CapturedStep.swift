public import Quantities
import Trace

/// What the capture says of the chosen step.
public struct CapturedStep: Sendable {
  /// From the earliest start to the latest end over all traced ranks: of GPU operations where there
  /// are any.
  public var start: SimTime
  /// The latest end.
  public var end: SimTime
  /// Its number, where the capture marks it.
  public var number: Int?
  /// The longest host mark of the step, where there is one.
  public var hostStep: SimDuration?
  /// For each traced rank the parts of its time. With one traced rank waiting can't be told from
  /// transfer and counts as transfer.
  public var parts: [TimeParts]
  /// Whether its times were made up of durations and dependencies: then nothing can be held against
  /// them.
  public var isScheduled = false
  /// What is known of the ranks' clocks.
  public var clocks = ClockReport()

  /// The length of the window.
  public var stepTime: SimDuration { end - start }
}
