import Collectives
public import Quantities
import Simulation
public import Trace
public import Workload

/// How a step hangs together, and how far that explains its times: what waits for what, on which
/// evidence, and the lag that is left. Everything with captured durations, free of any fabric.
///
/// That the captured step comes out again holds whatever the edges; what tells their quality is the
/// lag that nothing explains, and how far the answer moves when guesses are left out.
public struct DependencyReport: Sendable {
  /// Edges of one kind, over the traced ranks.
  public struct Kind: Sendable {
    /// The kind.
    public var kind: DependencyKind
    /// How many.
    public var count: Int
    /// From the end of what was waited for to the start of what waited: median and at most.
    public var slack: (median: SimDuration, most: SimDuration)
    /// How many hold: nothing else that the operation waits for ended as late.
    public var holding: Int
  }

  /// Operations of one name on one kind of lane, and the lag before them.
  public struct Lag: Sendable {
    /// The operations' name.
    public var name: String
    /// How many, over the traced ranks, start later than anything explains.
    public var count: Int
    /// The sum of those times.
    public var total: SimDuration
    /// The part of it on the critical path of the captured step.
    public var onCriticalPath: SimDuration
  }

  /// An edge that no capture records, with its evidence.
  public struct Guess: Sendable {
    /// The rank.
    public var rank: RankID
    /// How it was found.
    public var kind: DependencyKind
    /// What waits.
    public var operation: String
    /// What it waits for.
    public var cause: String
    /// The captured start of what waits.
    public var start: SimTime
    /// From the end of the cause to that.
    public var slack: SimDuration
    /// How long the lane would have rested, for no reason, without the edge.
    public var rest: SimDuration
  }

  /// Edges by kind, those there are.
  public private(set) var kinds: [Kind] = []
  /// Recorded edges that captured times contradict, left out.
  public private(set) var contradicted = 0
  /// Every guess, rank by rank in order of the program.
  public private(set) var guesses: [Guess] = []
  /// Lag before operations, the most first.
  public private(set) var lags: [Lag] = []
  /// Lag before all operations of GPUs, and before collectives, over the traced ranks.
  public private(set) var totalLag = SimDuration.zero
  /// The critical path of the captured step.
  public private(set) var path: CriticalPathShares
  /// The captured step with all lag taken away.
  public private(set) var lagFree: SimDuration
  /// The step with communication that takes no time: with recorded edges alone, and with all.
  public private(set) var communicationFree: (recorded: SimDuration, all: SimDuration)
  /// The step with captured communication so many times as long.
  public private(set) var scaled: [(factor: Double, step: SimDuration)] = []
  /// The captured step.
  public private(set) var captured: SimDuration

  /// Factors by which communication is stretched.
  public static let factors = [0, 0.5, 1, 2, 10]

  /// Looks at a trace's chosen step. Six replays.
  ///
  /// - Throws: a `Diagnostic` where the graph can't be carried out.
  public init(_ trace: PreparedTrace) throws {
    let workload = trace.workload
    let plan = PlanBuilder.plan(workload, capacities: [])
    var step = StepReplay(workload, folds: trace.folds)
    let result = try step.run(plan, InstantLowering(), .recorded)
    captured = workload.captured.stepTime
    path = CriticalPathShares(result.criticalPath)
    lagFree = trace.evidence.lagFree
    communicationFree = trace.evidence.communicationFree
    for factor in Self.factors {
      var stretched = plan
      for index in stretched.programs.indices {
        stretched.programs[index].scaleRecordedCommunication(by: factor)
      }
      scaled.append(
        (factor, try step.run(stretched, InstantLowering(), .recorded).stepTime))
    }
    for program in workload.programs {
      contradicted += program.contradictedEdges
      guesses += Self.guesses(program)
    }
    kinds = Self.kinds(workload.programs)
    measureLags(workload, result.criticalPath)
  }

  private static func kinds(_ programs: [RankProgram]) -> [Kind] {
    DependencyKind.allCases.compactMap { kind in
      var slacks: [SimDuration] = []
      var holding = 0
      for program in programs {
        for (index, edges) in program.dependencies.enumerated() {
          for edge in edges where edge.kind == kind {
            let slack = program.operations[index].start - program.operations[edge.operation].end
            slacks.append(slack)
            if slack == program.operations[index].lag { holding += 1 }
          }
        }
      }
      guard !slacks.isEmpty else { return nil }
      slacks.sort()
      return Kind(
        kind: kind, count: slacks.count,
        slack: (slacks[slacks.count / 2], slacks[slacks.count - 1]), holding: holding)
    }
  }

  private static func guesses(_ program: RankProgram) -> [Guess] {
    program.dependencies.enumerated().flatMap { index, edges in
      edges.filter { $0.kind.isGuess }.map { edge in
        let operation = program.operations[index]
        let cause = program.operations[edge.operation]
        let others = edges.filter { $0 != edge }.map { program.operations[$0.operation].end }
        let range = program.laneRanges[operation.lane]
        let before = index > range.lowerBound ? program.operations[index - 1].end : .origin
        return Guess(
          rank: program.source, kind: edge.kind, operation: program.names[operation.name],
          cause: program.names[cause.name], start: operation.start,
          slack: operation.start - cause.end,
          rest: operation.start - max(before, others.max() ?? before))
      }
    }
  }

  private mutating func measureLags(_ workload: Workload, _ path: CriticalPath) {
    var byName: [String: Lag] = [:]
    for program in workload.programs {
      for operation in program.operations where operation.kind != .host && operation.lag > .zero {
        let name = program.names[operation.name]
        var lag = byName[name] ?? Lag(name: name, count: 0, total: .zero, onCriticalPath: .zero)
        lag.count += 1
        lag.total += operation.lag
        byName[name] = lag
        totalLag += operation.lag
      }
    }
    for step in path.steps where step.lag > .zero {
      let program = workload.programs[workload.programOfRank[step.rank]]
      byName[program.names[program.operations[step.task].name]]?.onCriticalPath += step.lag
    }
    lags = byName.values.sorted {
      ($1.onCriticalPath, $1.total, $0.name) < ($0.onCriticalPath, $0.total, $1.name)
    }
  }
}

/// What the time on a critical path went into.
public struct CriticalPathShares: Sendable {
  /// Time in compute, collectives, on host threads, and before operations that nothing explains.
  public var compute, transfer, host, lag: SimDuration

  init(_ path: CriticalPath) {
    (compute, transfer, host, lag) = (path.compute, path.transfer, path.host, path.lag)
  }
}
