import Diagnostics
import Quantities
public import Trace

/// Makes a workload of a trace.
public struct WorkloadAssembler {
  /// The steps of the trace beside one another.
  public let survey: StepSurvey
  private let trace: Trace
  private var options: WorkloadOptions
  private var assumptions: [Assumption]

  /// An assembler of one trace.
  public init(_ trace: Trace, options: WorkloadOptions) {
    self.options = options
    let (whole, leftOut) = RingTrim.trimmed(trace)
    var placed = whole
    // Made-up times are of one clock.
    if let count = options.ranksPerHost, !trace.isScheduled {
      for index in placed.ranks.indices {
        placed.ranks[index].host = "host \(placed.ranks[index].rank.index / count)"
      }
    }
    self.trace = placed
    survey = StepSurvey(placed)
    assumptions = trace.assumptions
    if leftOut > 0 {
      assumptions.append(
        Assumption(
          "ring",
          "calls that the flight recorders' rings no longer hold on all members are left out: "
            + "\(leftOut)"))
    }
    if let count = options.ranksPerHost, !trace.isScheduled {
      assumptions.append(
        Assumption("hosts", "hosts are as the user says: ranks in order, \(count) to a host"))
    }
  }

  /// What the capture says of the chosen step, matched or not: calls whose peers are not known
  /// count as transfer.
  public consuming func captured() throws -> CapturedStep {
    let (programs, marks, clocks) = try buildPrograms()
    var step = CapturedStep(programs: programs, marks: marks, clocks: clocks) { program, call in
      programs[program].operations[programs[program].calls[call].operation].start
    }
    step.isScheduled = trace.isScheduled
    return step
  }

  private mutating func buildPrograms() throws -> (
    programs: [RankProgram], marks: [StepMark], clocks: ClockReport
  ) {
    let selection = try commonStep()
    let steps = try trace.ranks.map { rank in
      // A rank that marks no steps is taken whole beside those that do.
      let isWhole = rank.steps.isEmpty && (options.step == .last || options.step == .each)
      return try SelectedStep(isWhole ? .whole : selection, of: rank)
    }
    guard
      zip(steps, trace.ranks).contains(where: { step, rank in
        step.events.contains { rank.events.kind($0) != .step }
      })
    else {
      throw Diagnostic(
        .nothingToReplay, "the trace holds no operations in the chosen step",
        remedy: "choose another step with --step, or capture with CPU or CUDA activities on")
    }
    let clocks = ClockAlignment(
      trace,
      events: zip(trace.ranks, steps).map { rank, step in
        step.events.filter { rank.events.kind($0) != .step }
      })
    if let assumption = clocks.assumption, !trace.isScheduled { assumptions.append(assumption) }
    var programs: [RankProgram] = []
    for ((rank, step), clock) in zip(zip(trace.ranks, steps), clocks.maps) {
      let recorded = ProgramBuilder(rank, events: step.events, clock: clock).build()
      programs.append(
        DependencyInference(recorded, rank: rank).complete(infers: options.infersDependencies))
    }
    return (programs, steps.compactMap(\.mark), clocks.report)
  }

  /// The workload. Of a salvaged trace the last step that is whole on all ranks, where `last` is asked
  /// for.
  ///
  /// - Throws: a `Diagnostic` where there is nothing to replay, the step is not there, the job hung,
  ///   ranks are missing, or members of a group disagree.
  public func assemble() throws -> Workload {
    var whole = self
    try refuseHungJob()
    guard trace.isSalvaged, options.step == .last else { return try whole.assembleStep() }
    do {
      return try whole.assembleStep()
    } catch let diagnostic as Diagnostic where diagnostic.code == .collectiveMismatch {
      if let earlier = try assembleEarlierStep() { return earlier }
      var hopeless = diagnostic
      hopeless.remedy =
        "what could be salvaged is not enough to replay; 'refract inspect' shows what there is"
      throw hopeless
    }
  }

  /// A job that hung has no step: calls had not ended, for ranks never came to them.
  private func refuseHungJob() throws {
    guard trace.hasOpenCalls, let hang = MatchingReport(try trace.writingRepeats()).hang else {
      return
    }
    throw hang.diagnostic(trace.groups)
  }

  /// The last step before the last one in which the calls of all ranks match.
  private func assembleEarlierStep() throws -> Workload? {
    guard let last = steps.last else { return nil }
    for step in steps.dropLast().reversed() {
      var assembler = self
      assembler.options.step = .number(step)
      assembler.assumptions.append(
        Assumption(
          Salvage.code,
          "salvaged: step \(last) is not whole on all ranks; step \(step) stands in its place"))
      do {
        return try assembler.assembleStep()
      } catch let diagnostic as Diagnostic where diagnostic.code == .collectiveMismatch {
        continue
      }
    }
    return nil
  }

  private mutating func assembleStep() throws -> Workload {
    let (programs, marks, clocks) = try buildPrograms()
    let sources = try RankSources(
      worldSize: trace.worldSize, traced: trace.ranks.map(\.rank), repeats: trace.repeats,
      extrapolation: options.extrapolation)
    var matched = try CollectiveMatcher(
      trace, programs: programs, programOfRank: sources.programOfRank, options: options
    ).match()
    let arrivals = Self.lastArrivals(matched)
    for program in matched.programs.indices {
      for call in matched.programs[program].calls.indices {
        let operation = matched.programs[program].calls[call].operation
        let after = matched.programs[program].operations[operation].end - arrivals[program][call]
        // Made-up times know nothing of other ranks: that a call ended before all were there says
        // nothing of it.
        matched.programs[program].calls[call].afterLastArrival =
          trace.isScheduled ? max(.zero, after) : after
      }
    }
    var captured = CapturedStep(
      programs: matched.programs, marks: marks, clocks: clocks,
      lastArrival: { arrivals[$0][$1] })
    captured.isScheduled = trace.isScheduled
    noteAssumptions(matched.programs)
    var log = trace.log
    for program in matched.programs { LaunchOrder.note(program, in: &log) }
    if let routed = matched.routed { assumptions.append(try routed.assumption()) }
    let once = Workload(
      worldSize: trace.worldSize, groups: matched.groups, programs: matched.programs,
      programOfRank: sources.programOfRank, groupsOfRank: matched.groupsOfRank,
      instances: matched.instances, captured: captured, hosts: hosts(),
      repeatedRanks: trace.repeats.count, assumptions: assumptions, log: log)
    return try once.repeated(options.replicas)
  }

  /// The host of each rank; empty where nothing is known of any.
  private func hosts() -> [String?] {
    if let count = options.ranksPerHost {
      return (0..<trace.worldSize).map { "host\($0 / count)" }
    }
    guard trace.ranks.contains(where: { $0.host != nil }) else { return [] }
    var hosts = [String?](repeating: nil, count: trace.worldSize)
    for rank in trace.ranks { hosts[rank.rank.index] = rank.host }
    return hosts
  }

  /// The selection, `last` made the last whole step that all ranks which mark steps have in common.
  private mutating func commonStep() throws -> StepSelection {
    let isMarked = trace.ranks.contains { !$0.steps.isEmpty }
    guard options.step == .last || options.step == .each, isMarked else {
      noteTransients(of: options.step)
      return options.step == .each ? .last : options.step
    }
    guard let last = steps.last else {
      throw Diagnostic(
        .noSuchStep, "the ranks have no step in common",
        remedy: "capture the same steps on all ranks")
    }
    let cut = Set(survey.steps.filter(\.isCut).map(\.number))
    // Of a salvaged trace whether the calls of all ranks match decides, once they have met.
    let chosen = trace.isSalvaged ? last : steps.last { !cut.contains($0) } ?? last
    if chosen != last {
      assumptions.append(
        Assumption(
          "step-cut",
          "the capture ends within step \(last), so step \(chosen) is the last whole one"))
    }
    noteTransients(of: .number(chosen))
    return .number(chosen)
  }

  /// The steps that all ranks which mark any have in common, in order.
  public var steps: [Int] {
    let marked = trace.ranks.map { Set($0.steps.map(\.number)) }.filter { !$0.isEmpty }
    guard let first = marked.first else { return [] }
    return marked.reduce(first) { $0.intersection($1) }.sorted()
  }

  /// A step in which something was only just starting is no step like others.
  private mutating func noteTransients(of step: StepSelection) {
    let there = survey.transients.filter { transient in
      switch step {
      case .number(let number): transient.step == number
      case .last, .each, .whole: true
      }
    }
    guard let longest = there.first else { return }
    assumptions.append(
      Assumption(
        "start-up",
        "the step holds calls that were only just starting, the longest on rank "
          + "\(longest.rank.raw), group '\(longest.group)': a first \(longest.kind.rawValue) of "
          + "\(longest.duration.nanosecondsRounded / 1000) µs, where "
          + "\(longest.usual.nanosecondsRounded / 1000) µs are usual"))
  }

  /// For each program and call the last captured arrival over the members' sources.
  private static func lastArrivals(_ matched: CollectiveMatcher.Matched) -> [[SimTime]] {
    matched.programs.map { program in
      let groups = matched.groupsOfRank[program.source.index]
      return program.calls.map { call in
        matched.lastArrivals[matched.instances.list(ofGroup: groups[call.slot])][call.position]
      }
    }
  }

  private mutating func noteSizes(_ programs: [RankProgram]) {
    let calls = programs.flatMap { $0.calls.map(\.communication) }
    let sizes = SizeCounts(calls)
    if !sizes.recovered.isEmpty {
      assumptions.append(
        Assumption(
          "sizes-recovered", "how the sizes of calls are known: " + sizes.words))
    }
    let filled = calls.count { $0.sizes == .assumed && $0.assumedBy == nil }
    if filled > 0 {
      assumptions.append(
        Assumption(
          "splits-filled",
          "splits of all-to-all calls are lost and replayed as even, as --fill-lost says: "
            + "\(filled) of \(sizes.total) calls"))
    }
  }

  private mutating func noteAssumptions(_ programs: [RankProgram]) {
    let inferred = programs.reduce(0) { $0 + $1.edgeCount(.inferred) }
    let waits = programs.reduce(0) { $0 + $1.edgeCount(.hostWait) + $1.edgeCount(.poll) }
    let contradicted = programs.reduce(0) { $0 + $1.contradictedEdges }
    let streamWaits = programs.reduce(0) { $0 + $1.edgeCount(.streamWait) }
    let handOvers = programs.reduce(0) { $0 + $1.edgeCount(.handOver) }
    if inferred + waits + streamWaits + handOvers > 0 {
      assumptions.append(
        Assumption(
          "inferred-edges",
          "dependencies that no capture records, over the traced ranks: \(inferred) from timing, "
            + "\(streamWaits) from stream waits between launches, \(waits) from host threads that "
            + "wait for the GPU"
            + (handOvers > 0 ? ", \(handOvers) from threads that hand over to others" : "")))
    }
    noteSizes(programs)
    if contradicted > 0 {
      assumptions.append(
        Assumption(
          "contradicted-edges",
          "\(contradicted) recorded dependencies contradict the captured times and are left out"))
    }
    if !trace.repeats.isEmpty {
      assumptions.append(
        Assumption(
          "repeated",
          "\(trace.repeats.count) of \(trace.worldSize) ranks do the same as one of "
            + "\(trace.ranks.count) that are written, as the trace says"))
    }
    if programs.count == 1, trace.worldSize > 1, !trace.isScheduled {
      assumptions.append(
        Assumption(
          "one-rank", "one rank is traced, so captured waiting can't be told from transfer"))
    }
    let missing = trace.worldSize - trace.ranks.count - trace.repeats.count
    if let extrapolation = options.extrapolation, missing > 0 {
      assumptions.append(
        Assumption(
          "extrapolated",
          "\(missing) of \(trace.worldSize) ranks take the program of a "
            + "traced rank at their tensor-parallel (of \(extrapolation.tensorParallel)) and "
            + "pipeline (of \(extrapolation.pipelineParallel)) position, "
            + "splits \(extrapolation.splits.rawValue)"
            + (programs.count == 1 ? "; waiting is zero by construction" : "")))
    }
    if programs.contains(where: \.hasDevice), !trace.isScheduled {
      assumptions.append(
        Assumption(
          "compute-as-captured",
          "compute keeps its captured duration, which the communication beside it had stretched"))
    }
  }
}
