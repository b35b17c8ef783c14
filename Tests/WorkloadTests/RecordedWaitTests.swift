import Diagnostics
import Quantities
import TestSupport
import Testing
import Trace

@testable import Workload

@Suite("Recorded waits, polls, and the order of launches")
struct RecordedWaitTests {
  private static func workload(
    _ fixture: RankFixture, inferring: Bool = true
  ) throws -> Workload {
    var options = WorkloadOptions()
    options.infersDependencies = inferring
    return try WorkloadAssembler(RankFixture.trace([fixture]), options: options).assemble()
  }

  /// Edges of a kind as events, cause first.
  private static func edges(_ workload: Workload, _ kind: DependencyKind) -> [[Int]] {
    let program = workload.programs[0]
    return program.dependencies.enumerated().flatMap { index, dependencies in
      dependencies.filter { $0.kind == kind }.map {
        [program.operations[$0.operation].event, program.operations[index].event]
      }
    }
  }

  /// Two streams, of which the second is made to wait, and a host thread that synchronises at the end.
  private static func twoStreams() -> RankFixture {
    var rank = RankFixture(0, streams: 2)
    let first = rank.add(.launch, lane: 0, at: 0, for: 1)
    let second = rank.add(.launch, lane: 0, at: 2, for: 1)
    rank.add(.streamWait, lane: 0, at: 4, for: 1)
    let third = rank.add(.launch, lane: 0, at: 6, for: 1)
    rank.add(.kernel, lane: 1, at: 10, for: 20, launchedBy: first)
    rank.add(.synchronize, lane: 0, at: 12, for: 60)
    rank.add(.kernel, lane: 1, at: 30, for: 4, launchedBy: second)
    rank.add(.kernel, lane: 2, at: 40, for: 30, launchedBy: third)
    return rank
  }

  @Test("what is recorded stands alone: no guess beside it, and the rest is still inferred")
  func recordedWaits() throws {
    var rank = Self.twoStreams()
    let guessed = try Self.workload(rank)
    #expect(Self.edges(guessed, .streamWait) == [[6, 7]])
    #expect(Self.edges(guessed, .hostWait) == [[7, 5]])
    #expect(Self.edges(guessed, .recorded).isEmpty)
    // The event was recorded behind the first kernel, and the host waited for the second stream.
    rank.rank.edges = [EventEdge(event: 5, after: 7), EventEdge(event: 7, after: 4)]
    rank.rank.recordsOnlyWaits = true
    let recorded = try Self.workload(rank)
    #expect(Self.edges(recorded, .recorded) == [[7, 5], [4, 7]])
    #expect(Self.edges(recorded, .streamWait).isEmpty && Self.edges(recorded, .hostWait).isEmpty)
    // Stream 2 rested for 10 µs behind what is recorded: that is still to be explained.
    #expect(Self.edges(recorded, .inferred) == [[6, 7]])
    #expect(Self.edges(try Self.workload(rank, inferring: false), .recorded).count == 2)
    // Of a capture that has all dependencies nothing is inferred.
    rank.rank.recordsOnlyWaits = false
    #expect(Self.edges(try Self.workload(rank), .inferred).isEmpty)
  }

  @Test("a recorded wait that the times contradict is counted, and the guess takes its place")
  func contradicted() throws {
    var rank = Self.twoStreams()
    rank.add(.kernel, lane: 1, at: 80, for: 10)
    rank.rank.edges = [EventEdge(event: 5, after: 8)]
    rank.rank.recordsOnlyWaits = true
    let workload = try Self.workload(rank)
    #expect(workload.programs[0].contradictedEdges == 1)
    #expect(Self.edges(workload, .recorded).isEmpty)
    #expect(Self.edges(workload, .hostWait) == [[7, 5]])
  }

  @Test("edges in a ring are never both kept, whatever a file says")
  func ring() throws {
    var rank = RankFixture(0, streams: 2)
    rank.add(.kernel, lane: 1, at: 0, for: 10)
    rank.add(.kernel, lane: 2, at: 0, for: 10)
    rank.rank.edges = [EventEdge(event: 0, after: 1), EventEdge(event: 1, after: 0)]
    let workload = try Self.workload(rank)
    #expect(workload.programs[0].contradictedEdges == 2)
    #expect(Self.edges(workload, .recorded).isEmpty)
  }

  private static func polling(kernel duration: Int64) -> RankFixture {
    var rank = RankFixture(0)
    let launch = rank.add(.launch, lane: 0, at: 0, for: 4)
    rank.add(.kernel, lane: 1, at: 5, for: duration, launchedBy: launch)
    rank.add(.poll, lane: 0, at: 10, for: 990)
    let next = rank.add(.launch, lane: 0, at: 1_005, for: 4)
    rank.add(.kernel, lane: 1, at: 1_020, for: 5, launchedBy: next)
    return rank
  }

  @Test("a poll ends with what ended just before its last query, if anything did")
  func polls() throws {
    let workload = try Self.workload(Self.polling(kernel: 990))
    #expect(Self.edges(workload, .poll) == [[1, 2]])
    let program = workload.programs[0]
    let poll = try #require(program.operations.first { $0.event == 2 })
    #expect(poll.duration == .zero && poll.lag == .nanoseconds(5_000))
    #expect(DependencyKind.poll.isGuess)
    #expect(workload.assumptions.contains { $0.text.contains("1 from host threads that wait") })
    // Ended 105 µs before the last query, or behind it: no reason for it to end.
    #expect(Self.edges(try Self.workload(Self.polling(kernel: 890)), .poll).isEmpty)
    #expect(Self.edges(try Self.workload(Self.polling(kernel: 1_000)), .poll).isEmpty)
    #expect(
      Self.edges(try Self.workload(Self.polling(kernel: 990), inferring: false), .poll).isEmpty)
  }

  /// Two threads that launch onto one stream; `second` is when the other one's launch begins.
  private static func twoThreads(second: Int64) -> RankFixture {
    var rank = RankFixture(0)
    rank.rank.lanes.append(Lane(kind: .thread, name: "2"))
    let early = rank.add(.launch, lane: 0, at: 0, for: 30)
    let late = rank.add(.launch, lane: 2, at: second, for: 3)
    rank.add(.kernel, lane: 1, at: 40, for: 5, launchedBy: late)
    rank.add(.kernel, lane: 1, at: 50, for: 5, launchedBy: early)
    return rank
  }

  @Test("two threads on one stream: the order in which operations began holds, and a note says so")
  func launchOrder() throws {
    let workload = try Self.workload(Self.twoThreads(second: 10))
    #expect(workload.log.entries.map(\.code) == [.launchOrder])
    let entry = try #require(workload.log.entries.first)
    #expect(entry.severity == .info)
    #expect(
      entry.problem.contains("launch onto stream 7, and 1 of its operations"), "\(entry.problem)")
    let stream = try #require(workload.programs[0].lanes.firstIndex { $0.kind == .stream })
    #expect(
      workload.programs[0].laneRanges[stream].map { workload.programs[0].operations[$0].event }
        == [2, 3])
    // Launched at one instant, neither is earlier.
    #expect(try Self.workload(Self.twoThreads(second: 0)).log.entries.isEmpty)
  }
}
