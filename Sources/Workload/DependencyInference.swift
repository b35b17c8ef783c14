import Quantities
import Trace

/// Adds what the capture does not record: host threads that wait for the GPU, and, from timing,
/// the operation that an idle lane was waiting for. Then finds each operation's lag.
struct DependencyInference {
  /// A lane that rests longer than this between two operations is idle and was waiting for
  /// something; shorter rests are the cost of the next launch.
  static let idleThreshold = SimDuration.nanoseconds(5_000)

  private var program: RankProgram
  private let kinds: [EventKind]
  /// Whether the capture records what waits for what, so that there is nothing to guess.
  private let isRecorded: Bool

  /// - Parameter rank: the capture that the program was built from.
  init(_ program: RankProgram, rank: RankTrace) {
    self.program = program
    isRecorded = !rank.edges.isEmpty || rank.isScheduled
    kinds = program.operations.map { rank.events.kind($0.event) }
  }

  /// The program with edges and lags.
  ///
  /// - Parameter infers: whether to add edges that the capture does not record.
  /// - Complexity: O(n log n) in the number of operations.
  consuming func complete(infers: Bool) -> RankProgram {
    if infers, !isRecorded {
      addHostWaits()
      addStreamWaits()
      addIdleResumptions()
    }
    setLags()
    return program
  }

  // MARK: Host threads that wait for the GPU

  private mutating func addHostWaits() {
    guard program.hasDevice else { return }
    let device = Ended(program.operations.indices.filter { kinds[$0].isOnDevice }, program)
    for index in program.operations.indices where kinds[index] == .synchronize {
      // A zero-length operation at the end of the wait: what ended last before it held it.
      let operation = program.operations[index]
      guard let cause = device.last(by: operation.start, notIn: nil),
        program.operations[cause].end > laneEnd(before: index)
      else { continue }
      program.dependencies[index].append(Dependency(operation: cause, kind: .hostWait))
    }
    for call in program.calls where call.communication.hostWaits {
      addSpin(behind: call.operation)
    }
  }

  /// The host thread that launched `kernel` goes on only when it has ended, if its next operation
  /// does not contradict that.
  private mutating func addSpin(behind kernel: Int) {
    guard
      let launch = program.dependencies[kernel].first(where: { $0.kind == .launch })?.operation
    else { return }
    let next = launch + 1
    guard program.laneRanges[program.operations[launch].lane].contains(next) else { return }
    guard program.operations[next].start >= program.operations[kernel].end else {
      program.contradictedEdges += 1
      return
    }
    program.dependencies[next].append(Dependency(operation: kernel, kind: .hostWait))
  }

  // MARK: Streams that wait for one another

  /// Between launches, a thread makes a stream wait for an event: taken to tie the thread's next
  /// launch to the last thing that it gave another stream before. Where the captured times
  /// contradict that, the event had been recorded earlier, and nothing is added.
  private mutating func addStreamWaits() {
    guard program.hasDevice else { return }
    let launched = launchedOperations()
    for range in program.laneRanges {
      var given: [Int] = []
      var isWaiting = false
      for index in range {
        if kinds[index] == .streamWait { isWaiting = true }
        guard let operation = launched[index] else { continue }
        if isWaiting { tie(operation, toLastOf: given) }
        isWaiting = false
        given.append(operation)
      }
    }
  }

  private mutating func tie(_ operation: Int, toLastOf given: [Int]) {
    let lane = program.operations[operation].lane
    guard let cause = given.last(where: { program.operations[$0].lane != lane }),
      program.operations[cause].end <= program.operations[operation].start,
      program.operations[cause].start < program.operations[operation].start
    else { return }
    program.dependencies[operation].append(Dependency(operation: cause, kind: .streamWait))
  }

  /// For each launch what it launched first.
  private func launchedOperations() -> [Int: Int] {
    var launched: [Int: Int] = [:]
    for index in program.operations.indices {
      for edge in program.dependencies[index] where edge.kind == .launch {
        if launched[edge.operation] == nil { launched[edge.operation] = index }
      }
    }
    return launched
  }

  // MARK: Idle lanes

  private mutating func addIdleResumptions() {
    let eligible = program.operations.indices.filter {
      program.hasDevice ? kinds[$0].isOnDevice : true
    }
    let ended = Ended(eligible, program)
    for index in eligible where kinds[index] != .hostCollective {
      let operation = program.operations[index]
      let ready = readyTime(index)
      guard operation.start - ready > Self.idleThreshold,
        let cause = ended.last(by: operation.start, notIn: operation.lane),
        program.operations[cause].end > ready
      else { continue }
      program.dependencies[index].append(Dependency(operation: cause, kind: .inferred))
    }
  }

  /// When everything that the operation waits for has ended, as captured; the job's origin for one
  /// that waits for nothing.
  private func readyTime(_ index: Int) -> SimTime {
    program.dependencies[index].reduce(laneEnd(before: index)) {
      max($0, program.operations[$1.operation].end)
    }
  }

  private func laneEnd(before index: Int) -> SimTime {
    let range = program.laneRanges[program.operations[index].lane]
    return index > range.lowerBound ? program.operations[index - 1].end : .origin
  }

  private mutating func setLags() {
    for index in program.operations.indices {
      program.operations[index].lag = program.operations[index].start - readyTime(index)
    }
  }
}

/// Operations, to ask for the last that ended by some instant.
private struct Ended {
  /// Those that last, and those that are instants.
  private var spans: EndOrder
  private var all: EndOrder

  /// - Complexity: O(n log n).
  init(_ operations: [Int], _ program: RankProgram) {
    all = EndOrder(operations, program)
    spans = EndOrder(
      operations.filter { program.operations[$0].duration > .zero }, program)
  }

  /// The operation that ended last, no later than `time`, on another lane than `lane`; at a tie
  /// that of the later lane.
  ///
  /// It must also have started before `time`, so that instants can't wait for each other in a ring:
  /// of those that end at `time` itself only those count that last.
  /// - Complexity: O(log n).
  func last(by time: SimTime, notIn lane: Int?) -> Int? {
    if let cause = spans.last(before: time, orAt: true, notIn: lane), cause.end == time {
      return cause.operation
    }
    return all.last(before: time, orAt: false, notIn: lane)?.operation
  }
}

/// Operations by their ends; at a tie by lane, and in a lane by place.
private struct EndOrder {
  private var operations: [Int]
  private var ends: [SimTime]
  private var lanes: [Int]
  /// For each how many stand before it and all others of its lane that directly precede it.
  private var beforeLane: [Int] = []

  init(_ unordered: [Int], _ program: RankProgram) {
    operations = unordered.sorted { lhs, rhs in
      let (a, b) = (program.operations[lhs], program.operations[rhs])
      if a.end != b.end { return a.end < b.end }
      return a.lane != b.lane ? a.lane < b.lane : lhs < rhs
    }
    ends = operations.map { program.operations[$0].end }
    lanes = operations.map { program.operations[$0].lane }
    beforeLane.reserveCapacity(lanes.count)
    for index in lanes.indices {
      beforeLane.append(
        index > 0 && lanes[index] == lanes[index - 1] ? beforeLane[index - 1] : index)
    }
  }

  func last(
    before time: SimTime, orAt included: Bool, notIn lane: Int?
  ) -> (operation: Int, end: SimTime)? {
    var low = 0
    var high = ends.count
    while low < high {
      let middle = (low + high) / 2
      if ends[middle] < time || included && ends[middle] == time {
        low = middle + 1
      } else {
        high = middle
      }
    }
    if low > 0, lanes[low - 1] == lane { low = beforeLane[low - 1] }
    return low > 0 ? (operations[low - 1], ends[low - 1]) : nil
  }
}
