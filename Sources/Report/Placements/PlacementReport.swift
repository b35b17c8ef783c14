import Fabric
public import Placement
import Quantities
import Trace

/// What `place show` and `place check` print.
public enum PlacementReport {
  /// Placements beside one another: how far bytes go, which groups are whole, the busiest links.
  public static func text(_ jobs: [PlacedJob]) -> String {
    let losses = jobs.filter { $0.figures.lostBytes > 0 }.map {
      "\($0.placement.name): \(lost($0))"
    }
    let parts = [heading(jobs), bytes(jobs), spreads(jobs), links(jobs), notes(jobs) + losses]
    return Wording.text(Array(parts.filter { !$0.isEmpty }.joined(separator: [""])))
  }

  /// Verdicts, a line a rule, what breaks one below it.
  public static func text(_ job: PlacedJob, verdicts: [RuleVerdict]) -> String {
    var lines = heading([job]) + [""]
    for verdict in verdicts {
      lines.append(line(verdict))
      lines += verdict.offenders.map { "    " + words($0) }
      let more = verdict.offenderCount - verdict.offenders.count
      if more > 0 { lines.append("    and \(more) more") }
    }
    if job.figures.lostBytes > 0 {
      lines.append("FAILED  always: \(lost(job))")
    } else if verdicts.isEmpty {
      lines.append("no rules to hold it against; each rank has a free GPU of its own")
    }
    return Wording.text(lines + notes([job]).map { "note: " + $0 })
  }

  /// How many rules failed, in words for the end of the command; `nil` where none did.
  public static func failure(_ job: PlacedJob, _ verdicts: [RuleVerdict]) -> String? {
    let failed = verdicts.filter(\.isFailure)
    if failed.isEmpty, job.figures.lostBytes > 0 {
      return "\(job.trace) on \(job.fabric), \(job.placement.name): \(lost(job))"
    }
    guard !failed.isEmpty else { return nil }
    let names = failed.prefix(4).map { "'\($0.rule.name)'" }
    return "\(job.trace) on \(job.fabric), \(job.placement.name): "
      + "\(failed.count) of \(Wording.count(verdicts.count, "rule")) "
      + (failed.count == 1 ? "is" : "are") + " broken: " + names.joined(separator: ", ")
      + (failed.count > 4 ? ", …" : "")
  }

  // MARK: Verdicts

  private static func line(_ verdict: RuleVerdict) -> String {
    let mark =
      switch verdict.outcome {
      case .passed: "passed  "
      case .failed: verdict.rule.severity == .error ? "FAILED  " : "warning "
      case .notApplicable: "none    "
      }
    var line = mark + verdict.rule.name
    if let figure = verdict.figure, let limit = verdict.limit {
      let unit = verdict.rule.unit.map { " " + $0 } ?? ""
      let (found, most) = (fixedPoint(figure, digits: 4), fixedPoint(limit, digits: 4))
      line += ": \(found)\(unit), at most \(most)\(unit)"
    } else if verdict.offenderCount > 0 {
      line += ": broken by " + Wording.count(verdict.offenderCount, "group")
    }
    return line
  }

  private static func words(_ offender: RuleVerdict.Offender) -> String {
    guard !offender.ranks.isEmpty else { return "\(offender.name) \(offender.words)" }
    let ranks = rankList(offender.ranks.map(RankID.init(index:)))
    let more = offender.rankCount > offender.ranks.count ? ", …" : ""
    return "\(offender.name) (\(ranks)\(more)): \(offender.words)"
  }

  // MARK: Figures

  private static func heading(_ jobs: [PlacedJob]) -> [String] {
    guard let job = jobs.first else { return [] }
    return ["\(job.trace), \(Wording.count(job.ranks, "rank")), on \(job.fabric)"]
  }

  private static func bytes(_ jobs: [PlacedJob]) -> [String] {
    var table = TextTable([
      ("placement", .left), ("group", .left), ("kind", .left), ("groups", .right),
      ("ranks", .right), ("logical", .right), ("in node", .right), ("in pod", .right),
      ("cross pod", .right), ("cross rail", .right), ("links", .right),
    ])
    for job in jobs {
      for row in job.figures.rows {
        let tiers = row.bytes
        table.add([
          job.placement.name, row.family, row.kind.rawValue, String(row.groups),
          String(row.largest), Wording.bytes(tiers.total), share(tiers.inNode, of: tiers.total),
          share(tiers.inPod, of: tiers.total), share(tiers.crossPod, of: tiers.total),
          share(tiers.crossRail, of: tiers.total), fixedPoint(row.meanLinks, digits: 2),
        ])
      }
    }
    return table.isEmpty ? ["nothing moves between ranks"] : table.lines()
  }

  private static func share(_ part: Double, of whole: Double) -> String {
    whole > 0 ? Wording.percent(part / whole) : "–"
  }

  private static func spreads(_ jobs: [PlacedJob]) -> [String] {
    var table = TextTable([
      ("placement", .left), ("group", .left), ("groups", .right), ("in one node", .right),
      ("in one pod", .right), ("on one rail", .right), ("nodes", .right), ("pods", .right),
    ])
    for job in jobs {
      for spread in job.figures.spreads {
        table.add([
          job.placement.name, spread.family, String(spread.groups), String(spread.inNode),
          String(spread.inPod), String(spread.onRail), String(spread.mostNodes),
          String(spread.mostPods),
        ])
      }
    }
    return table.isEmpty ? [] : table.lines()
  }

  private static func links(_ jobs: [PlacedJob]) -> [String] {
    var table = TextTable([
      ("placement", .left), ("nodes", .right), ("pods", .right), ("links used", .right),
      ("busiest link", .left), ("bytes", .right), ("ms at its bandwidth", .right),
    ])
    for job in jobs {
      let figures = job.figures
      let busiest = figures.busiest.first
      table.add([
        job.placement.name, String(figures.nodes), String(figures.pods),
        String(figures.usedLinks), busiest?.link.name ?? "–",
        busiest.map { Wording.bytes($0.bytes) } ?? "–",
        busiest.map { fixedPoint($0.seconds * 1e3, digits: 3) } ?? "–",
      ])
    }
    return table.lines()
  }

  /// What has no way.
  private static func lost(_ job: PlacedJob) -> String {
    "\(Wording.bytes(job.figures.lostBytes)) have no way: all links between their ranks have failed"
  }

  private static func notes(_ jobs: [PlacedJob]) -> [String] {
    var notes = jobs.flatMap { job in job.placement.notes.map { "\(job.placement.name): \($0)" } }
    if let peers = jobs.compactMap(\.figures.sampledPeers).first {
      notes.append(
        "loads of links and links crossed are estimated: \(peers) peers of each rank stand for all")
    }
    return notes
  }
}
