import Diagnostics
import Streams
import Study
import Trace

/// Everything that the results of a trace lean on, and what reading it found.
struct AssumptionsView {
  struct Row {
    let code: String
    let text: String
    let scenarios: String
    let isPartial: Bool
  }

  struct Finding {
    let severity: String
    let place: String
    let text: String
  }

  let rows: [Row]
  let findings: [Finding]
  let hasFindings: Bool

  init(_ section: TraceScenarios) {
    var order: [Assumption] = []
    var holders: [Assumption: [Int]] = [:]
    for (place, result) in section.results.enumerated() {
      for assumption in result.assumptions {
        if holders[assumption] == nil { order.append(assumption) }
        holders[assumption, default: []].append(place)
      }
    }
    rows = order.map { assumption in
      let places = holders[assumption] ?? []
      return Row(
        code: assumption.code, text: assumption.text,
        scenarios: Wording.list(places.map { section.names[$0] }),
        isPartial: places.count < section.results.count)
    }
    findings = section.results[0].diagnostics.map(Self.finding)
    hasFindings = !findings.isEmpty
  }

  private static func finding(_ diagnostic: Diagnostic) -> Finding {
    var place = ""
    if let location = diagnostic.location {
      place = lastComponent(location.file)
      if let line = location.line { place += ", line \(line)" }
      if let keyPath = location.keyPath { place += ", at \(keyPath)" }
      place += ": "
    }
    let remedy = diagnostic.remedy.map { "; \($0)" } ?? ""
    return Finding(
      severity: diagnostic.severity.word, place: place, text: diagnostic.problem + remedy)
  }
}
