import Collectives
import Quantities
import Simulation
import Study
import Trace

/// How far a comparison can be trusted, in words, the gravest first.
struct CaveatWords {
  private let section: TraceScenarios
  private let comparison: Comparison
  private let fastest: Int
  private let result: ScenarioResult

  init(_ section: TraceScenarios) {
    self.section = section
    comparison = section.comparison
    fastest = comparison.first[0]
    result = section.results[fastest]
  }

  var caveats: [Sentence] {
    [synthetic, scheduled, host, interval, lag, ranks, sizes, links, selfCheck].compactMap(\.self)
  }

  private var synthetic: Sentence? {
    result.isSynthetic
      ? "The trace is synthetic: conclude nothing about a fabric from it." : nil
  }

  private var scheduled: Sentence? {
    result.isScheduled
      ? "The trace holds no recorded starts: there is no captured step to check this against." : nil
  }

  private var host: Sentence? {
    result.hasDevice
      ? nil : "No rank had a GPU: compute is that of host threads, with whatever else ran on them."
  }

  /// The other end of the interval, where that is another answer.
  private var interval: Sentence? {
    let width = result.interval.high - result.interval.low
    guard width > comparison.resolution else { return nil }
    let isHigh = result.interval.high != result.stepTime
    let other = Figure.time(
      isHigh ? result.interval.high : result.interval.low, told: section.unit,
      at: section.at(fastest, "step_time_interval_ns/\(isHigh ? 1 : 0)"))
    let consequence: Sentence =
      switch comparison.outcome {
      case .lead, .sharedLead: ": the order rests on dependencies that were inferred."
      case .win: ", and it is still first."
      default:
        isHigh && result.interval.high.seconds > 0.995 * result.capturedStepTime.seconds
          ? ", as captured: what it gains rests on dependencies that were inferred." : "."
      }
    return "By recorded dependencies alone the step takes \(other)\(consequence)"
  }

  private var lag: Sentence? {
    let lag = result.criticalPath.lag
    guard lag.seconds > 0.01 * result.stepTime.seconds else { return nil }
    let figure = Figure.time(lag, told: section.unit, at: section.at(fastest, "unexplained_lag_ns"))
    return "Nothing explains \(figure) of lag on the critical path."
  }

  private var ranks: Sentence? {
    let (traced, all) = (
      Figure.count(result.tracedRanks, at: section.at(trace: "traced_ranks")),
      Figure.count(result.rankCount, at: section.at(trace: "ranks"))
    )
    guard result.tracedRanks < result.rankCount else { return nil }
    let isOne = result.tracedRanks == 1
    return
      "Only \(traced) of \(all) ranks \(isOne ? "is" : "are") traced; the others repeat "
      + "\(isOne ? "it, so none is ever late" : "those, so few are ever late")."
  }

  private var sizes: Sentence? {
    guard result.assumedCollectives > 0 else { return nil }
    let (assumed, all) = (
      Figure.count(result.assumedCollectives, at: section.at(fastest, "assumed_collectives")),
      Figure.count(result.collectives.count, at: section.at(fastest, "collective_count"))
    )
    return "The sizes of \(assumed) of \(all) collectives come from rules, not from the capture."
  }

  private var links: Sentence? {
    guard result.wireBytes > 0 else { return nil }
    let error = result.modelError
    let low = Figure.percent(error.low, digits: 0, at: section.at(fastest, "model_error/low"))
    let high = Figure.percent(error.high, digits: 0, at: section.at(fastest, "model_error/high"))
    let range: Sentence = "Transfers take \(low) to \(high) longer than modelled"
    return switch error.network {
    case .oneSwitch: "\(range), measured against packets on one switch."
    case .oversubscribed: "\(range), measured against packets on oversubscribed uplinks."
    case .betweenPods:
      "\(range): between what was measured on one switch and on oversubscribed uplinks."
    }
  }

  private var selfCheck: Sentence {
    let figure = Figure.change(
      result.selfCheckError, digits: 4, at: section.at(fastest, "self_check_error"))
    guard result.selfCheckError.magnitude <= 0.01 else {
      return "Self-check \(figure): the graph does not even rebuild the captured step."
    }
    let built: Sentence =
      "Self-check \(figure): the graph rebuilds the captured step, as it does by construction"
    guard let calibration = result.calibration?.calibration else {
      return "\(built); nothing is calibrated."
    }
    let error = Figure.change(
      calibration.stepError, digits: 2, at: section.at(fastest, "calibrated_error"))
    return calibration.isTestedByStep
      ? "\(built); calibrated on \(calibration.fabric), the replayed step is off by \(error)."
      : "\(built). Calibrated on \(calibration.fabric), the replayed step is off by \(error), as it is with "
        + "communication free: it hides its communication, and is no test of the calibration."
  }
}
