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
    /// Its use over the step, as a path in a drawing of `stripWidth` · `stripHeight`.
    let strip: String
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
        ], contributor: row.contributors.first?.group ?? "", strip: strip(row, result))
    }
  }

  private static let stripWidth = 200.0
  private static let stripHeight = 20.0

  /// A bar a bin, as high as the share of the link's capacity that it used.
  private static func strip(_ row: ScenarioResult.LinkRow, _ result: ScenarioResult) -> String {
    guard let series = row.outcome.series, result.stepTime > .zero else { return "" }
    func x(_ bin: Int) -> Double {
      let time = (series.start(ofBin: bin) - result.windowStart).seconds
      return min(stripWidth, max(0, time / result.stepTime.seconds * stripWidth))
    }
    return series.bytes.indices.filter { series.bytes[$0] > 0 }.map { bin in
      let use = series.utilization(ofBin: bin, capacity: row.link.bandwidth.bytesPerSecond)
      // What is there at all is seen.
      let height = max(0.6, min(1, use) * stripHeight)
      let (left, right) = (x(bin), x(bin + 1))
      let top = fixedPoint(stripHeight - height, digits: 1)
      let width = fixedPoint(right - left, digits: 2)
      return "M\(fixedPoint(left, digits: 2)) \(top)h\(width)V\(Int(stripHeight))h-\(width)z"
    }.joined()
  }
}
