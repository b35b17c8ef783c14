import Collectives
import Fabric
import Quantities
import Simulation
public import Study
import Trace
import Workload

/// What replay and compare print: the self-check on top, a table of scenarios, what it leans on.
public enum TerminalReport {
  /// The text, a line feed at its end.
  public static func text(_ results: [ScenarioResult]) -> String {
    var lines: [String] = []
    for section in TraceScenarios.all(results) {
      if !lines.isEmpty { lines.append("") }
      lines += heading(section)
      lines += [""] + BudgetWords(section).lines + [""]
      if section.results.count > 1 { lines += [Verdict(section).claim.plain, ""] }
      lines += table(section.results)
      lines.append("")
      lines += criticalPaths(section) + [""]
      lines += details(section.results)
    }
    lines += TierReport.lines(results)
    return Wording.text(lines)
  }

  private static func heading(_ section: TraceScenarios) -> [String] {
    let result = section.results[0]
    guard !result.isScheduled else {
      return [
        "\(section.title): no recorded starts, so there is no captured step and no self-check",
        "with communication free the step takes \(Wording.time(result.communicationFree))",
      ]
    }
    guard result.capturedStepTime > .zero else {
      return [
        "\(section.title): nothing captured says when anything ran; what is replayed are its calls"
      ]
    }
    var lines = [
      "\(section.title): captured step \(Wording.time(result.capturedStepTime))"
        + (result.capturedHostStep.map { " (host \(Wording.time($0)))" } ?? "")
        + ", exposed communication "
        + Wording.time(result.capturedParts.exposedTransfer + result.capturedParts.waiting)
    ]
    lines.append(verdict(result))
    return lines
  }

  /// What a faster fabric could do at best.
  private static func verdict(_ result: ScenarioResult) -> String {
    guard !result.collectives.isEmpty else {
      return "this step has no communication between ranks; every fabric gives the same"
    }
    let captured = result.capturedStepTime.seconds
    let gain = captured > 0 ? 1 - result.communicationFree.seconds / captured : 0
    let bound =
      "with communication free the step takes \(Wording.time(result.communicationFree)), "
    guard gain < 0.05 else {
      return bound + "so no fabric can shorten it by more than \(Wording.percent(gain))"
    }
    let little = bound + "\(Wording.percent(max(0, gain))) less than captured: "
    if result.criticalPath.host.seconds > 0.5 * result.stepTime.seconds {
      return little + "this step waits for its host, not for communication"
    }
    return little + "this step hides its communication, and no fabric can shorten it by more"
  }

  /// Microseconds are fine enough for steps of milliseconds, not for shorter ones.
  private static func digits(_ results: [ScenarioResult]) -> Int {
    let longest = results.map { max($0.stepTime, $0.capturedStepTime) }.max() ?? .zero
    return longest < .nanoseconds(1_000_000) ? 6 : 3
  }

  private static func table(_ results: [ScenarioResult]) -> [String] {
    let digits = digits(results)
    var table = TextTable([
      ("fabric", .left), ("step ms", .right), ("vs captured", .right), ("compute", .right),
      ("exposed", .right), ("waiting", .right), ("lag", .right), ("energy J", .right),
      ("busiest link", .left), ("mean use", .right),
    ])
    for (name, result) in zip(TraceScenarios.names(results), results) {
      let parts = result.meanParts.nanoseconds.map {
        fixedPoint(Double($0) / 1e6, digits: digits)
      }
      let change =
        result.capturedStepTime > .zero && !result.isScheduled
        ? result.stepTime.seconds / result.capturedStepTime.seconds - 1 : nil
      let energy = result.energyJoules.map { fixedPoint($0, digits: 2) } ?? "–"
      let busiest = result.busiestLink
      table.add(
        [
          name, Wording.milliseconds(result.stepTime, digits: digits),
          change.map { Wording.signedPercent($0) } ?? "–",
        ] + parts + [
          energy, busiest?.link.name ?? "–",
          busiest.map { Wording.percent($0.meanUtilization) } ?? "–",
        ])
    }
    return table.lines()
  }

  /// What the critical path's time went into, before and after.
  private static func criticalPaths(_ section: TraceScenarios) -> [String] {
    let digits = digits(section.results)
    let paths = CriticalPathTable(section)
    var table = TextTable(
      [("critical path, ms", .left)] + paths.columns.map { ($0.name, .right) })
    let limit = 10
    for cause in paths.causes.prefix(limit) {
      table.add(
        [cause.name]
          + paths.columns.map { column in
            let time = column.shares.time(cause)
            return time > .zero ? Wording.milliseconds(time, digits: digits) : "–"
          })
    }
    let more = paths.causes.count - limit
    return table.lines() + (more > 0 ? ["and \(Wording.count(more, "smaller cause"))"] : [])
  }

  private static func details(_ results: [ScenarioResult]) -> [String] {
    var lines = confidence(results) + [""]
    var table = TextTable([
      ("fabric", .left), ("collective", .left), ("count", .right), ("captured ms", .right),
      ("replayed ms", .right), ("ratio", .right), ("mean busbw GB/s", .right),
      ("most contention", .right), ("held by", .left),
    ])
    for (name, result) in zip(TraceScenarios.names(results), results) {
      // Kinds that hardly take time would fill a page; the largest few tell.
      for summary in result.collectiveSummaries.prefix(8) {
        table.add([name] + cells(summary, digits: digits(results)))
      }
    }
    if !table.isEmpty { lines += table.lines() + [""] }
    lines.append("assumed:")
    var seen: Set<String> = []
    for assumption in results.flatMap(\.assumptions) where seen.insert(assumption.text).inserted {
      lines.append("  \(assumption.text)")
    }
    return lines
  }

  private static func cells(_ summary: CollectiveSummary, digits: Int) -> [String] {
    let groups = summary.groups > 1 ? " (\(summary.groups) groups)" : ""
    return [
      "\(summary.title) [\(summary.algorithm)] in \(summary.purpose)\(groups)",
      String(summary.count), Wording.milliseconds(summary.captured, digits: digits),
      Wording.milliseconds(summary.transfer, digits: digits),
      summary.captured > .zero
        ? fixedPoint(summary.transfer.seconds / summary.captured.seconds, digits: 2) : "–",
      summary.busBandwidth.map { fixedPoint($0 / 1e9, digits: 1) } ?? "–",
      summary.contention.map { fixedPoint($0, digits: 2) } ?? "–", summary.bottleneck,
    ]
  }

  /// How far the answer leans on what is not recorded, and what it is made of.
  private static func confidence(_ results: [ScenarioResult]) -> [String] {
    let digits = digits(results)
    var table = TextTable([
      ("fabric", .left), ("no edges inferred", .right), ("no unexplained lag", .right),
      ("critical path: compute", .right), ("transfer", .right), ("host", .right), ("lag", .right),
    ])
    for (name, result) in zip(TraceScenarios.names(results), results) {
      let path = result.criticalPath
      let other =
        result.interval.high == result.stepTime ? result.interval.low : result.interval.high
      table.add(
        [name]
          + [other, result.lagFree, path.compute, path.transfer, path.host, path.lag].map {
            Wording.milliseconds($0, digits: digits)
          })
    }
    return table.lines()
  }
}
