import JSON
import Quantities

/// What `diff` prints: step times, those that changed most first, then what else changed in each
/// scenario.
public enum DiffReport {
  /// The text, a line feed at its end; `names` are what the user calls the two results.
  public static func text(
    _ comparison: ResultsComparison, names: (before: String, after: String)
  ) -> String {
    var lines = heading(comparison, names)
    if !comparison.changes.isEmpty { lines += [""] + stepTimes(comparison.changes) }
    for change in comparison.changes where change.isChanged {
      lines += ["", change.before.key.label + ":"] + details(change)
    }
    lines += only(comparison.onlyBefore, in: names.before)
    lines += only(comparison.onlyAfter, in: names.after)
    return Wording.text(lines)
  }

  /// What stands in the way of a threshold in percent: the scenario that grew most, and how many
  /// others did. `nil` where none grew by more.
  public static func excess(_ comparison: ResultsComparison, thresholdPercent: Double) -> String? {
    let grown = comparison.grown(beyond: thresholdPercent / 100)
    guard let worst = grown.first else { return nil }
    let growth = worst.stepTime.relativeChange.map { "by " + Wording.percent($0, digits: 2) }
    return "the step of \(worst.before.key.label) grew \(growth ?? "from nothing"), more than "
      + JSONWriter.text(thresholdPercent) + " %"
      + (grown.count > 1 ? "; and \(Wording.count(grown.count - 1, "other")) did" : "")
  }

  private static func heading(
    _ comparison: ResultsComparison, _ names: (before: String, after: String)
  ) -> [String] {
    let (before, after) = comparison.versions
    let versions =
      before == after ? "both by version \(before)" : "by versions \(before) and \(after)"
    let first = "\(names.before) → \(names.after), \(versions)"
    let both = Wording.count(comparison.changes.count, "scenario")
    guard !comparison.isIdentical else {
      return [first, "the results are identical: \(both), nothing changed"]
    }
    let changed = comparison.changes.count { $0.isChanged }
    return [
      first,
      "\(both) in both, \(changed) of them changed; \(comparison.onlyBefore.count) only in the first, "
        + "\(comparison.onlyAfter.count) only in the second",
    ]
  }

  private static func stepTimes(_ changes: [ScenarioChange]) -> [String] {
    var table = TextTable([
      ("trace", .left), ("fabric", .left), ("placement", .left), ("tier", .left),
      ("step ms before", .right), ("after", .right), ("change ms", .right), ("change", .right),
    ])
    for change in changes {
      let key = change.before.key
      table.add(
        [key.trace, key.fabric, key.placement, key.tier] + cells(change.stepTime))
    }
    return table.lines()
  }

  /// What changed, most first, and what can't be put in a number.
  private static func details(_ change: ScenarioChange) -> [String] {
    let groups = change.groups.flatMap { row in
      row.figures.map { ("\(title($0.key)) of \(row.group.label)", $0) }
    }
    let changed = (change.figures.map { (title($0.key), $0) } + groups).filter { $0.1.isChanged }
    let ordered = changed.enumerated().sorted { a, b in
      let (x, y) = (a.element.1.magnitude, b.element.1.magnitude)
      return x != y ? x > y : a.offset < b.offset
    }.map(\.element)
    var table = TextTable([
      ("what", .left), ("before", .right), ("after", .right), ("change", .right),
      ("relative", .right),
    ])
    for (title, figure) in ordered { table.add([title] + cells(figure)) }
    var lines = table.isEmpty ? [] : table.lines(indent: "  ")
    let (before, after) = (change.before, change.after)
    if before.busiestLink != after.busiestLink {
      lines.append("  busiest link: \(named(before.busiestLink)) → \(named(after.busiestLink))")
    }
    lines += notes("assumption", change.assumptions.onlyBefore, change.assumptions.onlyAfter)
    lines += notes("diagnostic", change.diagnostics.onlyBefore, change.diagnostics.onlyAfter)
    return lines
  }

  private static func notes(
    _ kind: String, _ before: [ResultsDocument.Note], _ after: [ResultsDocument.Note]
  ) -> [String] {
    before.map { "  only before, \(kind) \($0.code): \($0.text)" }
      + after.map { "  only after, \(kind) \($0.code): \($0.text)" }
  }

  private static func only(_ keys: [ResultsDocument.Scenario.Key], in name: String) -> [String] {
    keys.isEmpty ? [] : ["", "only in \(name):"] + keys.map { "  \($0.label)" }
  }

  private static func named(_ link: String) -> String { link.isEmpty ? "none" : link }

  // MARK: Figures

  /// How people read a figure: its heading, what divides it, digits after the point.
  private static func form(_ key: String) -> (title: String, unit: Double, digits: Int) {
    let words = key.split(separator: "_").map(String.init)
    let name = words.dropLast().joined(separator: " ")
    return switch words.last {
    case "ns": (name + " ms", 1e6, 3)
    case "bytes": (name.isEmpty ? "MB" : name + " MB", 1e6, 3)
    case "j": (name + " J", 1, 6)
    default: (words.joined(separator: " "), 1, 6)
    }
  }

  private static func title(_ key: String) -> String { form(key).title }

  /// Before, after, change, and the change as a share.
  private static func cells(_ figure: FigureChange) -> [String] {
    let form = form(figure.key)
    func number(_ value: Double?, signed: Bool = false) -> String {
      guard let value else { return "–" }
      // What is smaller than the last digit is no zero.
      let scaled = value / form.unit
      let small = scaled != 0 && scaled.magnitude < 0.001
      let text = fixedPoint(scaled, digits: small ? 9 : form.digits)
      return signed && value > 0 ? "+" + text : text
    }
    return [
      number(figure.before), number(figure.after), number(figure.change, signed: true),
      figure.relativeChange.map { Wording.signedPercent($0) } ?? "–",
    ]
  }
}
