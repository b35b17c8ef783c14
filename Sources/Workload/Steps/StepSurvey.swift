public import Quantities
public import Trace

/// The steps of a capture beside one another: how long each took, which is whole, and what the
/// profiler's own start did to them.
public struct StepSurvey: Sendable {
  /// A step that some rank marks.
  public struct Step: Sendable {
    /// Its number.
    public var number: Int
    /// How many of the traced ranks mark it.
    public var ranks = 0
    /// Operations in it, over the traced ranks.
    public var operations = 0
    /// Communication calls among them.
    public var calls = 0
    /// The longest span of a rank's operations, of the GPU's where there are any.
    public var span = SimDuration.zero
    /// The longest mark of a host.
    public var hostStep = SimDuration.zero
    /// From the start of its mark to the start of the next one, at most; `nil` for the last.
    public var period: SimDuration?
    /// Whether some rank has less than three quarters of what it has in another step: then the
    /// profiler stopped, or started, within it.
    public var isCut = false
  }

  /// A call that took absurdly long because the profiler, or a communicator, was just starting.
  public struct Transient: Sendable {
    /// Where it was.
    public var rank: RankID
    /// The group's label.
    public var group: String
    /// The kind of collective.
    public var kind: CollectiveKind
    /// Its step; `nil` where none is marked.
    public var step: Int?
    /// How long it took.
    public var duration: SimDuration
    /// How long calls of its kind and group take on that rank: the median of the others.
    public var usual: SimDuration
  }

  /// The steps, by number.
  public private(set) var steps: [Step] = []
  /// Start-up transients, the longest first.
  public private(set) var transients: [Transient] = []

  /// Looks at a trace. O(events).
  public init(_ trace: Trace) {
    var byNumber: [Int: Step] = [:]
    var counts: [[(step: Int, operations: Int, calls: Int)]] = []
    for rank in trace.ranks {
      let assignment = StepAssignment(rank)
      counts.append(Self.count(rank, assignment, into: &byNumber))
      transients += Self.transients(rank, assignment, groups: trace.groups)
    }
    for rank in counts {
      let most = (rank.map(\.operations).max() ?? 0, rank.map(\.calls).max() ?? 0)
      for step in rank where 4 * step.operations < 3 * most.0 || 4 * step.calls < 3 * most.1 {
        byNumber[step.step]?.isCut = true
      }
    }
    steps = byNumber.values.sorted { $0.number < $1.number }
    transients.sort { ($1.duration, $0.rank, $0.group) < ($0.duration, $1.rank, $1.group) }
  }

  /// Adds what a rank has of its steps, and tells how much that is of each.
  private static func count(
    _ rank: RankTrace, _ assignment: StepAssignment, into byNumber: inout [Int: Step]
  ) -> [(step: Int, operations: Int, calls: Int)] {
    let marks = assignment.marks
    let hasDevice = rank.hasDevice
    var operations = [Int](repeating: 0, count: marks.count)
    var calls = operations
    var spans = [(start: SimTime, end: SimTime)?](repeating: nil, count: marks.count)
    for index in rank.events.indices {
      guard let step = assignment.stepOfEvent[index], rank.events.kind(index) != .step else {
        continue
      }
      let event = rank.events[index]
      operations[step] += 1
      if event.communication != nil { calls[step] += 1 }
      guard event.kind.isOnDevice || !hasDevice else { continue }
      let span = spans[step] ?? (event.start, event.end)
      spans[step] = (min(span.start, event.start), max(span.end, event.end))
    }
    for (place, mark) in marks.enumerated() {
      var step = byNumber[mark.number] ?? Step(number: mark.number)
      step.ranks += 1
      step.operations += operations[place]
      step.calls += calls[place]
      if let span = spans[place] { step.span = max(step.span, span.end - span.start) }
      step.hostStep = max(step.hostStep, mark.end - mark.start)
      if place + 1 < marks.count {
        step.period = max(step.period ?? .zero, marks[place + 1].start - mark.start)
      }
      byNumber[mark.number] = step
    }
    return marks.indices.map { (marks[$0].number, operations[$0], calls[$0]) }
  }

  // MARK: Transients

  /// Times as long as usual from which a first call is absurd, and the least that it must exceed it by.
  private static let absurd = 10
  private static let least = SimDuration.nanoseconds(1_000_000)

  private static func transients(
    _ rank: RankTrace, _ assignment: StepAssignment, groups: [ProcessGroup]
  ) -> [Transient] {
    var calls: [[Int]: [Int]] = [:]
    for index in rank.events.indices {
      guard let number = rank.events[index].communication else { continue }
      let call = rank.communications[number]
      // The longest wait for a peer too: of a send the first is no stranger than others.
      guard !call.kind.isPointToPoint, call.kind != .metadata,
        let kind = CollectiveKind.allCases.firstIndex(of: call.kind)
      else { continue }
      calls[[call.group, kind], default: []].append(index)
    }
    return calls.sorted { $0.key.lexicographicallyPrecedes($1.key) }.compactMap { key, events in
      guard events.count > 3 else { return nil }
      let first = rank.events[events[0]]
      let others = events.dropFirst().map { rank.events[$0].duration }.sorted()
      let usual = others[others.count / 2]
      guard first.duration > usual * absurd, first.duration - usual > least else { return nil }
      return Transient(
        rank: rank.rank, group: groups[key[0]].label, kind: CollectiveKind.allCases[key[1]],
        step: assignment.stepOfEvent[events[0]].map { assignment.marks[$0].number },
        duration: first.duration, usual: usual)
    }
  }
}
