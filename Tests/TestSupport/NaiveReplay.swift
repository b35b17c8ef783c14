public import Quantities
public import Simulation

/// A slow and obviously right replay of a plan in which every rendezvous takes a time of its own: starts
/// and ends are set again and again until none changes.
///
/// A task starts when all that it waits for has ended, and its lag has passed. Tasks end after their
/// durations; those of a rendezvous end together, its time after the last of them started. O(tasks²).
public struct NaiveReplay {
  /// For each rank and task when it started.
  public private(set) var starts: [[SimTime]]
  /// For each rank and task when it ended.
  public private(set) var ends: [[SimTime]]

  /// Replays a plan without cycles.
  ///
  /// - Parameter time: of a task of a rendezvous from the last arrival to its own end.
  public init(_ plan: Plan, time: (_ rendezvous: Int, _ program: Int, _ task: Int) -> SimDuration) {
    starts = plan.programOfRank.map { program in
      Array(repeating: .origin, count: plan.programs[program].taskCount)
    }
    ends = starts
    var changed = true
    while changed {
      changed = false
      var lastArrival: [Int: SimTime] = [:]
      for rank in plan.programOfRank.indices {
        let program = plan.programs[plan.programOfRank[rank]]
        for task in 0..<program.taskCount {
          var ready = SimTime.origin
          let lane = program.laneRanges[Int(program.lane[task])]
          if task > lane.lowerBound { ready = ends[rank][task - 1] }
          for predecessor in program.predecessors[program.predecessorRanges[task]] {
            ready = max(ready, ends[rank][Int(predecessor)])
          }
          let start = ready + program.lag[task]
          if start != starts[rank][task] { changed = true }
          starts[rank][task] = start
          guard program.activity[task] == .rendezvous else { continue }
          let meeting = Self.meeting(plan, rank, task)
          lastArrival[meeting] = max(lastArrival[meeting] ?? start, start)
        }
      }
      for rank in plan.programOfRank.indices {
        let number = plan.programOfRank[rank]
        let program = plan.programs[number]
        for task in 0..<program.taskCount {
          var end = starts[rank][task] + program.duration[task]
          if program.activity[task] == .rendezvous {
            let meeting = Self.meeting(plan, rank, task)
            end = (lastArrival[meeting] ?? .origin) + time(meeting, number, task)
          }
          if end != ends[rank][task] { changed = true }
          ends[rank][task] = end
        }
      }
    }
  }

  private static func meeting(_ plan: Plan, _ rank: Int, _ task: Int) -> Int {
    let reference = plan.programs[plan.programOfRank[rank]].rendezvous[task]
    return plan.firstRendezvous[plan.groupsOfRank[rank][Int(reference.slot)]]
      + Int(reference.position)
  }
}
