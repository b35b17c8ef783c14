import Quantities

/// How far each lane of each rank has come, and why each task started when it did.
struct RankStates {
  private static let none: Int32 = -1

  /// For each rank where its lanes begin in `next` and `isRunning`.
  private var firstLane: [Int] = []
  /// For each lane of each rank the task at its head.
  private var next: [Int32] = []
  private var isRunning: [Bool] = []
  /// For each rank where its tasks begin in the columns below.
  private var firstTask: [Int] = []
  private var starts: [SimTime] = []
  private var ends: [SimTime] = []
  /// The task of the same rank whose end let this one start.
  private var causes: [Int32] = []
  /// For a rendezvous, the member that arrived last, and when transfer began.
  private var transfers: [Int: TransferNote] = [:]

  private struct TransferNote {
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
    causes = Array(repeating: Self.none, count: tasks)
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

  mutating func start(rank: Int, lane: Int, task: Int, cause: Int?) {
    isRunning[firstLane[rank] + lane] = true
    causes[firstTask[rank] + task] = cause.map(Int32.init) ?? Self.none
  }

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

  // MARK: One rank's tasks

  /// When each of a rank's tasks started and ended, and where it met others, since when it
  /// transferred.
  func spans(ofRank rank: Int, taskCount: Int) -> [TaskSpan] {
    (firstTask[rank]..<firstTask[rank] + taskCount).map { index in
      TaskSpan(start: starts[index], transferStart: transfers[index]?.start, end: ends[index])
    }
  }

  // MARK: Critical path

  /// Walks back from the task that ended last: each task to the one that let it start, a
  /// rendezvous to the member that arrived last.
  func criticalPath(_ plan: Plan, start: SimTime, end: SimTime) -> CriticalPath {
    var path = CriticalPath()
    guard var place = lastTask(plan, endingAt: end) else { return path }
    while true {
      let program = plan.programs[plan.programOfRank[place.rank]]
      let index = firstTask[place.rank] + place.task
      var begin = starts[index]
      if let note = transfers[index] {
        begin = max(note.start, start)
        path.transfer += ends[index] - begin
        path.steps.append(
          CriticalPath.Step(rank: place.rank, task: place.task, start: begin, end: ends[index]))
        place = (Int(note.lastArrival.rank), Int(note.lastArrival.task))
      } else {
        add(program.activity[place.task], ends[index] - max(begin, start), to: &path)
        path.steps.append(
          CriticalPath.Step(rank: place.rank, task: place.task, start: begin, end: ends[index]))
      }
      let arrival = firstTask[place.rank] + place.task
      let arrived = starts[arrival]
      guard arrived > start, let cause = cause(arrival) else {
        if arrived > start {
          path.lag += arrived - start
          path.steps[path.steps.count - 1].lag = arrived - start
        }
        break
      }
      let causeEnd = ends[firstTask[place.rank] + cause]
      let waiting = plan.programs[plan.programOfRank[place.rank]].activity[place.task]
      addLag(waiting, arrived - max(causeEnd, start), to: &path)
      guard causeEnd > start else { break }
      place.task = cause
    }
    path.steps.reverse()
    return path
  }

  private func cause(_ index: Int) -> Int? {
    causes[index] == Self.none ? nil : Int(causes[index])
  }

  private func add(_ activity: Activity, _ span: SimDuration, to path: inout CriticalPath) {
    switch activity {
    case .host: path.host += max(.zero, span)
    case .compute: path.compute += max(.zero, span)
    case .localCommunication, .rendezvous: path.transfer += max(.zero, span)
    }
  }

  /// Time between two operations of a host thread is the thread's own work.
  private func addLag(_ activity: Activity, _ span: SimDuration, to path: inout CriticalPath) {
    if activity == .host {
      path.host += span
    } else {
      path.lag += span
      path.steps[path.steps.count - 1].lag = span
    }
  }

  private func lastTask(_ plan: Plan, endingAt end: SimTime) -> (rank: Int, task: Int)? {
    for rank in 0..<plan.observedRanks {
      let program = plan.programs[plan.programOfRank[rank]]
      for task in 0..<program.taskCount
      where ends[firstTask[rank] + task] == end && program.activity[task] != .host {
        return (rank, task)
      }
    }
    return nil
  }
}
