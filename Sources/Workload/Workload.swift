public import Diagnostics
import Quantities
public import Trace

/// What must happen in a step, free of any network: programs of ranks, and the collectives in
/// which they meet.
public struct Workload: Sendable {
  /// The number of ranks.
  public var worldSize: Int
  /// The groups of the job, those of extrapolated ranks and of point-to-point pairs among them.
  public var groups: [ProcessGroup]
  /// The distinct programs.
  public var programs: [RankProgram]
  /// For each rank the index of its program.
  public var programOfRank: [Int]
  /// For each rank the group behind each slot of its program.
  public var groupsOfRank: [[Int]]
  /// The matched collectives, group by group, in order of sequence.
  public var instances: InstanceTable
  /// What the capture says of this step's time.
  public var captured: CapturedStep
  /// How the sizes of the traced ranks' calls are known.
  public var sizes: SizeCounts {
    SizeCounts(programs.lazy.flatMap { $0.calls.map(\.communication) })
  }
  /// For each rank the host that it was captured on, or has by what the user says of hosts; empty where
  /// nothing is known of any.
  public var hosts: [String?] = []
  /// How many ranks do the same as a traced one because the trace says so.
  public var repeatedRanks = 0
  /// What the result leans on, reading included.
  public var assumptions: [Assumption]
  /// What was found on the way, reading included.
  public var log: DiagnosticLog

  init(
    worldSize: Int, groups: [ProcessGroup], programs: [RankProgram], programOfRank: [Int],
    groupsOfRank: [[Int]], instances: InstanceTable, captured: CapturedStep, hosts: [String?] = [],
    repeatedRanks: Int = 0, assumptions: [Assumption], log: DiagnosticLog
  ) {
    self.worldSize = worldSize
    self.groups = groups
    self.programs = programs
    self.programOfRank = programOfRank
    self.groupsOfRank = groupsOfRank
    self.instances = instances
    self.captured = captured
    self.hosts = hosts
    self.repeatedRanks = repeatedRanks
    self.assumptions = assumptions
    self.log = log
  }

  /// A workload of instances in one list; for each group `firstInstance` says where its own begin.
  init(
    worldSize: Int, groups: [ProcessGroup], programs: [RankProgram], programOfRank: [Int],
    groupsOfRank: [[Int]], instances: [CollectiveInstance], firstInstance: [Int],
    captured: CapturedStep, hosts: [String?] = [], assumptions: [Assumption], log: DiagnosticLog
  ) {
    self.init(
      worldSize: worldSize, groups: groups, programs: programs, programOfRank: programOfRank,
      groupsOfRank: groupsOfRank,
      instances: InstanceTable(instances, firstInstance: firstInstance), captured: captured,
      hosts: hosts, assumptions: assumptions, log: log)
  }

  /// The instance in which a rank's call takes part.
  public func instance(ofCall call: Int, rank: Int) -> Int {
    let program = programs[programOfRank[rank]]
    let place = program.calls[call]
    return instances.range(ofGroup: groupsOfRank[rank][place.slot]).lowerBound + place.position
  }
}

/// What stands in for splits of an all-to-all that are lost.
public enum LostSplits: String, Sendable, CaseIterable {
  /// The same to each member.
  case even
}

/// How a workload is to be made of a trace.
public struct WorkloadOptions: Sendable, Hashable {
  /// Which step.
  public var step = StepSelection.last
  /// How to fill in ranks without a trace; `nil` refuses to.
  public var extrapolation: Extrapolation?
  /// How many ranks of the job share a host, in their order, where the user says so: it takes the
  /// place of what captures say, for the clocks.
  public var ranksPerHost: Int?
  /// What stands in for lost splits; `nil` refuses to replay calls that have any.
  public var fillsLost: LostSplits?
  /// Where tokens go that rules count; `nil` for balanced routing.
  public var routing: ExpertRouting?
  /// Whether to infer dependencies from timing.
  public var infersDependencies = true
  /// How many times the job stands side by side, each by itself.
  public var replicas = 1

  /// The defaults: the last step, no extrapolation, inference on.
  public init() {}
}
