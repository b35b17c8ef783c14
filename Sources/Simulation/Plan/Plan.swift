public import Quantities

/// What a task of a plan does with its time.
public enum Activity: UInt8, Sendable {
  /// Orders other tasks; no part of the window, not accounted.
  case host
  /// Computes for a fixed time.
  case compute
  /// Communicates within its rank for a fixed time.
  case localCommunication
  /// Meets others in a rendezvous, and ends when what they do together ends.
  case rendezvous
}

/// A meeting of a rank's task with those of other ranks, as its program names it.
public struct RendezvousReference: Hashable, Sendable {
  /// Which of the rank's groups.
  public var slot: Int32
  /// Which meeting of that group.
  public var position: Int32

  /// A reference.
  public init(slot: Int, position: Int) {
    self.slot = Int32(slot)
    self.position = Int32(position)
  }
}

/// What a rank does: tasks in lanes, each lane a FIFO, and predecessors across lanes. Tasks of a lane
/// are numbered one after the other.
public struct PlanProgram: Hashable, Sendable {
  /// For each lane its tasks.
  public var laneRanges: [Range<Int>] = []
  /// For each task its lane.
  public var lane: [Int32] = []
  /// For each task the time between the end of the last thing it waits for and its start.
  public var lag: [SimDuration] = []
  /// For each task its duration, where that is fixed.
  public var duration: [SimDuration] = []
  /// For each task what it does.
  public var activity: [Activity] = []
  /// For each task its rendezvous; meaningless for others.
  public var rendezvous: [RendezvousReference] = []
  /// For each task the recorded time from the last arrival to its own end; negative where it ended
  /// earlier.
  public var afterLastArrival: [SimDuration] = []
  /// For each task whether it ends by itself, after its duration, without waiting for the others of
  /// its rendezvous: a buffered send.
  public var leavesEarly: [Bool] = []
  /// For each task the range of its predecessors in `predecessors`.
  public var predecessorRanges: [Range<Int>] = []
  /// Predecessors besides the one in the lane.
  public var predecessors: [Int32] = []

  /// An empty program.
  public init() {}

  /// The number of tasks.
  public var taskCount: Int { lane.count }
}

/// All that a replay needs: who does what, who meets whom, over which links.
public struct Plan: Sendable {
  /// The distinct programs.
  public var programs: [PlanProgram]
  /// For each rank its program.
  public var programOfRank: [Int]
  /// For each rank the group behind each slot of its program.
  public var groupsOfRank: [[Int]]
  /// For each group the number of its first rendezvous; those of a group follow one another.
  public var firstRendezvous: [Int]
  /// For each rendezvous the number of tasks that meet.
  public var participants: [Int]
  /// For each link its capacity in bytes per second.
  public var capacities: [Double]
  /// The ranks whose step is looked at, the first of all; others are there to contend with.
  public var observedRanks: Int

  /// A plan; all ranks are looked at.
  public init(
    programs: [PlanProgram], programOfRank: [Int], groupsOfRank: [[Int]], firstRendezvous: [Int],
    participants: [Int], capacities: [Double]
  ) {
    self.programs = programs
    self.programOfRank = programOfRank
    self.groupsOfRank = groupsOfRank
    self.firstRendezvous = firstRendezvous
    self.participants = participants
    self.capacities = capacities
    observedRanks = programOfRank.count
  }

  /// The rendezvous of a task.
  @inlinable
  func rendezvous(rank: Int, _ reference: RendezvousReference) -> Int {
    firstRendezvous[groupsOfRank[rank][Int(reference.slot)]] + Int(reference.position)
  }
}

/// What a rendezvous turns into on a fabric: phases one after the other. Shared by all rendezvous
/// of one shape.
public final class LoweredCollective: Sendable {
  /// Transfers that go on at once; the phase ends with the last of them.
  public struct Phase: Sendable {
    /// Time before the first byte arrives.
    public var latency: SimDuration
    /// What moves.
    public var transfers: [Transfer]

    /// A phase.
    public init(latency: SimDuration, transfers: [Transfer]) {
      self.latency = latency
      self.transfers = transfers
    }
  }

  /// The phases, in order.
  public let phases: [Phase]
  /// The name of the algorithm.
  public let algorithm: String

  /// A collective of phases.
  public init(algorithm: String, phases: [Phase]) {
    self.algorithm = algorithm
    self.phases = phases
  }
}

/// Turns rendezvous into transfers, when they start.
public protocol Lowering {
  /// What rendezvous number `rendezvous` does. Called once each; should share equal shapes.
  func lower(_ rendezvous: Int) throws -> LoweredCollective
  /// The same, knowing when it starts and whether others are on the links by then: for networks that
  /// change.
  func lower(_ rendezvous: Int, at now: SimTime, findsTraffic: Bool) throws -> LoweredCollective
  /// For each of the rendezvous of a group the first of them, counted from the range's start, that does
  /// the same whenever it starts.
  func alike(_ rendezvous: Range<Int>) -> [Int32]
  /// Whether what a rendezvous does is the same whenever it starts.
  var isSteady: Bool { get }
  /// The same flow by flow, for the flow tier. Called once each.
  func lowerToFlows(_ rendezvous: Int) throws -> LoweredFlows
}

extension Lowering {
  /// On a network that stays as it is nothing hangs on when.
  public func lower(
    _ rendezvous: Int, at now: SimTime, findsTraffic: Bool
  ) throws -> LoweredCollective { try lower(rendezvous) }

  /// On a network that stays as it is.
  public var isSteady: Bool { true }

  /// Nothing is known to be like anything else.
  public func alike(_ rendezvous: Range<Int>) -> [Int32] {
    rendezvous.indices.map { Int32($0 - rendezvous.lowerBound) }
  }
}

/// What a collective is on the links.
public enum TransferTier: String, Sendable, CaseIterable {
  /// One transfer a phase: scales to tens of thousands of ranks.
  case coflow
  /// Each pair by itself: exact to the max-min definition.
  case flow
}

/// Makes every collective take no time: what is left is the bound that no fabric can beat.
public struct InstantLowering: Lowering {
  private let nothing = LoweredCollective(algorithm: "none", phases: [])

  /// The lowering.
  public init() {}

  /// Nothing.
  public func lower(_ rendezvous: Int) -> LoweredCollective { nothing }

  /// All alike.
  public func alike(_ rendezvous: Range<Int>) -> [Int32] {
    Array(repeating: 0, count: rendezvous.count)
  }

  /// Nothing, to nobody. Every rendezvous of the coflow tier is instant already.
  public func lowerToFlows(_ rendezvous: Int) -> LoweredFlows {
    LoweredFlows(members: [], flows: [], links: [])
  }
}

extension PlanProgram {
  /// Starts everything but host work as soon as what it waits for has ended. Work that waits for
  /// nothing keeps its place in time.
  public mutating func dropLag() {
    for range in laneRanges {
      for task in range
      where activity[task] != .host
        && (task > range.lowerBound || !predecessorRanges[task].isEmpty)
      {
        lag[task] = .zero
      }
    }
  }
}

extension PlanProgram {
  /// Stretches recorded communication: what a rendezvous took from its last arrival on, and what goes
  /// on within the rank. Times become `factor` times as long, to the nearest picosecond.
  public mutating func scaleRecordedCommunication(by factor: Double) {
    func scaled(_ time: SimDuration) -> SimDuration {
      SimDuration(picoseconds: Int64((Double(time.picoseconds) * factor).rounded()))
    }
    for task in activity.indices {
      switch activity[task] {
      case .host, .compute: break
      case .localCommunication: duration[task] = scaled(duration[task])
      case .rendezvous:
        // One that ended before the last arrival waited for no one: its own time is all it took.
        if afterLastArrival[task] < .zero {
          duration[task] = scaled(duration[task])
        } else {
          afterLastArrival[task] = scaled(afterLastArrival[task])
        }
      }
    }
  }
}

extension LoweredCollective {
  /// The time that it takes when nothing else is on the links: phase by phase, latency and the
  /// slowest transfer.
  public func loneTime(capacities: [Double]) -> SimDuration {
    phases.reduce(.zero) { time, phase in
      let slowest = phase.transfers.map { $0.bytes / $0.loneRate(capacities: capacities) }.max()
      return time + phase.latency + (slowest.flatMap { .rounding(seconds: $0) } ?? .zero)
    }
  }
}
