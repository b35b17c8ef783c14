import Quantities
import Trace

/// From the clock of one host to that of the job: an offset, and a drift about a moment.
///
/// Events of a rank keep their order: a drift is far smaller than 1.
struct ClockMap: Sendable, Equatable {
  /// What is added at the moment `pivot`.
  var offset: SimDuration
  /// Seconds gained in a second.
  var drift = 0.0
  /// Where, in the host's clock from the rank's own origin, the drift adds nothing.
  var pivot = SimTime.origin

  /// The time in the job's clock.
  func callAsFunction(_ time: SimTime) -> SimTime {
    guard drift != 0 else { return time + offset }
    let gained = (time - pivot).seconds * drift
    return time + offset + (SimDuration.rounding(seconds: gained) ?? .zero)
  }

  /// The event in the job's clock.
  func callAsFunction(_ event: TraceEvent) -> TraceEvent {
    var mapped = event
    mapped.start = self(event.start)
    mapped.duration = self(event.end) - mapped.start
    return mapped
  }
}
