import Diagnostics
import Fabric
import JSON
import Quantities
import Study
import TestSupport
import Testing
import Trace

@testable import Report

@Suite("Comparing results")
struct ResultsComparisonTests {
  private static func document() async throws -> ResultsDocument {
    let results = try await Study(
      traces: [TraceSource(inputs: [ProjectFiles.path("traces/sample-moe-ep8")])],
      scenarios: ["hgx-h800-8", "copper-144"].map { Scenario(fabric: $0) }
    ).run(threads: 1)
    return try read(ResultsJSON.document(results, version: "1.0"))
  }

  private static func read(_ bytes: [UInt8]) throws -> ResultsDocument {
    try ResultsReader.document(JSONNode(parsing: bytes, file: "results.json"))
  }

  @Test("what is written reads back")
  func readsBack() async throws {
    let results = try await Study(
      traces: [TraceSource(inputs: [ProjectFiles.path("traces/captured-moe-ep4")])],
      scenarios: [Scenario(fabric: "copper-144")]
    ).run(threads: 1)
    let scenario = try Self.read(ResultsJSON.document(results, version: "1.0")).scenarios[0]
    let result = results[0]
    #expect(scenario.key.label == "captured-moe-ep4 on copper-144")
    #expect(scenario.stepTime == result.stepTime.nanosecondsRounded)
    #expect(scenario.capturedStepTime == result.capturedStepTime.nanosecondsRounded)
    #expect(scenario.parts == result.meanParts.nanoseconds)
    #expect(scenario.interval.last == result.interval.high.nanosecondsRounded)
    #expect(scenario.bytes == result.wireBytes.rounded())
    #expect(scenario.energyJoules == result.energyJoules)
    #expect(scenario.busiestLink == result.busiestLink?.link.name)
    #expect(scenario.groups.map(\.label) == result.groups.map(\.group.label))
    #expect(scenario.groups.map(\.exposed) == result.groups.map(\.exposed.nanosecondsRounded))
    #expect(scenario.assumptions.map(\.text) == result.assumptions.map(\.text))
  }

  @Test("equal results are identical, another version of the tool notwithstanding")
  func identical() async throws {
    let before = try await Self.document()
    var after = before
    after.version = "2.0"
    let comparison = ResultsComparison(before, after)
    #expect(comparison.isIdentical && comparison.grown(beyond: 0).isEmpty)
    let text = DiffReport.text(comparison, names: ("a", "b"))
    #expect(text.contains("the results are identical: 2 scenarios"))
    #expect(text.contains("a → b, by versions 1.0 and 2.0"))
  }

  @Test("sums that differ in their last digits are the same; a nanosecond is not")
  func tolerance() async throws {
    let before = try await Self.document()
    var after = before
    after.scenarios[1].energyJoules = try #require(before.scenarios[1].energyJoules) * (1 + 1e-12)
    #expect(ResultsComparison(before, after).isIdentical)
    after.scenarios[1].stepTime += 1
    #expect(!ResultsComparison(before, after).isIdentical)
    #expect(ResultsComparison(before, after).grown(beyond: 0).count == 1)
  }

  @Test("the scenario that changed most stands first, shorter or longer; growth alone is excess")
  func order() async throws {
    var before = try await Self.document()
    before.scenarios[0].stepTime = 1_000_000
    before.scenarios[1].stepTime = 9_000_000
    var after = before
    after.scenarios[0].stepTime = 1_020_000
    after.scenarios[1].stepTime = before.scenarios[1].stepTime / 2
    after.scenarios[1].groups[0].exposed += 5_000_000
    after.scenarios[1].busiestLink = "elsewhere"
    after.scenarios[1].assumptions.removeLast()
    after.scenarios[1].diagnostics.append(.init(code: "truncated", text: "something was lost"))
    let comparison = ResultsComparison(before, after)
    #expect(comparison.changes.map(\.before.key.fabric) == ["copper-144", "hgx-h800-8"])
    #expect(comparison.changes[0].stepTime.relativeChange == -0.5)
    #expect(comparison.grown(beyond: 0.01).map(\.before.key.fabric) == ["hgx-h800-8"])
    #expect(comparison.grown(beyond: 0.03).isEmpty)
    #expect(DiffReport.excess(comparison, thresholdPercent: 3) == nil)
    let excess = try #require(DiffReport.excess(comparison, thresholdPercent: 0.5))
    #expect(excess.contains("hgx-h800-8 grew by 2.00 %, more than 0.5 %"))
    let text = DiffReport.text(comparison, names: ("a", "b"))
    for words in [
      "2 scenarios in both, 2 of them changed", "-50.00 %", "exposed transfer ms of ep (1)",
      "→ elsewhere", "only before, assumption", "only after, diagnostic truncated: something was",
    ] {
      #expect(text.contains(words), "\(words) in \(text)")
    }
  }

  @Test("scenarios that are in one alone are listed; of one name the first meets the first")
  func unmatched() async throws {
    let before = try await Self.document()
    var after = before
    after.scenarios[1].key.placement = "racks.csv"
    after.scenarios.append(before.scenarios[0])
    after.scenarios[2].stepTime = 1
    let comparison = ResultsComparison(before, after)
    #expect(comparison.changes.count == 1 && !comparison.changes[0].isChanged)
    #expect(comparison.onlyBefore.map(\.label) == ["sample-moe-ep8 on copper-144"])
    #expect(
      comparison.onlyAfter.map(\.label)
        == ["sample-moe-ep8 on copper-144, racks.csv", "sample-moe-ep8 on hgx-h800-8"])
    #expect(!comparison.isIdentical)
  }

  @Test("what was nothing has no relative change, and stands first")
  func fromNothing() {
    #expect(FigureChange("bytes", 0, 5).relativeChange == nil)
    #expect(FigureChange("bytes", 0, 5).magnitude == .infinity)
    #expect(FigureChange("bytes", 0, 0).relativeChange == 0)
    #expect(
      FigureChange("energy_j", nil, 5).change == nil && FigureChange("energy_j", nil, 5).isChanged)
    #expect(FigureChange("step_time_ns", 200, 150).relativeChange == -0.25)
  }

  @Test("the JSON says the same, in keys with units")
  func json() async throws {
    let before = try await Self.document()
    var after = before
    after.scenarios[0].stepTime += 1000
    let bytes = DiffJSON.document(
      ResultsComparison(before, after), version: "3", thresholdPercent: 0)
    let root = try JSONNode(parsing: bytes, file: "diff")
    #expect(try root.required("schema").string() == "refract.diff/1")
    #expect(try root.required("identical").bool() == false)
    #expect(try root.required("exceeded").bool())
    let first = try root.required("scenarios").elements()[0]
    #expect(try first.required("fabric").string() == "hgx-h800-8")
    #expect(try first.required("step_time_ns").required("change").int(in: 0...9999) == 1000)
    #expect(try first.required("exposed_transfer_ns").required("relative_change").double() == 0)
    #expect(try first.required("groups").elements().count == before.scenarios[0].groups.count)
  }

  private static let refusals: [(old: String, new: String, code: Diagnostic.Code, key: String)] = [
    ("refract.results/1", "refract.results/2", .unsupportedVersion, "schema"),
    ("refract.results/1", "refract.fabric/1", .unsupportedVersion, "schema"),
    ("\"bytes\"", "\"octets\"", .missingKey, "scenarios[0].bytes"),
    ("\"groups\"", "\"circles\"", .missingKey, "scenarios[0].groups"),
    ("\"lag_ns\": ", "\"lag_ns\": \"x\", \"was\": ", .wrongType, "scenarios[0].lag_ns"),
    (
      "\"step_time_interval_ns\": [", "\"step_time_interval_ns\": [1, ", .valueOutOfRange,
      "scenarios[0].step_time_interval_ns"
    ),
  ]

  @Test("what is missing or wrong is named by its key path", arguments: refusals.indices)
  func refusal(index: Int) async throws {
    let refusal = Self.refusals[index]
    let results = try await Study(
      traces: [TraceSource(inputs: [ProjectFiles.path("traces/sample-moe-ep8")])],
      scenarios: [Scenario(fabric: "hgx-h800-8")]
    ).run(threads: 1)
    let text = String(decoding: ResultsJSON.document(results, version: "1"), as: UTF8.self)
    let changed = text.replacing(refusal.old, with: refusal.new, maxReplacements: 1)
    #expect(changed != text)
    let diagnostic = thrownDiagnostic { try Self.read(Array(changed.utf8)) }
    #expect(diagnostic?.code == refusal.code, "\(String(describing: diagnostic))")
    #expect(diagnostic?.location?.keyPath == refusal.key)
    // More keys are no fault.
    _ = try Self.read(Array(text.replacing("\"tier\"", with: "\"more\": [1], \"tier\"").utf8))
  }
}
