import Diagnostics
import Mustache
import Quantities
import Streams
import Study
import Trace
import Workload

/// `inspect.html`: what a trace holds, as one file that needs nothing else.
struct InspectPage {
  struct DoubtRow {
    let stake: Cell
    let text: String
  }

  struct GroupRows {
    let name: String
    let ranks: String
    let rows: [CallRow]
  }

  struct CallRow {
    let title: String
    let cells: [Cell]
  }

  /// So many groups are listed, those with the most bytes.
  static let groupLimit = 24

  let title: String
  let version: String
  let css: String
  let facts: SentenceView
  let hasDoubts: Bool
  let doubts: [DoubtRow]
  let hasTraffic: Bool
  let traffic: [TrafficView]
  let hasCalls: Bool
  let groups: [GroupRows]
  let isCut: Bool
  let shown: Int
  let hasAssumptions: Bool
  let assumptions: [Assumption]

  init(_ report: InspectReport, version: String) {
    title = report.name
    self.version = version
    css = Templates.css
    facts = SentenceView(Self.facts(report))
    doubts = report.doubts.enumerated().map { index, doubt in
      DoubtRow(
        stake: doubt.atStake > .zero
          ? Cell(.time(doubt.atStake, at: "/doubts/\(index)/at_stake_ns")) : .dash,
        text: doubt.words)
    }
    hasDoubts = !doubts.isEmpty
    let matrix = (try? report.prepared.get())?.traffic
    traffic = matrix.map { [TrafficView($0) { "/traffic/" + $0 }] } ?? []
    hasTraffic = matrix != nil
    (groups, isCut) = Self.groups(report.summary)
    hasCalls = !groups.isEmpty
    shown = groups.count
    assumptions = report.assumptions
    hasAssumptions = !assumptions.isEmpty
  }

  /// The bytes of the page.
  ///
  /// - Throws: a `Diagnostic`, a defect, where a template can't be read.
  func document() throws -> [UInt8] {
    guard let text = try Templates.library().render(self, withTemplate: "inspect") else {
      throw Diagnostic(.defect, "the report has no template of an inspected trace")
    }
    return Array(text.utf8)
  }

  private static func facts(_ report: InspectReport) -> Sentence {
    let traced = Figure.count(report.summary.ranks.count, at: "/traced_ranks")
    let all = Figure.count(report.summary.worldSize, at: "/world_size")
    guard let captured = report.captured, captured.stepTime > .zero else {
      return "\(traced) of \(all) ranks traced; nothing says when anything ran."
    }
    let step = Figure.time(captured.stepTime, at: "/captured_step/step_time_ns")
    let word: Sentence = captured.isScheduled ? "scheduled" : "captured"
    return "\(traced) of \(all) ranks traced. The \(word) step takes \(step)."
  }

  private static func groups(_ summary: TraceSummary) -> (rows: [GroupRows], isCut: Bool) {
    let calling = summary.groups.enumerated().filter { !$0.element.calls.isEmpty }
    func bytes(_ group: TraceSummary.Group) -> Double {
      group.calls.reduce(0) { $0 + $1.sendBytes }
    }
    let kept = Set(
      calling.sorted { (bytes($1.element), $0.offset) < (bytes($0.element), $1.offset) }
        .prefix(groupLimit).map(\.offset))
    let rows = calling.filter { kept.contains($0.offset) }.map { index, group in
      GroupRows(
        name: group.group.label, ranks: rankList(group.group.ranks),
        rows: group.calls.enumerated().map { place, calls in
          row(calls, at: "/groups/\(index)/calls/\(place)")
        })
    }
    return (rows, calling.count > kept.count)
  }

  private static func row(_ calls: TraceSummary.Calls, at place: String) -> CallRow {
    CallRow(
      title: calls.title == calls.kind.rawValue
        ? calls.title : "\(calls.title) (\(calls.kind.rawValue))",
      cells: [
        Cell(.count(calls.count, at: place + "/count")),
        Cell(.bytes(calls.sendBytes, at: place + "/send_bytes")),
        Cell(.time(calls.duration, at: place + "/duration_ns")),
        Cell(.count(calls.assumed, at: place + "/assumed")),
      ])
  }
}

extension InspectReport {
  /// `inspect.html`.
  ///
  /// - Throws: a `Diagnostic`, a defect, where a template can't be read.
  func page(version: String) throws -> [UInt8] {
    try InspectPage(self, version: version).document()
  }

  /// Writes `inspect.html` and `inspect.json` into `directory`, made where it is missing; the page
  /// appears first.
  ///
  /// - Throws: a `Diagnostic` where something can't be written.
  public func write(version: String, to directory: String) throws {
    try ReportDirectory.write(
      [
        ReportDirectory.Document(name: "inspect.html") { try $0.write(try page(version: version)) },
        ReportDirectory.Document(name: "inspect.json") { try $0.write(json(version: version)) },
      ], to: directory)
  }
}
