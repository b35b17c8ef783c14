public import Diagnostics
import Quantities
public import Study
public import Trace
public import Workload

/// What `inspect` says of a trace, for people and as JSON.
public struct InspectReport: Sendable {
  let name: String
  let summary: TraceSummary
  let survey: StepSurvey
  let captured: CapturedStep?
  let prepared: Result<PreparedTrace, Diagnostic>
  let dependencies: DependencyReport?
  let matching: MatchingText?

  /// A report.
  ///
  /// - Parameters:
  ///   - name: what the trace is called.
  ///   - survey: the steps beside one another.
  ///   - captured: the chosen step, where it can be measured.
  ///   - prepared: what would be replayed, or why it can't be.
  ///   - dependencies: what waits for what, where that is asked for.
  ///   - matching: how calls match, where it is asked for or calls had not ended.
  public init(
    _ name: String, _ summary: TraceSummary, survey: StepSurvey, captured: CapturedStep?,
    prepared: Result<PreparedTrace, Diagnostic>, dependencies: DependencyReport? = nil,
    matching: MatchingReport? = nil
  ) {
    self.name = name
    self.dependencies = dependencies
    self.summary = summary
    self.survey = survey
    self.captured = captured
    self.prepared = prepared
    let groups = summary.groups.map(\.group)
    self.matching = matching.map { MatchingText(report: $0, groups: groups) }
  }

  /// For people.
  public var text: String {
    var lines = head
    if matching?.report.openCalls ?? 0 > 0 { lines.append("") }
    lines +=
      ranks + [""] + groups + [""] + (sizes.total > 0 ? ["sizes of calls: " + sizes.words] : [])
    lines += step
    if let dependencies { lines += [""] + Self.dependencyLines(dependencies) }
    lines += doubtLines
    if !assumptions.isEmpty { lines += ["", "assumed:"] + assumptions.map { "  \($0.text)" } }
    return Wording.text(lines)
  }

  /// How calls match, for people; what else there is to a trace is left to `text`.
  public var matchingText: String {
    Wording.text(head + [""] + (matching?.lines ?? []))
  }

  private var head: [String] {
    [
      "ranks: \(summary.ranks.count) traced of \(summary.worldSize)"
        + (summary.repeatedRanks > 0 ? "; \(summary.repeatedRanks) do the same as these" : "")
        + (summary.missingRanks.isEmpty ? "" : "; no trace of \(rankList(summary.missingRanks))")
    ] + silent + (matching?.headline ?? [])
  }

  /// Ranks with a capture in which nothing is.
  private var silent: [String] {
    let ranks = summary.ranks.filter { $0.lanes.allSatisfy { $0.events == 0 } }.map(\.rank)
    return ranks.isEmpty ? [] : ["nothing captured of \(rankList(ranks))"]
  }

  /// The matched workload, where there is one.
  var workload: Workload? { (try? prepared.get())?.workload }

  var assumptions: [Assumption] { workload?.assumptions ?? summary.assumptions }

  /// What is doubtful, the most at stake first.
  var doubts: [Doubt] {
    Doubt.all(
      prepared.map(\.evidence), captured: captured, survey: survey, assumptions: assumptions)
  }

  /// How sizes are known: in the chosen step, once ranks have met, where there is one.
  private var sizes: SizeCounts { workload?.sizes ?? summary.sizes }

  private var ranks: [String] {
    var table = TextTable([
      ("rank", .right), ("known from", .left), ("device", .left), ("span ms", .right),
      ("steps", .left), ("lane", .left), ("events", .right), ("communication", .right),
      ("busy ms", .right),
    ])
    for rank in summary.ranks {
      let shown = rank.lanes.prefix(Self.laneLimit)
      for (index, lane) in shown.enumerated() where lane.events > 0 || index == 0 {
        let isFirst = index == rank.lanes.firstIndex { $0.events > 0 } ?? 0
        table.add(
          (isFirst
            ? [
              String(rank.rank.raw), rank.source, rank.device ?? rank.host ?? "–",
              Wording.milliseconds(rank.span), Self.stepList(rank.steps),
            ] : ["", "", "", "", ""])
            + [
              lane.lane.label, String(lane.events), String(lane.communications),
              Wording.milliseconds(lane.busy),
            ])
      }
      let rest = rank.lanes.dropFirst(Self.laneLimit)
      guard !rest.isEmpty else { continue }
      table.add(
        ["", "", "", "", "", "\(rest.count) more"] + [
          String(rest.reduce(0) { $0 + $1.events }),
          String(rest.reduce(0) { $0 + $1.communications }),
          Wording.milliseconds(rest.reduce(.zero) { $0.addingSaturated($1.busy) }),
        ])
    }
    return table.lines(indent: "  ")
  }

  /// Graphs without streams and threads are laid out over any number of lanes.
  private static let laneLimit = 32

  /// The first few numbers, and how many there are where that is not all.
  private static func stepList(_ steps: [Int]) -> String {
    let shown = steps.prefix(6).map(String.init).joined(separator: " ")
    return steps.count > 6 ? shown + " … (\(steps.count))" : shown
  }

  private var groups: [String] {
    var table = TextTable([
      ("group", .left), ("ranks", .left), ("kind", .left), ("calls", .right),
      ("bytes in", .right), ("captured ms", .right), ("assumed", .right),
    ])
    let quiet = summary.groups.count { $0.calls.isEmpty }
    let isCrowded = quiet > Self.shownQuietGroups
    for group in summary.groups where !isCrowded || !group.calls.isEmpty {
      let name = [group.group.label, rankList(group.group.ranks)]
      if group.calls.isEmpty { table.add(name + ["–", "0", "–", "–", "0"]) }
      for (index, calls) in group.calls.enumerated() {
        table.add(
          (index == 0 ? name : ["", ""]) + [
            calls.title == calls.kind.rawValue
              ? calls.title : "\(calls.kind.rawValue): \(calls.title)",
            String(calls.count), Wording.bytes(calls.sendBytes),
            Wording.milliseconds(calls.duration), String(calls.assumed),
          ])
      }
    }
    guard !summary.groups.isEmpty else { return ["no process groups"] }
    return (table.isEmpty ? [] : table.lines(indent: "  "))
      + (isCrowded ? ["  and \(quiet) groups without calls"] : [])
  }

  /// So many groups in which nothing is called are listed, more are counted.
  private static let shownQuietGroups = 8

  private var step: [String] {
    var lines = Self.stepLines(survey)
    if captured?.stepTime == .zero {
      lines.append("captured step: nothing says when anything ran")
    } else if let captured, matching?.report.hang == nil {
      lines.append(
        (captured.isScheduled ? "scheduled" : "captured")
          + " step \(Wording.time(captured.stepTime))"
          + (captured.hostStep.map { ", host \(Wording.time($0))" } ?? ""))
      for (rank, parts) in zip(summary.ranks, captured.parts) {
        lines.append(
          "  rank \(rank.rank.raw): compute \(Wording.time(parts.compute)), exposed transfer "
            + "\(Wording.time(parts.exposedTransfer)), waiting \(Wording.time(parts.waiting)), "
            + "lag \(Wording.time(parts.lag))")
      }
      if !captured.isScheduled { lines += Self.clockLines(captured.clocks) }
    }
    switch prepared.map(\.workload) {
    case .success(let workload):
      let programs = workload.programs
      func edges(_ kind: DependencyKind) -> Int { programs.reduce(0) { $0 + $1.edgeCount(kind) } }
      lines.append(
        "matched: \(Wording.count(workload.instances.count, "collective")) in "
          + "\(Wording.count(workload.groups.count, "group")); "
          + "dependencies: \(edges(.recorded)) recorded, \(edges(.launch)) launches, "
          + "\(edges(.hostWait)) host waits, "
          + (edges(.poll) > 0 ? "\(edges(.poll)) polls, " : "") + "\(edges(.handOver)) hand-overs, "
          + "\(edges(.streamWait)) stream waits, \(edges(.inferred)) from timing")
    case .failure(let diagnostic):
      lines.append("can't be replayed as it is: " + DiagnosticRenderer.line(diagnostic))
    }
    return lines
  }
}
