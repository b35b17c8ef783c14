import Diagnostics
import Quantities
import TestSupport
import Testing
import Trace

@testable import Workload

@Suite("Programs of ranks")
struct ProgramTests {
  private static func program(
    _ fixture: RankFixture, inferring: Bool = true, step: StepSelection = .last
  ) throws -> RankProgram {
    var options = WorkloadOptions()
    options.infersDependencies = inferring
    options.step = step
    return try WorkloadAssembler(RankFixture.trace([fixture]), options: options).assemble()
      .programs[0]
  }

  private static func edges(_ program: RankProgram, _ kind: DependencyKind) -> [[Int]] {
    program.dependencies.enumerated().flatMap { index, dependencies in
      dependencies.filter { $0.kind == kind }.map { [$0.operation, index] }
    }
  }

  @Test("launches hold their kernels, and lags are what is left")
  func launches() throws {
    var rank = RankFixture(0)
    let launch = rank.add(.launch, lane: 0, at: 0, for: 4)
    rank.add(.kernel, lane: 1, at: 10, for: 5, launchedBy: launch)
    let program = try Self.program(rank)
    #expect(Self.edges(program, .launch) == [[0, 1]])
    #expect(program.operations.map { $0.lag.nanosecondsRounded } == [0, 6000])
  }

  @Test("a launch ends, for what it launched, when that starts")
  func overlappingLaunch() throws {
    var rank = RankFixture(0)
    let launch = rank.add(.launch, lane: 0, at: 0, for: 8)
    rank.add(.kernel, lane: 1, at: 3, for: 5, launchedBy: launch)
    let program = try Self.program(rank)
    #expect(program.operations[0].duration == .nanoseconds(3000))
    #expect(program.operations[1].lag == .zero)
    #expect(program.contradictedEdges == 0)
  }

  @Test("an idle lane waits for what ended last elsewhere; a busy one for nothing")
  func inference() throws {
    var rank = RankFixture(0, streams: 2)
    rank.add(.kernel, lane: 1, at: 0, for: 50)
    rank.add(.kernel, lane: 2, at: 0, for: 20)
    rank.add(.kernel, lane: 2, at: 22, for: 10)
    rank.add(.kernel, lane: 2, at: 53, for: 10)
    let program = try Self.program(rank)
    // Lane 1 holds operation 0, lane 2 operations 1 to 3; 2 µs of rest is no idleness.
    #expect(Self.edges(program, .inferred) == [[0, 3]])
    #expect(program.operations[3].lag == .nanoseconds(3000))
    let recorded = try Self.program(rank, inferring: false)
    #expect(Self.edges(recorded, .inferred).isEmpty)
    #expect(recorded.operations[3].lag == .nanoseconds(21_000))
  }

  @Test("a host thread that synchronises goes on when the GPU is done")
  func synchronise() throws {
    var rank = RankFixture(0)
    let launch = rank.add(.launch, lane: 0, at: 0, for: 4)
    rank.add(.kernel, lane: 1, at: 5, for: 100, launchedBy: launch)
    rank.add(.synchronize, lane: 0, at: 10, for: 98)
    let program = try Self.program(rank)
    #expect(Self.edges(program, .hostWait) == [[2, 1]])
    // From the kernel's end at 105 to the end of the wait at 108.
    #expect(program.operations[1].lag == .nanoseconds(3000))
    #expect(program.operations[1].duration == .zero)
  }

  @Test("a thread that spins on a kernel is held by it, unless its next act contradicts that")
  func spin() throws {
    func rank(nextAt: Int64) -> RankFixture {
      var rank = RankFixture(0)
      var call = Communication(kind: .barrier, group: 0)
      call.hostWaits = true
      let launch = rank.add(.launch, lane: 0, at: 0, for: 4)
      rank.add(.kernel, lane: 1, at: 5, for: 40, launchedBy: launch, call)
      let next = rank.add(.launch, lane: 0, at: nextAt, for: 4)
      rank.add(.kernel, lane: 1, at: nextAt + 45, for: 5, launchedBy: next)
      return rank
    }
    #expect(Self.edges(try Self.program(rank(nextAt: 47)), .hostWait) == [[2, 1]])
    let contradicted = try Self.program(rank(nextAt: 20))
    #expect(Self.edges(contradicted, .hostWait).isEmpty)
    #expect(contradicted.contradictedEdges == 1)
  }

  @Test("a stream wait ties the next launch to what another stream was given last")
  func streamWaits() throws {
    func rank(causeEnds: Int64) -> RankFixture {
      var rank = RankFixture(0, streams: 2)
      let first = rank.add(.launch, lane: 0, at: 0, for: 1)
      rank.add(.streamWait, lane: 0, at: 2, for: 1)
      let second = rank.add(.launch, lane: 0, at: 4, for: 1)
      rank.add(.kernel, lane: 1, at: 10, for: causeEnds - 10, launchedBy: first)
      rank.add(.kernel, lane: 2, at: 50, for: 5, launchedBy: second)
      return rank
    }
    let tied = try Self.program(rank(causeEnds: 49))
    #expect(Self.edges(tied, .streamWait) == [[3, 4]])
    #expect(tied.operations[4].lag == .nanoseconds(1000))
    // The captured times contradict it: the event had been recorded earlier.
    #expect(Self.edges(try Self.program(rank(causeEnds: 60)), .streamWait).isEmpty)
    #expect(
      Self.edges(try Self.program(rank(causeEnds: 49), inferring: false), .streamWait).isEmpty)
  }

  @Test("what is launched after the last step's end belongs to none")
  func afterTheLastStep() throws {
    var rank = RankFixture(0)
    rank.add(.step, lane: 0, at: 0, for: 50, name: "ProfilerStep#1")
    let own = rank.add(.launch, lane: 0, at: 10, for: 2)
    rank.add(.kernel, lane: 1, at: 20, for: 60, launchedBy: own)
    let late = rank.add(.launch, lane: 0, at: 200, for: 2)
    rank.add(.kernel, lane: 1, at: 210, for: 5, launchedBy: late)
    let program = try Self.program(rank)
    #expect(program.operations.filter { $0.kind == .compute }.map(\.event) == [2])
  }

  @Test("a stream that is no FIFO becomes several lanes")
  func overlappingKernels() throws {
    var rank = RankFixture(0)
    rank.add(.kernel, lane: 1, at: 0, for: 10)
    rank.add(.kernel, lane: 1, at: 5, for: 10)
    rank.add(.kernel, lane: 1, at: 15, for: 10)
    let program = try Self.program(rank)
    #expect(program.laneRanges == [0..<2, 2..<3])
    #expect(program.lanes.map(\.label) == ["stream 7", "stream 7"])
  }

  @Test("host work is compute only where there is no GPU")
  func hostCompute() throws {
    var cpu = RankFixture(0, streams: 0)
    cpu.add(.hostOperation, lane: 0, at: 0, for: 10)
    #expect(try Self.program(cpu).operations.map(\.kind) == [.compute])
    var gpu = RankFixture(0)
    gpu.add(.hostOperation, lane: 0, at: 0, for: 10)
    gpu.add(.kernel, lane: 1, at: 20, for: 10)
    #expect(try Self.program(gpu).operations.map(\.kind) == [.host, .compute])
  }

  @Test("the rest of a launch is work of a host without GPU")
  func hostRemainder() throws {
    var rank = RankFixture(0, streams: 0)
    rank.rank.lanes.append(Lane(kind: .thread, name: "gloo"))
    let launch = rank.add(.launch, lane: 0, at: 0, for: 10)
    rank.add(
      .hostCollective, lane: 1, at: 4, for: 20, launchedBy: launch, RankFixture.allReduce(8))
    let program = try Self.program(rank)
    #expect(program.operations.map { $0.start.nanosecondsRounded } == [0, 4000, 4000])
    #expect(program.operations.map { $0.duration.nanosecondsRounded } == [4000, 6000, 20000])
    #expect(Self.edges(program, .launch) == [[0, 2]])
  }

  @Test("recorded dependencies are believed, those that times contradict counted, none guessed")
  func recordedEdges() throws {
    var rank = RankFixture(0, streams: 3)
    rank.add(.kernel, lane: 1, at: 0, for: 10)
    rank.add(.kernel, lane: 2, at: 2, for: 20)
    rank.add(.kernel, lane: 3, at: 30, for: 5)
    rank.add(.kernel, lane: 1, at: 90, for: 5)
    rank.rank.edges = [EventEdge(event: 1, after: 0), EventEdge(event: 2, after: 0)]
    let program = try Self.program(rank)
    #expect(program.edgeCount(.recorded) == 1 && program.contradictedEdges == 1)
    #expect(program.edgeCount(.inferred) == 0)
    let last = try #require(program.operations.first { $0.event == 2 })
    #expect(last.lag == .nanoseconds(20_000))
    rank.rank.edges = []
    #expect(try Self.program(rank).edgeCount(.inferred) == 2)
  }

  @Test("an operation belongs to the step in which it was launched")
  func steps() throws {
    var rank = RankFixture(0)
    rank.add(.step, lane: 0, at: 0, for: 50, name: "ProfilerStep#3")
    let late = rank.add(.launch, lane: 0, at: 40, for: 2)
    rank.add(.step, lane: 0, at: 50, for: 50, name: "ProfilerStep#4")
    let own = rank.add(.launch, lane: 0, at: 55, for: 2)
    rank.add(.kernel, lane: 1, at: 60, for: 10, launchedBy: late)
    rank.add(.kernel, lane: 1, at: 70, for: 10, launchedBy: own)
    func kernels(_ step: StepSelection) throws -> [Int] {
      try Self.program(rank, step: step).operations.filter { $0.kind == .compute }.map(\.event)
    }
    #expect(try kernels(.number(3)) == [4])
    #expect(try kernels(.last) == [5])
    #expect(try kernels(.whole) == [4, 5])
    #expect(throws: Diagnostic.self) { try kernels(.number(9)) }
  }

  @Test("captured parts are found apart and add up")
  func capturedParts() throws {
    var ranks = [RankFixture(0, streams: 2), RankFixture(1, streams: 2)]
    for index in ranks.indices {
      ranks[index].add(.kernel, lane: 1, at: 0, for: 40 + 20 * Int64(index))
      ranks[index].add(
        .kernel, lane: 2, at: 30 + 40 * Int64(index), for: 60 - 40 * Int64(index),
        RankFixture.allReduce(10))
    }
    let captured = try WorkloadAssembler(
      RankFixture.trace(ranks), options: WorkloadOptions()
    ).assemble().captured
    #expect(captured.stepTime == .nanoseconds(90_000))
    // Rank 0: compute to 40, waits for rank 1 from 40 to 70, transfer from 70 to 90.
    let first = captured.parts[0]
    #expect(
      [first.compute, first.waiting, first.exposedTransfer, first.lag].map(\.nanosecondsRounded)
        == [40_000, 30_000, 20_000, 0])
    let second = captured.parts[1]
    #expect(
      [second.compute, second.waiting, second.exposedTransfer, second.lag].map(
        \.nanosecondsRounded) == [60_000, 0, 20_000, 10_000])
    #expect(captured.parts.allSatisfy { $0.sum == captured.stepTime })
  }

  @Test("clocks too far apart are laid side by side, and that is said")
  func clocks() throws {
    let ranks = [0, 1].map { number -> RankFixture in
      var rank = RankFixture(number, originMicroseconds: Int64(number) * 1_000_000_000)
      rank.add(.kernel, lane: 1, at: 0, for: 10, RankFixture.allReduce(10))
      return rank
    }
    let workload = try WorkloadAssembler(
      RankFixture.trace(ranks), options: WorkloadOptions()
    ).assemble()
    #expect(workload.captured.stepTime == .nanoseconds(10_000))
    #expect(workload.assumptions.contains { $0.text.contains("side by side") })
  }

  @Test("intervals: union and difference against counting instants")
  func intervals() {
    for seed in UInt64(1)...200 {
      var random = SeededGenerator(seed: seed)
      func ranges() -> [Range<Int64>] {
        (0..<Int.random(in: 0..<8, using: &random)).map { _ in
          let start = Int64.random(in: 0..<40, using: &random)
          return start..<start + Int64.random(in: 0..<12, using: &random)
        }
      }
      let (a, b) = (ranges(), ranges())
      func instants(_ ranges: [Range<Int64>]) -> Set<Int64> { Set(ranges.flatMap(Array.init)) }
      let (setA, setB) = (IntervalSet(a), IntervalSet(b))
      #expect(setA.measure.picoseconds == Int64(instants(a).count), "seed \(seed)")
      #expect(
        setA.union(setB).measure.picoseconds == Int64(instants(a + b).count), "seed \(seed)")
      #expect(
        setA.subtracting(setB).measure.picoseconds
          == Int64(instants(a).subtracting(instants(b)).count), "seed \(seed)")
    }
  }
}
