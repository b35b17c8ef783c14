import Fabric
import JSON
import Quantities
import Simulation
public import Study
import Trace
import Workload

/// `links.csv`, `link_series.csv`, `collectives.csv` and `critical_path.csv`: a line a link, collective or task and
/// scenario, quoted as in RFC 4180 with lines ended by a line feed, units in the headings.
public enum CSVDocuments {
  /// Every link that carried anything.
  public static func links(_ results: [ScenarioResult]) -> String {
    var text =
      "trace,fabric,placement,link,tier,technology,multiplicity,capacity_gbps,bytes,"
      + "mean_utilization,peak_utilization,busy_ns,above_90_percent_ns,top_contributor,"
      + "top_contributor_bytes,second_contributor,second_contributor_bytes,third_contributor,"
      + "third_contributor_bytes,transfer_tier\n"
    for result in results {
      for row in result.links {
        let capacity = row.link.bandwidth.bytesPerSecond
        text += line([
          result.trace, result.fabric, result.placement, row.link.name, row.link.tier.rawValue,
          row.link.technology.rawValue, String(row.link.multiplicity),
          number(row.link.bandwidth.gigabitsPerSecond), whole(row.outcome.bytes),
          fixedPoint(row.meanUtilization, digits: 6),
          fixedPoint(row.outcome.peakUsage / capacity, digits: 6),
          whole(row.outcome.busySeconds * 1e9), whole(row.outcome.saturatedSeconds * 1e9),
          share(row, 0).group, share(row, 0).bytes, share(row, 1).group, share(row, 1).bytes,
          share(row, 2).group, share(row, 2).bytes, result.tier.rawValue,
        ])
      }
    }
    return text
  }

  /// Of the group that put most bytes on a link but `place`, both empty where there is none.
  private static func share(
    _ row: ScenarioResult.LinkRow, _ place: Int
  ) -> (group: String, bytes: String) {
    guard place < row.contributors.count else { return ("", "") }
    return (row.contributors[place].group, whole(row.contributors[place].bytes))
  }

  /// What every link carried over time, a line a link; times from the start of the window.
  ///
  /// Bytes and not text: a fabric of 10^5 links has millions of numbers.
  public static func linkSeries(_ results: [ScenarioResult]) -> [UInt8] {
    let columns = results.flatMap(\.links).compactMap(\.outcome.series?.bytes.count).max() ?? 0
    var text = Array("trace,fabric,placement,link,start_ns,bin_ns".utf8)
    for bin in 0..<columns { text += ",bytes_\(bin)".utf8 }
    text += ",transfer_tier\n".utf8
    for result in results {
      let scenario = [result.trace, result.fabric, result.placement].map(quoted)
        .joined(separator: ",")
      for row in result.links {
        guard let series = row.outcome.series else { continue }
        text += scenario.utf8
        text += ",\(quoted(row.link.name))".utf8
        text += ",\(nanoseconds(series.start - result.windowStart))".utf8
        text += ",\(nanoseconds(series.width))".utf8
        for bin in 0..<columns {
          text.append(UInt8(ascii: ","))
          if bin < series.bytes.count { text += whole(Double(series.bytes[bin])).utf8 }
        }
        text += ",\(result.tier.rawValue)\n".utf8
      }
    }
    return text
  }

  /// Every collective; times from the start of the window.
  public static func collectives(_ results: [ScenarioResult]) -> String {
    var text = ""
    writeCollectives(results) { text += $0 }
    return text
  }

  /// The same, line by line: there may be millions.
  static func writeCollectives(
    _ results: [ScenarioResult], to write: (String) throws -> Void
  ) rethrows {
    try write(
      "trace,fabric,placement,group,group_size,sequence,kind,label,algorithm,logical_bytes,wire_bytes,"
        + "first_arrival_ns,last_arrival_ns,end_ns,arrival_spread_ns,transfer_ns,captured_ns,"
        + "lone_ns,contention_factor,algbw_gbytes_per_s,busbw_gbytes_per_s,bottleneck_link,"
        + "assumed_by,transfer_tier\n")
    for result in results {
      let origin = result.windowStart
      for row in result.collectives {
        let outcome = row.outcome
        try write(
          line([
            result.trace, result.fabric, result.placement, row.group.label,
            String(row.group.ranks.count), String(row.instance.sequence),
            row.instance.kind.rawValue, row.instance.label ?? "", outcome.lowered?.algorithm ?? "",
            whole(row.logicalBytes),
            whole(row.wireBytes), nanoseconds(outcome.firstArrival - origin),
            nanoseconds(outcome.lastArrival - origin), nanoseconds(outcome.end - origin),
            nanoseconds(outcome.lastArrival - outcome.firstArrival),
            nanoseconds(outcome.transferTime), nanoseconds(row.instance.capturedDuration),
            nanoseconds(row.loneTime),
            row.contentionFactor.map { fixedPoint($0, digits: 4) } ?? "",
            row.bandwidths.map { fixedPoint($0.algorithm / 1e9, digits: 3) } ?? "",
            row.bandwidths.map { fixedPoint($0.bus / 1e9, digits: 3) } ?? "", row.bottleneck,
            row.instance.assumedBy ?? "", result.tier.rawValue,
          ]))
      }
    }
  }

  /// The tasks on each critical path, first to last; times from the start of the window.
  public static func criticalPaths(_ results: [ScenarioResult]) -> String {
    var text = "trace,fabric,placement,rank,lane,kind,name,start_ns,end_ns,transfer_tier\n"
    for result in results {
      for row in result.criticalSteps {
        text += line([
          result.trace, result.fabric, result.placement, String(row.rank), row.lane.label,
          row.kind, row.name, nanoseconds(row.start - result.windowStart),
          nanoseconds(row.end - result.windowStart), result.tier.rawValue,
        ])
      }
    }
    return text
  }

  private static func line(_ fields: [String]) -> String {
    fields.map(quoted).joined(separator: ",") + "\n"
  }

  private static func quoted(_ field: String) -> String {
    guard field.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return field }
    return "\""
      + field.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }

  private static func number(_ value: Double) -> String { JSONWriter.text(value) }

  private static func whole(_ value: Double) -> String { fixedPoint(value, digits: 0) }

  private static func nanoseconds(_ span: SimDuration) -> String {
    String(span.nanosecondsRounded)
  }
}
