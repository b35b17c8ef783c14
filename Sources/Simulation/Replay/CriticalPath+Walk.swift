import Quantities

// Walking back from the end of a step to its start: each task to what held it longest, a rendezvous
// to the member that came last. Where several did, what is found hangs on numbers alone and not on the
// order of events, so that a folded step has the same path as the whole one.
extension Replayer {
  /// After `run`, the critical path of the ranks of `whole`, which is this replay's plan or one that
  /// was folded to it.
  ///
  /// - Parameter place: for each rank of `whole` the one that stands for it here.
  /// - Complexity: O(tasks of a rank, steps of the path and their groups' members).
  public func criticalPath(of whole: Plan, standIn place: (Int) -> Int) -> CriticalPath {
    var path = CriticalPath()
    let start = result.start
    guard var step = lastTask(whole, place) else { return path }
    let meetings = Meetings(whole)
    while true {
      let stands = place(step.rank)
      let program = plan.programs[plan.programOfRank[stands]]
      var begin = ranks.start(rank: stands, task: step.task)
      let taskEnd = ranks.end(rank: stands, task: step.task)
      if let transferStart = transferStart(rank: stands, task: step.task, program) {
        begin = max(transferStart, start)
        path.transfer += taskEnd - begin
        path.steps.append(
          CriticalPath.Step(rank: step.rank, task: step.task, start: begin, end: taskEnd))
        step = lastArrival(step, stands, whole, meetings, place)
      } else {
        path.add(program.activity[step.task], taskEnd - max(begin, start))
        path.steps.append(
          CriticalPath.Step(rank: step.rank, task: step.task, start: begin, end: taskEnd))
      }
      let here = place(step.rank)
      let arrived = ranks.start(rank: here, task: step.task)
      let own = plan.programs[plan.programOfRank[here]]
      guard arrived > start, let cause = cause(here, step.task, own) else {
        if arrived > start {
          path.lag += arrived - start
          path.steps[path.steps.count - 1].lag = arrived - start
        }
        break
      }
      let causeEnd = ranks.end(rank: here, task: cause)
      path.addLag(own.activity[step.task], arrived - max(causeEnd, start))
      guard causeEnd > start else { break }
      step.task = cause
    }
    path.steps.reverse()
    return path
  }

  private typealias Place = (rank: Int, task: Int)

  /// Of what a task waited for, lane included, what ended last; of several what started last, for it had
  /// been waited for itself; of those the one in its own lane, then the first.
  private func cause(_ rank: Int, _ task: Int, _ program: PlanProgram) -> Int? {
    let lane = program.laneRanges[Int(program.lane[task])]
    var cause = task > lane.lowerBound ? task - 1 : nil
    for index in program.predecessorRanges[task] {
      let predecessor = Int(program.predecessors[index])
      if let known = cause, span(rank, predecessor) <= span(rank, known) { continue }
      cause = predecessor
    }
    return cause
  }

  private func span(_ rank: Int, _ task: Int) -> (end: SimTime, start: SimTime) {
    (ranks.end(rank: rank, task: task), ranks.start(rank: rank, task: task))
  }

  /// The member of a rendezvous that came last: the rank itself if it did, else the first of them.
  private func lastArrival(
    _ step: Place, _ stands: Int, _ whole: Plan, _ meetings: Meetings, _ place: (Int) -> Int
  ) -> Place {
    if let note = ranks.note(rank: stands, task: step.task) {
      return (Int(note.lastArrival.rank), Int(note.lastArrival.task))
    }
    let reference = whole.programs[whole.programOfRank[step.rank]].rendezvous[step.task]
    let group = whole.groupsOfRank[step.rank][Int(reference.slot)]
    var last = step
    var latest = ranks.start(rank: stands, task: step.task)
    meetings.forEachMember(of: group) { rank, slot in
      guard
        let task = meetings.task(
          program: whole.programOfRank[rank], slot: slot, position: Int(reference.position))
      else { return }
      let arrival = ranks.start(rank: place(rank), task: task)
      if arrival > latest { (last, latest) = ((rank, task), arrival) }
    }
    return last
  }

  /// The first task, on the first rank, that ends with the step.
  private func lastTask(_ whole: Plan, _ place: (Int) -> Int) -> Place? {
    var known: [Int: Int?] = [:]
    for rank in 0..<whole.observedRanks {
      let stands = place(rank)
      if known[stands] == nil {
        let program = plan.programs[plan.programOfRank[stands]]
        known[stands] = .some(
          (0..<program.taskCount).first { task in
            program.activity[task] != .host
              && ranks.end(rank: stands, task: task) == result.end
          })
      }
      if let task = known[stands] ?? nil { return (rank, task) }
    }
    return nil
  }
}

/// Who meets whom: members of groups, and the tasks in which they meet.
private struct Meetings {
  /// By group where its members begin in `members`.
  private var first: [Int32]
  private var members: [(rank: Int32, slot: Int32)]
  /// By program and slot the tasks, by position.
  private var tasks: [[[Int32]]]

  /// - Complexity: O(ranks · slots, and the tasks of the programs).
  init(_ plan: Plan) {
    first = Array(repeating: 0, count: plan.firstRendezvous.count + 1)
    for groups in plan.groupsOfRank { for group in groups { first[group + 1] += 1 } }
    for group in plan.firstRendezvous.indices { first[group + 1] += first[group] }
    members = Array(repeating: (0, 0), count: Int(first[plan.firstRendezvous.count]))
    var next = first
    for (rank, groups) in plan.groupsOfRank.enumerated() {
      for (slot, group) in groups.enumerated() {
        members[Int(next[group])] = (Int32(rank), Int32(slot))
        next[group] += 1
      }
    }
    tasks = plan.programs.map { program in
      var bySlot: [[Int32]] = []
      for task in 0..<program.taskCount where program.activity[task] == .rendezvous {
        let reference = program.rendezvous[task]
        while bySlot.count <= Int(reference.slot) { bySlot.append([]) }
        while bySlot[Int(reference.slot)].count <= Int(reference.position) {
          bySlot[Int(reference.slot)].append(-1)
        }
        bySlot[Int(reference.slot)][Int(reference.position)] = Int32(task)
      }
      return bySlot
    }
  }

  func forEachMember(of group: Int, _ body: (_ rank: Int, _ slot: Int) -> Void) {
    for index in first[group]..<first[group + 1] {
      body(Int(members[Int(index)].rank), Int(members[Int(index)].slot))
    }
  }

  func task(program: Int, slot: Int, position: Int) -> Int? {
    guard slot < tasks[program].count, position < tasks[program][slot].count else { return nil }
    let task = tasks[program][slot][position]
    return task < 0 ? nil : Int(task)
  }
}

extension CriticalPath {
  fileprivate mutating func add(_ activity: Activity, _ span: SimDuration) {
    switch activity {
    case .host: host += max(.zero, span)
    case .compute: compute += max(.zero, span)
    case .localCommunication, .rendezvous: transfer += max(.zero, span)
    }
  }

  /// Time between two operations of a host thread is the thread's own work.
  fileprivate mutating func addLag(_ activity: Activity, _ span: SimDuration) {
    if activity == .host {
      host += span
    } else {
      lag += span
      steps[steps.count - 1].lag = span
    }
  }
}
