import Collectives
import Diagnostics
import Quantities
import Simulation
import Study
import TestSupport
import Testing
import Trace

@testable import Report

/// What a fabric is said to have done, for cases of verdicts; times in microseconds.
struct VerdictCase: Sendable, CustomTestStringConvertible {
  var what: String
  /// Step, upper end of the interval, transfer on the critical path.
  var scenarios: [(step: Int64, high: Int64, transfer: Int64)]
  var network = ModelError.Network.oneSwitch
  var communicationFree: Int64
  var host: Int64 = 0
  var lag: Int64 = 0
  var outcome: Comparison.Outcome
  var limit: Comparison.Limit
  var words: [String]
  var absent: [String] = []

  var testDescription: String { what }
}

@Suite("Verdict")
struct VerdictTests {
  private static let cases: [VerdictCase] = [
    VerdictCase(
      what: "intervals apart, difference beyond the model's error: a win",
      scenarios: [(9_000, 9_100, 1_000), (12_000, 12_500, 4_000)], communicationFree: 8_000,
      outcome: .win, limit: .communication,
      words: ["fabric-0 wins: 9.000 ms a step, 3.000 ms (25.0 %) less than fabric-1"],
      absent: ["not certain"]),
    VerdictCase(
      what: "intervals touch: ahead, not certain",
      scenarios: [(9_000, 15_000, 1_000), (12_000, 15_000, 4_000)], communicationFree: 8_000,
      outcome: .lead, limit: .communication,
      words: ["fabric-0 is ahead", "The lead is not certain"], absent: ["wins"]),
    VerdictCase(
      what: "a difference below a hundredth of the step is none",
      scenarios: [(10_000, 10_000, 1_000), (10_090, 10_090, 1_090)], communicationFree: 9_000,
      outcome: .tie, limit: .communication,
      words: ["No fabric wins: both take between 10.000 ms and 10.090 ms"], absent: ["ahead"]),
    VerdictCase(
      what: "a difference below the model's known error is none: 6 % of transfer on one switch",
      scenarios: [(10_000, 10_000, 5_000), (10_290, 10_290, 5_290)], communicationFree: 5_000,
      outcome: .tie, limit: .communication, words: ["No fabric wins"]),
    VerdictCase(
      what: "above it, it is one",
      scenarios: [(10_000, 10_000, 5_000), (10_310, 10_310, 5_310)], communicationFree: 5_000,
      outcome: .win, limit: .communication, words: ["fabric-0 wins"]),
    VerdictCase(
      what: "on oversubscribed uplinks the error is 24 %",
      scenarios: [(10_000, 10_000, 5_000), (11_100, 11_100, 6_100)], network: .oversubscribed,
      communicationFree: 5_000, outcome: .tie, limit: .communication,
      words: ["No fabric wins", "9 % to 24 %"]),
    VerdictCase(
      what: "what was not measured between pods gets the larger error",
      scenarios: [(10_000, 10_000, 5_000), (11_100, 11_100, 6_100)], network: .betweenPods,
      communicationFree: 5_000, outcome: .tie, limit: .communication, words: ["2 % to 24 %"]),
    VerdictCase(
      what: "a step that hides its communication has no winner",
      scenarios: [(10_000, 10_100, 0), (10_000, 10_100, 0), (10_000, 10_100, 0)],
      communicationFree: 10_000, outcome: .tie, limit: .compute,
      words: ["all three take 10.000 ms", "hides its communication", "none is transfer"]),
    VerdictCase(
      what: "a step that waits for its host",
      scenarios: [(10_000, 10_000, 10), (10_001, 10_001, 11)], communicationFree: 9_990,
      host: 6_000, outcome: .tie, limit: .host, words: ["waits for its host", "6.000 ms"]),
    VerdictCase(
      what: "a step of lag",
      scenarios: [(10_000, 10_000, 10), (10_001, 10_001, 11)], communicationFree: 9_990,
      lag: 4_000, outcome: .tie, limit: .lag, words: ["bytes hardly matter", "4.000 ms"]),
    VerdictCase(
      what: "two share the lead before a third",
      scenarios: [(9_000, 9_000, 500), (9_010, 9_010, 510), (12_000, 12_000, 3_500)],
      communicationFree: 8_400, outcome: .sharedLead, limit: .communication,
      words: ["fabric-0 and fabric-1 share the lead", "less than fabric-2"]),
    VerdictCase(
      what: "one scenario is told, not judged",
      scenarios: [(9_000, 9_000, 500)], communicationFree: 8_400, outcome: .single,
      limit: .communication, words: ["On fabric-0 the step takes 9.000 ms"]),
  ]

  private static func results(_ verdict: VerdictCase) async throws -> [ScenarioResult] {
    let base = try await Study(
      traces: [TraceSource(inputs: [ProjectFiles.path("traces/sample-moe-ep8")])],
      scenarios: [Scenario(fabric: "hgx-h800-8")]
    ).run(threads: 1)[0]
    return verdict.scenarios.enumerated().map { number, scenario in
      var result = base
      let step = SimDuration.nanoseconds(scenario.step * 1000)
      result.fabric = "fabric-\(number)"
      result.assumptions = []
      result.stepTime = step
      result.interval = (step, .nanoseconds(scenario.high * 1000))
      result.communicationFree = .nanoseconds(verdict.communicationFree * 1000)
      result.modelError = ModelError(verdict.network)
      result.criticalPath = CriticalPath()
      result.criticalPath.transfer = .nanoseconds(scenario.transfer * 1000)
      result.criticalPath.host = .nanoseconds(verdict.host * 1000)
      result.criticalPath.lag = .nanoseconds(verdict.lag * 1000)
      var parts = TimeParts()
      parts.exposedTransfer = .nanoseconds(scenario.transfer * 1000)
      parts.compute = .nanoseconds((scenario.step - scenario.transfer) * 1000)
      result.parts = Array(repeating: parts, count: 8)
      return result
    }
  }

  @Test("what is called a win, a lead, a tie, and why", arguments: cases)
  func verdicts(_ verdict: VerdictCase) async throws {
    let section = TraceScenarios.all(try await Self.results(verdict))[0]
    #expect(section.comparison.outcome == verdict.outcome)
    #expect(section.comparison.limit == verdict.limit)
    let words = Verdict(section)
    let text = ([words.claim] + words.reason + words.caveats).map(\.plain).joined(separator: " ")
    for word in verdict.words { #expect(text.contains(word), "'\(word)' in: \(text)") }
    for word in verdict.absent { #expect(!text.contains(word), "'\(word)' in: \(text)") }
  }

  @Test("the order of fabrics on the command line changes no verdict but that of equals")
  func order() async throws {
    let results = try await Self.results(Self.cases[0])
    let (there, back) = (Comparison(results), Comparison(results.reversed()))
    #expect(there.outcome == back.outcome)
    #expect(there.first == [0] && back.first == [1])
    #expect(there.margin == back.margin)
  }

  @Test("a step that hides its communication is not told as a test of the calibration")
  func calibration() async throws {
    for (without, isTest) in [(-0.0157, false), (-0.2, true)] {
      var scenario = Scenario(fabric: "gloo-host")
      scenario.lowering.calibration = Calibration(
        fabric: "somewhere", trace: "t", stepError: -0.0157,
        stepErrorWithout: Calibration.StepErrors(calibration: -0.3, communication: without),
        classes: [])
      let results = try await Study(
        traces: [TraceSource(inputs: [ProjectFiles.path("traces/captured-moe-ep4")])],
        scenarios: [scenario]
      ).run(threads: 1)
      let caveats = Verdict(TraceScenarios.all(results)[0]).caveats.map(\.plain)
      #expect(caveats.contains { $0.contains("no test of the calibration") } == !isTest)
      #expect(caveats.contains { $0.contains("is off by −1.57 %") })
    }
  }

  @Test("trust: low for much lag or a wide interval, fair for assumed sizes, else good")
  func trust() async throws {
    var result = try await Self.results(Self.cases[11])[0]
    #expect(Comparison([result]).trust == .good)
    result.evidence.ranks.traced = 1
    #expect(Comparison([result]).trust == .fair)
    result.criticalPath.lag = .nanoseconds(3_000_000)
    #expect(Comparison([result]).trust == .low)
    result.criticalPath.lag = .zero
    result.evidence.selfCheckError = -0.02
    #expect(Comparison([result]).trust == .low)
    result.evidence.selfCheckError = 0
    result.assumptions = [Assumption("synthetic", "made up")]
    let section = TraceScenarios.all([result])[0]
    #expect(section.comparison.trust == .low)
    #expect(Verdict(section).caveats[0].plain.contains("conclude nothing"))
  }

  @Test("no communication: every fabric alike")
  func noCommunication() async throws {
    var results = try await Self.results(Self.cases[0])
    for index in results.indices { results[index].collectives = [] }
    let section = TraceScenarios.all(results)[0]
    #expect(section.comparison.outcome == .noCommunication)
    #expect(Verdict(section).claim.plain.contains("moves nothing"))
  }

  @Test("one fabric ahead under several placements is one fabric ahead")
  func placements() async throws {
    var results = try await Self.results(Self.cases[10])
    results[1].fabric = "fabric-0"
    results[1].placement = "other.csv"
    let claim = Verdict(TraceScenarios.all(results)[0]).claim.plain
    #expect(claim.contains("fabric-0 is ahead with either placement"), "\(claim)")
  }
}
