import Diagnostics
import Quantities
import TestSupport
import Testing
import Trace

@testable import Ingest

/// A real job of 8 ranks on V100s, captured by an old PyTorch: Kineto says when, the execution traces
/// say what.
@Suite("DLRM", .enabled(if: SharedFiles.arePresent, "\(SharedFiles.reason)"))
struct DLRMTests {
  /// The job read three ways, once for all tests.
  private struct Traces: Sendable {
    var joined: Trace
    var kineto: Trace
    var executionTraces: Trace

    init() throws {
      let kineto = SharedFiles.path("captures/dlrm8/dlrm_kineto.tar.gz")
      let traces = SharedFiles.path("captures/dlrm8/dlrm_pytorch_et.tar.gz")
      joined = try Ingestor().ingest([traces, kineto])
      self.kineto = try Ingestor().ingest([kineto])
      executionTraces = try Ingestor().ingest([traces])
    }
  }

  private static let read = Result { try Traces() }
  private let traces: Traces

  init() throws { traces = try Self.read.get() }

  @Test("joined: matrices complete, i's splits to j are j's splits from i")
  func joined() {
    let trace = traces.joined
    #expect(trace.ranks.map(\.rank.raw) == Array(0..<8) && trace.worldSize == 8)
    // Ranks 1 and 3 run kernels that were launched before the capture began.
    #expect(trace.log.entries.map(\.code) == [.launchMissing, .launchMissing])
    #expect(trace.log.entries.allSatisfy { $0.problem.contains("without a launch: 64)") })
    for rank in trace.ranks {
      let kinds = rank.communications.map(\.kind)
      #expect(kinds.count == 8)
      #expect(kinds.count { $0 == .allReduce } == 3 && kinds.count { $0 == .allToAll } == 5)
      #expect(rank.communications.count { $0.sendSplits != nil } == 4)
    }
    let calls = trace.ranks.map { rank in
      rank.communications.filter { $0.sendSplits != nil }
    }
    var skewed = 0
    for number in 0..<4 {
      for i in 0..<8 {
        for j in 0..<8 {
          #expect(calls[i][number].sendSplits?[j] == calls[j][number].receiveSplits?[i])
        }
        #expect(calls[i][number].sizes == .recovered(from: .executionTrace))
      }
      if Set(calls[0][number].sendSplits ?? []).count > 1 { skewed += 1 }
    }
    #expect(skewed == 1)
    // Rank 5's skewed call, by hand from its execution trace.
    #expect(
      calls[5].contains {
        $0.sendSplits == [96, 224, 288, 1664, 592, 96, 192, 240].map { $0 * 4 }
      })
  }

  @Test("starts are skewed by 7.6 ms, ends lie within microseconds, with clocks as they are")
  func skew() {
    let trace = traces.joined
    var starts: [[Int64]] = []
    var ends: [[Int64]] = []
    for rank in trace.ranks {
      let events = rank.events.indices.filter { rank.events[$0].communication != nil }
      #expect(events.count == 8)
      starts.append(
        events.map { rank.originNanoseconds + rank.events[$0].start.nanosecondsRounded })
      ends.append(events.map { rank.originNanoseconds + rank.events[$0].end.nanosecondsRounded })
    }
    func spread(_ times: [[Int64]], _ call: Int) -> Int64 {
      let column = times.map { $0[call] }
      return (column.max() ?? 0) - (column.min() ?? 0)
    }
    #expect((0..<8).map { spread(starts, $0) }.max() == 7_624_000)
    #expect((0..<8).allSatisfy { 1_000...7_000 ~= spread(ends, $0) })
  }

  @Test("without the execution traces all splits are lost, and nothing is made up")
  func kinetoAlone() {
    let trace = traces.kineto
    let counts = SizeCounts(trace.ranks.flatMap(\.communications))
    #expect(counts.lost == 40 && counts.recorded == 24)
    #expect(trace.assumptions.contains { $0.code == "nccl-default-group" })
  }

  @Test("the execution traces alone: the same calls in the same order, at no time")
  func executionTracesAlone() {
    let alone = traces.executionTraces
    let joined = traces.joined
    #expect(alone.ranks.map(\.rankSource) == Array(repeating: "file name", count: 8))
    for (lhs, rhs) in zip(alone.ranks, joined.ranks) {
      #expect(lhs.communications.map(\.kind) == rhs.communications.map(\.kind))
      #expect(lhs.communications.map(\.sendBytes) == rhs.communications.map(\.sendBytes))
      #expect(lhs.communications.map(\.sendSplits) == rhs.communications.map(\.sendSplits))
    }
    #expect(alone.assumptions.contains { $0.code == "times-unknown" })
  }
}
