import Fabric
import Quantities
import Simulation
import TestSupport
import Testing
import Trace
import Workload

@testable import Study

/// The proof that scrubbing changes no figure: it must fail where one does.
@Suite("Scrub proof")
struct ScrubProofTests {
  private static func result(_ trace: Trace) throws -> ScenarioResult {
    let prepared = try PreparedTrace(trace, options: WorkloadOptions(), name: "t")
    return try ScenarioRunner(prepared, Scenario(fabric: "hgx-h800-8")).run()
  }

  private static func trace() throws -> Trace {
    try NativeTraceReader.read(directory: ProjectFiles.path("traces/sample-moe-ep8"))
  }

  @Test("a scrubbed trace has no figure that differs")
  func same() throws {
    let trace = try Self.trace()
    let (a, b) = try (
      Self.result(trace), Self.result(ScrubbedTrace(trace, classes: try .standard()).trace)
    )
    #expect(a.collectives[0].group.name != b.collectives[0].group.name)
    #expect(FigureDifference.first(a, b) == nil)
  }

  private static let picosecond = SimDuration(picoseconds: 1)

  private static let changes: [(String, @Sendable (inout ScenarioResult) -> Void)] = [
    ("the step time", { $0.stepTime += picosecond }),
    ("the captured step", { $0.capturedStepTime += picosecond }),
    (
      "the self-check",
      {
        $0.evidence.selfCheckError.negate(); $0.evidence.selfCheckError += 1e-15
      }
    ),
    ("the step with free communication", { $0.communicationFree += picosecond }),
    ("the step without lag", { $0.lagFree += picosecond }),
    ("the interval", { $0.interval.high += picosecond }),
    ("the critical path", { $0.criticalPath.steps.removeLast() }),
    ("the parts of the critical path", { $0.criticalPath.lag += picosecond }),
    ("arrivals on the critical path", { $0.criticalShares.replayed.stragglers += picosecond }),
    (
      "what the critical path's time went into",
      { $0.criticalShares.captured.shares[0].time += picosecond }
    ),
    ("the energy", { $0.energyJoules = ($0.energyJoules ?? 0) + 1 }),
    ("the parts of rank 3", { $0.parts[3].waiting += picosecond }),
    ("the number of ranks", { $0.parts.removeLast() }),
    ("communication within ranks", { $0.exposedWithinRank += picosecond }),
    ("the timeline", { $0.timeline.replayed.compute.removeLast() }),
    ("the number of collectives", { $0.collectives.removeLast() }),
    ("the number of groups", { $0.groups.removeLast() }),
    ("the links used", { $0.links.removeLast() }),
    ("bytes of group 0", { $0.groups[0].logicalBytes += 1 }),
  ]

  @Test("a figure that differs by the least is named", arguments: changes.indices)
  func differs(_ index: Int) throws {
    let result = try Self.result(Self.trace())
    var changed = result
    Self.changes[index].1(&changed)
    #expect(FigureDifference.first(result, changed) == Self.changes[index].0)
  }

  @Test("a collective, and a link, that differ are named by their place")
  func places() throws {
    let result = try Self.result(Self.trace())
    var late = result
    late.collectives[1].outcome.end = late.collectives[1].outcome.end + Self.picosecond
    let call = result.collectives[1].instance
    #expect(
      FigureDifference.first(result, late)
        == "arrival and end of \(call.kind.rawValue) \(call.sequence), collective 1")
    var full = result
    full.links[0].outcome.bytes += 1
    #expect(FigureDifference.first(result, full) == "what \(result.links[0].link.name) carried")
  }
}
