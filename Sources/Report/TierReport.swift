import JSON
import Quantities
import Simulation
import Study

/// Coflows held against single flows, where a study has both.
enum TierReport {
  /// A table of steps, and one of the collectives that differ most; nothing where there is one tier.
  static func lines(_ results: [ScenarioResult]) -> [String] {
    let differences = TierDifference.all(results)
    guard !differences.isEmpty else { return [] }
    var steps = TextTable([
      ("trace", .left), ("fabric", .left), ("placement", .left), ("step as coflows ms", .right),
      ("flow by flow ms", .right), ("flows against coflows", .right),
    ])
    for difference in differences {
      let result = results[difference.flowScenario]
      steps.add([
        result.trace, result.fabric, result.placement,
        Wording.milliseconds(difference.coflowStep), Wording.milliseconds(difference.flowStep),
        Wording.signedPercent(difference.stepChange, digits: 3),
      ])
    }
    return ["", "coflows against single flows:"] + steps.lines() + [""]
      + collectives(differences, results)
  }

  private static func collectives(
    _ differences: [TierDifference], _ results: [ScenarioResult]
  ) -> [String] {
    var table = TextTable([
      ("fabric", .left), ("collective", .left), ("count", .right), ("as coflows ms", .right),
      ("flow by flow ms", .right), ("change", .right), ("most different", .left),
      ("as coflow ms", .right), ("by flows ms", .right),
    ])
    for difference in differences {
      for row in difference.rows.prefix(4) {
        table.add([
          results[difference.flowScenario].fabric,
          "\(row.title) [\(row.algorithm)] in \(row.purpose)", String(row.count),
          Wording.milliseconds(row.coflow), Wording.milliseconds(row.flow),
          row.change.map { Wording.signedPercent($0) } ?? "–",
          "\(row.most.sequence) of \(row.most.group)", Wording.milliseconds(row.mostCoflow),
          Wording.milliseconds(row.mostFlow),
        ])
      }
    }
    return table.isEmpty ? [] : table.lines()
  }
}

extension ResultsJSON {
  static func writeTierDifferences(_ results: [ScenarioResult], to json: inout JSONWriter) {
    let differences = TierDifference.all(results)
    guard !differences.isEmpty else { return }
    json.key("tier_differences")
    json.array { json in
      for difference in differences {
        json.object { json in
          json.member("coflow_scenario", difference.coflowScenario)
          json.member("flow_scenario", difference.flowScenario)
          json.member("step_change", difference.stepChange)
          json.key("collectives")
          json.array { json in for row in difference.rows { write(row, to: &json) } }
        }
      }
    }
  }

  private static func write(_ row: TierDifference.Row, to json: inout JSONWriter) {
    json.object { json in
      json.member("title", row.title)
      json.member("algorithm", row.algorithm)
      json.member("purpose", row.purpose)
      json.member("count", row.count)
      json.member("coflow_transfer_ns", row.coflow.nanosecondsRounded)
      json.member("flow_transfer_ns", row.flow.nanosecondsRounded)
      json.key("most_different")
      json.object { json in
        json.member("group", row.most.group)
        json.member("sequence", row.most.sequence)
        json.member("coflow_transfer_ns", row.mostCoflow.nanosecondsRounded)
        json.member("flow_transfer_ns", row.mostFlow.nanosecondsRounded)
      }
    }
  }
}
