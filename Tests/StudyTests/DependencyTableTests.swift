import Foundation
import Quantities
import TestSupport
import Testing
import Trace
import Workload

@testable import Study

/// The table of captures in the article on the time model, row by row against what comes out now.
@Suite("What the captures come to, as documented")
struct DependencyTableTests {
  /// A capture by its row in the table.
  struct Capture: Sendable, CustomTestStringConvertible {
    var row: String
    var inputs: [String]
    var rules: [String] = []
    var extrapolates = false

    var testDescription: String { row }
  }

  private static let project =
    [
      Capture(
        row: "`captured-moe-ep4`, 8 ranks", inputs: [ProjectFiles.path("traces/captured-moe-ep4")])
    ]
    + [2, 4].flatMap { ranks in
      ["0.25", "1", "4"].map { rate in
        Capture(
          row: "`captured-ports`, \(ranks) ranks, \(rate) Gb/s",
          inputs: [ProjectFiles.path("traces/captured-ports/\(ranks)-ranks/\(rate)gbps")])
      }
    }

  private static let shared =
    SharedFiles.arePresent
    ? [
      Capture(
        row: "DeepSeek-V3, 1 of 64 ranks", inputs: [SharedFiles.deepSeek], rules: ["deepep"],
        extrapolates: true),
      Capture(
        row: "DLRM, 8 ranks",
        inputs: ["kineto", "pytorch_et"].map {
          SharedFiles.path("captures/dlrm8/dlrm_\($0).tar.gz")
        }),
      Capture(row: "gloo, 4 ranks", inputs: [SharedFiles.path("captures/gloo-moe-ep4")]),
    ] : []

  /// The cells of a row behind its name, in the order of the columns.
  private static func documented(_ row: String) throws -> [String] {
    let text = try String(
      contentsOfFile: ProjectFiles.path(
        "Sources/Simulation/Documentation.docc/TimeAndFluidModel.md"), encoding: .utf8)
    let rows = text.split(separator: "\n").map {
      $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }
    return Array(try #require(rows.first { $0.first == row && $0.count == 7 }).dropFirst())
  }

  private static func milliseconds(_ time: SimDuration) -> String {
    fixedPoint(time.seconds * 1e3, digits: 3)
  }

  @Test("each row is what comes out", arguments: project + shared)
  func row(_ capture: Capture) throws {
    var options = WorkloadOptions()
    if capture.extrapolates { options.extrapolation = Extrapolation() }
    let source = TraceSource(inputs: capture.inputs, rules: capture.rules, options: options)
    let trace = try PreparedTrace.prepare(source, name: capture.row)[0]
    let result = try ScenarioRunner(trace, Scenario(fabric: "passage-512")).run()
    let evidence = trace.evidence
    func interval(_ low: SimDuration, _ high: SimDuration) -> String {
      Self.milliseconds(low) + " … " + Self.milliseconds(high)
    }
    let found = [
      Self.milliseconds(evidence.step), Self.milliseconds(evidence.lagOnPath),
      Self.milliseconds(evidence.lagFree),
      interval(evidence.communicationFree.all, evidence.communicationFree.recorded),
      interval(result.interval.low, result.interval.high),
      fixedPoint(evidence.selfCheckError * 100, digits: 0) + " %",
    ]
    #expect(try found == Self.documented(capture.row))
    #expect(abs(evidence.selfCheckError) < 1e-9)
    // No fabric is faster than one that takes no time.
    #expect(result.interval.low >= evidence.communicationFree.all)
    #expect(evidence.communicationFree.all <= evidence.communicationFree.recorded)
  }
}
