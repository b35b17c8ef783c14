import JSON
import Quantities
import Trace
import Workload

extension InspectReport {
  /// The steps beside one another, for people; nothing where there is but one.
  static func stepLines(_ survey: StepSurvey) -> [String] {
    var lines: [String] = []
    if survey.steps.count > 1 {
      var table = TextTable([
        ("step", .right), ("ranks", .right), ("span ms", .right), ("host ms", .right),
        ("period ms", .right), ("calls", .right), ("operations", .right), ("", .left),
      ])
      for step in survey.steps {
        table.add([
          String(step.number), String(step.ranks), Wording.milliseconds(step.span),
          Wording.milliseconds(step.hostStep), step.period.map { Wording.milliseconds($0) } ?? "–",
          String(step.calls), String(step.operations), step.isCut ? "cut short" : "",
        ])
      }
      lines += table.lines(indent: "  ") + [""]
    }
    let shown = survey.transients.prefix(3).map { transient in
      "start-up: the first \(transient.kind.rawValue) of group '\(transient.group)' on rank "
        + "\(transient.rank.raw) took \(Wording.time(transient.duration)), others "
        + "\(Wording.time(transient.usual))"
        + (transient.step.map { "; it is in step \($0)" } ?? "")
    }
    lines += shown
    if survey.transients.count > shown.count {
      lines.append("start-up: and \(survey.transients.count - shown.count) more such calls")
    }
    return lines
  }

  /// The same for scripts.
  static func write(_ survey: StepSurvey, to json: inout JSONWriter) {
    json.key("steps")
    json.array { json in
      for step in survey.steps {
        json.object { json in
          json.member("step", step.number)
          json.member("ranks", step.ranks)
          json.member("span_ns", step.span.nanosecondsRounded)
          json.member("host_step_ns", step.hostStep.nanosecondsRounded)
          if let period = step.period { json.member("period_ns", period.nanosecondsRounded) }
          json.member("calls", step.calls)
          json.member("operations", step.operations)
          json.member("cut", step.isCut)
        }
      }
    }
    json.key("start_up_calls")
    json.array { json in
      for transient in survey.transients {
        json.object { json in
          json.member("rank", transient.rank.raw)
          json.member("group", transient.group)
          json.member("kind", transient.kind.rawValue)
          if let step = transient.step { json.member("step", step) }
          json.member("duration_ns", transient.duration.nanosecondsRounded)
          json.member("usual_ns", transient.usual.nanosecondsRounded)
        }
      }
    }
  }
}
