import Diagnostics
import Quantities
import TestSupport
import Testing
import Trace

@testable import Workload

@Suite("Steps")
struct StepTests {
  /// A rank of three steps of 1 ms; of each an all-reduce of 100 µs, and three kernels.
  private static func rank(
    _ number: Int, firstCall: Int64 = 100, lastCalls: Int = 4, numbers: [Int] = [3, 4, 5]
  ) -> RankFixture {
    var rank = RankFixture(number)
    for (place, step) in numbers.enumerated() {
      let begin = Int64(place) * 1000
      rank.add(.step, lane: 0, at: begin, for: 1000, name: "ProfilerStep#\(step)")
      let calls = place == numbers.count - 1 ? lastCalls : 4
      for call in 0..<calls {
        let isFirst = place == 0 && call == 0
        rank.add(
          .kernel, lane: 1, at: begin + 10 + 200 * Int64(call),
          for: isFirst ? firstCall : 100, RankFixture.allReduce(1 << 20))
        rank.add(.kernel, lane: 2, at: begin + 20 + 200 * Int64(call), for: 150)
      }
    }
    return rank
  }

  private static func trace(_ ranks: [RankFixture]) -> Trace {
    RankFixture.trace(
      ranks.map { rank in
        var rank = rank
        rank.rank.lanes.append(Lane(kind: .stream, name: "20"))
        return rank
      })
  }

  @Test("steps stand beside one another with what is in them")
  func survey() throws {
    let survey = StepSurvey(Self.trace([Self.rank(0), Self.rank(1)]))
    #expect(survey.steps.map(\.number) == [3, 4, 5])
    #expect(survey.steps.allSatisfy { $0.ranks == 2 && $0.calls == 8 && $0.operations == 16 })
    #expect(survey.steps.allSatisfy { !$0.isCut && $0.span == .nanoseconds(760_000) })
    #expect(survey.steps.map(\.period) == [.nanoseconds(1_000_000), .nanoseconds(1_000_000), nil])
    #expect(survey.transients.isEmpty)
  }

  @Test("a step in which the capture ended is not the last whole one")
  func cut() throws {
    let trace = Self.trace([Self.rank(0), Self.rank(1, lastCalls: 2)])
    #expect(StepSurvey(trace).steps.map(\.isCut) == [false, false, true])
    let workload = try WorkloadAssembler(trace, options: WorkloadOptions()).assemble()
    #expect(workload.instances.count == 4)
    let said = workload.assumptions.first { $0.code == "step-cut" }
    #expect(said?.text == "the capture ends within step 5, so step 4 is the last whole one")
    // Asked for by its number it is refused for what it lacks.
    var options = WorkloadOptions()
    options.step = .number(5)
    #expect(throws: Diagnostic.self) { try WorkloadAssembler(trace, options: options).assemble() }
  }

  @Test("of one step there is no other to take, however little is in it")
  func single() throws {
    let trace = Self.trace([Self.rank(0, lastCalls: 1, numbers: [7])])
    let workload = try WorkloadAssembler(trace, options: WorkloadOptions()).assemble()
    #expect(workload.instances.count == 1)
    #expect(!workload.assumptions.contains { $0.code == "step-cut" })
  }

  @Test("a first call that takes absurdly long is told, and where it counts")
  func transient() throws {
    // 2.1 ms: twenty times the usual, and 2 ms more. It runs into what follows; lanes allow that.
    let trace = Self.trace([Self.rank(0, firstCall: 2100), Self.rank(1)])
    let survey = StepSurvey(trace)
    let found = try #require(survey.transients.first)
    #expect(survey.transients.count == 1)
    #expect(found.rank == RankID(0) && found.kind == .allReduce && found.step == 3)
    #expect(found.duration == .nanoseconds(2_100_000) && found.usual == .nanoseconds(100_000))
    func assumed(_ step: StepSelection) throws -> Bool {
      var options = WorkloadOptions()
      options.step = step
      return try WorkloadAssembler(trace, options: options).assemble().assumptions
        .contains { $0.code == "start-up" }
    }
    #expect(try assumed(.number(3)))
    #expect(try !assumed(.last))
    // Twice the usual is not absurd.
    #expect(StepSurvey(Self.trace([Self.rank(0, firstCall: 200)])).transients.isEmpty)
  }
}
