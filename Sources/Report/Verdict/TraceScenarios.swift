import Quantities
import Simulation
import Study

/// The scenarios of one trace and tier, which stand together in results.
struct TraceScenarios {
  /// The number of the trace.
  let number: Int
  /// Where the scenarios stand among all results.
  let indices: Range<Int>
  /// The scenarios, at least one.
  let results: [ScenarioResult]
  /// What tells them apart: the fabric, and the placement where that differs too.
  let names: [String]
  /// What they say together.
  let comparison: Comparison

  /// Results cut into traces, in order.
  static func all(_ results: [ScenarioResult]) -> [TraceScenarios] {
    var sections: [TraceScenarios] = []
    var start = 0
    while start < results.count {
      let first = results[start]
      let section = results[start...].prefix { $0.trace == first.trace && $0.tier == first.tier }
      sections.append(TraceScenarios(number: sections.count, Array(section), from: start))
      start = section.endIndex
    }
    return sections
  }

  private init(number: Int, _ results: [ScenarioResult], from start: Int) {
    self.number = number
    self.results = results
    indices = start..<start + results.count
    names = Self.names(results)
    comparison = Comparison(results)
  }

  /// What tells scenarios apart.
  static func names(_ results: [ScenarioResult]) -> [String] {
    let placements = Set(results.map(\.placement))
    return results.map {
      placements.count > 1 || $0.placement != "linear" ? "\($0.fabric), \($0.placement)" : $0.fabric
    }
  }

  /// What it is called: the trace, and that it went flow by flow.
  var title: String {
    results[0].trace + (results[0].tier == .flow ? ", flow by flow" : "")
  }

  /// The unit in which its steps are told: the one that suits the shortest, for that is where
  /// differences are looked at.
  var unit: TimeUnit {
    let steps = results.flatMap { [$0.stepTime, $0.capturedStepTime] }.filter { $0 > .zero }
    return Wording.unit(suiting: steps.min() ?? .zero)
  }

  /// Where `results.json` has a scenario's key.
  func at(_ scenario: Int, _ key: String) -> String {
    "/scenarios/\(indices.lowerBound + scenario)/\(key)"
  }

  /// Where `results.json` has a key of the trace.
  func at(trace key: String) -> String { "/traces/\(number)/\(key)" }
}
