import Fabric
import Quantities
import Simulation
import TestSupport
import Testing
import Trace
import Workload

@testable import Study

/// The fabric `gloo-host` against the captures from such hosts: the figures that Fabric files states.
@Suite("Gloo host")
struct GlooHostTests {
  /// A collective's transfer, from its last arrival to its last end.
  private struct Transfer {
    var kind: CollectiveKind
    var groupSize: Int
    var isLarge: Bool
    var captured: Double
    var replayed: Double
  }

  private static func replay(_ inputs: [String]) async throws -> (ScenarioResult, [Transfer]) {
    let source = TraceSource(inputs: inputs)
    let result = try await Study(traces: [source], scenarios: [Scenario(fabric: "gloo-host")])
      .run(threads: 1)[0]
    let workload = try PreparedTrace.prepare(source, name: "t")[0].workload
    var captured = [Double](repeating: 0, count: workload.instances.count)
    for rank in 0..<workload.worldSize {
      for call in workload.programs[workload.programOfRank[rank]].calls {
        let index =
          workload.instances.range(
            ofGroup: workload.groupsOfRank[rank][call.slot]
          ).lowerBound + call.position
        captured[index] = max(captured[index], call.afterLastArrival.seconds)
      }
    }
    let rows = zip(result.collectives, captured).filter { $0.0.group.ranks.count > 1 }
    #expect(result.collectives.count == captured.count)
    return (
      result,
      rows.map { row, captured in
        Transfer(
          kind: row.instance.kind, groupSize: row.group.ranks.count,
          isLarge: row.wireBytes >= 1e6, captured: captured,
          replayed: row.outcome.transferTime.seconds)
      }
    )
  }

  private static func ratio(
    _ transfers: [Transfer], _ kind: CollectiveKind? = nil, of size: Int? = nil, large: Bool
  ) -> Double {
    let chosen = transfers.filter {
      $0.isLarge == large && (kind == nil || $0.kind == kind)
        && (size == nil || $0.groupSize == size)
    }
    return chosen.reduce(0) { $0 + $1.replayed } / chosen.reduce(0) { $0 + $1.captured }
  }

  private static func expect(
    _ value: Double, _ stated: Double,
    sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) {
    #expect(
      (value / stated - 1).magnitude < 0.1, "\(value), and the documentation says \(stated)",
      sourceLocation: sourceLocation)
  }

  @Test("the capture that it was fitted to: sums are right, kinds within the factors stated")
  func fitted() async throws {
    let (result, transfers) = try await Self.replay([ProjectFiles.path("traces/captured-moe-ep4")])
    #expect(transfers.count { $0.isLarge } == 52)
    #expect((Self.ratio(transfers, large: true) - 1).magnitude < 0.05)
    Self.expect(Self.ratio(transfers, .allToAll, large: true), 0.46)
    Self.expect(Self.ratio(transfers, .allReduce, of: 8, large: true), 2.19)
    Self.expect(Self.ratio(transfers, .allReduce, of: 2, large: true), 1.86)
    Self.expect(Self.ratio(transfers, .allReduce, of: 8, large: false), 0.95)
    Self.expect(Self.ratio(transfers, .allReduce, of: 2, large: false), 0.87)
    Self.expect(Self.ratio(transfers, .allToAll, large: false), 0.12)
    Self.expect(result.stepTime.seconds / result.capturedStepTime.seconds, 1.054)
    #expect(result.busiestLink?.link.name == "pod0/scale-up/shared")

    // The latency: what the smaller all-reduces of all ranks take, by step of a ring.
    let steps = transfers.filter { !$0.isLarge && $0.kind == .allReduce && $0.groupSize == 8 }
      .map { $0.captured / 14 }.sorted()
    #expect(steps.count == 10)
    #expect(((steps[4] + steps[5]) / 2 - 0.88e-3).magnitude < 0.01e-3)
  }

  @Test(
    "a capture that it was not fitted to",
    .enabled(if: SharedFiles.arePresent, "\(SharedFiles.reason)"))
  func predicted() async throws {
    let (result, transfers) = try await Self.replay(
      (0..<4).map { SharedFiles.path("captures/gloo-moe-ep4/kineto_rank\($0).json.zst") })
    Self.expect(Self.ratio(transfers, large: true), 0.73)
    Self.expect(Self.ratio(transfers, .allToAll, large: true), 0.65)
    Self.expect(Self.ratio(transfers, .allReduce, large: true), 1.46)
    Self.expect(Self.ratio(transfers, .allReduce, large: false), 0.62)
    Self.expect(Self.ratio(transfers, .allToAll, large: false), 0.19)
    Self.expect(result.stepTime.seconds / result.capturedStepTime.seconds, 0.964)
  }
}
