import Quantities
import Simulation
import Study
import Trace

/// All that a page says of one trace.
struct TraceSection {
  let anchor: String
  let trace: String
  let heading: String
  let facts: SentenceView
  let claim: SentenceView
  let reason: [SentenceView]
  let trust: String
  let trustStyle: String
  let caveats: [SentenceView]
  let budget: [BudgetRow]
  let stepTime: StepTimeView
  let breakdown: BreakdownView
  let links: LinksView
  let collectives: CollectivesView
  let traffic: TrafficView
  let timeline: TimelineView
  let assumptions: AssumptionsView

  struct BudgetRow {
    let term: String
    let sentence: SentenceView
  }

  /// - Parameter isOnly: whether the page is about this trace alone, and named after it.
  init(_ section: TraceScenarios, isOnly: Bool) {
    let verdict = Verdict(section)
    anchor = "trace-\(section.number + 1)"
    trace = section.title
    heading = isOnly ? "Verdict" : trace
    facts = SentenceView(Self.facts(section))
    claim = SentenceView(verdict.claim)
    reason = verdict.reason.map(SentenceView.init)
    trust = verdict.trust
    trustStyle = section.comparison.trust.rawValue
    caveats = verdict.caveats.map(SentenceView.init)
    budget = BudgetWords(section).items.map {
      BudgetRow(term: $0.term, sentence: SentenceView($0.sentence))
    }
    stepTime = StepTimeView(section)
    breakdown = BreakdownView(section)
    links = LinksView(section)
    collectives = CollectivesView(section)
    traffic = TrafficView(section)
    timeline = TimelineView(section)
    assumptions = AssumptionsView(section)
  }

  /// What the trace is, before anything is replayed.
  private static func facts(_ section: TraceScenarios) -> Sentence {
    let result = section.results[0]
    let ranks = Figure.count(result.rankCount, at: section.at(trace: "ranks"))
    let traced = Figure.count(result.tracedRanks, at: section.at(trace: "traced_ranks"))
    let step = Figure.time(
      result.capturedStepTime, told: section.unit, at: section.at(0, "captured_step_time_ns"))
    let exposed = Figure.time(
      result.capturedParts.exposedTransfer, told: section.unit,
      at: section.at(0, "captured_exposed_transfer_ns"))
    let waiting = Figure.time(
      result.capturedParts.waiting, told: section.unit, at: section.at(0, "captured_waiting_ns"))
    let host: Sentence =
      result.capturedHostStep.map {
        let figure = Figure.time($0, told: section.unit, at: section.at(0, "captured_host_step_ns"))
        return " (the host's: \(figure))"
      } ?? ""
    let which: Sentence =
      result.tracedRanks == result.rankCount ? "all of them traced" : "\(traced) of them traced"
    return
      "\(ranks) ranks, \(which). The captured step took \(step)\(host); a rank's mean exposed "
      + "transfer was \(exposed), its waiting \(waiting)."
  }
}
