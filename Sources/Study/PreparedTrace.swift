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
  /// With recorded dependencies only, where there are others: the other end of the answer's interval.
  let recordedOnly: Workload?
  /// Whether ranks that can't be told apart are replayed as one.
  let folds: Bool
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
        return [
          try PreparedTrace(trace, assembler, source.options, name: name, folds: source.folds)
        ]
      }
      return try assembler.steps.map { step in
        var options = source.options
        options.step = .number(step)
        return try PreparedTrace(
          trace, WorkloadAssembler(trace, options: options), options, name: "\(name), step \(step)",
          folds: source.folds)
      }
    } catch var diagnostic as Diagnostic {
      if diagnostic.location == nil, diagnostic.code != .usage {
        diagnostic.location = SourceLocation(file: input)
      }
      throw diagnostic
    }
  }

  /// Prepares one step of a trace: the last, where all are asked for.
  public init(
    _ trace: Trace, options: WorkloadOptions, name: String, folds: Bool = true
  ) throws {
    try self.init(
      trace, WorkloadAssembler(trace, options: options), options, name: name, folds: folds)
  }

  private init(
    _ trace: Trace, _ assembler: WorkloadAssembler, _ options: WorkloadOptions, name: String,
    folds: Bool
  ) throws {
    self.folds = folds
    self.name = name
    workload = try assembler.assemble()
    var recorded = options
    recorded.infersDependencies = false
    let infers = workload.programs.contains(where: \.hasGuesses)
    recordedOnly = infers ? try WorkloadAssembler(trace, options: recorded).assemble() : nil
    let plan = PlanBuilder.plan(workload, capacities: [])
    var step = StepReplay(workload, folds: folds)
    let captured = try step.run(plan, InstantLowering(), .recorded)
    selfCheck = captured.stepTime
    capturedPath = CriticalShares(captured, workload, try KernelClassRules.standard())
    let longest = captured.criticalPath.longestRank ?? 0
    observedRank = workload.programs[workload.programOfRank[longest]].source.index
    traffic = TrafficMatrix(workload)
    let free = try step.run(plan, InstantLowering(), .lowered).stepTime
    var recordedFree = free
    if let recordedOnly {
      let plan = PlanBuilder.plan(recordedOnly, capacities: [])
      recordedFree = try step.run(plan, InstantLowering(), .lowered).stepTime
    }
    let lagFree =
      try plan.withoutLag.map { try step.run($0, InstantLowering(), .recorded).stepTime }
      ?? captured.stepTime
    evidence = TraceEvidence(
      workload, captured: captured, lagFree: lagFree,
      communicationFree: (recordedFree, free))
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
