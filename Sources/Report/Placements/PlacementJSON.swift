import Diagnostics
import Fabric
import JSON
public import Placement
import Trace

/// What `place show --json` (`refract.placement/1`) and `place check --json`
/// (`refract.placement-check/1`) print.
public enum PlacementJSON {
  /// Placements with their figures; holds no paths.
  public static func document(_ jobs: [PlacedJob], version: String) -> [UInt8] {
    var json = JSONWriter(indented: true)
    json.object { json in
      json.member("schema", "refract.placement/1")
      json.member("version", version)
      json.key("placements")
      json.array { json in
        for job in jobs { json.object { write(job, to: &$0) } }
      }
    }
    json.endLine()
    return json.bytes
  }

  /// A placement held against rules.
  public static func document(
    _ job: PlacedJob, verdicts: [RuleVerdict], version: String
  ) -> [UInt8] {
    var json = JSONWriter(indented: true)
    json.object { json in
      json.member("schema", "refract.placement-check/1")
      json.member("version", version)
      json.member("passed", !verdicts.contains(where: \.isFailure))
      json.key("rules")
      json.array { json in
        for verdict in verdicts { json.object { write(verdict, to: &$0) } }
      }
      json.key("placement")
      json.object { write(job, to: &$0) }
    }
    json.endLine()
    return json.bytes
  }

  // MARK: Verdicts

  private static func write(_ verdict: RuleVerdict, to json: inout JSONWriter) {
    json.member("name", verdict.rule.name)
    if let keyPath = verdict.rule.location.keyPath { json.member("key_path", keyPath) }
    json.member("severity", verdict.rule.severity.rawValue)
    json.member("outcome", verdict.outcome.rawValue)
    for (key, value) in [("figure", verdict.figure), ("at_most", verdict.limit)] {
      json.key(key)
      if let value { json.number(value) } else { json.null() }
    }
    json.key("unit")
    if let unit = verdict.rule.unit { json.string(unit) } else { json.null() }
    json.member("offender_count", verdict.offenderCount)
    json.key("offenders")
    json.array { json in
      for offender in verdict.offenders {
        json.object { json in
          json.member("name", offender.name)
          json.member("problem", offender.words)
          json.member("rank_count", offender.rankCount)
          json.member("ranks", offender.ranks)
          json.member("node_count", offender.nodeCount)
          json.member("nodes", offender.nodes)
        }
      }
    }
  }

  // MARK: Figures

  private static func write(_ job: PlacedJob, to json: inout JSONWriter) {
    let figures = job.figures
    json.member("trace", job.trace)
    json.member("fabric", job.fabric)
    json.member("placement", job.placement.name)
    json.member("ranks", job.ranks)
    json.member("nodes", figures.nodes)
    json.member("pods", figures.pods)
    json.key("notes")
    json.array { json in for note in job.placement.notes { json.string(note) } }
    json.key("bytes")
    json.object { write(figures.total, to: &$0) }
    json.member("mean_links", figures.meanLinks)
    json.member("most_links", figures.mostLinks)
    json.member("lost_bytes", figures.lostBytes)
    json.key("groups")
    json.array { json in
      for row in figures.rows { json.object { write(row, to: &$0) } }
    }
    json.key("spread")
    json.array { json in
      for spread in figures.spreads { json.object { write(spread, to: &$0) } }
    }
    json.member("links_used", figures.usedLinks)
    json.key("sampled_peers")
    if let peers = figures.sampledPeers { json.integer(peers) } else { json.null() }
    json.member("busiest_link_share", figures.busiestLinkShare)
    json.key("busiest_links")
    json.array { json in
      for load in figures.busiest {
        json.object { json in
          json.member("link", load.link.name)
          json.member("tier", load.link.tier.rawValue)
          json.member("bytes", load.bytes)
          json.member("time_ns", load.seconds * 1e9)
        }
      }
    }
  }

  private static func write(_ tiers: TierBytes, to json: inout JSONWriter) {
    json.member("total_bytes", tiers.total)
    json.member("in_node_bytes", tiers.inNode)
    json.member("in_pod_bytes", tiers.inPod)
    json.member("cross_pod_bytes", tiers.crossPod)
    json.member("cross_rail_bytes", tiers.crossRail)
  }

  private static func write(_ row: PlacementFigures.Row, to json: inout JSONWriter) {
    json.member("family", row.family)
    json.member("kind", row.kind.rawValue)
    json.member("groups", row.groups)
    json.member("largest_ranks", row.largest)
    json.member("calls", row.calls)
    write(row.bytes, to: &json)
    json.member("mean_links", row.meanLinks)
  }

  private static func write(_ spread: PlacementFigures.Spread, to json: inout JSONWriter) {
    json.member("family", spread.family)
    json.member("groups", spread.groups)
    json.member("largest_ranks", spread.largest)
    json.member("in_one_node", spread.inNode)
    json.member("in_one_pod", spread.inPod)
    json.member("on_one_rail", spread.onRail)
    json.member("most_nodes", spread.mostNodes)
    json.member("most_pods", spread.mostPods)
  }
}
