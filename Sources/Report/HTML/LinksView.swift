import Fabric
import Quantities
import Simulation
import Study

/// The hottest links of each scenario: one in the table, the next ones folded below.
struct LinksView {
  struct Row {
    let label: String
    let isFirst: Bool
    let link: String
    let width: String
    let cells: [Cell]
    let contributor: String
  }

  struct Scenario {
    let scenario: String
    let rows: [Row]
  }

  let unit: String
  let isEmpty: Bool
  let rows: [Row]
  let scenarios: [Scenario]

  init(_ section: TraceScenarios) {
    let all = section.results.indices.map { place in
      Scenario(
        scenario: section.names[place], rows: Self.rows(section, place))
    }
    unit = section.unit.rawValue
    isEmpty = all.allSatisfy { $0.rows.isEmpty }
    rows = all.compactMap(\.rows.first)
    scenarios = all.filter { $0.rows.count > 1 }
  }

  private static func rows(_ section: TraceScenarios, _ place: Int) -> [Row] {
    let result = section.results[place]
    return result.hottestLinks(ResultsJSON.linkCount).enumerated().map { number, row in
      func at(_ key: String) -> String { section.at(place, "links/\(number)/\(key)") }
      let saturated = SimDuration.rounding(seconds: row.outcome.saturatedSeconds) ?? .zero
      return Row(
        label: section.names[place], isFirst: section.isMarked(place), link: row.link.name,
        width: percent(min(1, row.meanUtilization)),
        cells: [
          Cell(
            .decimal(
              row.link.bandwidth.gigabitsPerSecond, digits: 0, at: at("capacity_gbps"))),
          Cell(.percent(row.meanUtilization, digits: 2, at: at("mean_utilization"))),
          Cell(
            .percent(
              row.outcome.peakUsage / row.link.bandwidth.bytesPerSecond,
              at: at("peak_utilization"))),
          Cell(
            Figure(
              text: Wording.time(saturated, in: section.unit),
              value: ResultsJSON.nanoseconds(row.outcome.saturatedSeconds),
              at: at("above_90_percent_ns"))),
          Cell(.bytes(row.outcome.bytes, at: at("bytes"))),
        ], contributor: row.topContributor.group)
    }
  }
}
