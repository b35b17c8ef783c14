/// For each task of a program the lanes whose heads its end may set free: its own, and those of the
/// tasks that it precedes.
struct LaneWaking {
  /// For each task where its lanes begin.
  private var first: [Int32]
  private var lanes: [Int32]

  /// - Complexity: O(tasks + predecessors).
  init(_ program: PlanProgram) {
    first = Array(repeating: 0, count: program.taskCount + 1)
    for task in 0..<program.taskCount {
      first[task + 1] += 1
      for index in program.predecessorRanges[task] {
        first[Int(program.predecessors[index]) + 1] += 1
      }
    }
    for task in 0..<program.taskCount { first[task + 1] += first[task] }
    lanes = Array(repeating: 0, count: Int(first[program.taskCount]))
    var next = first
    func add(_ lane: Int, to task: Int) {
      lanes[Int(next[task])] = Int32(lane)
      next[task] += 1
    }
    // Lane by lane, so that every list is in their order.
    for (lane, range) in program.laneRanges.enumerated() {
      for task in range {
        add(lane, to: task)
        for index in program.predecessorRanges[task] {
          add(lane, to: Int(program.predecessors[index]))
        }
      }
    }
  }

  /// The lanes, in order; one may stand there more than once.
  func lanes(after task: Int) -> ArraySlice<Int32> {
    lanes[Int(first[task])..<Int(first[task + 1])]
  }
}
