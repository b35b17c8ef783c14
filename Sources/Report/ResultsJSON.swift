import Collectives
import Diagnostics
import Fabric
import JSON
import Quantities
import Simulation
public import Study
import Trace

/// `results.json`, schema `refract.results/1`.
public enum ResultsJSON {
  /// The document for scenarios in their order. Holds no paths, dates or thread counts: equal
  /// results make equal bytes.
  public static func document(_ results: [ScenarioResult], version: String) -> [UInt8] {
    var json = JSONWriter(indented: true)
    json.object { json in
      json.member("schema", "refract.results/1")
      json.member("version", version)
      json.key("scenarios")
      json.array { json in for result in results { write(result, to: &json) } }
      writeTraces(results, to: &json)
      writeTierDifferences(results, to: &json)
    }
    json.endLine()
    return json.bytes
  }

  private static func write(_ result: ScenarioResult, to json: inout JSONWriter) {
    json.object { json in
      json.member("trace", result.trace)
      json.member("fabric", result.fabric)
      json.member("placement", result.placement)
      json.member("tier", result.tier.rawValue)
      writeTimes(result, to: &json)
      json.member("bytes", result.wireBytes.rounded())
      json.key("energy_j")
      if let joules = result.energyJoules { json.number(joules) } else { json.null() }
      json.key("static_energy_j")
      if let joules = result.staticEnergyJoules { json.number(joules) } else { json.null() }
      json.member("busiest_link", result.busiestLink?.link.name ?? "")
      json.member("busiest_link_utilization", result.busiestLink?.meanUtilization ?? 0)
      json.assumptions(result.assumptions)
      json.diagnostics(result.diagnostics)
      writeBudget(result, to: &json)
      writeCriticalPath(result, to: &json)
      json.key("groups")
      json.array { json in for group in result.groups { write(group, to: &json) } }
      json.key("ranks")
      json.array { json in
        for (rank, parts) in result.parts.enumerated() {
          json.object { json in
            json.member("rank", rank)
            json.parts(MeanParts([parts], total: result.stepTime))
          }
        }
      }
      json.key("counters")
      json.object { json in
        json.member("events", result.counters.events)
        json.member("solves", result.counters.solves)
        json.member("solver_steps", result.counters.solverSteps)
      }
      writeDetails(result, to: &json)
    }
  }

  private static func writeTimes(_ result: ScenarioResult, to json: inout JSONWriter) {
    json.member("step_time_ns", result.stepTime.nanosecondsRounded)
    json.member("captured_step_time_ns", result.capturedStepTime.nanosecondsRounded)
    json.member("self_check_error", result.selfCheckError)
    json.key("calibrated_error")
    if let calibration = result.calibration {
      json.number(calibration.calibration.stepError)
    } else {
      json.null()
    }
    json.parts(result.meanParts)
    json.member("unexplained_lag_ns", result.criticalPath.lag.nanosecondsRounded)
    json.member(
      "step_time_interval_ns",
      [result.interval.low.nanosecondsRounded, result.interval.high.nanosecondsRounded])
    if let host = result.capturedHostStep {
      json.member("captured_host_step_ns", host.nanosecondsRounded)
    }
    json.member("captured_compute_ns", result.capturedParts.compute.nanosecondsRounded)
    json.member(
      "captured_exposed_transfer_ns", result.capturedParts.exposedTransfer.nanosecondsRounded)
    json.member("captured_waiting_ns", result.capturedParts.waiting.nanosecondsRounded)
    json.member("captured_lag_ns", result.capturedParts.lag.nanosecondsRounded)
    json.member("communication_free_step_time_ns", result.communicationFree.nanosecondsRounded)
    json.member("lag_free_step_time_ns", result.lagFree.nanosecondsRounded)
  }

  private static func writeCriticalPath(_ result: ScenarioResult, to json: inout JSONWriter) {
    let path = result.criticalPath
    json.key("critical_path")
    json.object { json in
      json.member("operations", path.steps.count)
      json.member("compute_ns", path.compute.nanosecondsRounded)
      json.member("transfer_ns", path.transfer.nanosecondsRounded)
      json.member("host_ns", path.host.nanosecondsRounded)
      json.member("lag_ns", path.lag.nanosecondsRounded)
      write(result.criticalShares.replayed, to: &json)
    }
  }

  /// Writes the members that tell what a path's time went into.
  static func write(_ shares: CriticalShares, to json: inout JSONWriter) {
    json.member("stragglers_ns", shares.stragglers.nanosecondsRounded)
    json.member("rank_switches", shares.switches)
    json.key("shares")
    json.array { json in
      for share in shares.shares {
        json.object { json in
          json.member("cause", share.cause.name)
          json.member("time_ns", share.time.nanosecondsRounded)
          json.member("operations", share.operations)
        }
      }
    }
  }

  private static func write(_ row: ScenarioResult.GroupRow, to json: inout JSONWriter) {
    json.object { json in
      json.member("name", row.group.name)
      json.member("purpose", row.group.purpose)
      json.member("size", row.group.ranks.count)
      json.key("collectives")
      json.object { json in
        for (kind, count) in row.kinds { json.member(kind.rawValue, count) }
      }
      json.member("logical_bytes", row.logicalBytes.rounded())
      json.member("wire_bytes", row.wireBytes.rounded())
      json.member("exposed_transfer_ns", row.exposed.nanosecondsRounded)
      json.member("transfer_ns", row.transferTime.nanosecondsRounded)
      json.member("captured_ns", row.capturedTime.nanosecondsRounded)
    }
  }
}
