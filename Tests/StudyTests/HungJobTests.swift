import Diagnostics
import Ingest
import Quantities
import TestSupport
import Testing
import Trace
import Workload

/// Two jobs that hung for known reasons: GPU errors on ranks 12 and 14, a held interpreter lock on ranks
/// 9 and 14. The numbers here were found apart from this code, from the unpickled dumps.
@Suite("Jobs that hung", .enabled(if: SharedFiles.arePresent, "\(SharedFiles.reason)"))
struct HungJobTests {
  private static func trace(_ job: String) throws -> Trace {
    try Ingestor().ingest([SharedFiles.path("captures/flight-recorder-moe16/" + job)])
  }

  private static func numbers(_ ranks: [RankID]) -> [Int] { ranks.map(\.index) }

  @Test("gpu_error_1st: six whole all-to-alls, 4 × 4096 rows in and out of each")
  func rows() throws {
    let trace = try Self.trace("gpu_error_1st")
    let report = MatchingReport(trace)
    let complete = report.groups.flatMap(\.instances).filter {
      $0.kind == .allToAll && $0.isComplete
    }
    #expect(complete.map(\.sequence) == [20542, 20543, 20544, 20542, 20543, 20544])
    #expect(complete.map { trace.groups[$0.group].name } == ["71", "71", "71", "73", "73", "73"])
    for call in complete {
      let calls = trace.ranks.flatMap { rank in
        rank.communications.filter { $0.group == call.group && $0.sequence == call.sequence }
          .filter { $0.kind == .allToAll }
      }
      #expect(calls.count == 4)
      // The third of each group carries one number a row.
      let rowBytes: Int64 = call.sequence == 20544 ? 2 : 5120 * 2
      #expect(calls.reduce(0) { $0 + $1.sendBytes.bytes } == 16384 * rowBytes)
      #expect(calls.reduce(0) { $0 + $1.receiveBytes.bytes } == 16384 * rowBytes)
    }
    #expect(report.disagreements.isEmpty)
  }

  @Test("gpu_error_1st: rank 12 never came to all-to-all 20537 of group 74; 12 and 14 are behind")
  func gpuError() throws {
    let trace = try Self.trace("gpu_error_1st")
    let report = MatchingReport(trace)
    let hang = try #require(report.hang)
    #expect(report.openCalls == 289)
    #expect(Self.numbers(hang.culprits.map(\.rank)) == [12])
    let first = try #require(hang.waits.first)
    #expect(trace.groups[first.group].name == "74" && first.sequence == 20537)
    #expect(first.kind == .allToAll && first.later == 1)
    #expect(Self.numbers(first.waiting) == [13, 14, 15] && Self.numbers(first.missing) == [12])
    let last = try #require(hang.culprits[0].last)
    #expect(trace.groups[last.group].name == "74" && last.sequence == 20536)
    #expect(hang.culprits[0].progress?.lastCompleted == 20529)
    #expect(Self.numbers(report.lagging.map(\.rank)) == [12, 14])
    #expect(report.lagging.map(\.calls) == [23, 24])
    #expect(
      Self.numbers((hang.waiting + hang.heldUp).sorted()) == Array(0..<16).filter { $0 != 12 })
    // Every collective that waits, by group: first number, how many, who is missing.
    let waits = hang.waits.filter { !$0.kind.isPointToPoint }.map {
      "\(trace.groups[$0.group].name) \($0.sequence) +\($0.later) \(Self.numbers($0.missing))"
    }.sorted()
    #expect(
      waits == [
        "41 42818 +8 [12]", "58 6872 +0 [12]", "69 3456 +0 [12]", "74 20537 +1 [12]",
        "94 3430 +0 [12]",
      ])
  }

  @Test("lock_gil_1st: ranks 9 and 14 never came to all-to-all 45265 of group 72")
  func lockGIL() throws {
    let trace = try Self.trace("lock_gil_1st")
    let report = MatchingReport(trace)
    let hang = try #require(report.hang)
    #expect(Self.numbers(hang.culprits.map(\.rank)) == [9, 14])
    #expect(hang.culprits.allSatisfy { $0.last == nil && $0.progress?.lastCompleted == 45264 })
    let first = try #require(hang.waits.first)
    #expect(trace.groups[first.group].name == "72" && first.sequence == 45265)
    #expect(Self.numbers(first.waiting) == [8, 10, 11, 12, 13, 15])
    #expect(Self.numbers(first.missing) == [9, 14])
    #expect(
      Self.numbers((hang.waiting + hang.heldUp).sorted()).prefix(8) == [0, 1, 2, 3, 4, 5, 6, 7])
    #expect(report.lagging.isEmpty)
  }
}
