import Diagnostics
import JSON
import Quantities
import Study
import Trace
import Workload

/// `inspect.json`, schema `refract.inspect/1`.
extension InspectReport {
  /// For scripts.
  public func json(version: String) -> [UInt8] {
    var json = JSONWriter(indented: true)
    json.object { json in
      json.member("schema", "refract.inspect/1")
      json.member("version", version)
      json.member("trace", name)
      json.member("world_size", summary.worldSize)
      json.member("traced_ranks", summary.ranks.count)
      if summary.repeatedRanks > 0 { json.member("repeated_ranks", summary.repeatedRanks) }
      json.member("missing_ranks", summary.missingRanks.map(\.raw))
      json.key("ranks")
      json.array { json in for rank in summary.ranks { write(rank, to: &json) } }
      json.key("groups")
      json.array { json in for group in summary.groups { write(group, to: &json) } }
      Self.write(survey, to: &json)
      json.key("sizes")
      write(summary.sizes, to: &json)
      json.key("step_sizes")
      if let workload {
        write(workload.sizes, to: &json)
      } else {
        json.null()
      }
      json.key("captured_step")
      writeStep(to: &json)
      if let dependencies {
        json.key("dependencies")
        Self.write(dependencies, to: &json)
      }
      json.key("not_replayable")
      if case .failure(let diagnostic) = prepared {
        json.string(DiagnosticRenderer.line(diagnostic))
      } else {
        json.null()
      }
      json.key("doubts")
      json.array { json in for doubt in doubts { Self.write(doubt, to: &json) } }
      json.key("traffic")
      if let prepared = try? prepared.get() { json.traffic(prepared.traffic) } else { json.null() }
      if let matching {
        json.key("matching")
        json.matching(matching.report, groups: matching.groups)
      }
      json.assumptions(assumptions)
      json.diagnostics(summary.diagnostics)
    }
    json.endLine()
    return json.bytes
  }

  private func write(_ sizes: SizeCounts, to json: inout JSONWriter) {
    json.object { json in
      json.member("recorded", sizes.recorded)
      json.key("recovered")
      json.object { json in
        for source in SizeProvenance.Source.allCases {
          json.member(source.rawValue, sizes.recovered(from: source))
        }
      }
      json.member("assumed", sizes.assumed)
      json.member("lost", sizes.lost)
    }
  }

  private func write(_ rank: TraceSummary.Rank, to json: inout JSONWriter) {
    json.object { json in
      json.member("rank", rank.rank.raw)
      json.member("rank_source", rank.source)
      if let host = rank.host { json.member("host", host) }
      if let device = rank.device { json.member("device", device) }
      json.member("span_ns", rank.span.nanosecondsRounded)
      json.member("steps", rank.steps)
      json.key("lanes")
      json.array { json in
        for lane in rank.lanes {
          json.object { json in
            json.member("kind", lane.lane.kind.rawValue)
            json.member("name", lane.lane.name)
            json.member("events", lane.events)
            json.member("communications", lane.communications)
            json.member("busy_ns", lane.busy.nanosecondsRounded)
          }
        }
      }
    }
  }

  private func write(_ group: TraceSummary.Group, to json: inout JSONWriter) {
    json.object { json in
      json.member("name", group.group.name)
      json.member("purpose", group.group.purpose)
      json.member("ranks", group.group.ranks.map(\.raw))
      json.key("calls")
      json.array { json in
        for calls in group.calls {
          json.object { json in
            json.member("kind", calls.kind.rawValue)
            json.member("title", calls.title)
            json.member("count", calls.count)
            json.member("send_bytes", calls.sendBytes)
            json.member("duration_ns", calls.duration.nanosecondsRounded)
            json.member("assumed", calls.assumed)
          }
        }
      }
    }
  }

  private func writeStep(to json: inout JSONWriter) {
    guard let captured else {
      json.null()
      return
    }
    json.object { json in
      json.member("step_time_ns", captured.stepTime.nanosecondsRounded)
      if captured.isScheduled { json.member("is_scheduled", true) }
      if let host = captured.hostStep { json.member("host_step_ns", host.nanosecondsRounded) }
      json.key("clocks")
      Self.write(captured.clocks, to: &json)
      json.key("ranks")
      json.array { json in
        for (rank, parts) in zip(summary.ranks, captured.parts) {
          json.object { json in
            json.member("rank", rank.rank.raw)
            json.parts(MeanParts([parts], total: captured.stepTime))
          }
        }
      }
    }
  }

  private static func write(_ doubt: Doubt, to json: inout JSONWriter) {
    json.object { json in
      json.member("doubt", doubt.code)
      json.member("at_stake_ns", doubt.atStake.nanosecondsRounded)
      json.member("text", doubt.words)
    }
  }
}
