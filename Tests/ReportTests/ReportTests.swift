import Diagnostics
import Fabric
import JSON
import Quantities
import Simulation
import Study
import TestSupport
import Testing
import Trace

@testable import Report

@Suite("Report")
struct ReportTests {
  private static func results(_ fabrics: [String]) async throws -> [ScenarioResult] {
    try await Study(
      traces: [TraceSource(inputs: [ProjectFiles.path("traces/sample-moe-ep8")])],
      scenarios: fabrics.map { Scenario(fabric: $0) }
    ).run(threads: 1)
  }

  /// The rows of a CSV text, fields unquoted.
  private static func rows(_ text: String) -> [[String]] {
    var rows: [[String]] = [[""]]
    var quoted = false
    for character in text {
      switch character {
      case "\"": quoted.toggle()
      case "," where !quoted: rows[rows.count - 1].append("")
      case "\n" where !quoted: rows.append([""])
      default: rows[rows.count - 1][rows[rows.count - 1].count - 1].append(character)
      }
    }
    return rows.dropLast()
  }

  @Test("numbers in the CSV files are those of the results")
  func csv() async throws {
    let results = try await Self.results(["hgx-h800-8"])
    let links = Self.rows(CSVDocuments.links(results))
    #expect(links.count == 1 + results[0].links.count)
    for (row, link) in zip(links.dropFirst(), results[0].links) {
      #expect(row[3] == link.link.name)
      #expect(row[8] == fixedPoint(link.outcome.bytes, digits: 0))
      #expect(row.count == links[0].count)
    }
    let collectives = Self.rows(CSVDocuments.collectives(results))
    let transfer = try #require(collectives[0].firstIndex(of: "transfer_ns"))
    for (row, collective) in zip(collectives.dropFirst(), results[0].collectives) {
      #expect(row[transfer] == String(collective.outcome.transferTime.nanosecondsRounded))
    }
    let path = Self.rows(CSVDocuments.criticalPaths(results))
    #expect(path.count == 1 + results[0].criticalSteps.count)
    #expect(path.last?.dropLast().last == String(results[0].stepTime.nanosecondsRounded))
  }

  @Test("fields with commas, quotes and line feeds read back")
  func quoting() async throws {
    var result = try await Self.results(["hgx-h800-8"])[0]
    result.trace = "a,\"b\"\nc"
    let rows = Self.rows(CSVDocuments.links([result]))
    #expect(rows[1][0] == "a,b\nc", "quotes inside are doubled, and this reader drops them")
    #expect(rows[1].count == rows[0].count)
  }

  @Test("results.json holds what the design promises, in its order")
  func json() async throws {
    let results = try await Self.results(["hgx-h800-8", "copper-144"])
    let root = try JSONNode(
      parsing: ResultsJSON.document(results, version: "0"), file: "results.json")
    #expect(try root.members().map(\.key) == ["schema", "version", "scenarios", "traces"])
    let scenario = try root.required("scenarios").elements()[0]
    let promised = [
      "trace", "fabric", "placement", "tier", "step_time_ns", "captured_step_time_ns",
      "self_check_error", "calibrated_error", "compute_ns", "exposed_transfer_ns", "waiting_ns",
      "lag_ns", "unexplained_lag_ns", "step_time_interval_ns",
    ]
    #expect(try Array(scenario.members().map(\.key).prefix(promised.count)) == promised)
    #expect(
      try scenario.required("step_time_ns").int(in: 0...Int.max)
        == Int(results[0].stepTime.nanosecondsRounded))
  }

  @Test("the verdict tells a step that hides its communication from one that has none")
  func verdict() async throws {
    var result = try await Self.results(["hgx-h800-8"])[0]
    #expect(TerminalReport.text([result]).contains("no fabric can shorten it by more than 44.1 %"))
    result.communicationFree = result.capturedStepTime
    #expect(TerminalReport.text([result]).contains("hides its communication"))
    result.criticalPath.host = result.stepTime
    #expect(TerminalReport.text([result]).contains("waits for its host"))
    result.collectives = []
    #expect(TerminalReport.text([result]).contains("no communication between ranks"))
  }

  @Test("tables: columns as wide as they must be, no spaces at line ends")
  func tables() {
    var table = TextTable([("name", .left), ("n", .right)])
    table.add(["a", "100"])
    table.add(["longer", ""])
    #expect(table.lines() == ["name      n", "a       100", "longer"])
  }

  @Test("times and bytes in the unit that suits them")
  func wording() {
    #expect(Wording.time(.nanoseconds(129_012_000)) == "129.012 ms")
    #expect(Wording.time(.nanoseconds(4)) == "4.000 ns")
    #expect(Wording.bytes(1_234_567) == "1.23 MB")
    #expect(Wording.signedPercent(-0.0157) == "-1.57 %")
    #expect(Wording.signedPercent(0) == "+0.00 %")
  }
}
