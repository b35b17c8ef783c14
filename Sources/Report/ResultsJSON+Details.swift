import Fabric
import JSON
import Quantities
import Simulation
import Study
import Trace
import Workload

/// What of a scenario explains its step: sums by purpose and kind, links, one rank's calls, the
/// fabric itself.
extension ResultsJSON {
  /// Links that a scenario lists; all of them are in `links.csv`.
  static let linkCount = 10

  static func writeDetails(_ result: ScenarioResult, to json: inout JSONWriter) {
    json.key("change_from_captured")
    if let change = result.changeFromCaptured { json.number(change) } else { json.null() }
    json.key("model_error")
    json.object { json in
      json.member("network", result.modelError.network.rawValue)
      json.member("low", result.modelError.low)
      json.member("high", result.modelError.high)
    }
    json.member("has_gpu", result.hasDevice)
    json.member("collective_count", result.collectives.count)
    json.member("assumed_collectives", result.assumedCollectives)
    json.member("exposed_within_rank_ns", result.exposedWithinRank.nanosecondsRounded)
    json.key("exposed_by_purpose")
    json.array { json in
      for share in result.exposedByPurpose {
        json.object { json in
          json.member("purpose", share.purpose)
          json.member("groups", share.groups)
          json.member("exposed_transfer_ns", share.exposed.nanosecondsRounded)
        }
      }
    }
    json.key("collective_summaries")
    json.array { json in
      for summary in result.collectiveSummaries { write(summary, to: &json) }
    }
    json.key("links")
    json.array { json in
      for row in result.hottestLinks(linkCount) {
        write(row, from: result.windowStart, to: &json)
      }
    }
    json.key("timeline")
    write(result.timeline, to: &json)
    json.key("fabric_specification")
    write(result.specification, to: &json)
  }

  private static func write(_ summary: CollectiveSummary, to json: inout JSONWriter) {
    json.object { json in
      json.member("title", summary.title)
      json.member("algorithm", summary.algorithm)
      json.member("purpose", summary.purpose)
      json.member("groups", summary.groups)
      json.member("count", summary.count)
      json.member("captured_ns", summary.captured.nanosecondsRounded)
      json.member("transfer_ns", summary.transfer.nanosecondsRounded)
      json.key("mean_busbw_gbytes_per_s")
      if let rate = summary.busBandwidth { json.number(rate / 1e9) } else { json.null() }
      json.key("most_contention")
      if let factor = summary.contention { json.number(factor) } else { json.null() }
      json.member("bottleneck_link", summary.bottleneck)
    }
  }

  private static func write(
    _ series: LinkSeries, from origin: SimTime, to json: inout JSONWriter
  ) {
    json.object { json in
      json.member("start_ns", (series.start - origin).nanosecondsRounded)
      json.member("bin_ns", series.width.nanosecondsRounded)
      json.key("bytes")
      json.numbers(series.bytes.map { Double($0).rounded() })
    }
  }

  private static func write(
    _ row: ScenarioResult.LinkRow, from origin: SimTime, to json: inout JSONWriter
  ) {
    let capacity = row.link.bandwidth.bytesPerSecond
    json.object { json in
      json.member("link", row.link.name)
      json.member("tier", row.link.tier.rawValue)
      json.member("capacity_gbps", row.link.bandwidth.gigabitsPerSecond)
      json.member("bytes", row.outcome.bytes.rounded())
      json.member("mean_utilization", row.meanUtilization)
      json.member("peak_utilization", row.outcome.peakUsage / capacity)
      json.member("busy_ns", (row.outcome.busySeconds * 1e9).rounded())
      json.key("above_90_percent_ns")
      json.number((row.outcome.saturatedSeconds * 1e9).rounded())
      json.member("top_contributor", row.contributors.first?.group ?? "")
      json.member("top_contributor_bytes", (row.contributors.first?.bytes ?? 0).rounded())
      json.key("contributors")
      json.array { json in
        for share in row.contributors {
          json.object { json in
            json.member("group", share.group)
            json.member("bytes", share.bytes.rounded())
          }
        }
      }
      json.key("series")
      if let series = row.outcome.series {
        write(series, from: origin, to: &json)
      } else {
        json.null()
      }
    }
  }

  /// Seconds in whole nanoseconds, as the file has them.
  static func nanoseconds(_ seconds: Double) -> String {
    JSONWriter.text((seconds * 1e9).rounded())
  }

  private static func write(_ timeline: RankTimeline, to json: inout JSONWriter) {
    json.object { json in
      json.member("rank", timeline.rank)
      json.member("operations", timeline.operations)
      json.key("longest_calls")
      json.array { json in
        for call in timeline.longest {
          json.object { json in
            json.member("name", call.name)
            json.member("title", call.title)
            json.member("captured_ns", call.captured.nanosecondsRounded)
            json.member("replayed_ns", call.replayed.nanosecondsRounded)
          }
        }
      }
    }
  }

  private static func write(_ fabric: FabricSpecification, to json: inout JSONWriter) {
    json.object { json in
      json.member("description", fabric.description)
      json.member("source", fabric.source)
      json.member("status", fabric.status)
      json.member("pods", fabric.pods)
      json.member("gpus_per_pod", fabric.gpusPerPod)
      json.member("gpus", fabric.gpuCount)
      json.key("faults")
      json.array { json in
        for fault in fabric.faults { json.string(fault.text) }
      }
      json.key("rack")
      if let network = fabric.podKinds[0].rack { write(network, to: &json) } else { json.null() }
      json.key("scale_up")
      write(fabric.scaleUp, to: &json)
      json.key("scale_out")
      if let network = fabric.scaleOut { write(network, to: &json) } else { json.null() }
    }
  }

  private static func write(_ network: FabricSpecification.Network, to json: inout JSONWriter) {
    json.object { json in
      json.member(
        "effective_bandwidth_gbps", network.bandwidth.gigabitsPerSecond * network.efficiency)
      json.member("path_latency_ns", (network.hopLatency * 2).nanosecondsRounded)
      json.member("topology", network.topology.word)
      json.member("planes", network.planes)
      json.member("balancing", network.balancing.rawValue)
      json.member("oversubscription", network.oversubscription)
      json.member("technology", network.technology.rawValue)
    }
  }
}
