import Diagnostics
import Quantities
import Streams
import Trace

/// What a reader makes of one file: one rank, not yet fitted into a job.
struct RankCapture {
  /// The file, as the user named it.
  var path: String
  /// The rank's number, where the content says.
  var rank: RankID?
  /// How the number is known, where it is.
  var rankSource = "content"
  /// The size of the job, where the content says.
  var worldSize: Int?
  /// The groups that the rank's communications name by index.
  var groups: [CapturedGroup]
  /// The rank's events; its number is a placeholder until the job is known.
  var trace: RankTrace
  /// Communications whose group the capture does not tell: they are on the default group for want of
  /// it. By index.
  var groupless: Set<Int> = []
  /// What reading had to assume.
  var assumptions: [Assumption]
  /// What reading found.
  var log: DiagnosticLog
  /// Its places in groups of which the capture lists no members, by the groups' names.
  var seats: [String: CommunicatorSeat] = [:]

  /// Takes it for rank 0 for want of a number.
  mutating func assumeFirstRank() {
    rank = RankID(0)
    rankSource = "assumed"
    assumptions.append(
      Assumption("rank", "\(lastComponent(path)) does not say its rank; taken for rank 0"))
  }
}

/// A process group as one rank's capture knows it.
struct CapturedGroup: Equatable {
  var name: String
  var purpose: String
  /// `nil` where the capture says no ranks, or cut the list.
  var ranks: [RankID]?
  /// Whether it stands for all ranks of the job, whatever their number.
  var isWorld = false

  /// Takes from another what this one lacks.
  mutating func complete(from other: CapturedGroup) {
    if ranks == nil { ranks = other.ranks }
    if purpose.isEmpty { purpose = other.purpose }
    if ranks == nil, other.isWorld { isWorld = true }
  }

  /// All ranks of the job.
  static let world = CapturedGroup(name: "0", purpose: "default_pg", ranks: nil, isWorld: true)

  /// What a capture says a group is for, empty where it says nothing.
  static func purpose(_ description: String?) -> String {
    description == "undefined" ? "" : description ?? ""
  }

  /// The default group goes by several names; all mean the one that PyTorch numbers 0.
  static func identity(_ name: String) -> String {
    ["", "undefined", "default_pg"].contains(name) ? "0" : name
  }
}

/// Gathers the events of a rank in any order, and puts them in columns ordered by start.
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

  private(set) var drafts: [Draft] = []
  private(set) var lanes: [Lane] = []
  var names = NameTable()
  var communications: [Communication] = []
  private(set) var groups: [CapturedGroup] = []
  private var laneNumbers: [Lane: Int] = [:]
  private var groupNumbers: [String: Int] = [:]

  /// The number of a lane, a new one where it is new.
  mutating func lane(_ lane: Lane) -> Int {
    if let number = laneNumbers[lane] { return number }
    laneNumbers[lane] = lanes.count
    lanes.append(lane)
    return lanes.count - 1
  }

  /// Adds an event and gives its passing number, by which others may name it as their launch.
  @discardableResult
  mutating func add(_ draft: Draft) -> Int {
    drafts.append(draft)
    return drafts.count - 1
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

  /// The rank: events ordered by start, the rank's origin at the first of them.
  ///
  /// - Throws: a `Diagnostic` where the events lie further apart than any trace lasts.
  func finish(baseNanoseconds: Int64, path: String) throws -> RankTrace {
    let order = drafts.indices.sorted { lhs, rhs in
      let (a, b) = (drafts[lhs], drafts[rhs])
      if a.start != b.start { return a.start < b.start }
      if a.lane != b.lane { return a.lane < b.lane }
      return lhs < rhs
    }
    var place = [Int](repeating: 0, count: drafts.count)
    for (position, index) in order.enumerated() { place[index] = position }
    let origin = order.first.map { drafts[$0].start } ?? 0
    if let late = order.first(where: {
      drafts[$0].start - origin > longestTraceNanoseconds
        || drafts[$0].duration > longestTraceNanoseconds
    }) {
      throw Diagnostic(
        .malformedEvent, at: SourceLocation(file: path),
        "its events span more than 11 days, from '\(names[drafts[order[0]].name])' to "
          + "'\(names[drafts[late].name])'",
        remedy: "one of the two has a wrong clock; remove it or capture again")
    }
    var rank = RankTrace(
      rank: RankID(0), rankSource: "", originNanoseconds: baseNanoseconds &+ origin)
    rank.lanes = lanes
    rank.names = names
    rank.communications = communications
    for index in order {
      let draft = drafts[index]
      rank.events.append(
        TraceEvent(
          kind: draft.kind, lane: draft.lane, start: .nanoseconds(draft.start - origin),
          duration: .nanoseconds(draft.duration), name: draft.name,
          launchedBy: draft.launchedBy.map { place[$0] }, communication: draft.communication))
    }
    return rank
  }
}
