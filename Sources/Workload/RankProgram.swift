public import Quantities
public import Trace

/// What an operation of a program is.
public enum OperationKind: Sendable, Equatable {
  /// Work of a host thread that only issues GPU work: orders things, is not accounted.
  case host
  /// Computation: keeps its captured duration.
  case compute
  /// Communication work that moves nothing between ranks: keeps its captured duration.
  case localCommunication
  /// A call of a collective: its duration is what a fabric makes of it.
  case collective(call: Int)
}

/// Why one operation waits for another.
public enum DependencyKind: String, Sendable, CaseIterable {
  /// The capture records it.
  case recorded
  /// The capture records the launch.
  case launch
  /// A host thread waits for the GPU.
  case hostWait = "host_wait"
  /// A host thread asked again and again whether the GPU was done.
  case poll
  /// A host thread went on just after another came to rest.
  case handOver = "hand_over"
  /// A stream was made to wait, between launches, for what another stream was last given.
  case streamWait = "stream_wait"
  /// From timing: the operation that ended last before an idle lane resumed.
  case inferred = "timing"

  /// Whether no capture says it.
  public var isGuess: Bool {
    switch self {
    case .recorded, .launch: false
    case .hostWait, .poll, .handOver, .streamWait, .inferred: true
    }
  }
}

/// An operation of a rank in the chosen step.
public struct Operation: Sendable {
  /// What it is.
  public var kind: OperationKind
  /// Index into the program's lanes.
  public var lane: Int
  /// Captured start, from the job's origin.
  public var start: SimTime
  /// Captured duration.
  public var duration: SimDuration
  /// Time between the end of the last thing it waits for and its start.
  public var lag: SimDuration = .zero
  /// Index of the event that it was made of.
  public var event: Int
  /// What it is called, in the program's names.
  public var name: Int32 = 0

  /// Captured end.
  public var end: SimTime { start + duration }
}

/// An edge of the graph: an operation can't start before another has ended.
public struct Dependency: Sendable, Equatable {
  /// The operation that must have ended.
  public var operation: Int
  /// How this is known.
  public var kind: DependencyKind
}

/// What one rank does in a step: lanes of operations in order, and edges between lanes. Ranks that
/// do the same share one.
public struct RankProgram: Sendable {
  /// The lanes; a lane of the capture that was no FIFO stands here several times.
  public var lanes: [Lane] = []
  /// For each lane the range of its operations, which follow one another.
  public var laneRanges: [Range<Int>] = []
  /// The operations, lane by lane.
  public var operations: [Operation] = []
  /// For each operation what it waits for besides its lane's predecessor.
  public var dependencies: [[Dependency]] = []
  /// The names of operations.
  public var names = NameTable()
  /// The communication calls, in order of their operations' starts.
  public var calls: [Call] = []
  /// The groups and pairs that calls name by slot, as the source rank sees them.
  public var slots: [Slot] = []
  /// The same by the index of their groups in the trace.
  var channels: [SlotNumbers.Channel] = []
  /// Whether it is a GPU's program: then host work is not compute, and the window is the GPU's.
  public var hasDevice = false
  /// The captured rank that it was made of.
  public var source: RankID
  /// Host calls that ended only after the copy that they issued.
  public var blockingLaunches: [Int] = []
  /// Recorded edges left out because the captured times contradict them.
  public var contradictedEdges = 0

  /// What calls meet on: a group, or two of its ranks for sends and receives.
  public struct Slot: Hashable, Sendable {
    /// The group, or the pair from sender to receiver.
    public var group: ProcessGroup
    /// For a pair the name of the group that it is of.
    public var pairOf: String?

    /// A group.
    init(_ group: ProcessGroup) { self.group = group }

    /// Two ranks of a group.
    init(from sender: RankID, to receiver: RankID, of name: String, purpose: String) {
      group = ProcessGroup(
        name: "\(name):\(sender.raw)→\(receiver.raw)", purpose: purpose, ranks: [sender, receiver])
      pairOf = name
    }
  }

  /// A communication call of a program.
  public struct Call: Sendable {
    /// What the trace says of it; its group indexes the trace's groups.
    public var communication: Communication
    /// Its operation.
    public var operation: Int
    /// Which of the rank's groups (or pairs, for sends and receives) it is on.
    public var slot = 0
    /// Its position among the calls on that group.
    public var position = 0
    /// Captured end less the last captured arrival of any member: what the call took once nobody
    /// was missing. Negative where it ended before that.
    public var afterLastArrival: SimDuration = .zero
  }

  /// An empty program of a rank.
  public init(source: RankID) { self.source = source }

  /// The number of edges of a kind.
  public func edgeCount(_ kind: DependencyKind) -> Int {
    dependencies.reduce(0) { $0 + $1.count { $0.kind == kind } }
  }
}
