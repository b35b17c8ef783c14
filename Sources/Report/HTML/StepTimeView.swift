import Quantities
import Simulation
import Study

/// Step times side by side: a bar for the capture and each scenario, its interval, and a table.
struct StepTimeView {
  struct Row {
    let label: String
    let step: Cell
    let change: Cell
    let isCaptured: Bool
    let isFirst: Bool
    let width: String
    let hasInterval: Bool
    let low: String
    let high: String
  }

  struct TableRow {
    let label: String
    let isFirst: Bool
    let cells: [Cell]
  }

  let axis: TimeAxis
  let rows: [Row]
  let freeX: String
  let free: Figure
  let selfCheck: Figure
  let headings: [String]
  let table: [TableRow]

  init(_ section: TraceScenarios) {
    let results = section.results
    let unit = section.unit
    let longest = results.map { max($0.stepTime, $0.capturedStepTime, $0.interval.high) }.max()
    let axis = TimeAxis(longest: longest ?? .zero, unit: unit)
    self.axis = axis
    rows =
      [Self.captured(section, axis)] + results.indices.map { Self.row(section, $0, axis) }
    freeX = axis.x(results[0].communicationFree)
    free = .time(
      results[0].communicationFree, told: unit, at: section.at(0, "communication_free_step_time_ns")
    )
    selfCheck = .change(
      results[0].selfCheckError, digits: 4, at: section.at(0, "self_check_error"))
    headings = [
      "step \(unit.rawValue)", "against captured", "interval from \(unit.rawValue)",
      "to \(unit.rawValue)", "without lag \(unit.rawValue)", "energy J",
    ]
    table = results.indices.map { Self.tableRow(section, $0, unit) }
  }

  private static func captured(_ section: TraceScenarios, _ axis: TimeAxis) -> Row {
    let result = section.results[0]
    return Row(
      label: "captured",
      step: Cell(
        .time(
          result.capturedStepTime, told: section.unit, at: section.at(0, "captured_step_time_ns"))),
      change: Cell(words: ""), isCaptured: true, isFirst: false,
      width: axis.x(result.capturedStepTime), hasInterval: false, low: "", high: "")
  }

  private static func row(
    _ section: TraceScenarios, _ place: Int, _ axis: TimeAxis
  ) -> Row {
    let result = section.results[place]
    return Row(
      label: section.names[place],
      step: Cell(
        .time(result.stepTime, told: section.unit, at: section.at(place, "step_time_ns"))),
      change: change(section, place), isCaptured: false,
      isFirst: section.isMarked(place), width: axis.x(result.stepTime),
      hasInterval: result.interval.low < result.interval.high, low: axis.x(result.interval.low),
      high: axis.x(result.interval.high))
  }

  private static func change(_ section: TraceScenarios, _ place: Int) -> Cell {
    section.results[place].changeFromCaptured.map {
      Cell(.change($0, at: section.at(place, "change_from_captured")))
    } ?? .dash
  }

  private static func tableRow(
    _ section: TraceScenarios, _ place: Int, _ unit: TimeUnit
  ) -> TableRow {
    let result = section.results[place]
    func time(_ duration: SimDuration, _ key: String) -> Cell {
      Cell(.time(duration, in: unit, at: section.at(place, key)))
    }
    return TableRow(
      label: section.names[place], isFirst: section.isMarked(place),
      cells: [
        time(result.stepTime, "step_time_ns"), change(section, place),
        time(result.interval.low, "step_time_interval_ns/0"),
        time(result.interval.high, "step_time_interval_ns/1"),
        time(result.lagFree, "lag_free_step_time_ns"),
        result.energyJoules.map {
          Cell(.decimal($0, digits: $0 < 0.1 ? 4 : 2, at: section.at(place, "energy_j")))
        } ?? .dash,
      ])
  }
}

extension TraceScenarios {
  /// Whether a scenario is first, alone or with others, among more than one, and not all are.
  func isMarked(_ place: Int) -> Bool {
    comparison.next != nil && comparison.first.contains(place)
  }
}
