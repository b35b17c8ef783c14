import Collectives
import Fabric
import Ingest
import Placement
import Quantities
import Simulation
import TestSupport
import Testing
import Trace
import Workload

@testable import Study

/// The published training trace as the case in point: rank 0 of 64, 36 EP kernels without sizes.
@Suite("DeepSeek-V3", .enabled(if: SharedFiles.arePresent, "\(SharedFiles.reason)"))
struct DeepSeekTests {
  private static func source() -> TraceSource {
    var options = WorkloadOptions()
    options.extrapolation = Extrapolation()
    return TraceSource(inputs: [SharedFiles.deepSeek], rules: ["deepep"], options: options)
  }

  private static let fabrics = ["hgx-h800-8", "copper-144", "passage-512"]

  /// One run for all tests: in a debug build it takes a while.
  private static let results = Task {
    try await Study(
      traces: [source()], scenarios: fabrics.map { Scenario(fabric: $0) }
    ).run(threads: 2)
  }

  @Test("from the capture to three fabrics")
  func compare() async throws {
    let fabrics = Self.fabrics
    let results = try await Self.results.value
    #expect(results.map(\.fabric) == fabrics)
    let first = results[0]
    #expect(first.capturedStepTime == .nanoseconds(129_012_000))
    #expect(first.capturedHostStep == .nanoseconds(112_202_000))
    let exposed = first.capturedParts.exposedTransfer + first.capturedParts.waiting
    #expect((exposed.seconds - 4.177e-3).magnitude <= 0.01 * 4.177e-3)
    #expect(first.selfCheckError == 0)
    // EP kernels for nothing: this step hides its communication.
    #expect((126e-3...128e-3).contains(first.communicationFree.seconds))
    for result in results {
      #expect(result.stepTime >= result.communicationFree)
      #expect(result.parts.count == 64)
      #expect(result.parts.allSatisfy { $0.sum == result.stepTime })
      #expect(result.meanParts.nanoseconds.reduce(0, +) == result.stepTime.nanosecondsRounded)
      #expect(result.interval.low <= result.stepTime && result.stepTime <= result.interval.high)
    }
  }

  @Test("uncalibrated, a dispatch or combine on H800 takes 0.4 to 1.5 times what was captured")
  func captured() async throws {
    let results = try await Self.results.value
    let moving = results[0].collectives.filter { $0.instance.kind == .allToAll }
    #expect(moving.count == 16)
    for row in moving {
      let ratio = row.outcome.transferTime.seconds / row.instance.capturedDuration.seconds
      #expect((0.4...1.5).contains(ratio), "\(row.instance.label ?? ""): \(ratio)")
    }
  }

  @Test("bytes on links are the bytes that collectives put there, and nothing exceeds capacity")
  func conservation() async throws {
    let results = try await Self.results.value
    let result = results[0]
    var expected = 0.0
    for row in result.collectives {
      for transfer in row.outcome.lowered?.phases.flatMap(\.transfers) ?? [] {
        expected += transfer.weights.reduce(0, +) * transfer.bytes
      }
    }
    let carried = result.links.reduce(0) { $0 + $1.outcome.bytes }
    #expect((carried - expected).magnitude <= 1e-6 * expected)
    for row in result.links {
      #expect(row.outcome.peakUsage <= row.link.bandwidth.bytesPerSecond * (1 + 1e-9))
    }
  }

  /// The trace with one kernel 5 ms longer, and all that follows 5 ms later.
  private static func stretched(_ trace: Trace, event chosen: Int) -> Trace {
    let longer = SimDuration.nanoseconds(5_000_000)
    let cut = trace.ranks[0].events[chosen].end
    var stretched = trace
    var events = EventTable()
    for index in trace.ranks[0].events.indices {
      var event = trace.ranks[0].events[index]
      if index == chosen {
        event.duration += longer
      } else if event.start >= cut {
        event.start = event.start + longer
      } else if event.end > cut {
        // What goes on while the kernel does goes on for as long.
        event.duration += longer
      }
      events.append(event)
    }
    stretched.ranks[0].events = events
    return stretched
  }

  @Test("the self-check is no decree: 5 ms more in a kernel are 5 ms more, captured and replayed")
  func stretching() async throws {
    let trace = try Ingestor(rules: [KernelRules(nameOrFile: "deepep")])
      .ingest([SharedFiles.deepSeek])
    let result = try #require(try await Self.results.value.first)
    let prepared = try PreparedTrace.prepare(Self.source(), name: "t")[0]
    let operations = prepared.workload.programs[0].operations
    // A kernel in the middle of what held the replay up on the fabric.
    let path = result.criticalPath.steps.filter { operations[$0.task].kind == .compute }
    let chosen = operations[path[path.count / 2].task].event
    let directory = try TemporaryDirectory()
    let stretched = Self.stretched(trace, event: chosen)
    try NativeTraceWriter.write(stretched, to: directory.file("after"))
    var source = Self.source()
    source.inputs = [directory.file("after")]
    let after = try #require(
      try await Study(traces: [source], scenarios: [Scenario(fabric: result.fabric)])
        .run(threads: 1).first)
    let fiveMilliseconds = SimDuration.nanoseconds(5_000_000)
    #expect(after.capturedStepTime - result.capturedStepTime == fiveMilliseconds)
    #expect(after.stepTime - result.stepTime == fiveMilliseconds)
    #expect(after.communicationFree - result.communicationFree == fiveMilliseconds)
    #expect(after.selfCheckError == 0)
    // Work is counted, so that it can be gated.
    #expect(after.counters == result.counters && result.counters.events < 5_000)
  }

  @Test("a graph that is wrong fails the self-check")
  func selfCheckCanFail() throws {
    var workload = try PreparedTrace.prepare(Self.source(), name: "t")[0].workload
    let operations = workload.programs[0].operations
    let longest = try #require(
      operations.indices.filter { operations[$0].kind == .compute }
        .max { operations[$0].duration < operations[$1].duration })
    workload.programs[0].operations[longest].lag += .nanoseconds(1_000_000)
    let wrong = try replayPlan(
      PlanBuilder.plan(workload, capacities: []), workload, InstantLowering(), .recorded)
    #expect(wrong.stepTime > workload.captured.stepTime)
  }
}
