import Quantities
import Trace

/// Adds what the capture does not record: host threads that wait for the GPU, and, from timing,
/// the operation that an idle lane was waiting for. Then finds each operation's lag.
struct DependencyInference {
  /// A lane that rests longer than this between two operations is idle and was waiting for
  /// something; shorter rests are the cost of the next launch.
  static let idleThreshold = SimDuration.nanoseconds(5_000)

  var program: RankProgram
  let kinds: [EventKind]
  /// Whether the capture records what waits for what, so that there is nothing to guess.
  private let isRecorded: Bool
  /// Whether it records at least what streams and host threads were told to wait for.
  private let recordsWaits: Bool

  /// For each operation what it launched first, if anything.
  let launched: EventIndex

  /// - Parameter rank: the capture that the program was built from.
  init(_ program: RankProgram, rank: RankTrace) {
    self.program = program
    isRecorded = !rank.edges.isEmpty && !rank.recordsOnlyWaits || rank.isScheduled
    recordsWaits = rank.recordsOnlyWaits
    kinds = program.operations.map { rank.events.kind($0.event) }
    launched = Self.launched(program)
  }

  /// The program with edges and lags.
  ///
  /// - Parameter infers: whether to add edges that the capture does not record.
  /// - Complexity: O(n log n) in the number of operations.
  consuming func complete(infers: Bool) -> RankProgram {
    if infers, !isRecorded {
      addHostWaits()
      addPolls()
      addHandOvers()
      addSilentWaits()
      if !recordsWaits { addStreamWaits() }
      addIdleResumptions()
    }
    setLags()
    return program
  }

  // MARK: Streams that wait for one another

  /// Between launches, a thread makes a stream wait for an event: taken to tie the thread's next
  /// launch to the last thing that it gave another stream before. Where the captured times
  /// contradict that, the event had been recorded earlier, and nothing is added.
  private mutating func addStreamWaits() {
    guard program.hasDevice else { return }
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

  private static func launched(_ program: RankProgram) -> EventIndex {
    var launched = EventIndex(count: program.operations.count)
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
  func readyTime(_ index: Int) -> SimTime {
    program.dependencies[index].reduce(laneEnd(before: index)) {
      max($0, program.operations[$1.operation].end)
    }
  }

  func laneEnd(before index: Int) -> SimTime {
    let range = program.laneRanges[program.operations[index].lane]
    return index > range.lowerBound ? program.operations[index - 1].end : .origin
  }

  private mutating func setLags() {
    for index in program.operations.indices {
      program.operations[index].lag = program.operations[index].start - readyTime(index)
    }
  }
}
