/// Two results held against each other, scenario by scenario.
///
/// Scenarios are matched by trace, fabric, placement and tier; where one of a name stands several
/// times, the first is matched with the first.
public struct ResultsComparison: Sendable {
  /// The versions of the tool that wrote the two.
  public let versions: (before: String, after: String)
  /// Scenarios that are in both, by how much their step time changed, the most first.
  public let changes: [ScenarioChange]
  /// Scenarios that are only in the first.
  public let onlyBefore: [ResultsDocument.Scenario.Key]
  /// Scenarios that are only in the second.
  public let onlyAfter: [ResultsDocument.Scenario.Key]

  /// Compares. O(scenarios · log).
  public init(_ before: ResultsDocument, _ after: ResultsDocument) {
    versions = (before.version, after.version)
    let matched = Matched(before.scenarios, after.scenarios) { $0.key }
    let found = matched.pairs.map { ScenarioChange($0, $1) }
    changes = found.enumerated().sorted { a, b in
      let (x, y) = (a.element.stepTime.magnitude, b.element.stepTime.magnitude)
      return x != y ? x > y : a.offset < b.offset
    }.map(\.element)
    onlyBefore = matched.onlyBefore.map(\.key)
    onlyAfter = matched.onlyAfter.map(\.key)
  }

  /// Whether nothing but the version of the tool differs.
  public var isIdentical: Bool {
    onlyBefore.isEmpty && onlyAfter.isEmpty && changes.allSatisfy { !$0.isChanged }
  }

  /// The scenarios whose step time grew by more than a share of what it was.
  public func grown(beyond share: Double) -> [ScenarioChange] {
    changes.filter { change in
      let (before, after) = (change.before.stepTime, change.after.stepTime)
      return Double(after) > Double(before) * (1 + share)
    }
  }
}
