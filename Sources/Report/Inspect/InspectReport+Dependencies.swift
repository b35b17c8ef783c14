import JSON
import Quantities
import Study
import Trace
import Workload

extension InspectReport {
  /// What waits for what, for people.
  static func dependencyLines(_ report: DependencyReport) -> [String] {
    kindLines(report) + [""] + answerLines(report) + lagLines(report) + guessLines(report)
  }

  private static func kindLines(_ report: DependencyReport) -> [String] {
    var table = TextTable([
      ("dependency", .left), ("edges", .right), ("holding", .right), ("slack, median", .right),
      ("at most", .right),
    ])
    for kind in report.kinds {
      table.add([
        words(kind.kind), String(kind.count), String(kind.holding),
        Wording.time(kind.slack.median), Wording.time(kind.slack.most),
      ])
    }
    var lines = table.lines(indent: "  ")
    if report.contradicted > 0 {
      lines.append(
        "  left out, for the captured times contradict them: "
          + Wording.count(report.contradicted, "recorded edge"))
    }
    return lines
  }

  private static func words(_ kind: DependencyKind) -> String {
    switch kind {
    case .recorded: "recorded"
    case .launch: "launch, recorded"
    case .hostWait: "host thread waits for the GPU"
    case .poll: "host thread polls until the GPU is done"
    case .handOver: "host thread goes on as another rests"
    case .streamWait: "stream wait between launches"
    case .inferred: "timing: resumed an idle lane"
    }
  }

  private static func answerLines(_ report: DependencyReport) -> [String] {
    let path = report.path
    let share = report.captured == .zero ? 0 : path.lag.seconds / report.captured.seconds
    return [
      "captured step \(Wording.time(report.captured)); on its critical path: compute "
        + "\(Wording.time(path.compute)), communication \(Wording.time(path.transfer)), host "
        + "\(Wording.time(path.host)), unexplained lag \(Wording.time(path.lag)) "
        + "(\(Wording.percent(share)))",
      "without any lag \(Wording.time(report.lagFree)); with communication free "
        + "\(Wording.time(report.communicationFree.recorded)) by recorded edges alone, "
        + "\(Wording.time(report.communicationFree.all)) with all",
      "captured communication stretched: "
        + report.scaled.map { "× \(shortest($0.factor)) \(Wording.time($0.step))" }
        .joined(separator: ", "),
    ]
  }

  private static func shortest(_ factor: Double) -> String {
    factor == factor.rounded() ? String(Int(factor)) : "\(factor)"
  }

  private static func lagLines(_ report: DependencyReport) -> [String] {
    guard let first = report.lags.first else { return ["", "no lag that nothing explains"] }
    var table = TextTable([
      ("lag before", .left), ("operations", .right), ("in all", .right),
      ("on the critical path", .right),
    ])
    for lag in report.lags.prefix(first.total == .zero ? 0 : 10) {
      table.add([
        shortened(lag.name), String(lag.count), Wording.time(lag.total),
        Wording.time(lag.onCriticalPath),
      ])
    }
    let more = report.lags.count - 10
    return [""] + table.lines(indent: "  ")
      + (more > 0 ? ["  and \(Wording.count(more, "other name"))"] : [])
      + ["  in all \(Wording.time(report.totalLag)), over the traced ranks"]
  }

  private static func guessLines(_ report: DependencyReport) -> [String] {
    guard !report.guesses.isEmpty else { return [] }
    var table = TextTable([
      ("longest rests that a guess explains", .left), ("waits for", .left), ("rank", .right),
      ("rest", .right), ("slack", .right), ("evidence", .left),
    ])
    let longest = report.guesses.enumerated().sorted {
      ($1.element.rest, $0.offset) < ($0.element.rest, $1.offset)
    }
    for (_, guess) in longest.prefix(10) {
      table.add([
        shortened(guess.operation), shortened(guess.cause), String(guess.rank.raw),
        Wording.time(guess.rest), Wording.time(guess.slack), words(guess.kind),
      ])
    }
    return [""] + table.lines(indent: "  ")
  }

  /// Names of kernels are templates of some hundred characters; the beginning tells them apart.
  private static func shortened(_ name: String) -> String {
    name.count > 44 ? name.prefix(43) + "…" : name
  }

  // MARK: JSON

  /// The same for scripts, every guess with its evidence.
  static func write(_ report: DependencyReport, to json: inout JSONWriter) {
    json.object { json in
      json.key("kinds")
      json.array { json in
        for kind in report.kinds {
          json.object { json in
            json.member("kind", kind.kind.rawValue)
            json.member("recorded", !kind.kind.isGuess)
            json.member("edges", kind.count)
            json.member("holding", kind.holding)
            json.member("slack_median_ns", kind.slack.median.nanosecondsRounded)
            json.member("slack_most_ns", kind.slack.most.nanosecondsRounded)
          }
        }
      }
      json.member("contradicted", report.contradicted)
      json.member("unexplained_lag_ns", report.totalLag.nanosecondsRounded)
      writeAnswers(report, to: &json)
      writeLags(report, to: &json)
      writeGuesses(report, to: &json)
    }
  }

  private static func writeAnswers(_ report: DependencyReport, to json: inout JSONWriter) {
    json.key("critical_path")
    json.object { json in
      json.member("compute_ns", report.path.compute.nanosecondsRounded)
      json.member("communication_ns", report.path.transfer.nanosecondsRounded)
      json.member("host_ns", report.path.host.nanosecondsRounded)
      json.member("unexplained_lag_ns", report.path.lag.nanosecondsRounded)
    }
    json.member("lag_free_step_time_ns", report.lagFree.nanosecondsRounded)
    json.member(
      "communication_free_step_time_recorded_ns",
      report.communicationFree.recorded.nanosecondsRounded)
    json.member(
      "communication_free_step_time_ns", report.communicationFree.all.nanosecondsRounded)
    json.key("stretched_communication")
    json.array { json in
      for entry in report.scaled {
        json.object { json in
          json.member("factor", entry.factor)
          json.member("step_time_ns", entry.step.nanosecondsRounded)
        }
      }
    }
  }

  private static func writeLags(_ report: DependencyReport, to json: inout JSONWriter) {
    json.key("lags")
    json.array { json in
      for lag in report.lags {
        json.object { json in
          json.member("before", lag.name)
          json.member("operations", lag.count)
          json.member("lag_ns", lag.total.nanosecondsRounded)
          json.member("on_critical_path_ns", lag.onCriticalPath.nanosecondsRounded)
        }
      }
    }
  }

  private static func writeGuesses(_ report: DependencyReport, to json: inout JSONWriter) {
    json.key("guesses")
    json.array { json in
      for guess in report.guesses {
        json.object { json in
          json.member("rank", guess.rank.raw)
          json.member("kind", guess.kind.rawValue)
          json.member("operation", guess.operation)
          json.member("waits_for", guess.cause)
          json.member("start_ns", guess.start.nanosecondsRounded)
          json.member("slack_ns", guess.slack.nanosecondsRounded)
          json.member("rest_ns", guess.rest.nanosecondsRounded)
        }
      }
    }
  }
}
