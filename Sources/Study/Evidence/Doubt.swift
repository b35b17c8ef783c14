public import Diagnostics
public import Quantities
public import Trace
public import Workload

/// Something about a trace that makes a replay of it less sure.
public struct Doubt: Sendable {
  /// What is doubtful.
  public enum Cause: Sendable {
    /// It can't be replayed at all, and why.
    case unreplayable(Diagnostic)
    /// What was captured was read only in part: what is missing.
    case lost(String)
    /// The chosen step is not whole in the capture.
    case cutStep(Int)
    /// Starts were made up from durations and dependencies.
    case noStarts
    /// Ranks of the job have no trace.
    case missingRanks(traced: Int, all: Int)
    /// One member alone is traced of so many calls.
    case inseparableWaiting(calls: Int)
    /// So many calls have sizes that nobody recorded.
    case assumedSizes(calls: Int)
    /// So many calls have lost their splits.
    case lostSizes(calls: Int)
    /// Time on the critical path that nothing explains.
    case unexplainedLag
    /// Edges that no capture records, of all edges.
    case inferredEdges(Int, of: Int)
    /// Edges that are recorded, and contradicted by the captured times.
    case contradictedEdges(Int)
    /// Of so many hosts, of all, it is not known how far clocks are off.
    case unknownClocks(Int, of: Int)
    /// Clocks were fitted, and this far are ends apart.
    case clockResidual
    /// A first call took absurdly long.
    case startUp(StepSurvey.Transient)
    /// Compute is that of host threads.
    case noDevice
  }

  /// What is doubtful.
  public var cause: Cause
  /// How much of the captured step hangs on it, at most.
  public var atStake: SimDuration

  /// The doubts of a trace, those on which the most hangs first.
  ///
  /// - Parameters:
  ///   - evidence: of the chosen step, or why it can't be replayed.
  ///   - captured: the chosen step, as far as it is known.
  public static func all(
    _ evidence: Result<TraceEvidence, Diagnostic>, captured: CapturedStep?, survey: StepSurvey,
    assumptions: [Assumption]
  ) -> [Doubt] {
    var doubts: [Doubt] = []
    let (step, number) = (captured?.stepTime ?? .zero, captured?.number)
    switch evidence {
    case .failure(let diagnostic):
      doubts.append(Doubt(cause: .unreplayable(diagnostic), atStake: step))
    case .success(let evidence): doubts += of(evidence)
    }
    doubts += assumptions.filter { $0.code == Salvage.code }.map {
      Doubt(cause: .lost($0.text), atStake: step)
    }
    if let number, survey.steps.contains(where: { $0.number == number && $0.isCut }) {
      doubts.append(Doubt(cause: .cutStep(number), atStake: step))
    }
    doubts += survey.transients.filter { $0.step == nil || number == nil || $0.step == number }
      .map { Doubt(cause: .startUp($0), atStake: min(step, $0.duration - $0.usual)) }
    return doubts.enumerated().sorted {
      ($1.element.atStake, $0.offset) < ($0.element.atStake, $1.offset)
    }.map(\.element)
  }

  /// What is doubtful about the chosen step itself; nothing is where nothing is at stake.
  private static func of(_ evidence: TraceEvidence) -> [Doubt] {
    var doubts: [Doubt] = []
    func add(_ cause: Cause, _ stake: SimDuration) {
      doubts.append(Doubt(cause: cause, atStake: min(stake, evidence.step)))
    }
    if evidence.isScheduled { add(.noStarts, evidence.step) }
    if evidence.ranks.traced < evidence.ranks.all {
      add(
        .missingRanks(traced: evidence.ranks.traced, all: evidence.ranks.all),
        evidence.communication)
    }
    if evidence.inseparable.calls > 0 {
      add(.inseparableWaiting(calls: evidence.inseparable.calls), evidence.inseparable.time)
    }
    for sizes in evidence.sizes {
      if sizes.provenance == .assumed { add(.assumedSizes(calls: sizes.calls), sizes.time) }
      if sizes.provenance == .lost { add(.lostSizes(calls: sizes.calls), sizes.time) }
    }
    if !evidence.isScheduled { doubts += ofTimes(evidence) }
    return doubts
  }

  private static func ofTimes(_ evidence: TraceEvidence) -> [Doubt] {
    var doubts: [Doubt] = []
    func add(_ cause: Cause, _ stake: SimDuration) {
      doubts.append(Doubt(cause: cause, atStake: min(stake, evidence.step)))
    }
    let edges = evidence.edges
    if edges.inferred > 0 {
      let (recorded, all) = evidence.communicationFree
      add(
        .inferredEdges(edges.inferred, of: edges.inferred + edges.recorded),
        max(recorded, all) - min(recorded, all))
    }
    if edges.contradicted > 0 { add(.contradictedEdges(edges.contradicted), .zero) }
    if evidence.lagOnPath > .zero {
      add(.unexplainedLag, max(.zero, evidence.step - evidence.lagFree))
    }
    if evidence.unknownClocks > 0 {
      add(.unknownClocks(evidence.unknownClocks, of: evidence.clocks.hosts.count), evidence.step)
    }
    if let residual = evidence.clockResidual { add(.clockResidual, residual) }
    if !evidence.hasDevice { add(.noDevice, .zero) }
    return doubts
  }
}
