import Quantities
import Trace

/// To which of a rank's marked steps its events belong.
///
/// An operation belongs to the step in which the host launched it: the last that began before the
/// launch, and had not ended if it is the last of all. Where no launch is recorded its own start
/// decides; what the GPU does unlaunched may well outlast the host's last mark.
struct StepAssignment {
  /// The marks, in order of start.
  let marks: [StepMark]
  /// Of each event the place of its step in `marks`; `nil` for what belongs to none.
  let stepOfEvent: [Int?]

  /// - Complexity: O(events × log steps).
  init(_ rank: RankTrace) {
    let marks = rank.steps
    self.marks = marks
    stepOfEvent = rank.events.indices.map { index in
      let event = rank.events[index]
      let launch = event.launchedBy.map { rank.events[$0].start }
      let decisive = launch ?? event.start
      guard let step = Self.lastStarted(marks, by: decisive) else { return nil }
      let outlasts = event.kind.isOnDevice && launch == nil
      // Marks that start together are one step's, and the next one's is what ends it.
      guard marks[step].start == marks[marks.count - 1].start, !outlasts else { return step }
      return decisive < marks[step].end ? step : nil
    }
  }

  private static func lastStarted(_ marks: [StepMark], by time: SimTime) -> Int? {
    var (low, high) = (0, marks.count)
    while low < high {
      let middle = (low + high) / 2
      if marks[middle].start <= time { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? low - 1 : nil
  }
}
