import JSON
import Quantities
import Simulation
import Study
import Trace
import Workload

/// What holds of a trace on all fabrics, and what its scenarios say together.
extension ResultsJSON {
  static func writeTraces(_ results: [ScenarioResult], to json: inout JSONWriter) {
    json.key("traces")
    json.array { json in
      for section in TraceScenarios.all(results) {
        let first = section.results[0]
        json.object { json in
          json.member("trace", first.trace)
          json.member("tier", first.tier.rawValue)
          json.member("ranks", first.rankCount)
          json.member("traced_ranks", first.tracedRanks)
          json.member("scenarios", Array(section.indices))
          json.key("verdict")
          write(section, to: &json)
          json.key("captured_critical_path")
          json.object { json in write(first.criticalShares.captured, to: &json) }
          json.key("traffic")
          json.traffic(first.traffic)
        }
      }
    }
  }

  private static func write(_ section: TraceScenarios, to json: inout JSONWriter) {
    let comparison = section.comparison
    let base = section.indices.lowerBound
    let verdict = Verdict(section)
    json.object { json in
      json.member("outcome", comparison.outcome.rawValue)
      json.member("fastest_scenarios", comparison.first.map { base + $0 })
      json.key("next_scenario")
      if let next = comparison.next { json.integer(base + next) } else { json.null() }
      json.member("margin_ns", comparison.margin.nanosecondsRounded)
      json.member("margin_share", comparison.marginShare)
      json.member("resolution_ns", comparison.resolution.nanosecondsRounded)
      json.member("limit", comparison.limit.rawValue)
      json.member("held_by", comparison.heldBy)
      json.member("trust", comparison.trust.rawValue)
      json.member("claim", verdict.claim.plain)
      json.member("reason", verdict.reason.map(\.plain).joined(separator: " "))
      json.member("caveats", verdict.caveats.map(\.plain).joined(separator: " "))
    }
  }
}
