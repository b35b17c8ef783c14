/// What changed in one scenario.
public struct ScenarioChange: Sendable {
  /// The scenario in the first results.
  public let before: ResultsDocument.Scenario
  /// The same in the second.
  public let after: ResultsDocument.Scenario
  /// Its figures, step time first.
  public let figures: [FigureChange]
  /// Its groups; one that is in one of the results only has nothing in the other.
  public let groups: [GroupChange]
  /// Assumptions that only one of them leans on.
  public let assumptions: (onlyBefore: [ResultsDocument.Note], onlyAfter: [ResultsDocument.Note])
  /// Diagnostics that only one of them has.
  public let diagnostics: (onlyBefore: [ResultsDocument.Note], onlyAfter: [ResultsDocument.Note])

  /// What changed in one group.
  public struct GroupChange: Sendable {
    /// The group, as in the results that have it.
    public let group: ResultsDocument.Group
    /// Its exposed transfer and its bytes.
    public let figures: [FigureChange]
  }

  init(_ before: ResultsDocument.Scenario, _ after: ResultsDocument.Scenario) {
    self.before = before
    self.after = after
    figures = FigureChange.all(before, after)
    let matched = Matched(before.groups, after.groups) { $0.label }
    let both = matched.pairs.map { ($0, Optional($0), Optional($1)) }
    let lost = matched.onlyBefore.map { ($0, Optional($0), ResultsDocument.Group?.none) }
    let new = matched.onlyAfter.map { ($0, ResultsDocument.Group?.none, Optional($0)) }
    groups = (both + lost + new).map { group, before, after in
      GroupChange(
        group: group,
        figures: [
          FigureChange(
            "exposed_transfer_ns", before.map { Double($0.exposed) },
            after.map { Double($0.exposed) }),
          FigureChange("wire_bytes", before?.wireBytes, after?.wireBytes),
        ])
    }
    assumptions = Self.differing(before.assumptions, after.assumptions)
    diagnostics = Self.differing(before.diagnostics, after.diagnostics)
  }

  /// The step time, by which scenarios are ordered.
  public var stepTime: FigureChange { figures[0] }

  /// Whether anything differs.
  public var isChanged: Bool {
    before.busiestLink != after.busiestLink
      || (figures + groups.flatMap(\.figures)).contains { $0.isChanged }
      || [assumptions, diagnostics].contains { !$0.onlyBefore.isEmpty || !$0.onlyAfter.isEmpty }
  }

  private static func differing(
    _ before: [ResultsDocument.Note], _ after: [ResultsDocument.Note]
  ) -> (onlyBefore: [ResultsDocument.Note], onlyAfter: [ResultsDocument.Note]) {
    let matched = Matched(before, after) { $0 }
    return (matched.onlyBefore, matched.onlyAfter)
  }
}
