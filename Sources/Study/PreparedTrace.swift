import Collectives
import Diagnostics
import Ingest
public import Quantities
import Simulation
public import Streams
public import Trace
public import Workload

/// A trace made ready for any number of scenarios: its workload, and what holds on every fabric.
public struct PreparedTrace: Sendable {
  /// What reports call it.
  public let name: String
  /// With all dependencies.
  public let workload: Workload
  /// With recorded dependencies only: the other end of the answer's interval.
  let recordedOnly: Workload
  /// The step with captured durations of collectives, replayed.
  public let selfCheck: SimDuration
  /// What answers about it rest on.
  public let evidence: TraceEvidence
  /// The captured step's critical path taken apart.
  public let capturedPath: CriticalShares
  /// Logical bytes from rank to rank.
  public let traffic: TrafficMatrix
  /// The traced rank on which, or on a rank that repeats it, the captured step's critical path
  /// spends longest; its timeline is kept.
  public let observedRank: Int

  /// Reads a trace and prepares it: each of its steps for itself, where all are asked for.
  ///
  /// - Parameters:
  ///   - threads: files read at a time; changes no result.
  ///   - progress: whom to tell how far reading is.
  /// - Throws: a `Diagnostic`; where its place is not known more closely, it names the trace.
  public static func prepare(
    _ source: TraceSource, name: String, threads: Int = 1, progress: ReadingProgress? = nil
  ) throws -> [PreparedTrace] {
    let more = source.inputs.count - 1
    let input = (source.inputs.min() ?? "") + (more > 0 ? " and \(more) more" : "")
    do {
      let rules = try source.rules.map(KernelRules.init(nameOrFile:))
      let ingestor = Ingestor(
        rules: rules, salvages: source.salvages, threads: threads, progress: progress)
      let trace = try ingestor.ingest(source.inputs)
      let assembler = WorkloadAssembler(trace, options: source.options)
      guard source.options.step == .each, !assembler.steps.isEmpty else {
        return [try PreparedTrace(trace, assembler, source.options, name: name)]
      }
      return try assembler.steps.map { step in
        var options = source.options
        options.step = .number(step)
        return try PreparedTrace(
          trace, WorkloadAssembler(trace, options: options), options, name: "\(name), step \(step)")
      }
    } catch var diagnostic as Diagnostic {
      if diagnostic.location == nil, diagnostic.code != .usage {
        diagnostic.location = SourceLocation(file: input)
      }
      throw diagnostic
    }
  }

  /// Prepares one step of a trace: the last, where all are asked for.
  public init(_ trace: Trace, options: WorkloadOptions, name: String) throws {
    try self.init(trace, WorkloadAssembler(trace, options: options), options, name: name)
  }

  private init(
    _ trace: Trace, _ assembler: WorkloadAssembler, _ options: WorkloadOptions, name: String
  ) throws {
    self.name = name
    workload = try assembler.assemble()
    var recorded = options
    recorded.infersDependencies = false
    recordedOnly = try WorkloadAssembler(trace, options: recorded).assemble()
    let plan = PlanBuilder.plan(workload, capacities: [])
    let captured = try replayPlan(plan, workload, InstantLowering(), .recorded)
    selfCheck = captured.stepTime
    capturedPath = CriticalShares(captured, workload, try KernelClassRules.standard())
    let longest = captured.criticalPath.longestRank ?? 0
    observedRank = workload.programs[workload.programOfRank[longest]].source.index
    traffic = TrafficMatrix(workload)
    let free = try replayPlan(plan, workload, InstantLowering(), .lowered).stepTime
    let recordedPlan = PlanBuilder.plan(recordedOnly, capacities: [])
    let recordedFree = try replayPlan(recordedPlan, recordedOnly, InstantLowering(), .lowered)
    var lagless = plan
    for index in lagless.programs.indices { lagless.programs[index].dropLag() }
    evidence = TraceEvidence(
      workload, captured: captured,
      lagFree: try replayPlan(lagless, workload, InstantLowering(), .recorded).stepTime,
      communicationFree: (recordedFree.stepTime, free))
  }
}

extension CriticalPath {
  /// The rank whose tasks are on the path for longest, the first of several; `nil` where there are
  /// none.
  fileprivate var longestRank: Int? {
    var times: [Int: SimDuration] = [:]
    for step in steps { times[step.rank, default: .zero] += step.end - step.start }
    return times.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
  }
}

/// Replays, with failures in the words of the workload.
func replayPlan(
  _ plan: Plan, _ workload: Workload, _ lowering: any Lowering, _ timing: Replayer.Timing
) throws -> ReplayResult {
  try replayPlan(workload, observing: 0) {
    Replayer(plan, lowering: lowering, timing: timing)
  }.result
}

/// The same, and when each task of one rank ran.
func replayPlan(
  _ workload: Workload, observing rank: Int, _ replayer: () -> Replayer
) throws -> (result: ReplayResult, spans: [TaskSpan]) {
  do {
    var replayer = replayer()
    let result = try replayer.run()
    return (result, replayer.spans(ofRank: rank))
  } catch let failure as ReplayFailure {
    throw failure.diagnostic(workload)
  }
}

extension ReplayFailure {
  /// What went wrong, in the words of ranks and collectives.
  fileprivate func diagnostic(_ workload: Workload) -> Diagnostic {
    switch self {
    case .stalled(let rendezvous):
      return Diagnostic(
        .deadlock, "the transfer of \(Self.name(rendezvous, workload)) gets no bandwidth",
        remedy: "check the fabric for links without capacity")
    case .endless(let rendezvous):
      return Diagnostic(
        .valueOutOfRange, "\(Self.name(rendezvous, workload)) would take more than 26 days",
        remedy: "check its sizes, and the bandwidths of the fabric")
    case .stepEndless:
      return Diagnostic(
        .valueOutOfRange, "the step would take more than 26 days",
        remedy: "check sizes and times of the trace, and the latencies of the fabric")
    case .deadlock(let blocked, let chain):
      let shown = chain.tasks.prefix(8).map { Self.words($0, workload) }
      let rest = chain.tasks.count > 8 ? "; and \(chain.tasks.count - 8) between" : ""
      let (start, end) =
        switch chain.end {
        case .cycle:
          ("each of \(chain.tasks.count) waits for the next, the last for the first: ", "")
        case .neverComes(let rank): ("", "; rank \(rank) never comes to it")
        case .unknown: ("", "")
        }
      let more = blocked.count - chain.tasks.count
      return Diagnostic(
        .deadlock,
        "the replay can't go on: " + start + shown.joined(separator: "; ") + rest + end
          + (more > 0 ? "; \(more) more operations wait" : ""),
        remedy: "the order of operations can't be carried out; check how the trace was captured")
    }
  }

  private static func words(_ task: BlockedTask, _ workload: Workload) -> String {
    let program = workload.programs[workload.programOfRank[task.rank]]
    let operation = program.operations[task.task]
    let place =
      "rank \(task.rank), \(program.lanes[operation.lane].label), operation \(task.task) "
      + "('\(program.names[operation.name])')"
    switch task.reason {
    case .task(let other): return place + " waits for its operation \(other)"
    case .rendezvous(let number, let missing):
      return place + " waits in \(name(number, workload)) for \(missing) more"
    }
  }

  private static func name(_ instance: Int, _ workload: Workload) -> String {
    guard workload.instances.indices.contains(instance) else {
      return "a collective of a job in the background"
    }
    let collective = workload.instances[instance]
    return "\(collective.kind.rawValue) \(collective.sequence) of group "
      + "'\(workload.groups[collective.group].label)'"
  }
}
