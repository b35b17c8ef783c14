import Quantities
import Simulation
import Study

/// Where the time of a rank goes in the mean: stacked bars, and the same as a table.
struct BreakdownView {
  struct Segment {
    let style: String
    let x: String
    let width: String
    let what: String
  }

  struct Row {
    let label: String
    let step: Cell
    let segments: [Segment]
  }

  struct Legend {
    let style: String
    let what: String
  }

  struct TableRow {
    let label: String
    let cells: [Cell]
  }

  let axis: TimeAxis
  let rows: [Row]
  let legend: [Legend]
  let unit: String
  let headings: [String]
  let table: [TableRow]
  let pathTable: [TableRow]
  let shares: CriticalPathView

  init(_ section: TraceScenarios) {
    let unit = section.unit
    self.unit = unit.rawValue
    let longest = section.results.map { max($0.stepTime, $0.capturedStepTime) }.max()
    let axis = TimeAxis(longest: longest ?? .zero, unit: unit)
    self.axis = axis
    let parts = BreakdownParts(section)
    let captured = parts.captured()
    let replayed = section.results.indices.map(parts.replayed)
    let capturedStep = Figure.time(
      section.results[0].capturedStepTime, told: section.unit,
      at: section.at(0, "captured_step_time_ns"))
    rows =
      [Self.row("captured", capturedStep, captured, axis)]
      + section.results.indices.map { place in
        Self.row(
          section.names[place],
          .time(
            section.results[place].stepTime, told: section.unit,
            at: section.at(place, "step_time_ns")),
          replayed[place], axis)
      }
    legend = Self.legend(captured, replayed, axis)
    headings = replayed[0].map(\.what)
    table = section.results.indices.map { place in
      TableRow(
        label: section.names[place], cells: replayed[place].map { Self.cell($0, unit) })
    }
    shares = CriticalPathView(section, unit: unit)
    pathTable = section.results.indices.map { Self.path(section, $0, unit) }
  }

  private static func row(
    _ label: String, _ step: Figure, _ parts: [BreakdownParts.Part], _ axis: TimeAxis
  ) -> Row {
    var start: Int64 = 0
    var segments: [Segment] = []
    for part in parts {
      if axis.share(.nanoseconds(part.nanoseconds)) >= visible {
        segments.append(
          Segment(
            style: part.style, x: axis.x(.nanoseconds(start)),
            width: axis.x(.nanoseconds(part.nanoseconds)), what: part.what))
      }
      start += part.nanoseconds
    }
    return Row(label: label, step: Cell(step), segments: segments)
  }

  /// The share of the axis from which on a part can be seen.
  private static let visible = 0.0005

  /// What can be seen anywhere, in the order of the replayed rows.
  private static func legend(
    _ captured: [BreakdownParts.Part], _ replayed: [[BreakdownParts.Part]], _ axis: TimeAxis
  ) -> [Legend] {
    let all = replayed[0] + captured.filter { $0.style == "exposed" }
    return all.filter { entry in
      (replayed + [captured]).contains { row in
        row.contains {
          $0.style == entry.style && axis.share(.nanoseconds($0.nanoseconds)) >= visible
        }
      }
    }.map { Legend(style: $0.style, what: $0.what) }
  }

  private static func cell(_ part: BreakdownParts.Part, _ unit: TimeUnit) -> Cell {
    part.at.isEmpty
      ? .dash : Cell(.time(.nanoseconds(part.nanoseconds), in: unit, at: part.at))
  }

  private static func path(
    _ section: TraceScenarios, _ place: Int, _ unit: TimeUnit
  ) -> TableRow {
    let path = section.results[place].criticalPath
    func cell(_ time: SimDuration, _ key: String) -> Cell {
      Cell(.time(time, in: unit, at: section.at(place, "critical_path/" + key)))
    }
    return TableRow(
      label: section.names[place],
      cells: [
        cell(path.compute, "compute_ns"), cell(path.transfer, "transfer_ns"),
        cell(path.host, "host_ns"), cell(path.lag, "lag_ns"),
        Cell(.count(path.steps.count, at: section.at(place, "critical_path/operations"))),
      ])
  }
}
