public import Quantities

/// What a replay found.
public struct ReplayResult: Sendable {
  /// Earliest start of a task that is no host's.
  public var start: SimTime = .origin
  /// Latest end of such a task.
  public var end: SimTime = .origin
  /// For each rank the parts of its time.
  public var parts: [TimeParts] = []
  /// For each rank its exposed transfer by slot of its groups, slots in order; the shares add up to
  /// it.
  public var exposedBySlot: [[ExposedShare]] = []
  /// For each rendezvous how it went.
  public var collectives = CollectiveOutcomes()
  /// For each link what it carried.
  public var links: [LinkOutcome] = []
  /// What held the step up, from its end back to its start.
  public var criticalPath = CriticalPath()
  /// Work done, for gates that count.
  public var counters = ReplayCounters()

  /// The length of the window.
  public var stepTime: SimDuration { end - start }
}

/// Exposed transfer of a rank while a group's collective was the first in flight.
public struct ExposedShare: Sendable, Equatable {
  /// The slot of the group among the rank's; `nil` for communication within the rank.
  public var slot: Int?
  /// The time.
  public var duration: SimDuration
}

/// How one rendezvous went.
public struct CollectiveOutcome: Sendable {
  /// When the first member arrived.
  public var firstArrival: SimTime = .origin
  /// When the last member arrived: transfer starts.
  public var lastArrival: SimTime = .origin
  /// When it ended.
  public var end: SimTime = .origin
  /// What it was lowered to; `nil` where recorded durations were replayed.
  public var lowered: LoweredCollective?
  /// How each flow went, in the flow tier and where that is asked for.
  public var flows: [FlowOutcome] = []

  /// An outcome to be filled in.
  public init() {}

  /// From the last arrival to the end.
  public var transferTime: SimDuration { end - lastArrival }
}

/// What one link carried in the window.
public struct LinkOutcome: Sendable, Equatable {
  /// The integral of its usage: bytes.
  public var bytes = 0.0
  /// The most it carried at once, in bytes per second.
  public var peakUsage = 0.0
  /// Seconds with anything on it.
  public var busySeconds = 0.0
  /// Seconds at or above `LinkMeters.threshold` of its capacity.
  public var saturatedSeconds = 0.0
  /// The same bytes over time; `nil` where nothing was ever on it.
  public var series: LinkSeries?

  /// Nothing yet.
  public init() {}
}

/// The chain of tasks that determined the step time, and what its time went into.
public struct CriticalPath: Sendable {
  /// A task on the path.
  public struct Step: Sendable, Equatable {
    /// The rank.
    public var rank: Int
    /// The task in the rank's program.
    public var task: Int
    /// When it started; for a rendezvous, when transfer started.
    public var start: SimTime
    /// When it ended.
    public var end: SimTime
    /// Time before it, or for a rendezvous before its last arrival, that nothing explains; none on
    /// host threads, whose time between two operations is their own work.
    public var lag: SimDuration = .zero
  }

  /// The tasks, first to last.
  public var steps: [Step] = []
  /// Time in compute on the path.
  public var compute: SimDuration = .zero
  /// Time in collectives, and in communication within a rank, on the path.
  public var transfer: SimDuration = .zero
  /// Time on host threads on the path.
  public var host: SimDuration = .zero
  /// Time before GPU operations, or collectives, on the path that nothing explains.
  public var lag: SimDuration = .zero

  /// An empty path.
  public init() {}
}

/// Counted work.
public struct ReplayCounters: Sendable, Equatable {
  /// Events taken from the queue.
  public var events = 0
  /// Calls of the solver.
  public var solves = 0
  /// Elements that the solver visited.
  public var solverSteps = 0

  /// Nothing yet.
  public init() {}
}

/// Why a replay could not go on: a defect of the plan, never a hang.
public enum ReplayFailure: Error, Sendable {
  /// Nothing can happen any more, and these tasks have not run: who waits, and for what. `chain` goes
  /// from one to the one that it waits for, around a cycle, or to a rank that never comes.
  case deadlock([BlockedTask], chain: WaitChain)
  /// A transfer has no bandwidth.
  case stalled(rendezvous: Int)
  /// A transfer would end beyond the time that a replay can count: 26 days.
  case endless(rendezvous: Int)
  /// The step lasts longer than that.
  case stepEndless
}

/// Who waits for whom where nothing can happen any more.
public struct WaitChain: Sendable, Equatable {
  /// Tasks, each of which waits for the next.
  public var tasks: [BlockedTask]
  /// How it ends.
  public var end: End

  /// What the last task of a chain waits for.
  public enum End: Sendable, Equatable {
    /// The first of them: a cycle.
    case cycle
    /// A rank whose program does not come to the rendezvous, or has passed it.
    case neverComes(rank: Int)
    /// Nothing that can be named.
    case unknown
  }
}

/// A task that can't run.
public struct BlockedTask: Sendable, Equatable {
  /// What holds it.
  public enum Reason: Sendable, Equatable {
    /// A task of the same rank that has not ended.
    case task(Int)
    /// A rendezvous that these many others have not come to.
    case rendezvous(Int, missing: Int)
  }

  /// The rank.
  public var rank: Int
  /// The task.
  public var task: Int
  /// What holds it.
  public var reason: Reason
}
