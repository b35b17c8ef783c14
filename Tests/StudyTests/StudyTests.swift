import Collectives
import Fabric
import Placement
import Quantities
import Simulation
import TestSupport
import Testing
import Trace
import Workload

@testable import Study

@Suite("Study")
struct StudyTests {
  private static let sample = ProjectFiles.path("traces/sample-moe-ep8")

  private static func run(
    _ fabrics: [String], threads: Int = 1, inputs: [String] = [sample]
  ) async throws -> [ScenarioResult] {
    try await Study(
      traces: [TraceSource(inputs: inputs)], scenarios: fabrics.map { Scenario(fabric: $0) }
    ).run(threads: threads)
  }

  @Test("collectives in flight at once contend, and the sample shows it")
  func contention() async throws {
    let result = try await Self.run(["hgx-h800-8"])[0]
    let factors = result.collectives.compactMap(\.contentionFactor)
    #expect(factors.allSatisfy { $0 >= 1 - 1e-9 })
    #expect(factors.contains { $0 > 1.1 })
    #expect(result.selfCheckError == 0)
    #expect(result.groups.map { $0.kinds.map(\.count) } == [[8], [2]])
  }

  @Test("every part of every rank is found apart, and they add up")
  func parts() async throws {
    for result in try await Self.run(FabricPreset.names, threads: 2) {
      #expect(result.parts.allSatisfy { $0.sum == result.stepTime })
      #expect(result.meanParts.nanoseconds.reduce(0, +) == result.stepTime.nanosecondsRounded)
      #expect(result.stepTime >= result.communicationFree)
    }
  }

  @Test("exposed transfer by group adds up, and the critical path leads from start to end")
  func shares() async throws {
    let result = try await Self.run(["hgx-h800-8"])[0]
    let exposed = result.parts.reduce(SimDuration.zero) { $0 + $1.exposedTransfer }
    let byGroup = result.groups.reduce(SimDuration.zero) { $0 + $1.exposed * result.parts.count }
    #expect((exposed - byGroup).picoseconds < Int64(result.parts.count * result.groups.count))
    #expect(result.groups.allSatisfy { $0.exposed > .zero })
    let path = result.criticalSteps
    #expect(
      path.last?.name == "optimizer_step" && path.last?.end == result.windowStart + result.stepTime)
    #expect(zip(path, path.dropFirst()).allSatisfy { $0.end <= $1.start })
    #expect(path.contains { $0.kind == "all_to_all" })
  }

  /// The replayer's stopwatches against the union of intervals that the capture is measured with.
  @Test("two ways of measuring the parts agree on the captured step")
  func twoMeasures() throws {
    let prepared = try PreparedTrace.prepare(TraceSource(inputs: [Self.sample]), name: "t")[0]
    let replayed = try replayPlan(
      PlanBuilder.plan(prepared.workload, capacities: []), prepared.workload, InstantLowering(),
      .recorded)
    #expect(replayed.parts == prepared.workload.captured.parts)
    #expect(replayed.stepTime == prepared.workload.captured.stepTime)
  }

  @Test("wider links, all else alike, take no longer here; without links nothing is left to take")
  func wider() async throws {
    let results = try await Self.run(["hgx-h800-8", "copper-144", "passage-512"])
    #expect(results[0].stepTime > results[1].stepTime)
    #expect(results[1].stepTime > results[2].stepTime)
    #expect(results[2].stepTime >= results[2].communicationFree)
  }

  @Test("all steps are replayed, each for itself and under its own name")
  func everyStep() async throws {
    let directory = try TemporaryDirectory()
    let ranks = (0..<2).map { number in
      var rank = RankFixture(number)
      for (place, step) in [7, 8].enumerated() {
        let begin = Int64(place) * 1000
        rank.add(.step, lane: 0, at: begin, for: 900, name: "ProfilerStep#\(step)")
        rank.add(.kernel, lane: 1, at: begin + 10, for: 100 + 200 * Int64(place))
        rank.add(
          .kernel, lane: 1, at: begin + 500, for: 50, RankFixture.allReduce(1 << 20))
      }
      return rank
    }
    let path = directory.file("job")
    try NativeTraceWriter.write(RankFixture.trace(ranks), to: path)
    var options = WorkloadOptions()
    options.step = .each
    let results = try await Study(
      traces: [TraceSource(inputs: [path], options: options)],
      scenarios: [Scenario(fabric: "hgx-h800-8"), Scenario(fabric: "passage-512")]
    ).run(threads: 2)
    #expect(
      results.map(\.trace) == ["job, step 7", "job, step 7", "job, step 8", "job, step 8"])
    #expect(results.map { $0.meanParts.nanoseconds[0] } == [100_000, 100_000, 300_000, 300_000])
  }

  @Test("relabelling ranks, and the placement alike, relabels the result and nothing else")
  func relabelling() async throws {
    let directory = try TemporaryDirectory()
    let trace = try NativeTraceReader.read(directory: Self.sample)
    let size = trace.worldSize
    // Mirror the ranks within the group's order, so that only the names change.
    var mirrored = trace
    func mirror(_ rank: RankID) -> RankID { RankID(index: size - 1 - rank.index) }
    mirrored.groups = trace.groups.map {
      ProcessGroup(name: $0.name, purpose: $0.purpose, ranks: $0.ranks.map(mirror))
    }
    mirrored.ranks = trace.ranks.reversed().map { rank in
      var renamed = rank
      renamed.rank = mirror(rank.rank)
      return renamed
    }
    try NativeTraceWriter.write(mirrored, to: directory.file("mirrored"))
    let placement = try directory.write(
      "p.csv", "rank,gpu\n" + (0..<size).map { "\($0),\(size - 1 - $0)\n" }.joined())
    let original = try await Self.run(["copper-144"])[0]
    let renamed = try await Study(
      traces: [TraceSource(inputs: [directory.file("mirrored")])],
      scenarios: [Scenario(fabric: "copper-144", placement: .file(placement))]
    ).run(threads: 1)[0]
    #expect(renamed.stepTime == original.stepTime)
    #expect(renamed.parts == original.parts.reversed())
    #expect(renamed.links.map(\.link.name) == original.links.map(\.link.name))
    #expect(renamed.links.map(\.outcome.bytes) == original.links.map(\.outcome.bytes))
  }

  @Test("work is counted, so that it can be gated: events, solves, solver steps")
  func counters() async throws {
    let counters = try await Self.run(["hgx-h800-8"])[0].counters
    // 8 ranks of 44 operations: two events each, and a few a collective.
    #expect((600...900).contains(counters.events), "\(counters)")
    #expect(counters.solves <= 20)
    #expect(counters.solverSteps <= 2000)
  }

  @Test("means are rounded so that they add up")
  func meanParts() {
    var parts = TimeParts()
    parts.compute = SimDuration(picoseconds: 333_333)
    parts.exposedTransfer = SimDuration(picoseconds: 333_333)
    parts.waiting = SimDuration(picoseconds: 333_334)
    let mean = MeanParts([parts], total: SimDuration(picoseconds: 1_000_000))
    #expect(mean.nanoseconds == [333, 333, 334, 0])
  }
}
