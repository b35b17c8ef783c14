public import Diagnostics
public import Fabric
public import Quantities
public import Simulation
public import Trace
public import Workload

/// What replaying one trace on one fabric found, in plain values for reports.
public struct ScenarioResult: Sendable {
  /// The trace's name.
  public var trace: String
  /// The fabric's name.
  public var fabric: String
  /// What the fabric is.
  public var specification: FabricSpecification
  /// The placement's name.
  public var placement: String
  /// Whether collectives moved as one, or each pair by itself.
  public var tier: TransferTier
  /// The replayed step.
  public var stepTime: SimDuration
  /// The replay's start, from the job's origin: what times of collectives count from.
  public var windowStart: SimTime
  /// The captured step.
  public var capturedStepTime: SimDuration
  /// The host's captured step, where the capture marks it.
  public var capturedHostStep: SimDuration?
  /// Mean parts of the captured ranks' time.
  public var capturedParts: TimeParts
  /// The step with communication free, compute as the scenario has it.
  public var communicationFree: SimDuration
  /// What every answer about the trace rests on.
  public var evidence: TraceEvidence
  /// The step with all unexplained lag of GPU work set to zero.
  public var lagFree: SimDuration
  /// The step with recorded dependencies only, and with all inferred ones, the smaller first.
  public var interval: (low: SimDuration, high: SimDuration)
  /// What held the step up.
  public var criticalPath: CriticalPath
  /// What the time on it went into; in the captured step, and in this one.
  public var criticalShares: (captured: CriticalShares, replayed: CriticalShares)
  /// The tasks on the critical path, first to last.
  public var criticalSteps: [CriticalRow]
  /// Parts of each rank's time.
  public var parts: [TimeParts]
  /// Every collective.
  public var collectives: CollectiveTable
  /// Every link that carried anything.
  public var links: [LinkRow]
  /// Every group that communicated.
  public var groups: [GroupRow]
  /// Mean over ranks of exposed transfer within the rank, which is no group's.
  public var exposedWithinRank: SimDuration
  /// Logical bytes from rank to rank.
  public var traffic: TrafficMatrix
  /// The rank that the captured step's critical path spends longest on, captured and replayed.
  public var timeline: RankTimeline
  /// How wrong the model of links is known to be for what the transfers cross.
  public var modelError: ModelError
  /// How far a calibration covers it, where one was given.
  public var calibration: CalibrationUse?
  /// Joules, where the fabric says what every used link takes.
  public var energyJoules: Double?
  /// What the links that carried something draw over the step whatever they carry; `nil` where none
  /// says.
  public var staticEnergyJoules: Double?
  /// Counted work.
  public var counters: ReplayCounters
  /// What it leans on.
  public var assumptions: [Assumption]
  /// What was found on the way.
  public var diagnostics: [Diagnostic]

  /// A collective.
  public struct CollectiveRow: Sendable {
    /// The instance in the workload.
    public var instance: CollectiveInstance
    /// Its group.
    public var group: ProcessGroup
    /// How it went.
    public var outcome: CollectiveOutcome
    /// Bytes asked for.
    public var logicalBytes: Double
    /// Bytes that senders put on the wire.
    public var wireBytes: Double
    /// What it would take alone on the same fabric and placement.
    public var loneTime: SimDuration
    /// Algorithm and bus bandwidth in bytes/s, where bytes moved.
    public var bandwidths: (algorithm: Double, bus: Double)?
    /// Whether any of its bytes went between pods.
    public var crossesPods: Bool
    /// The link that would hold it back alone; "injection cap" or empty where none would.
    public var bottleneck: String

    /// Replayed time over the time alone; `nil` where that is nothing.
    public var contentionFactor: Double? {
      loneTime > .zero ? outcome.transferTime.seconds / loneTime.seconds : nil
    }
  }

  /// A link.
  public struct LinkRow: Sendable {
    /// The link.
    public var link: Link
    /// What it carried.
    public var outcome: LinkOutcome
    /// Bytes / (capacity · step).
    public var meanUtilization: Double
    /// The groups that put most bytes on it, and how many, the most first; at most three.
    public var contributors: [(group: String, bytes: Double)]
  }

  /// A task on the critical path.
  public struct CriticalRow: Sendable {
    /// The rank.
    public var rank: Int
    /// Its lane.
    public var lane: Lane
    /// The task's name in the capture.
    public var name: String
    /// What it is: host, compute, local_communication, or the collective's title.
    public var kind: String
    /// Start; for a collective when transfer began.
    public var start: SimTime
    /// End.
    public var end: SimTime
  }

  /// A group's traffic.
  public struct GroupRow: Sendable {
    /// The group.
    public var group: ProcessGroup
    /// Its collectives by kind, in order of the kinds' names.
    public var kinds: [(kind: CollectiveKind, count: Int)]
    /// Bytes asked for.
    public var logicalBytes: Double
    /// Bytes on the wire.
    public var wireBytes: Double
    /// Mean over all ranks of the job of exposed transfer while it was the first in flight.
    public var exposed: SimDuration
    /// Sum of transfer times.
    public var transferTime: SimDuration
    /// Sum of captured durations, the longest member's.
    public var capturedTime: SimDuration
  }

  /// (replayed − captured) / captured with captured durations of collectives.
  public var selfCheckError: Double { evidence.selfCheckError }

  /// The ranks that have a trace.
  public var tracedRanks: Int { evidence.ranks.traced }

  /// Whether any traced rank had a GPU in the step; else compute is that of host threads.
  public var hasDevice: Bool { evidence.hasDevice }

  /// The link with the highest mean utilization; the first in the fabric's order at a tie.
  public var busiestLink: LinkRow? {
    links.reduce(nil as LinkRow?) { best, row in
      // Equal loads differ by rounding; the first of them is meant.
      row.meanUtilization > (best?.meanUtilization ?? 0) * (1 + 1e-9) ? row : best
    }
  }

  /// Bytes on the wire.
  public var wireBytes: Double { groups.reduce(0) { $0 + $1.wireBytes } }

  /// Mean parts over ranks, in whole nanoseconds that add up to the step.
  public var meanParts: MeanParts { MeanParts(parts, total: stepTime) }
}
