import Quantities
import Trace

/// Builds the program of one captured rank: lanes in order, operations, recorded edges. Inferred
/// edges and lags come after it.
struct ProgramBuilder {
  private let rank: RankTrace
  private let selected: [Int]
  private let clock: ClockMap
  private var program: RankProgram
  /// Operations before they are ordered by lane.
  private var drafts: [Draft] = []
  /// Of each event the index into `drafts` of the operation that stands for it: of its first part for
  /// launches.
  private var draftOfEvent: EventIndex
  /// Of each event the first that it launched.
  private var firstChild: EventIndex

  private struct Draft {
    var operation: Operation
    var launchedBy: Int?
    var communication: Int?
    var isBlocking = false
  }

  /// - Parameter clock: from the rank's clock to the job's.
  init(_ rank: RankTrace, events: [Int], clock: ClockMap) {
    self.rank = rank
    selected = events
    self.clock = clock
    draftOfEvent = EventIndex(count: rank.events.count)
    firstChild = EventIndex(count: rank.events.count)
    program = RankProgram(source: rank.rank)
    program.names = rank.names
    program.hasDevice = events.contains { rank.events.kind($0).isOnDevice }
    drafts.reserveCapacity(events.count)
  }

  /// The program, without inferred edges.
  consuming func build() -> RankProgram {
    for index in selected {
      guard let launch = rank.events.launch(of: index), firstChild[launch] == nil else { continue }
      firstChild[launch] = index
    }
    for index in selected { draft(index) }
    layOut()
    return program
  }

  private mutating func draft(_ index: Int) {
    let event = clock(rank.events[index])
    var operation = Operation(
      kind: .compute, lane: event.lane, start: event.start, duration: event.duration, event: index,
      name: event.name)
    switch event.kind {
    case .step: return
    case .kernel, .memcpy, .memset, .hostCollective:
      operation.kind = kind(of: event)
    case .hostOperation:
      operation.kind = program.hasDevice ? .host : .compute
    case .streamWait:
      operation.kind = .host
      operation.duration = .zero
    case .synchronize, .poll:
      // A wait is elastic: an instant at its end, held back by what it waits for.
      operation.kind = .host
      operation.start = event.end
      operation.duration = .zero
    case .launch:
      draftLaunch(index, event, operation)
      return
    }
    draftOfEvent[index] = drafts.count
    drafts.append(
      Draft(
        operation: operation, launchedBy: event.launchedBy, communication: event.communication))
  }

  /// A launch ends, for what it launched, no later than that starts. What remains of it is host
  /// work behind the launch: on a rank without GPU an operation of its own.
  private mutating func draftLaunch(_ index: Int, _ event: TraceEvent, _ whole: Operation) {
    var operation = whole
    var isBlocking = false
    operation.kind = program.hasDevice ? .host : .compute
    if let child = firstChild[index] {
      isBlocking =
        rank.events.kind(child) == .memcpy && clock(rank.events[child]).end <= whole.end
      let untilChild = clock(rank.events[child].start) - event.start
      operation.duration = max(.zero, min(event.duration, untilChild))
    }
    draftOfEvent[index] = drafts.count
    drafts.append(
      Draft(operation: operation, launchedBy: nil, communication: nil, isBlocking: isBlocking))
    guard !program.hasDevice, operation.duration < event.duration else { return }
    operation.start = operation.end
    operation.duration = whole.end - operation.start
    drafts.append(Draft(operation: operation, launchedBy: nil, communication: nil))
  }

  private func kind(of event: TraceEvent) -> OperationKind {
    guard let index = event.communication else { return .compute }
    return rank.communications[index].kind == .metadata
      ? .localCommunication : .collective(call: index)
  }

  // MARK: Lanes

  /// Puts the drafts in lanes that are FIFOs, and the operations lane by lane.
  private mutating func layOut() {
    let order = drafts.indices.sorted { lhs, rhs in
      let (a, b) = (drafts[lhs].operation, drafts[rhs].operation)
      if a.start != b.start { return a.start < b.start }
      if a.end != b.end { return a.end < b.end }
      return lhs < rhs
    }
    var tracks: [[[Int]]] = rank.lanes.map { _ in [] }
    var fits = rank.lanes.map { _ in FirstFit() }
    for index in order {
      let operation = drafts[index].operation
      let track = fits[operation.lane].place(from: operation.start, until: operation.end)
      if track == tracks[operation.lane].count {
        tracks[operation.lane].append([index])
      } else {
        tracks[operation.lane][track].append(index)
      }
    }
    var place = [Int](repeating: 0, count: drafts.count)
    program.operations.reserveCapacity(drafts.count)
    for (laneIndex, laneTracks) in tracks.enumerated() {
      for track in laneTracks {
        let start = program.operations.count
        for index in track {
          place[index] = program.operations.count
          var operation = drafts[index].operation
          operation.lane = program.lanes.count
          program.operations.append(operation)
        }
        program.lanes.append(rank.lanes[laneIndex])
        program.laneRanges.append(start..<program.operations.count)
      }
    }
    program.dependencies = Array(repeating: [], count: program.operations.count)
    program.blockingLaunches = drafts.indices.filter { drafts[$0].isBlocking }.map { place[$0] }
      .sorted()
    addLaunchEdges(place)
    addRecordedEdges(place)
    addCalls(order, place)
  }

  private mutating func addLaunchEdges(_ place: [Int]) {
    for (index, draft) in drafts.enumerated() {
      guard let event = draft.launchedBy, let launch = draftOfEvent[event] else { continue }
      let (from, to) = (place[launch], place[index])
      guard program.operations[from].end <= program.operations[to].start else {
        program.contradictedEdges += 1
        continue
      }
      program.dependencies[to].append(Dependency(operation: from, kind: .launch))
    }
  }

  private mutating func addRecordedEdges(_ place: [Int]) {
    for edge in rank.edges {
      guard let waiting = draftOfEvent[Int(edge.event)], let cause = draftOfEvent[Int(edge.after)]
      else { continue }
      let (from, to) = (place[cause], place[waiting])
      guard program.operations[from].end <= program.operations[to].start else {
        program.contradictedEdges += 1
        continue
      }
      program.dependencies[to].append(Dependency(operation: from, kind: .recorded))
    }
  }

  private mutating func addCalls(_ order: [Int], _ place: [Int]) {
    for index in order {
      guard case .collective(let communication) = drafts[index].operation.kind else { continue }
      program.operations[place[index]].kind = .collective(call: program.calls.count)
      program.calls.append(
        RankProgram.Call(
          communication: rank.communications[communication], operation: place[index]))
    }
  }
}
