import Quantities
import Simulation
import Study
import Trace

/// A comparison in words: which fabric, by how much; why; how far to trust it.
struct Verdict {
  /// Which scenario, and by how much.
  let claim: Sentence
  /// What made the difference, and what holds the step now.
  let reason: [Sentence]
  /// `Low`, `Fair`, `Good`.
  let trust: String
  /// What the trust rests on, the gravest first.
  let caveats: [Sentence]

  init(_ section: TraceScenarios) {
    let words = VerdictWords(section)
    claim = words.claim
    reason = words.reason
    caveats = CaveatWords(section).caveats
    trust =
      switch section.comparison.trust {
      case .low: "Low"
      case .fair: "Fair"
      case .good: "Good"
      }
  }
}

/// The claim and the reasons for it.
private struct VerdictWords {
  let section: TraceScenarios
  let comparison: Comparison
  let fastest: Int
  let result: ScenarioResult

  init(_ section: TraceScenarios) {
    self.section = section
    comparison = section.comparison
    fastest = comparison.first[0]
    result = section.results[fastest]
  }

  private func name(_ scenario: Int) -> Sentence { "\(name: section.names[scenario])" }

  private func step(_ scenario: Int) -> Figure {
    .time(
      section.results[scenario].stepTime, told: section.unit,
      at: section.at(scenario, "step_time_ns"))
  }

  private var margin: Sentence {
    let time = Figure.time(
      comparison.margin, told: section.unit, at: section.at(trace: "verdict/margin_ns"))
    let share = Figure.percent(
      comparison.marginShare, at: section.at(trace: "verdict/margin_share"))
    return "\(time) (\(share))"
  }

  // MARK: Claim

  /// Which scenario, by how much, and what would make that worthless.
  var claim: Sentence {
    "\(outcome)\(hedge)"
  }

  /// A headline is often all that is read: it says so where the whole gain, or the trace itself, is
  /// not to be built on.
  private var hedge: String {
    var words = ""
    let captured = result.capturedStepTime.seconds
    if comparison.outcome != .noCommunication, let change = result.changeFromCaptured,
      change < -Comparison.smallestShare, result.interval.high.seconds > 0.995 * captured
    {
      words += " By recorded dependencies alone nothing is gained on the capture."
    }
    return words + (result.isSynthetic ? " The trace is synthetic." : "")
  }

  private var outcome: Sentence {
    switch comparison.outcome {
    case .noCommunication:
      return "This step moves nothing between ranks; on every fabric it takes \(step(fastest))."
    case .single:
      return "On \(name(fastest)) the step takes \(step(fastest))\(thanCaptured(", "))."
    case .tie: return tie
    case .sharedLead: return sharedLead
    case .lead, .win:
      guard let next = comparison.next else { return tie }
      let verb = comparison.outcome == .win ? "wins" : "is ahead"
      return
        "\(name(fastest)) \(verb): \(step(fastest)) a step, \(margin) less than \(name(next))"
        + "\(thanCaptured(" and ")).\(uncertainty)"
    }
  }

  private var tie: Sentence {
    let count = comparison.first.count
    let noun = section.hasSeveralPlacements ? "scenario" : "fabric"
    let all = count == 2 ? "both" : "all " + Wording.number(count)
    guard comparison.margin > .zero, let slowest = comparison.order.last else {
      return "No \(noun) wins: \(all) take \(step(fastest))\(thanCaptured(", "))."
    }
    return
      "No \(noun) wins: \(all) take between \(step(fastest)) and \(step(slowest))"
      + "\(thanCaptured(", ", about: true))."
  }

  /// That the order holds only if inferred dependencies do.
  private var uncertainty: String {
    guard let next = comparison.next else { return "" }
    return result.interval.high < section.results[next].interval.low
      ? "" : " The lead is not certain."
  }

  private var sharedLead: Sentence {
    guard let next = comparison.next else { return tie }
    let fabrics = Set(comparison.first.map { section.results[$0].fabric })
    let lead: Sentence
    if fabrics.count == 1 {
      let count = comparison.first.count
      let which = count == 2 ? "either placement" : "any of \(Wording.number(count)) placements"
      lead = "\(name: result.fabric) is ahead with \(which)"
    } else if comparison.first.count == 2 {
      lead = "\(name(fastest)) and \(name(comparison.first[1])) share the lead"
    } else {
      let count = Wording.number(comparison.first.count).capitalizedFirst
      lead = "\(count) fabrics share the lead and can't be told apart"
    }
    let last = comparison.first[comparison.first.count - 1]
    let steps: Sentence =
      fabrics.count > 1 && section.results[last].stepTime > result.stepTime
      ? "\(step(fastest)) to \(step(last))" : "\(step(fastest))"
    return
      "\(lead): \(steps) a step, \(margin) less than "
      + "\(name(next))\(thanCaptured(" and ", about: true)).\(uncertainty)"
  }

  private func thanCaptured(_ joint: String, about: Bool = false) -> Sentence {
    guard let change = result.changeFromCaptured, result.capturedStepTime > .zero else { return "" }
    let figure = Figure.magnitude(change, at: section.at(fastest, "change_from_captured"))
    guard fixedPoint(change * 100, digits: 1) != "0.0", change != 0 else {
      return "\(joint)as long as captured"
    }
    let hedge = about ? "about " : ""
    return "\(joint)\(hedge)\(figure) \(change < 0 ? "less" : "more") than captured"
  }

  // MARK: Reason

  var reason: [Sentence] {
    guard comparison.outcome != .noCommunication else { return [] }
    var sentences: [Sentence] = []
    if let next = comparison.next, let change = largestChange(from: next) {
      sentences.append(change)
    }
    if let change = result.changeFromCaptured, change < -0.05 {
      sentences.append(contentsOf: [changeFromCaptured].compactMap(\.self))
    }
    sentences.append(limit)
    if comparison.limit == .communication, !comparison.heldBy.isEmpty { sentences.append(holder) }
    sentences.append("With communication free it would \(still)take \(communicationFree)\(bound)")
    return sentences
  }

  private var communicationFree: Figure {
    .time(
      result.communicationFree, told: section.unit,
      at: section.at(fastest, "communication_free_step_time_ns"))
  }

  private var still: String { comparison.limit == .communication ? "" : "still " }

  private var bound: String {
    comparison.limit == .communication ? ": no fabric can beat that." : "."
  }

  private static let parts = [
    ("compute", "compute_ns"), ("exposed transfer", "exposed_transfer_ns"),
    ("waiting", "waiting_ns"), ("lag", "lag_ns"),
  ]

  /// Of the four parts the one that shrank most against another scenario.
  private func largestChange(from other: Int) -> Sentence? {
    shrinkage(
      section.results[other].meanParts.nanoseconds, against: name(other)
    ) { section.at(other, $0) }
  }

  /// The same against the capture.
  private var changeFromCaptured: Sentence? {
    let parts = result.capturedParts
    let captured = [parts.compute, parts.exposedTransfer, parts.waiting, parts.lag]
    return shrinkage(captured.map(\.nanosecondsRounded), against: "the capture") {
      section.at(fastest, "captured_" + $0)
    }
  }

  private func shrinkage(
    _ before: [Int64], against other: Sentence, at: (String) -> String
  ) -> Sentence? {
    let after = result.meanParts.nanoseconds
    let gains = before.indices.map { before[$0] - after[$0] }
    guard let most = gains.indices.max(by: { (gains[$0], $1) < (gains[$1], $0) }), gains[most] > 0
    else { return nil }
    let (part, key) = Self.parts[most]
    let from = Figure.time(.nanoseconds(before[most]), told: section.unit, at: at(key))
    let to = Figure.time(
      .nanoseconds(after[most]), told: section.unit, at: section.at(fastest, key))
    return "Against \(other) a rank's mean \(part) shrinks from \(from) to \(to)."
  }

  private func path(_ part: KeyPath<CriticalPath, SimDuration>, _ key: String) -> Figure {
    .time(
      result.criticalPath[keyPath: part], told: section.unit,
      at: section.at(fastest, "critical_path/" + key))
  }

  /// What the critical path is made of.
  private var limit: Sentence {
    let compute = path(\.compute, "compute_ns")
    let transfer: Sentence =
      result.criticalPath.transfer > .zero
      ? "\(path(\.transfer, "transfer_ns"))" : "none"
    let lag = path(\.lag, "lag_ns")
    switch comparison.limit {
    case .communication:
      return "Of its critical path \(transfer) is transfer and \(compute) is compute."
    case .host:
      return
        "The step waits for its host: of the critical path \(path(\.host, "host_ns")) is work of "
        + "host threads and \(transfer) is transfer."
    case .lag:
      return
        "On \(name(fastest)) bytes hardly matter: of the critical path \(compute) is compute, \(lag) is "
        + "lag that nothing explains, and \(transfer) is transfer."
    case .imbalance:
      return
        "Ranks wait for one another's compute, not for bytes: of the critical path \(compute) is "
        + "compute and \(transfer) is transfer."
    case .compute:
      return
        "The step hides its communication behind compute: of the critical path \(compute) is compute "
        + "and \(transfer) is transfer."
    }
  }

  private var holder: Sentence {
    comparison.heldBy == "injection cap"
      ? "What the kernels themselves can inject holds its transfers back, not a link."
      : "The link that holds back most of its transfer time is \(name: comparison.heldBy)."
  }
}

extension TraceScenarios {
  /// Whether scenarios differ by more than their fabrics.
  var hasSeveralPlacements: Bool { Set(results.map(\.placement)).count > 1 }
}
