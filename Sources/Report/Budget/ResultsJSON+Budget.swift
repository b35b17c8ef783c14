import Collectives
import JSON
import Quantities
import Study
import Trace
import Workload

/// The error budget of a scenario: what its answer rests on, and how far that is known.
extension ResultsJSON {
  static func writeBudget(_ result: ScenarioResult, to json: inout JSONWriter) {
    let evidence = result.evidence
    json.key("error_budget")
    json.object { json in
      json.member("captured_unexplained_lag_ns", evidence.lagOnPath.nanosecondsRounded)
      json.member("captured_lag_free_step_time_ns", evidence.lagFree.nanosecondsRounded)
      json.member(
        "communication_free_step_time_recorded_ns",
        evidence.communicationFree.recorded.nanosecondsRounded)
      writeSizes(evidence, to: &json)
      json.key("dependencies")
      json.object { json in
        json.member("recorded", evidence.edges.recorded)
        json.member("inferred", evidence.edges.inferred)
        json.member("contradicted", evidence.edges.contradicted)
        json.member("recorded_share", evidence.recordedShare)
      }
      json.key("clocks")
      json.object { json in
        json.member("hosts", evidence.clocks.hosts.count)
        json.member("unknown", evidence.unknownClocks)
        json.key("residual_ns")
        if let residual = evidence.clockResidual {
          json.integer(Int(residual.nanosecondsRounded))
        } else {
          json.null()
        }
      }
      json.key("calibration")
      if let use = result.calibration { write(use, to: &json) } else { json.null() }
    }
  }

  private static func writeSizes(_ evidence: TraceEvidence, to json: inout JSONWriter) {
    json.key("sizes")
    json.object { json in
      json.member("communication_ns", evidence.communication.nanosecondsRounded)
      json.member("recorded_share", evidence.share { $0 == .recorded })
      json.member(
        "recovered_share", evidence.share { if case .recovered = $0 { true } else { false } })
      json.member("assumed_share", evidence.share { $0 == .assumed })
      json.member("lost_share", evidence.share { $0 == .lost })
      json.member("inseparable_ns", evidence.inseparable.time.nanosecondsRounded)
    }
  }

  private static func write(_ use: CalibrationUse, to json: inout JSONWriter) {
    let calibration = use.calibration
    json.object { json in
      json.member("fabric", calibration.fabric)
      json.member("trace", calibration.trace)
      json.member("step_error", calibration.stepError)
      json.member("step_error_without_calibration", calibration.stepErrorWithout.calibration)
      json.member("step_error_without_communication", calibration.stepErrorWithout.communication)
      json.member("collectives", use.collectives)
      json.member("measured", use.measured)
      json.key("classes")
      json.array { json in
        for entry in calibration.classes {
          json.object { json in
            json.member("title", entry.title)
            json.member("algorithm", entry.algorithm)
            json.member("samples", entry.fit.samples)
            json.member("median_error", entry.fit.medianError)
            json.member("p95_error", entry.fit.tailError)
            if let error = entry.fit.heldOutError { json.member("held_out_error", error) }
          }
        }
      }
      json.key("beyond")
      json.array { json in for entry in use.beyond { write(entry, isMeasured: true, to: &json) } }
      json.key("unmeasured")
      json.array { json in
        for entry in use.unmeasured { write(entry, isMeasured: false, to: &json) }
      }
    }
  }

  private static func write(
    _ entry: CalibrationUse.Beyond, isMeasured: Bool, to json: inout JSONWriter
  ) {
    json.object { json in
      json.member("title", entry.title)
      json.member("algorithm", entry.algorithm)
      json.member("count", entry.count)
      guard isMeasured else { return }
      json.member("sizes", entry.sizes)
      json.member("members", entry.members)
      json.member("tiers", entry.tiers)
    }
  }
}
