import Quantities
import Study

/// The scenarios of one trace, which stand together in results.
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
      let section = results[start...].prefix { $0.trace == results[start].trace }
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

  /// The unit in which its steps are told.
  var unit: TimeUnit {
    Wording.unit(longest: results.map { max($0.stepTime, $0.capturedStepTime) }.max() ?? .zero)
  }

  /// Where `results.json` has a scenario's key.
  func at(_ scenario: Int, _ key: String) -> String {
    "/scenarios/\(indices.lowerBound + scenario)/\(key)"
  }

  /// Where `results.json` has a key of the trace.
  func at(trace key: String) -> String { "/traces/\(number)/\(key)" }
}
