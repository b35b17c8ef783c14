import Diagnostics
import Quantities
import Study
import Trace
import Workload

/// Doubts in words, and under the names that files have for them.
extension Doubt {
  /// What files call it.
  var code: String {
    switch cause {
    case .unreplayable: "unreplayable"
    case .lost: "lost"
    case .cutStep: "cut_step"
    case .noStarts: "no_starts"
    case .missingRanks: "missing_ranks"
    case .inseparableWaiting: "inseparable_waiting"
    case .assumedSizes: "assumed_sizes"
    case .lostSizes: "lost_sizes"
    case .unexplainedLag: "unexplained_lag"
    case .inferredEdges: "inferred_edges"
    case .contradictedEdges: "contradicted_edges"
    case .unknownClocks: "unknown_clocks"
    case .clockResidual: "clock_residual"
    case .startUp: "start_up"
    case .noDevice: "no_gpu"
    }
  }

  /// For people, with what helps.
  var words: String {
    switch cause {
    case .unreplayable(let diagnostic):
      "it can't be replayed as it is: " + DiagnosticRenderer.line(diagnostic)
    case .lost(let text): text
    case .cutStep(let number):
      "step \(number) is not whole in the capture; choose another with --step"
    case .noStarts:
      "starts are made up from durations and dependencies: there is no captured step to check against"
    case .missingRanks(let traced, let all):
      "\(all - traced) of \(all) ranks have no trace: others stand for them, and are never late"
    case .inseparableWaiting(let calls):
      "of \(Wording.count(calls, "call")) one member alone is traced: waiting for peers can't be "
        + "told from transfer"
    case .assumedSizes(let calls):
      "nobody recorded the sizes of \(Wording.count(calls, "call")): rules or options supplied them"
    case .lostSizes(let calls):
      "the splits of \(Wording.count(calls, "call")) are lost; add the ranks' execution traces, or "
        + "fill them in with --fill-lost"
    case .unexplainedLag:
      "nothing explains some of the lag on the critical path; see --dependencies"
    case .inferredEdges(let count, let all):
      "\(count) of \(all) dependencies are inferred, not recorded: without them the step with free "
        + "communication differs by so much"
    case .contradictedEdges(let count):
      "\(Wording.count(count, "recorded dependency", plural: "recorded dependencies")) left out: "
        + "the captured times contradict them"
    case .unknownClocks(let count, let all):
      "of \(count) of \(Wording.count(all, "host")) nothing tells how far the clock is off"
    case .clockResidual:
      "clocks of several hosts were fitted, and collectives that should end together end so far apart"
    case .startUp(let transient):
      "the first \(transient.kind.rawValue) of group '\(transient.group)' on rank "
        + "\(transient.rank.raw) took \(Wording.time(transient.duration)), others "
        + "\(Wording.time(transient.usual)): start-up, not the job"
    case .noDevice:
      "no rank had a GPU: compute is that of host threads, with whatever else ran on them"
    }
  }
}

extension InspectReport {
  /// What is doubtful, for people; so many lines at most.
  var doubtLines: [String] {
    let doubts = doubts
    guard !doubts.isEmpty else { return [] }
    let limit = 12
    var table = TextTable([("doubtful; at stake of the step", .right), ("", .left)])
    for doubt in doubts.prefix(limit) {
      table.add([doubt.atStake > .zero ? Wording.time(doubt.atStake) : "–", doubt.words])
    }
    let more = doubts.count - limit
    return [""] + table.lines() + (more > 0 ? ["and \(more) more"] : [])
  }
}
