import Quantities
import Simulation
import Study

/// One rank's step as captured, and beneath it as replayed: compute, and communication with what of
/// it stands exposed.
struct TimelineView {
  /// A strip of the drawing: all of one kind as one path.
  struct Strip {
    let style: String
    let path: String
  }

  struct Row {
    let label: String
    let step: Cell
    let strips: [Strip]
  }

  struct Call {
    let call: String
    let title: String
    let cells: [Cell]
  }

  /// The width of the drawing in its own units.
  static let width = 1000.0
  /// Scenarios that are shown unfolded.
  private static let shown = 6

  let axis: TimeAxis
  let rank: Int
  let isRepeated: Bool
  let operations: Figure
  let rows: [Row]
  let moreRows: [Row]
  let hasMore: Bool
  let hasCalls: Bool
  let headings: [String]
  let calls: [Call]

  init(_ section: TraceScenarios) {
    let results = section.results
    let longest = results.map { max($0.stepTime, $0.capturedStepTime) }.max() ?? .zero
    let axis = TimeAxis(longest: longest, unit: section.unit)
    self.axis = axis
    let timeline = results[0].timeline
    rank = timeline.rank
    isRepeated = results[0].tracedRanks < results[0].rankCount
    operations = .count(timeline.operations, at: section.at(0, "timeline/operations"))
    let captured = Row(
      label: "captured",
      step: Cell(
        .time(
          results[0].capturedStepTime, told: section.unit,
          at: section.at(0, "captured_step_time_ns"))),
      strips: Self.strips(timeline.captured, axis))
    let replayed = results.indices.map { place in
      Row(
        label: section.names[place],
        step: Cell(
          .time(
            results[place].stepTime, told: section.unit, at: section.at(place, "step_time_ns"))),
        strips: Self.strips(results[place].timeline.replayed, axis))
    }
    rows = [captured] + replayed.prefix(Self.shown)
    moreRows = Array(replayed.dropFirst(Self.shown))
    hasMore = !moreRows.isEmpty
    headings = ["captured"] + section.names
    calls = timeline.longest.indices.map { Self.call(section, $0) }
    hasCalls = !calls.isEmpty
  }

  private static func call(_ section: TraceScenarios, _ number: Int) -> Call {
    let call = section.results[0].timeline.longest[number]
    let unit = section.unit
    let captured = Cell(
      .time(
        call.captured, in: unit, at: section.at(0, "timeline/longest_calls/\(number)/captured_ns")))
    let replayed = section.results.indices.map { place in
      Cell(
        .time(
          section.results[place].timeline.longest[number].replayed, in: unit,
          at: section.at(place, "timeline/longest_calls/\(number)/replayed_ns")))
    }
    return Call(
      call: call.name, title: call.title.replacing("_", with: "-"), cells: [captured] + replayed)
  }

  // MARK: Drawing

  private static func strips(_ activity: RankTimeline.Activity, _ axis: TimeAxis) -> [Strip] {
    let column = axis.share(activity.column) * width
    return [
      ("compute", activity.compute, 0), ("hidden", activity.hiddenTransfer, 14),
      ("waiting", activity.waiting, 14), ("exposed0", activity.exposedTransfer, 14),
    ].compactMap { style, runs, top in
      runs.isEmpty ? nil : Strip(style: style, path: path(runs, column: column, top: top))
    }
  }

  private static func path(_ runs: [Range<Int>], column: Double, top: Int) -> String {
    runs.map { run in
      let x = fixedPoint(Double(run.lowerBound) * column, digits: 1)
      let width = fixedPoint(Double(run.count) * column, digits: 1)
      return "M\(x) \(top)h\(width)v12h-\(width)z"
    }.joined()
  }
}
