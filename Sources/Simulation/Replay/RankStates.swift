import Quantities

/// How far each lane of each rank has come, and when each task ran.
struct RankStates {
  /// For each rank where its lanes begin in `next` and `isRunning`.
  private var firstLane: [Int] = []
  /// For each lane of each rank the task at its head.
  private var next: [Int32] = []
  private var isRunning: [Bool] = []
  /// For each rank where its tasks begin in the columns below.
  private var firstTask: [Int] = []
  private var starts: [SimTime] = []
  private var ends: [SimTime] = []
  /// In the flow tier, where members begin one by one: the one that let a member begin, and when.
  private var transfers: [Int: TransferNote] = [:]

  struct TransferNote {
    var lastArrival: Traffic.Arrival
    var start: SimTime
  }

  init(_ plan: Plan) {
    var tasks = 0
    for index in plan.programOfRank {
      let program = plan.programs[index]
      firstLane.append(next.count)
      firstTask.append(tasks)
      next.append(contentsOf: program.laneRanges.map { Int32($0.lowerBound) })
      tasks += program.taskCount
    }
    isRunning = Array(repeating: false, count: next.count)
    starts = Array(repeating: .origin, count: tasks)
    ends = Array(repeating: .origin, count: tasks)
  }

  /// The task at the head of a lane, if it may start.
  func readyHead(rank: Int, lane: Int, _ program: PlanProgram) -> Int? {
    let place = firstLane[rank] + lane
    let task = Int(next[place])
    guard !isRunning[place], task < program.laneRanges[lane].upperBound else { return nil }
    return unended(rank: rank, task: task, program) == nil ? task : nil
  }

  /// A predecessor of a task that has not ended.
  private func unended(rank: Int, task: Int, _ program: PlanProgram) -> Int? {
    for index in program.predecessorRanges[task] {
      let predecessor = program.predecessors[index]
      // Lanes run in order: whatever lies before the head has ended.
      if next[firstLane[rank] + Int(program.lane[Int(predecessor)])] <= predecessor {
        return Int(predecessor)
      }
    }
    return nil
  }

  mutating func start(rank: Int, lane: Int) { isRunning[firstLane[rank] + lane] = true }

  mutating func noteStart(rank: Int, task: Int, at now: SimTime) {
    starts[firstTask[rank] + task] = now
  }

  mutating func noteTransfer(
    rank: Int, task: Int, lastArrival: Traffic.Arrival, at start: SimTime
  ) {
    transfers[firstTask[rank] + task] = TransferNote(lastArrival: lastArrival, start: start)
  }

  mutating func finish(rank: Int, task: Int, lane: Int, at now: SimTime) {
    let place = firstLane[rank] + lane
    next[place] = Int32(task + 1)
    isRunning[place] = false
    ends[firstTask[rank] + task] = now
  }

  // MARK: What never ran

  /// The heads of lanes that did not come to their end, and what holds each.
  func blocked(_ plan: Plan, missing: (Int) -> Int) -> [BlockedTask] {
    var blocked: [BlockedTask] = []
    for rank in plan.programOfRank.indices {
      let program = plan.programs[plan.programOfRank[rank]]
      for (lane, range) in program.laneRanges.enumerated() {
        let task = Int(next[firstLane[rank] + lane])
        guard task < range.upperBound else { continue }
        if let predecessor = unended(rank: rank, task: task, program) {
          blocked.append(BlockedTask(rank: rank, task: task, reason: .task(predecessor)))
        } else if program.activity[task] == .rendezvous {
          let rendezvous = plan.rendezvous(rank: rank, program.rendezvous[task])
          blocked.append(
            BlockedTask(
              rank: rank, task: task,
              reason: .rendezvous(rendezvous, missing: missing(rendezvous))))
        }
      }
    }
    return blocked
  }

  // MARK: When things ran

  func start(rank: Int, task: Int) -> SimTime { starts[firstTask[rank] + task] }

  func end(rank: Int, task: Int) -> SimTime { ends[firstTask[rank] + task] }

  /// What is noted of a member that began by itself.
  func note(rank: Int, task: Int) -> TransferNote? {
    transfers.isEmpty ? nil : transfers[firstTask[rank] + task]
  }
}
