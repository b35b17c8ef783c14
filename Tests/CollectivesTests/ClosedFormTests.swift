import Diagnostics
import Fabric
import JSON
import Placement
import Quantities
import Simulation
import TestSupport
import Testing
import Trace

@testable import Collectives
@testable import Workload

/// A workload of one collective and nothing else.
func workload(
  _ kind: CollectiveKind, _ payload: CollectiveInstance.Payload, ranks: Int, root: Int? = nil,
  injectionCap: Bandwidth? = nil
) -> Workload {
  var program = RankProgram(source: RankID(0))
  program.lanes = [Lane(kind: .stream, name: "7")]
  program.laneRanges = [0..<1]
  program.operations = [
    Operation(
      kind: .collective(call: 0), lane: 0, start: .origin, duration: .zero, event: 0)
  ]
  program.dependencies = [[]]
  program.calls = [
    RankProgram.Call(communication: Communication(kind: kind, group: 0), operation: 0)
  ]
  let captured = CapturedStep(
    programs: [program], marks: [], lastArrival: { _, _ in .origin })
  return Workload(
    worldSize: ranks, groups: [RankFixture.world(ranks)], programs: [program],
    programOfRank: Array(repeating: 0, count: ranks),
    groupsOfRank: Array(repeating: [0], count: ranks),
    instances: [
      CollectiveInstance(
        kind: kind, group: 0, sequence: 0, payload: payload, root: root,
        injectionCap: injectionCap, capturedDuration: .zero)
    ], firstInstance: [0], captured: captured, assumptions: [], log: .init())
}

/// Replays one collective alone.
func replayAlone(
  _ workload: Workload, on fabric: Fabric, options: LoweringOptions = LoweringOptions()
) throws -> ReplayResult {
  let placement = try PlacementPolicy.linear.place(worldSize: workload.worldSize, on: fabric)
  let map = LinkMap(fabric, placement)
  var replayer = Replayer(
    PlanBuilder.plan(workload, capacities: map.capacities),
    lowering: CollectiveLowering(workload, map, options: options))
  return try replayer.run()
}

/// A fabric from the few numbers that matter to a test.
func fabric(
  pods: Int = 1, gpus: Int, gbps: Double = 800, hop: Double = 500, scaleOut: Double? = nil,
  oversubscription: Double = 1
) throws -> Fabric {
  var text = """
    {"schema": "refract.fabric/1", "name": "test", "pods": \(pods), "pod": {"gpus": \(gpus),
     "scale_up": {"bandwidth_gbps": \(gbps), "hop_latency_ns": \(hop)}}
    """
  if let scaleOut {
    text += """
      , "scale_out": {"bandwidth_gbps": \(scaleOut), "hop_latency_ns": 1000,
      "oversubscription": \(oversubscription)}
      """
  }
  return try Fabric(
    try FabricSpecification(JSONNode(parsing: Array((text + "}").utf8), file: "test")))
}

@Suite("Closed forms of lone collectives")
struct ClosedFormTests {
  /// Within 1e-9 or a picosecond, whichever is more.
  private static func expect(
    _ result: ReplayResult, takes seconds: Double,
    sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) {
    let difference = (result.stepTime.seconds - seconds).magnitude
    #expect(
      difference <= max(1e-12, 1e-9 * seconds), "\(result.stepTime.seconds), not \(seconds)",
      sourceLocation: sourceLocation)
  }

  @Test(
    "uniform all-to-all: bytes · (n−1)/n over the port, and a path's latency",
    arguments: [2, 3, 8, 64])
  func allToAll(n: Int) throws {
    let bytes = 64.0 * 1024 * 1024
    let result = try replayAlone(
      workload(.allToAll, .matrix(.uniform(bytesPerPair: bytes / Double(n))), ranks: n),
      on: FabricPreset.load(nameOrFile: "reference-switch"))
    let port = 400 * 1_073_741_824.0
    Self.expect(result, takes: bytes * Double(n - 1) / Double(n) / port + 1e-6)
    let crossed = Double(n) * bytes * Double(n - 1) / Double(n)
    let carried = result.links.reduce(0) { $0 + $1.bytes }
    #expect((carried - 2 * crossed).magnitude <= 1e-6 * crossed, "bytes in are bytes delivered")
  }

  @Test("a hybrid cube mesh as two quads: rings get six links, all-to-alls what joins the quads")
  func cubeMesh() throws {
    let fabric = try FabricPreset.load(nameOrFile: "dgx-v100-8")
    let bytes = 64.0 * 1024 * 1024
    let ring = try replayAlone(
      workload(.allReduce, .buffer(ByteCount(Int64(bytes))), ranks: 8), on: fabric)
    // 6 hops in quads and 2 between them but the shortest, twice.
    Self.expect(ring, takes: 2 * 7 / 8 * bytes / 150e9 + 2 * 4.5e-6)
    let all = try replayAlone(
      workload(.allToAll, .matrix(.uniform(bytesPerPair: bytes / 8)), ranks: 8), on: fabric)
    // 16 pairs cross the 6 links between the quads.
    Self.expect(all, takes: 16 * bytes / 8 / 150e9 + 1e-6)
  }

  @Test("a shared scale-up carries all that moves at the rate of one port")
  func sharedScaleUp() throws {
    let bytes = 1024.0 * 1024
    let result = try replayAlone(
      workload(.allToAll, .matrix(.uniform(bytesPerPair: bytes)), ranks: 4),
      on: FabricPreset.load(nameOrFile: "gloo-host"))
    Self.expect(result, takes: 12 * bytes / 0.35e9 + 880e-6)
    // Out of a rank, through what all share, into a rank.
    let carried = result.links.reduce(0) { $0 + $1.bytes }
    #expect((carried - 3 * 12 * bytes).magnitude < 1)
  }

  @Test(
    "the published figures of the reference switch", arguments: [(64, 154_809), (512, 156_945)])
  func publishedAllToAll(n: Int, nanoseconds: Int64) throws {
    let result = try replayAlone(
      workload(
        .allToAll, .matrix(.uniform(bytesPerPair: 67_108_864 / Double(n))), ranks: n),
      on: FabricPreset.load(nameOrFile: "reference-switch"))
    #expect((result.stepTime.nanosecondsRounded - nanoseconds).magnitude <= 1)
  }

  @Test("ring all-reduce: 2(n−1)/n · S / B + 2(n−1) · α", arguments: [2, 5, 64])
  func allReduce(n: Int) throws {
    let bytes: Int64 = 1 << 30
    let result = try replayAlone(
      workload(.allReduce, .buffer(ByteCount(bytes)), ranks: n),
      on: FabricPreset.load(nameOrFile: "reference-switch"))
    let steps = Double(2 * (n - 1))
    Self.expect(
      result, takes: steps / Double(n) * Double(bytes) / (400 * 1_073_741_824.0) + steps * 1e-6)
  }

  @Test("the published figures of ring all-reduce", arguments: [(64, 5_047_875), (512, 6_012_234)])
  func publishedAllReduce(n: Int, nanoseconds: Int64) throws {
    let result = try replayAlone(
      workload(.allReduce, .buffer(ByteCount(1 << 30)), ranks: n),
      on: FabricPreset.load(nameOrFile: "reference-switch"))
    #expect((result.stepTime.nanosecondsRounded - nanoseconds).magnitude <= 1)
  }

  @Test(
    "reduce-scatter and all-gather are half of it",
    arguments: [CollectiveKind.reduceScatter, .allGather])
  func halves(kind: CollectiveKind) throws {
    let result = try replayAlone(
      workload(kind, .buffer(ByteCount(800_000)), ranks: 8), on: fabric(gpus: 8))
    // 7/8 of 800 kB at 100 GB/s, 7 steps of 1 µs.
    Self.expect(result, takes: 7e-6 + 7e-6)
  }

  @Test(
    "broadcast and reduce run along a chain",
    arguments: [CollectiveKind.broadcast, .reduce])
  func chain(kind: CollectiveKind) throws {
    let result = try replayAlone(
      workload(kind, .buffer(ByteCount(1_000_000)), ranks: 4, root: 2), on: fabric(gpus: 4))
    Self.expect(result, takes: 10e-6 + 3e-6)
    // The root sends in a broadcast and receives in a reduce, never both.
    #expect(result.links.count { $0.bytes > 0 } == 6)
  }

  @Test(
    "gather and scatter meet at the root's port",
    arguments: [CollectiveKind.gather, .scatter])
  func rooted(kind: CollectiveKind) throws {
    let result = try replayAlone(
      workload(kind, .buffer(ByteCount(400_000)), ranks: 4, root: 0), on: fabric(gpus: 4))
    Self.expect(result, takes: 3e-6 + 1e-6)
  }

  /// 2 pods of 4 on 400 Gb/s NICs (2 µs a path) and 800 Gb/s planes (1 µs a path).
  private static func twoPods() throws -> Fabric { try fabric(pods: 2, gpus: 4, scaleOut: 400) }

  @Test("rings over two pods use every NIC, and pay each hop once a round but the shortest")
  func ringsOverPods() throws {
    // 4 rings of 8 hops, two between pods: each NIC carries a quarter of 2 · 7/8 · 8 MB at 50 GB/s,
    // each port three quarters of it at 100 GB/s; a round is 5 · 1 + 2 · 2 µs.
    let result = try replayAlone(
      workload(.allReduce, .buffer(ByteCount(8_000_000)), ranks: 8), on: Self.twoPods())
    Self.expect(result, takes: 2 * 7e6 * 0.75 / 100e9 + 18e-6)
    let nics = result.links.count { ($0.bytes - 2 * 7e6 / 4).magnitude < 1 }
    #expect(nics == 16, "every NIC, both ways")
  }

  @Test("a chain over two pods pays the sum of its hops")
  func chainOverPods() throws {
    let result = try replayAlone(
      workload(.broadcast, .buffer(ByteCount(8_000_000)), ranks: 8, root: 0), on: Self.twoPods())
    // Chains from the root along 4 rings; the longest way is 6 hops inside and one or two across.
    #expect(result.stepTime.seconds >= 6e-6 + 2e-6)
    #expect(result.stepTime.seconds <= 8e6 / 50e9 + 6e-6 + 4e-6)
  }

  @Test("forwarding inside a domain comes behind crossing: both latencies, once each")
  func forwarding() throws {
    let routing = TokenRouting(
      direction: .dispatch, tokens: 1, tokenBytes: 1, expertsPerToken: 2, experts: 8)
    let result = try replayAlone(
      workload(.allToAll, .routed(routing), ranks: 8), on: Self.twoPods())
    #expect((result.stepTime.seconds - 3e-6).magnitude < 1e-9)
  }

  @Test("a forwarded pair is one flow, however many it forwards for")
  func flowsOfRouting() throws {
    let routing = TokenRouting(
      direction: .dispatch, tokens: 100, tokenBytes: 100, expertsPerToken: 2, experts: 8)
    let job = workload(.allToAll, .routed(routing), ranks: 8)
    let fabric = try Self.twoPods()
    let map = LinkMap(fabric, try PlacementPolicy.linear.place(worldSize: 8, on: fabric))
    let lowered = try CollectiveLowering(job, map, options: LoweringOptions()).lower(0)
    // Each rank to its like in the other pod, and to the 3 others of its own.
    #expect(lowered.phases[0].transfers[0].fairShare == 8 * 4)
  }

  @Test("a barrier pays ⌈log₂ n⌉ latencies", arguments: [(2, 1), (5, 3), (8, 3), (64, 6)])
  func barrier(n: Int, rounds: Int) throws {
    let result = try replayAlone(workload(.barrier, .none, ranks: n), on: fabric(gpus: 64))
    #expect(result.stepTime == .nanoseconds(Int64(rounds) * 1000))
  }

  @Test("send and receive: bytes over the path")
  func send() throws {
    let result = try replayAlone(
      workload(.send, .buffer(ByteCount(500_000)), ranks: 2), on: fabric(gpus: 2))
    Self.expect(result, takes: 5e-6 + 1e-6)
  }

  @Test("a group of one takes no time")
  func groupOfOne() throws {
    let result = try replayAlone(
      workload(.allReduce, .buffer(ByteCount(500_000)), ranks: 1), on: fabric(gpus: 1))
    #expect(result.stepTime == .zero)
  }

  @Test("a skewed all-to-all ends at its bound, the busiest port")
  func skewed() throws {
    let rows: [[Int64]] = [[0, 100_000, 900_000], [50_000, 0, 50_000], [10_000, 10_000, 0]]
    let result = try replayAlone(
      workload(.allToAll, .matrix(.rows(rows)), ranks: 3), on: fabric(gpus: 3))
    Self.expect(result, takes: 10e-6 + 1e-6)
  }

  /// Two senders, each with 5 units for X and nine flows of 0.5 for others, over unit links: flows
  /// that share max-min fairly take 14 units of time, the coflow ends at its bound of 10.
  @Test("where flows would take 14, a coflow takes its bound of 10")
  func coflowBound() throws {
    var rows = [[Int64]](repeating: Array(repeating: 0, count: 21), count: 21)
    let unit: Int64 = 100_000
    for sender in 0..<2 {
      rows[sender][2] = 5 * unit
      for other in 0..<9 { rows[sender][3 + 9 * sender + other] = unit / 2 }
    }
    let result = try replayAlone(
      workload(.allToAll, .matrix(.rows(rows)), ranks: 21), on: fabric(gpus: 21, hop: 0))
    Self.expect(result, takes: 10e-6)
  }

  @Test("an oversubscribed scale-out holds at the pods' trunks")
  func oversubscription() throws {
    func time(_ factor: Double) throws -> Double {
      try replayAlone(
        workload(.allToAll, .matrix(.uniform(bytesPerPair: 100_000)), ranks: 8),
        on: fabric(pods: 2, gpus: 4, scaleOut: 400, oversubscription: factor)
      ).stepTime.seconds
    }
    // Each GPU sends 4 · 100 kB to the other pod: 8 µs at 50 GB/s, 32 µs when 4:1; 2 µs latency.
    #expect((try time(1) - 10e-6).magnitude < 1e-12)
    #expect((try time(4) - 34e-6).magnitude < 1e-12)
  }

  @Test("an injection cap holds back as a port would")
  func injectionCap() throws {
    let result = try replayAlone(
      workload(
        .allToAll, .matrix(.uniform(bytesPerPair: 100_000)), ranks: 5,
        injectionCap: .gigabitsPerSecond(80)), on: fabric(gpus: 5))
    Self.expect(result, takes: 40e-6 + 1e-6)
  }

  @Test("a wider link never makes a lone collective slower")
  func monotone() throws {
    var last = Double.infinity
    for gbps in stride(from: 100.0, through: 3200, by: 100) {
      let time = try replayAlone(
        workload(.allToAll, .matrix(.uniform(bytesPerPair: 12_345)), ranks: 6),
        on: fabric(gpus: 6, gbps: gbps)
      ).stepTime.seconds
      #expect(time <= last)
      last = time
    }
  }
}
