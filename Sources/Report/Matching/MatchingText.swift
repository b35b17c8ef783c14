import Quantities
import Trace
import Workload

/// The matching report for people: what explains a hang first, on one screen; JSON holds the rest.
struct MatchingText {
  let report: MatchingReport
  let groups: [ProcessGroup]

  private static let shownWaits = 6
  private static let shownGroups = 8
  private static let shownDisagreements = 3

  /// The lines, without the headline.
  var lines: [String] {
    var lines: [String] = []
    if let hang = report.hang { lines += self.hang(hang) + [""] }
    if !report.lagging.isEmpty { lines += lagging + [""] }
    if !report.disagreements.isEmpty { lines += disagreements + [""] }
    return lines + groupTable + pairLines
  }

  /// What `inspect` says of calls in flight in a line or two, with or without `--matching`.
  var headline: [String] {
    guard report.openCalls > 0 else { return [] }
    if let hang = report.hang {
      var lines = ["hung: " + hang.sentence(groups)]
      if !report.lagging.isEmpty {
        lines.append(behind)
      }
      return lines
    }
    return [
      "in flight: \(Wording.count(report.openCalls, "call")) had not ended; all members are there"
    ] + (report.lagging.isEmpty ? [] : [behind])
  }

  private var behind: String {
    "behind their peers, which have ended calls that are still open there: "
      + rankList(report.lagging.map(\.rank))
  }

  // MARK: A hang

  private func hang(_ hang: HangDiagnosis) -> [String] {
    var lines: [String] = []
    if !hang.waits.isEmpty {
      lines.append("who waits for whom, most telling first (times from the first call captured):")
      var table = TextTable([
        ("group", .left), ("call", .left), ("these wait", .left), ("for", .left),
        ("since ms", .right), ("later alike", .right),
      ])
      for wait in hang.waits.prefix(Self.shownWaits) {
        table.add([
          groups[wait.group].label, "\(wait.kind.rawValue) \(wait.sequence)",
          rankList(wait.waiting), awaited(wait), milliseconds(wait.since), String(wait.later),
        ])
      }
      lines += table.lines(indent: "  ")
      let more = hang.waits.count - Self.shownWaits
      if more > 0 { lines.append("  … and \(more) more; --json has all") }
    }
    if !hang.culprits.isEmpty {
      lines += ["", "waited for, and waiting for nobody:"] + hang.culprits.map(culprit)
    }
    return lines
  }

  private func awaited(_ wait: HangDiagnosis.Wait) -> String {
    let parts = [
      wait.missing.isEmpty ? nil : rankList(wait.missing),
      wait.untraced.isEmpty ? nil : rankList(wait.untraced) + " (no capture)",
    ]
    return parts.compactMap(\.self).joined(separator: ", ")
  }

  private func culprit(_ culprit: HangDiagnosis.Culprit) -> String {
    var text = "  rank \(culprit.rank.raw): "
    guard culprit.isTraced else { return text + "no capture" }
    if let last = culprit.last {
      text +=
        "last issued \(last.kind.rawValue)"
        + (last.sequence.map { " \($0)" } ?? "")
        + " of \(groups[last.group].label) at \(milliseconds(last.start)) ms (\(last.state.rawValue))"
    } else {
      text += "no calls captured"
    }
    if let progress = culprit.progress {
      text +=
        "; "
        + (progress.group == culprit.last?.group ? "there" : "in \(groups[progress.group].label)")
        + " issued up to "
        + "\(number(progress.lastEnqueued)), seen to end up to \(number(progress.lastCompleted))"
    }
    return text
  }

  private func number(_ number: Int64?) -> String { number.map { String($0) } ?? "none" }

  private var lagging: [String] {
    ["behind their peers, which have ended calls that are still open there:"]
      + report.lagging.prefix(Self.shownWaits).map { lag in
        "  rank \(lag.rank.raw): \(Wording.count(lag.calls, "call")), first \(lag.kind.rawValue) "
          + "\(lag.sequence) of \(groups[lag.group].label), ended on \(rankList(lag.finished))"
      }
      + more(report.lagging.count - Self.shownWaits)
  }

  private var disagreements: [String] {
    ["members disagree:"]
      + report.disagreements.prefix(Self.shownDisagreements).map { disagreement in
        "  \(groups[disagreement.group].label), \(disagreement.kind.rawValue) "
          + "\(disagreement.sequence): \(disagreement.text)"
          + (disagreement.more > 0 ? " (and \(disagreement.more) more in this call)" : "")
      }
      + more(report.disagreements.count - Self.shownDisagreements)
  }

  private func more(_ count: Int) -> [String] {
    count > 0 ? ["  … and \(count) more; --json has all"] : []
  }

  // MARK: Groups

  /// Those that diverge first.
  private var groupTable: [String] {
    guard !report.groups.isEmpty else { return ["no collectives"] }
    var table = TextTable([
      ("group", .left), ("ranks", .left), ("matched by", .left), ("collectives", .right),
      ("complete", .right), ("partial", .right), ("first divergence", .left),
      ("never came", .left),
    ])
    let ordered =
      report.groups.filter { $0.firstDivergence != nil }
      + report.groups.filter { $0.firstDivergence == nil && $0.partialCount > 0 }
      + report.groups.filter { $0.firstDivergence == nil && $0.partialCount == 0 }
    for group in ordered.prefix(Self.shownGroups) {
      table.add([
        groups[group.group].label, rankList(groups[group.group].ranks),
        group.isNumbered ? "number" : "order", String(group.instances.count),
        String(group.completeCount), String(group.partialCount),
        group.firstDivergence.map { "\($0.kind.rawValue) \($0.sequence)" } ?? "–",
        group.missing.isEmpty ? "–" : rankList(group.missing),
      ])
    }
    let rest = ordered.dropFirst(Self.shownGroups)
    let whole = rest.allSatisfy { $0.partialCount == 0 }
    return ["collectives by group:"] + table.lines(indent: "  ")
      + (rest.isEmpty
        ? []
        : [
          "  … and \(Wording.count(rest.count, "group")) more"
            + (whole ? ", all of their collectives complete" : "") + "; --json has all"
        ])
  }

  private var pairLines: [String] {
    guard !report.pairs.isEmpty else { return [] }
    let uneven = report.pairs.filter { $0.sends != $0.receives }
    var lines = [
      "sends and receives: \(Wording.count(report.pairs.count, "pair")), "
        + "\(report.pairs.count - uneven.count) with as many of the one as of the other"
    ]
    for pair in uneven.prefix(Self.shownDisagreements) {
      lines.append(
        "  \(groups[pair.group].label), rank \(pair.from.raw) to rank \(pair.to.raw): "
          + "\(Wording.count(pair.sends, "send")), \(Wording.count(pair.receives, "receive"))")
    }
    return lines + more(uneven.count - Self.shownDisagreements)
  }

  private func milliseconds(_ clock: Int64) -> String {
    Wording.milliseconds(.nanoseconds(clock &- report.originNanoseconds))
  }
}
