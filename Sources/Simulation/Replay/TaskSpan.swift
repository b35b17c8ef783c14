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
    let program = plan.programs[plan.programOfRank[rank]]
    return (0..<program.taskCount).map { task in
      TaskSpan(
        start: ranks.start(rank: rank, task: task),
        transferStart: transferStart(rank: rank, task: task, program),
        end: ranks.end(rank: rank, task: task))
    }
  }

  /// When the transfer of a rendezvous that a rank stayed in began for it.
  func transferStart(rank: Int, task: Int, _ program: PlanProgram) -> SimTime? {
    guard program.activity[task] == .rendezvous, !leaves(program, task) else { return nil }
    if timing == .lowered, tier == .flow { return ranks.note(rank: rank, task: task)?.start }
    return result.collectives[plan.rendezvous(rank: rank, program.rendezvous[task])].lastArrival
  }
}
