import Diagnostics
import Fabric
import Placement
import Quantities
import Simulation
import TestSupport
import Testing
import Trace

@testable import Collectives
@testable import Workload

/// An all-to-all of 64 MiB and an all-reduce of 1 GiB, over the same 64 ranks and free to run at the
/// same time, on ports of 400 GiB/s with 1 µs a path.
@Suite("Overlapping collectives")
struct OverlapTests {
  private static let ranks = 64
  /// Time for a mebibyte at a port, in µs.
  private static let mebibyte = 1e6 / (400 * 1024)

  private static func workload() -> Workload {
    var program = RankProgram(source: RankID(0))
    program.lanes = [Lane(kind: .stream, name: "20"), Lane(kind: .stream, name: "24")]
    program.laneRanges = [0..<1, 1..<2]
    program.operations = (0..<2).map {
      Operation(
        kind: .collective(call: $0), lane: $0, start: .origin, duration: .zero, event: $0)
    }
    program.dependencies = [[], []]
    let kinds = [CollectiveKind.allToAll, .allReduce]
    program.calls = kinds.indices.map { index in
      var call = RankProgram.Call(
        communication: Communication(kind: kinds[index], group: index), operation: index)
      call.slot = index
      return call
    }
    let payloads: [CollectiveInstance.Payload] = [
      .matrix(.uniform(bytesPerPair: Double(1 << 20))), .buffer(ByteCount(1 << 30)),
    ]
    return Workload(
      worldSize: ranks, groups: [RankFixture.world(ranks), RankFixture.world(ranks)],
      programs: [program], programOfRank: Array(repeating: 0, count: ranks),
      groupsOfRank: Array(repeating: [0, 1], count: ranks),
      instances: kinds.indices.map { index in
        CollectiveInstance(
          kind: kinds[index], group: index, sequence: 0, payload: payloads[index], root: nil,
          injectionCap: nil, capturedDuration: .zero)
      }, firstInstance: [0, 1],
      captured: CapturedStep(
        programs: [program], marks: [], lastArrival: { _, _ in .origin }),
      assumptions: [], log: .init())
  }

  @Test(
    "both are in flight, share the ports flow by flow, and end as a hand computation says",
    arguments: TransferTier.allCases)
  func together(tier: TransferTier) throws {
    let fabric = try FabricPreset.load(nameOrFile: "reference-switch")
    let placement = try PlacementPolicy.linear.place(worldSize: Self.ranks, on: fabric)
    let map = LinkMap(fabric, placement)
    let workload = Self.workload()
    var replayer = Replayer(
      PlanBuilder.plan(workload, capacities: map.capacities),
      lowering: CollectiveLowering(workload, map, options: LoweringOptions()), tier: tier)
    let result = try replayer.run()
    // The exchange has 63 MiB a port and 1 µs, the ring 2016 MiB and 126 µs. Until then the exchange
    // is alone; from then on a port has 63 of its flows and one of the ring's.
    let exchange = 63 * Self.mebibyte
    let shared = (exchange - 125) * 64 / 63
    let first = 126 + shared
    // No port is ever idle after 126 µs: the ring's bytes, and what the exchange had left.
    let last = 126 + 2016 * Self.mebibyte + (exchange - 125)
    func microseconds(_ index: Int) -> Double {
      (result.collectives[index].end - .origin).seconds * 1e6
    }
    #expect((microseconds(0) - first).magnitude < 1e-6)
    #expect((microseconds(1) - last).magnitude < 1e-6)
    // One at a time would take the sum.
    let sum = (1 + exchange) + (126 + 2016 * Self.mebibyte)
    #expect((sum - 5202.684).magnitude < 1e-3)
    #expect(result.stepTime.seconds * 1e6 < sum - 125)
  }
}
