public import Diagnostics
import Quantities

/// What was captured of a job: some or all of its ranks.
public struct Trace: Sendable {
  /// The number of ranks that the job had.
  public var worldSize: Int
  /// The process groups that anything here names.
  public var groups: [ProcessGroup]
  /// The ranks captured, in the order of their numbers.
  public var ranks: [RankTrace]
  /// Ranks that do the same as one of `ranks`, in the order of their numbers.
  public var repeats: [RankRepeat] = []
  /// What reading had to assume.
  public var assumptions: [Assumption]
  /// What reading found wrong or worth saying.
  public var log: DiagnosticLog

  /// A trace.
  public init(
    worldSize: Int, groups: [ProcessGroup], ranks: [RankTrace], assumptions: [Assumption] = [],
    log: DiagnosticLog = DiagnosticLog()
  ) {
    self.worldSize = worldSize
    self.groups = groups
    self.ranks = ranks
    self.assumptions = assumptions
    self.log = log
  }
}

extension Trace {
  /// Whether times of some rank were made up, so that none of a step can be held against them.
  public var isScheduled: Bool { ranks.contains(where: \.isScheduled) }
}

/// What was captured of one rank.
public struct RankTrace: Sendable {
  /// Its number, and how it is known.
  public var rank: RankID
  /// How the number is known: "content", "file name", "manifest", "assumed".
  public var rankSource: String
  /// The clock at its first event, in nanoseconds since the epoch of the capture's clock.
  public var originNanoseconds: Int64
  /// The host it ran on, where the capture says.
  public var host: String?
  /// Its GPU, where the capture says.
  public var device: String?
  /// Its streams and threads.
  public var lanes: [Lane]
  /// Its strings.
  public var names: NameTable
  /// Its events, ordered by start.
  public var events: EventTable
  /// Dependencies between its events that the capture records, launches left out; in order. A capture
  /// that has any is taken to have them all, unless `recordsOnlyWaits`.
  public var edges: [EventEdge]
  /// Whether `edges` are no more than what streams and host threads were told to wait for: what else
  /// held an operation back is still to be found.
  public var recordsOnlyWaits = false
  /// Whether its times were made up of durations and dependencies, for want of recorded ones.
  public var isScheduled = false
  /// Its communication calls.
  public var communications: [Communication]
  /// How far it had come in its groups, where the capture says: each group at most once.
  public var progress: [GroupProgress] = []

  /// A rank with nothing in it yet.
  public init(rank: RankID, rankSource: String, originNanoseconds: Int64) {
    self.rank = rank
    self.rankSource = rankSource
    self.originNanoseconds = originNanoseconds
    lanes = []
    names = NameTable()
    events = EventTable()
    edges = []
    communications = []
  }

  /// Whether its GPU did anything.
  public var hasDevice: Bool { events.indices.contains { events.kind($0).isOnDevice } }
}

/// Something that no capture said and that a result leans on.
public struct Assumption: Hashable, Sendable {
  /// A stable code, for scripts.
  public var code: String
  /// A sentence without a full stop.
  public var text: String

  /// An assumption.
  public init(_ code: String, _ text: String) {
    self.code = code
    self.text = text
  }
}
