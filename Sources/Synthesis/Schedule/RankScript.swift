import Quantities
import Trace

/// Writes the events of a rank as they depend on one another, with made-up times: each starts as soon as
/// its lane is free and what it waits for has ended. Communication takes no time, for what it takes is
/// what a replay is to find.
struct RankScript {
  /// The lanes of a rank: compute and communication, and one for each way of each kind of message between
  /// stages, so that none stands in another's way.
  enum Track: Int, CaseIterable {
    case compute, communication, sendForward, receiveForward, sendBackward, receiveBackward

    var name: String {
      switch self {
      case .compute: "compute"
      case .communication: "communication"
      case .sendForward: "send forward"
      case .receiveForward: "receive forward"
      case .sendBackward: "send backward"
      case .receiveBackward: "receive backward"
      }
    }
  }

  private struct Draft {
    var lane: Track
    var start: Int64
    var duration: Int64
    var name: String
    var call: Communication?
    var after: [Int]
  }

  private var drafts: [Draft] = []
  private var free = [Int64](repeating: 0, count: Track.allCases.count)
  private var sequences: [Channel: Int64] = [:]

  /// What calls are numbered on.
  private struct Channel: Hashable {
    var group: Int
    var end: CollectiveKind?
    var peer: RankID?
  }

  /// Adds an event that waits for others, and gives its number.
  mutating func add(
    _ lane: Track, _ name: String, nanoseconds: Int64 = 0, _ call: Communication? = nil,
    after: [Int]
  ) -> Int {
    // No schedule of a step that lasts longer is of use, and sums must not overflow.
    let ready = min(
      2 * longestTraceNanoseconds,
      after.reduce(free[lane.rawValue]) { max($0, drafts[$1].start + drafts[$1].duration) })
    free[lane.rawValue] = ready + nanoseconds
    // The order of a lane says what waits for what on it.
    let others = after.filter { drafts[$0].lane != lane }
    drafts.append(
      Draft(
        lane: lane, start: ready, duration: nanoseconds, name: name,
        call: call.map { numbered($0) },
        after: others))
    return drafts.count - 1
  }

  private mutating func numbered(_ call: Communication) -> Communication {
    var numbered = call
    let isMessage = call.kind.isPointToPoint
    let channel = Channel(
      group: call.group, end: isMessage ? call.kind : nil, peer: isMessage ? call.peer : nil)
    numbered.sequence = sequences[channel, default: 0]
    sequences[channel, default: 0] += 1
    return numbered
  }

  /// The rank.
  ///
  /// - Complexity: O(n log n) in the number of events.
  func rank(_ number: Int) -> RankTrace {
    var rank = RankTrace(
      rank: RankID(index: number), rankSource: "manifest", originNanoseconds: 0)
    rank.isScheduled = true
    let used = Track.allCases.filter { lane in drafts.contains { $0.lane == lane } }
    rank.lanes = used.map { Lane(kind: .stream, name: $0.name) }
    let order = drafts.indices.sorted { (drafts[$0].start, $0) < (drafts[$1].start, $1) }
    var place = [Int](repeating: 0, count: drafts.count)
    for (index, draft) in order.enumerated() { place[draft] = index }
    for index in order {
      let draft = drafts[index]
      var event = TraceEvent(
        kind: .kernel, lane: used.firstIndex(of: draft.lane) ?? 0,
        start: .nanoseconds(draft.start), duration: .nanoseconds(draft.duration),
        name: rank.names.intern(draft.name))
      if let call = draft.call {
        event.communication = rank.communications.count
        rank.communications.append(call)
      }
      rank.events.append(event)
      rank.edges += Set(draft.after).map { EventEdge(event: place[index], after: place[$0]) }
        .sorted()
    }
    return rank
  }
}
