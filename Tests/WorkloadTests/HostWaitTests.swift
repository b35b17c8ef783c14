import Quantities
import TestSupport
import Testing
import Trace

@testable import Workload

@Suite("Host threads that wait for the GPU and for one another")
struct HostWaitTests {
  private static func program(_ fixture: RankFixture) throws -> RankProgram {
    try WorkloadAssembler(RankFixture.trace([fixture]), options: WorkloadOptions()).assemble()
      .programs[0]
  }

  private static func edges(_ program: RankProgram, _ kind: DependencyKind) -> [[Int]] {
    program.dependencies.enumerated().flatMap { index, dependencies in
      dependencies.filter { $0.kind == kind }.map { [$0.operation, index] }
    }
  }

  /// A forward thread (lane 0) that asks a backward thread (lane 2) for work at 1,000 µs and goes on
  /// when that is done.
  private static func twoThreads(
    backwardAt start: Int64 = 1_100, forwardAt next: Int64 = 6_100
  ) -> RankFixture {
    var rank = RankFixture(0)
    rank.rank.lanes.append(Lane(kind: .thread, name: "2"))
    for (lane, at) in [(0, 990), (2, start), (2, 5_990), (0, next)].sorted(by: { $0.1 < $1.1 }) {
      let launch = rank.add(.launch, lane: lane, at: Int64(at), for: 10)
      rank.add(.kernel, lane: 1, at: Int64(at) + 20, for: 5, launchedBy: launch)
    }
    return rank
  }

  @Test("a thread that goes on as another comes to rest was handed its work, there and back")
  func handOver() throws {
    var fixture = Self.twoThreads()
    // The backward thread is busy in between.
    for at in stride(from: Int64(1_200), to: 5_900, by: 400) {
      fixture.add(.launch, lane: 2, at: at, for: 100)
    }
    var events = fixture.rank.events.indices.map { fixture.rank.events[$0] }
    events.sort { $0.start < $1.start }
    let program = try Self.program(Self.sorted(fixture))
    let edges = Self.edges(program, .handOver)
    #expect(edges.count == 2)
    for edge in edges {
      let (cause, waiting) = (program.operations[edge[0]], program.operations[edge[1]])
      #expect(cause.lane != waiting.lane)
      #expect(waiting.start - cause.end == waiting.lag)
      #expect(waiting.lag == .nanoseconds(100_000))
    }
    #expect(events.count == program.operations.count)
  }

  /// The fixture with events in order of start, launches renumbered.
  private static func sorted(_ fixture: RankFixture) -> RankFixture {
    let events = fixture.rank.events.indices.map { fixture.rank.events[$0] }
    let order = events.indices.sorted { (events[$0].start, $0) < (events[$1].start, $1) }
    var place = [Int](repeating: 0, count: order.count)
    for (new, old) in order.enumerated() { place[old] = new }
    var result = fixture
    result.rank.events = EventTable()
    for old in order {
      var event = events[old]
      event.launchedBy = event.launchedBy.map { place[$0] }
      result.rank.events.append(event)
    }
    return result
  }

  @Test("no hand-over where the thread resumes long after, or the other never rested")
  func noHandOver() throws {
    // 1,600 µs after the forward thread came to rest: something else held it.
    #expect(
      try Self.edges(Self.program(Self.twoThreads(backwardAt: 2_600)), .handOver)
        .allSatisfy { $0[1] != 2 })
    var busy = Self.twoThreads()
    for at in stride(from: Int64(1_050), to: 6_000, by: 100) {
      busy.add(.launch, lane: 0, at: at, for: 20)
    }
    #expect(try Self.edges(Self.program(Self.sorted(busy)), .handOver).isEmpty)
  }

  @Test("a thread that rests until its last launch ended was waiting for it")
  func silent() throws {
    func rank(kernel duration: Int64) -> RankFixture {
      var rank = RankFixture(0)
      let launch = rank.add(.launch, lane: 0, at: 0, for: 4)
      rank.add(.kernel, lane: 1, at: 5, for: duration, launchedBy: launch)
      let next = rank.add(.launch, lane: 0, at: 4_000, for: 4)
      rank.add(.kernel, lane: 1, at: 4_100, for: 5, launchedBy: next)
      return rank
    }
    #expect(try Self.edges(Self.program(rank(kernel: 3_980)), .hostWait) == [[2, 1]])
    // Ended 3 ms before the thread went on, or after it: no reason for it to go on.
    #expect(try Self.edges(Self.program(rank(kernel: 1_000)), .hostWait).isEmpty)
    #expect(try Self.edges(Self.program(rank(kernel: 4_050)), .hostWait).isEmpty)
  }

  @Test("a copy that ended before its call did holds the thread; one that did not holds nothing")
  func blockingCopy() throws {
    func rank(call duration: Int64) -> RankFixture {
      var rank = RankFixture(0)
      let launch = rank.add(.launch, lane: 0, at: 0, for: duration, name: "cudaMemcpy")
      rank.add(.memcpy, lane: 1, at: 50, for: 100, launchedBy: launch)
      rank.add(.launch, lane: 0, at: 160, for: 4)
      return rank
    }
    let program = try Self.program(rank(call: 155))
    #expect(Self.edges(program, .hostWait) == [[2, 1]])
    #expect(program.operations[1].lag == .nanoseconds(10_000))
    #expect(try Self.edges(Self.program(rank(call: 10)), .hostWait).isEmpty)
  }
}
