import JSON
import Quantities
import Trace
import Workload

extension InspectReport {
  /// What is known of the ranks' clocks, for people; nothing where one rank is traced.
  static func clockLines(_ clocks: ClockReport) -> [String] {
    guard clocks.hosts.reduce(0, { $0 + $1.ranks.count }) > 1 else { return [] }
    var lines = ["clocks: " + (clocks.hosts.count == 1 ? "one" : "\(clocks.hosts.count) hosts")]
    if let spread = clocks.endSpread {
      lines[0] +=
        "; \(Wording.count(clocks.endingTogether, "collective")) that should end together: ends "
        + "within \(Wording.time(spread.median)) (median), \(Wording.time(spread.most)) at most"
    }
    guard clocks.hosts.count > 1 else { return lines }
    for host in clocks.hosts {
      lines.append(
        "  \(host.name ?? "unnamed") (\(rankList(host.ranks))): \(words(host.status))"
          + [offset(host), residual(host), bounds(host)].compactMap(\.self).map { ", " + $0 }
          .joined())
    }
    return lines
  }

  private static func words(_ status: ClockReport.Status) -> String {
    switch status {
    case .reference: "the reference"
    case .fitted: "fitted"
    case .bounded: "unknown, bounded"
    case .recorded: "unknown, as recorded"
    case .laidBeside: "unknown, laid beside the others"
    case .contradictory: "contradicted by its collectives, as recorded"
    }
  }

  private static func offset(_ host: ClockReport.Host) -> String? {
    guard let offset = host.offset else { return "of another epoch" }
    guard offset != .zero || host.driftPPM != 0 else { return nil }
    return "corrected by \(Wording.time(offset))"
      + (host.driftPPM == 0 ? "" : " and \(fixedPoint(host.driftPPM, digits: 1)) ppm")
  }

  private static func residual(_ host: ClockReport.Host) -> String? {
    host.residual.map {
      "residual \(Wording.time($0.median)) (median), \(Wording.time($0.most)) at most"
    }
  }

  private static func bounds(_ host: ClockReport.Host) -> String? {
    host.bounds.map { bounds in
      let (low, high) = (bounds.low.map(Wording.time), bounds.high.map(Wording.time))
      return "anywhere from \(low ?? "–∞") to \(high ?? "∞")"
    }
  }

  /// The same for scripts.
  static func write(_ clocks: ClockReport, to json: inout JSONWriter) {
    json.object { json in
      json.member("ending_together", clocks.endingTogether)
      if let spread = clocks.endSpread {
        json.member("end_spread_median_ns", spread.median.nanosecondsRounded)
        json.member("end_spread_most_ns", spread.most.nanosecondsRounded)
      }
      json.key("hosts")
      json.array { json in for host in clocks.hosts { write(host, to: &json) } }
    }
  }

  private static func write(_ host: ClockReport.Host, to json: inout JSONWriter) {
    json.object { json in
      if let name = host.name { json.member("host", name) }
      json.member("ranks", host.ranks.map(\.raw))
      json.member("status", host.status.rawValue)
      if let offset = host.offset { json.member("offset_ns", offset.nanosecondsRounded) }
      json.member("drift_ppm", host.driftPPM)
      if let residual = host.residual {
        json.member("residual_median_ns", residual.median.nanosecondsRounded)
        json.member("residual_most_ns", residual.most.nanosecondsRounded)
      }
      if let low = host.bounds?.low { json.member("offset_low_ns", low.nanosecondsRounded) }
      if let high = host.bounds?.high { json.member("offset_high_ns", high.nanosecondsRounded) }
    }
  }
}
