public import Quantities

/// When one task of a rank ran.
public struct TaskSpan: Sendable, Equatable {
  /// When it started; for a rendezvous, when its rank arrived.
  public var start: SimTime
  /// For a rendezvous that the rank stayed in, when its last member had arrived.
  public var transferStart: SimTime?
  /// When it ended.
  public var end: SimTime

  /// A span.
  public init(start: SimTime, transferStart: SimTime?, end: SimTime) {
    self.start = start
    self.transferStart = transferStart
    self.end = end
  }
}

extension Replayer {
  /// After `run`, when each of a rank's tasks ran, in the order of its program. O(tasks).
  public func spans(ofRank rank: Int) -> [TaskSpan] {
    ranks.spans(
      ofRank: rank, taskCount: plan.programs[plan.programOfRank[rank]].taskCount)
  }
}
