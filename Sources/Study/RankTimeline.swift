public import Quantities
import Simulation
import Trace
import Workload

/// What one rank does over the step, as captured and as replayed: few enough columns to draw.
public struct RankTimeline: Sendable {
  /// The rank.
  public var rank: Int
  /// Its operations, those of host threads left out where they only issue work.
  public var operations: Int
  /// As captured.
  public var captured: Activity
  /// As replayed.
  public var replayed: Activity
  /// Its longest captured communication calls, the longest first.
  public var longest: [Call]

  /// What the rank does, in columns of equal time from the start of the window.
  public struct Activity: Sendable {
    /// The time of a column.
    public var column: SimDuration
    /// A compute operation runs.
    public var compute: [Range<Int>]
    /// Communication transfers beside compute.
    public var hiddenTransfer: [Range<Int>]
    /// Communication transfers, and nothing computes.
    public var exposedTransfer: [Range<Int>]
    /// Nothing computes or transfers, and a collective waits for a peer.
    public var waiting: [Range<Int>]
  }

  /// A communication call of the rank.
  public struct Call: Sendable {
    /// What it is called in the capture.
    public var name: String
    /// What tables call it.
    public var title: String
    /// What it took as captured, waiting included.
    public var captured: SimDuration
    /// What it took as replayed, waiting included.
    public var replayed: SimDuration
  }
}

/// Makes the timeline of a rank from its program and when its tasks ran.
struct TimelineBuilder {
  /// Columns of the captured step, so that a timeline stays small however many operations there are.
  static let columns: Int64 = 1000

  private let program: RankProgram
  private var compute: [Range<Int64>] = []
  private var transfer: [Range<Int64>] = []
  private var waiting: [Range<Int64>] = []

  init(_ program: RankProgram) { self.program = program }

  /// The timeline of `rank`.
  ///
  /// - Parameter spans: when the program's operations ran, in its order.
  static func timeline(
    rank: Int, _ program: RankProgram, _ spans: [TaskSpan], captured: CapturedStep,
    replayed: (start: SimTime, end: SimTime)
  ) -> RankTimeline {
    let step = replayed.end - replayed.start
    // A replay that takes many times the capture gets coarser columns, not many times as many.
    let column = max(1, captured.stepTime.picoseconds / columns, step.picoseconds / (4 * columns))
    return RankTimeline(
      rank: rank,
      operations: program.operations.count { $0.kind != .host },
      captured: activity(
        program, program.operations.indices.map { capturedSpan(program, $0) },
        from: captured.start, length: captured.stepTime, column: column),
      replayed: activity(
        program, spans, from: replayed.start, length: step, column: column),
      longest: longest(program, spans))
  }

  /// When an operation ran as captured; transfer begins at the last captured arrival.
  private static func capturedSpan(_ program: RankProgram, _ index: Int) -> TaskSpan {
    let operation = program.operations[index]
    var span = TaskSpan(start: operation.start, transferStart: nil, end: operation.end)
    if case .collective(let call) = operation.kind {
      let arrival = operation.end - program.calls[call].afterLastArrival
      span.transferStart = min(max(arrival, operation.start), operation.end)
    }
    return span
  }

  private static func activity(
    _ program: RankProgram, _ spans: [TaskSpan], from origin: SimTime, length: SimDuration,
    column: Int64
  ) -> RankTimeline.Activity {
    var builder = TimelineBuilder(program)
    for (operation, span) in zip(program.operations, spans) { builder.add(operation, span) }
    let computing = IntervalSet(builder.compute)
    let transferring = IntervalSet(builder.transfer)
    let exposed = transferring.subtracting(computing)
    let missing = IntervalSet(builder.waiting).subtracting(computing.union(transferring))
    func columns(_ sets: [IntervalSet]) -> [[Range<Int>]] {
      TimeColumns(length: length, column: column)
        .runs(of: sets.map { $0.earlier(by: origin.picoseconds) })
    }
    let communication = columns([transferring.subtracting(exposed), exposed, missing])
    return RankTimeline.Activity(
      column: SimDuration(picoseconds: column), compute: columns([computing])[0],
      hiddenTransfer: communication[0], exposedTransfer: communication[1],
      waiting: communication[2])
  }

  private mutating func add(_ operation: Operation, _ span: TaskSpan) {
    let (start, end) = (span.start.picoseconds, span.end.picoseconds)
    switch operation.kind {
    case .host: break
    case .compute: compute.append(start..<end)
    case .localCommunication: transfer.append(start..<end)
    case .collective:
      let complete = span.transferStart?.picoseconds ?? start
      waiting.append(start..<max(start, complete))
      transfer.append(min(max(start, complete), end)..<end)
    }
  }

  private static func longest(
    _ program: RankProgram, _ spans: [TaskSpan], count: Int = 6
  ) -> [RankTimeline.Call] {
    let calls = program.calls.sorted {
      let (a, b) = (program.operations[$0.operation], program.operations[$1.operation])
      return a.duration != b.duration ? a.duration > b.duration : $0.operation < $1.operation
    }
    return calls.prefix(count).map { call in
      let (operation, span) = (program.operations[call.operation], spans[call.operation])
      return RankTimeline.Call(
        name: program.names[operation.name], title: call.communication.title,
        captured: operation.duration, replayed: span.end - span.start)
    }
  }
}
