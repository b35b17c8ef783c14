extension WaitChain {
  /// Follows one blocked task to what it waits for, and that further, until a task comes up again.
  ///
  /// - Parameter arrived: the ranks that have come to a rendezvous.
  /// - Complexity: O(blocked tasks · tasks of a program).
  init(_ blocked: [BlockedTask], _ plan: Plan, arrived: (Int) -> [Int]) {
    var chain: [BlockedTask] = []
    var current = blocked.first
    end = .unknown
    while let task = current {
      if let start = chain.firstIndex(of: task) {
        chain.removeFirst(start)
        end = .cycle
        break
      }
      chain.append(task)
      switch Self.next(task, blocked, plan, arrived(Self.rendezvous(task))) {
      case .task(let next): current = next
      case .neverComes(let rank):
        end = .neverComes(rank: rank)
        current = nil
      case .unknown: current = nil
      }
    }
    tasks = chain
  }

  private enum Step {
    case task(BlockedTask)
    case neverComes(Int)
    case unknown
  }

  private static func rendezvous(_ task: BlockedTask) -> Int {
    if case .rendezvous(let number, _) = task.reason { number } else { -1 }
  }

  private static func next(
    _ task: BlockedTask, _ blocked: [BlockedTask], _ plan: Plan, _ arrived: [Int]
  ) -> Step {
    switch task.reason {
    case .task(let other):
      return head(rank: task.rank, ofTask: other, blocked, plan).map { .task($0) } ?? .unknown
    case .rendezvous(let number, _):
      let here = Set(arrived)
      for rank in plan.programOfRank.indices where !here.contains(rank) {
        let program = plan.programs[plan.programOfRank[rank]]
        guard plan.groupsOfRank[rank].contains(plan.group(ofRendezvous: number)) else { continue }
        let own = (0..<program.taskCount).first {
          program.activity[$0] == .rendezvous
            && plan.rendezvous(rank: rank, program.rendezvous[$0]) == number
        }
        guard let own else { return .neverComes(rank) }
        return head(rank: rank, ofTask: own, blocked, plan).map { .task($0) } ?? .neverComes(rank)
      }
      return .unknown
    }
  }

  /// The blocked task at the head of the lane that a task is in.
  private static func head(
    rank: Int, ofTask task: Int, _ blocked: [BlockedTask], _ plan: Plan
  ) -> BlockedTask? {
    let program = plan.programs[plan.programOfRank[rank]]
    return blocked.first {
      $0.rank == rank && program.lane[$0.task] == program.lane[task] && $0.task <= task
    }
  }
}
