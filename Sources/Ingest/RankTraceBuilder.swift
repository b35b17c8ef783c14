import Diagnostics
import Quantities
import Trace

/// Gathers the events of a rank in any order, and puts them in columns ordered by start.
///
/// 33 bytes an event while they come in, as in the finished table, and 12 more while they are put in
/// order.
struct RankTraceBuilder {
  /// An event before its launch and its place are known; times in nanoseconds of the capture.
  struct Draft {
    var kind: EventKind
    var lane: Int
    var start: Int64
    var duration: Int64
    var name: Int32
    var launchedBy: Int?
    var communication: Int?
  }

  private(set) var lanes: [Lane] = []
  var names = NameTable()
  var communications: [Communication] = []
  private(set) var groups: [CapturedGroup] = []
  private var laneNumbers: [Lane: Int] = [:]
  private var streams: [Int64: Int] = [:]
  private var threads: [Int64: Int] = [:]
  private var groupNumbers: [String: Int] = [:]
  private var edges: [(from: Int, to: Int)] = []

  // The drafts, in columns.
  private var kinds: [EventKind] = []
  private var lanesOfEvents: [Int32] = []
  private var starts: [Int64] = []
  private var durations: [Int64] = []
  private var namesOfEvents: [Int32] = []
  private var launches: [Int32] = []
  private var communicationsOfEvents: [Int32] = []

  /// The number of a lane, a new one where it is new.
  mutating func lane(_ lane: Lane) -> Int {
    if let number = laneNumbers[lane] { return number }
    laneNumbers[lane] = lanes.count
    lanes.append(lane)
    return lanes.count - 1
  }

  /// The number of the lane that a capture knows as stream or thread `number`.
  mutating func lane(_ kind: Lane.Kind, numbered number: Int64) -> Int {
    if let known = kind == .stream ? streams[number] : threads[number] { return known }
    let place = lane(Lane(kind: kind, name: String(number)))
    if kind == .stream { streams[number] = place } else { threads[number] = place }
    return place
  }

  /// Makes room for `count` more events at once.
  mutating func reserveCapacity(_ count: Int) {
    let total = starts.count + count
    kinds.reserveCapacity(total)
    lanesOfEvents.reserveCapacity(total)
    starts.reserveCapacity(total)
    durations.reserveCapacity(total)
    namesOfEvents.reserveCapacity(total)
    launches.reserveCapacity(total)
    communicationsOfEvents.reserveCapacity(total)
  }

  /// Adds an event and gives its passing number, by which others may name it as their launch.
  @discardableResult
  mutating func add(_ draft: Draft) -> Int {
    kinds.append(draft.kind)
    lanesOfEvents.append(Int32(draft.lane))
    starts.append(draft.start)
    durations.append(draft.duration)
    namesOfEvents.append(draft.name)
    launches.append(draft.launchedBy.map(Int32.init) ?? EventTable.none)
    communicationsOfEvents.append(draft.communication.map(Int32.init) ?? EventTable.none)
    return starts.count - 1
  }

  /// The start of an event added before, in nanoseconds of the capture.
  func start(of event: Int) -> Int64 { starts[event] }

  /// Records that one event waits for another, both by their passing numbers.
  mutating func addEdge(from: Int, to: Int) { edges.append((from, to)) }

  /// The number of the thread that an event added before is on, and its start; `nil` on streams.
  func threadAndStart(_ event: Int) -> (thread: Int64, start: Int64)? {
    let lane = lanes[Int(lanesOfEvents[event])]
    guard lane.kind == .thread, let thread = Int64(lane.name) else { return nil }
    return (thread, starts[event])
  }

  /// The index of a group by name; ranks learned later complete it.
  mutating func group(_ group: CapturedGroup) -> Int {
    if let index = groupNumbers[group.name] {
      groups[index].complete(from: group)
      return index
    }
    groupNumbers[group.name] = groups.count
    groups.append(group)
    return groups.count - 1
  }

  /// The rank: events ordered by start, the rank's origin at the first of them. Uses the events up.
  ///
  /// - Throws: a `Diagnostic` where the events lie further apart than any trace lasts.
  /// - Complexity: O(n log n); O(n) for lists that come in order, one behind the other.
  mutating func finish(baseNanoseconds: Int64, path: String) throws -> RankTrace {
    let order = order()
    let origin = order.first.map { starts[Int($0)] } ?? 0
    try checkSpan(order, origin: origin, path: path)
    var rank = RankTrace(
      rank: RankID(0), rankSource: "", originNanoseconds: baseNanoseconds &+ origin)
    rank.lanes = lanes
    rank.names = names
    rank.communications = communications
    rank.edges = placedEdges(order)
    rank.events = table(order, origin: origin)
    return rank
  }

  private func placedEdges(_ order: [Int32]) -> [EventEdge] {
    guard !edges.isEmpty else { return [] }
    var place = [Int](repeating: 0, count: order.count)
    for (position, index) in order.enumerated() { place[Int(index)] = position }
    return edges.map { EventEdge(event: place[$0.to], after: place[$0.from]) }.sorted()
  }

  /// The events by start; of one start by lane, and of one lane as they were added.
  private func order() -> [Int32] {
    var order = Array(0..<Int32(starts.count))
    starts.withUnsafeBufferPointer { starts in
      lanesOfEvents.withUnsafeBufferPointer { lanes in
        order.sort { lhs, rhs in
          let (a, b) = (starts[Int(lhs)], starts[Int(rhs)])
          if a != b { return a < b }
          let (c, d) = (lanes[Int(lhs)], lanes[Int(rhs)])
          return c != d ? c < d : lhs < rhs
        }
      }
    }
    return order
  }

  private func checkSpan(_ order: [Int32], origin: Int64, path: String) throws {
    guard
      let late = order.first(where: {
        starts[Int($0)] - origin > longestTraceNanoseconds
          || durations[Int($0)] > longestTraceNanoseconds
      })
    else { return }
    throw Diagnostic(
      .malformedEvent, at: SourceLocation(file: path),
      "its events span more than 11 days, from '\(names[namesOfEvents[Int(order[0])]])' to "
        + "'\(names[namesOfEvents[Int(late)]])'",
      remedy: "one of the two has a wrong clock; remove it or capture again")
  }

  /// The columns in order, each freed once it is taken over.
  private mutating func table(_ order: [Int32], origin: Int64) -> EventTable {
    func taken<Value, Result>(
      _ column: inout [Value], _ transform: (Value) -> Result
    ) -> [Result] {
      defer { column = [] }
      return order.map { transform(column[Int($0)]) }
    }
    var place = [Int32](repeating: 0, count: order.count)
    for (position, index) in order.enumerated() { place[Int(index)] = Int32(position) }
    let launches = taken(&launches) { $0 == EventTable.none ? $0 : place[Int($0)] }
    place = []
    return EventTable(
      kinds: taken(&kinds) { $0 }, lanes: taken(&lanesOfEvents) { $0 },
      starts: taken(&starts) { .nanoseconds($0 - origin) },
      durations: taken(&durations) { .nanoseconds($0) }, names: taken(&namesOfEvents) { $0 },
      launches: launches, communications: taken(&communicationsOfEvents) { $0 })
  }
}
