import Collectives
import Quantities
import Study
import Trace
import Workload

/// The error budget of a trace's answers: what each rests on, and how far that is known, before any
/// answer is given.
struct BudgetWords {
  /// One thing that answers rest on.
  struct Item {
    /// What it is.
    let term: String
    /// How far it is known.
    let sentence: Sentence
  }

  private let section: TraceScenarios
  private let evidence: TraceEvidence

  init(_ section: TraceScenarios) {
    self.section = section
    evidence = section.results[0].evidence
  }

  /// The items, those that a whole answer hangs on first.
  var items: [Item] {
    let times = evidence.isScheduled || evidence.step == .zero ? [] : [selfCheck, lag]
    return times + [freeCommunication] + calibrations + [sizes, dependencies].compactMap(\.self)
      + (clocks.map { [$0] } ?? [])
  }

  private func at(_ key: String) -> String { section.at(0, "error_budget/" + key) }

  private func percent(_ share: Double, _ key: String) -> Figure {
    .percent(share, digits: 1, at: at(key))
  }

  private var selfCheck: Item {
    let error = Figure.change(
      evidence.selfCheckError, digits: 4, at: section.at(0, "self_check_error"))
    return Item(
      term: "self-check",
      sentence: "\(error): captured durations replayed; catches mistakes in building, no more")
  }

  private var lag: Item {
    let lag = Figure.time(evidence.lagOnPath, at: at("captured_unexplained_lag_ns"))
    let free = Figure.time(evidence.lagFree, at: at("captured_lag_free_step_time_ns"))
    return Item(
      term: "unexplained lag",
      sentence: "\(lag) on the captured critical path; without any the captured step takes \(free)")
  }

  private var freeCommunication: Item {
    let (recorded, all) = (
      Figure.time(
        evidence.communicationFree.recorded,
        at: at("communication_free_step_time_recorded_ns")),
      Figure.time(
        evidence.communicationFree.all, at: section.at(0, "communication_free_step_time_ns"))
    )
    let sentence: Sentence =
      evidence.edges.inferred > 0
      ? "the step takes \(all), or \(recorded) by recorded dependencies alone"
      : "the step takes \(all)"
    return Item(term: "communication free", sentence: sentence)
  }

  private var sizes: Item? {
    guard evidence.communication > .zero else { return nil }
    let recorded = percent(evidence.share { $0 == .recorded }, "sizes/recorded_share")
    var sentence: Sentence = "of communication time \(recorded) has recorded sizes"
    let recovered = evidence.share { if case .recovered = $0 { true } else { false } }
    if recovered > 0 {
      sentence = sentence + ", \(percent(recovered, "sizes/recovered_share")) recovered ones"
    }
    let assumed = evidence.share { $0 == .assumed }
    if assumed > 0 {
      sentence = sentence + ", \(percent(assumed, "sizes/assumed_share")) assumed ones"
    }
    let lost = evidence.share { $0 == .lost }
    if lost > 0 { sentence = sentence + ", \(percent(lost, "sizes/lost_share")) filled-in ones" }
    return Item(term: "sizes", sentence: sentence)
  }

  private var dependencies: Item? {
    let edges = evidence.edges
    guard edges.recorded + edges.inferred > 0 else { return nil }
    let recorded = Figure.count(edges.recorded, at: at("dependencies/recorded"))
    let inferred = Figure.count(edges.inferred, at: at("dependencies/inferred"))
    let contradicted = Figure.count(edges.contradicted, at: at("dependencies/contradicted"))
    let rest: Sentence =
      edges.contradicted > 0
      ? "; \(contradicted) recorded ones are left out, for times contradict them" : ""
    return Item(
      term: "dependencies", sentence: "\(recorded) recorded, \(inferred) inferred\(rest)")
  }

  private var clocks: Item? {
    let hosts = evidence.clocks.hosts.count
    guard hosts > 1 else { return nil }
    let all = Figure.count(hosts, at: at("clocks/hosts"))
    let unknown = Figure.count(evidence.unknownClocks, at: at("clocks/unknown"))
    guard let residual = evidence.clockResidual else {
      return Item(
        term: "clocks", sentence: "\(unknown) of \(all) hosts' are unknown, none could be fitted")
    }
    let figure = Figure.time(residual, at: at("clocks/residual_ns"))
    return Item(
      term: "clocks",
      sentence: "\(unknown) of \(all) hosts' are unknown; the others fit to \(figure) at most")
  }

  // MARK: Calibration

  private var calibrations: [Item] {
    guard let use = section.results[0].calibration else {
      return [Item(term: "calibration", sentence: "none")]
    }
    let calibration = use.calibration
    func error(_ share: Double, _ key: String) -> Figure {
      .change(share, digits: 2, at: at("calibration/" + key))
    }
    let step: Sentence =
      "on \(name: calibration.fabric) with \(name: calibration.trace): the step replayed to "
      + "\(error(calibration.stepError, "step_error")) of the captured one, uncalibrated to "
      + "\(error(calibration.stepErrorWithout.calibration, "step_error_without_calibration")), "
      + "with communication free to "
      + "\(error(calibration.stepErrorWithout.communication, "step_error_without_communication"))"
    return [Item(term: "calibration", sentence: step)]
      + calibration.classes.enumerated().map(classItem) + section.results.indices.flatMap(beyond)
  }

  private func classItem(_ index: Int, _ entry: Calibration.Class) -> Item {
    let place = "calibration/classes/\(index)/"
    let (samples, median, tail) = (
      Figure.count(entry.fit.samples, at: at(place + "samples")),
      percent(entry.fit.medianError, place + "median_error"),
      percent(entry.fit.tailError, place + "p95_error")
    )
    let heldOut: Sentence =
      entry.fit.heldOutError.map { ", held out \(percent($0, place + "held_out_error"))" }
      ?? ", none held out"
    return Item(
      term: "",
      sentence: "\(name: entry.title) [\(name: entry.algorithm)]: \(samples) calls, off by "
        + "\(median) in the median, \(tail) at the 95th percentile\(heldOut)")
  }

  /// What of one scenario no measurement covers.
  private func beyond(_ scenario: Int) -> [Item] {
    guard let use = section.results[scenario].calibration else { return [] }
    func figure(_ count: Int, _ key: String) -> Figure {
      .count(count, at: section.at(scenario, "error_budget/calibration/" + key))
    }
    let measured = use.beyond.enumerated().map { index, entry in
      let place = "beyond/\(index)/"
      let counts = [
        (entry.sizes, "sizes", "of other sizes"), (entry.members, "members", "of other groups"),
        (entry.tiers, "tiers", "across pods"),
      ].filter { $0.0 > 0 }
      let reasons = counts.enumerated().reduce("" as Sentence) { text, reason in
        text + (reason.offset > 0 ? ", " : "")
          + "\(figure(reason.element.0, place + reason.element.1)) \(reason.element.2)"
      }
      return Item(
        term: "",
        sentence: "beyond what was measured on \(name: section.names[scenario]): "
          + "\(figure(entry.count, place + "count")) \(name: entry.title) "
          + "[\(name: entry.algorithm)] (\(reasons))")
    }
    let others = use.unmeasured.enumerated().map { index, entry in
      Item(
        term: "",
        sentence: "never measured, on \(name: section.names[scenario]): "
          + "\(figure(entry.count, "unmeasured/\(index)/count")) \(name: entry.title) "
          + "[\(name: entry.algorithm)]")
    }
    return measured + others
  }

  /// For a terminal: terms to the left.
  var lines: [String] {
    var table = TextTable([("error budget", .left), ("", .left)])
    for item in items { table.add([item.term, item.sentence.plain]) }
    return table.lines()
  }
}
