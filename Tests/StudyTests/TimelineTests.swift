import Quantities
import TestSupport
import Testing
import Trace
import Workload

@testable import Study

@Suite("Timelines")
struct TimelineTests {
  @Test(
    "columns keep each thing's share, however short its pieces", arguments: 0..<20 as Range<UInt64>)
  func shares(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var pieces: [[Range<Int64>]] = [[], [], []]
    var now: Int64 = 0
    while now < 1_000_000 {
      let length = Int64.random(in: 1...(seed.isMultiple(of: 2) ? 300 : 30_000), using: &random)
      let kind = Int.random(in: 0...3, using: &random)
      if kind < 3 { pieces[kind].append(now..<now + length) }
      now += length
    }
    let column: Int64 = 1000
    let sets = pieces.map(IntervalSet.init)
    let runs = TimeColumns(length: SimDuration(picoseconds: now), column: column).runs(of: sets)
    for (set, runs) in zip(sets, runs) {
      let shown = Int64(runs.reduce(0) { $0 + $1.count }) * column
      #expect(abs(shown - set.measure.picoseconds) <= 3 * column, "seed \(seed)")
      #expect(zip(runs, runs.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound })
    }
    let all = runs.flatMap { $0.flatMap(Array.init) }
    #expect(Set(all).count == all.count, "a column shows one thing")
  }

  @Test("what fills its columns is drawn where it is")
  func places() {
    let sets = [IntervalSet([0..<3000, 7000..<9000])]
    let runs = TimeColumns(length: SimDuration(picoseconds: 10_000), column: 1000).runs(of: sets)
    #expect(runs == [[0..<3, 7..<9]])
    #expect(TimeColumns(length: .zero, column: 1000).runs(of: [IntervalSet([])]) == [[]])
  }

  @Test("the drawn rank was traced, and its parts are those that were measured")
  func parts() async throws {
    for trace in ["sample-moe-ep8", "captured-moe-ep4"] {
      let result = try await Study(
        traces: [TraceSource(inputs: [ProjectFiles.path("traces/" + trace)])],
        scenarios: [Scenario(fabric: "copper-144")]
      ).run(threads: 1)[0]
      let timeline = result.timeline
      let drawn = timeline.replayed
      let parts = result.parts[timeline.rank]
      func time(_ runs: [Range<Int>]) -> SimDuration {
        drawn.column * runs.reduce(0) { $0 + $1.count }
      }
      for (drawnTime, measured) in [
        (time(drawn.compute), parts.compute),
        (time(drawn.exposedTransfer), parts.exposedTransfer),
        (time(drawn.waiting), parts.waiting),
      ] {
        let apart = abs((drawnTime - measured).picoseconds)
        #expect(apart <= 3 * drawn.column.picoseconds, "\(trace): \(apart)")
      }
      #expect(timeline.longest.count == 6)
      #expect(timeline.longest[0].captured >= timeline.longest[5].captured)
    }
  }

  @Test("an extrapolated rank's place is taken by the one that it repeats")
  func extrapolated() async throws {
    var options = WorkloadOptions()
    options.extrapolation = Extrapolation()
    let input = ProjectFiles.path("traces/captured-moe-ep4")
    let trace = try PreparedTrace.prepare(
      TraceSource(inputs: [input], options: options), name: "t")[0]
    let program = trace.workload.programs[trace.workload.programOfRank[trace.observedRank]]
    #expect(program.source.index == trace.observedRank)
  }
}
