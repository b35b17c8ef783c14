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

@Suite("Collectives on fabrics with faults, circuits and other jobs")
struct FaultReplayTests {
  private static func fabric(_ text: String) throws -> Fabric {
    try Fabric(FabricSpecification(JSONNode(parsing: Array(text.utf8), file: "fabric.json")))
  }

  private static func pod(_ gpus: Int, _ scaleUp: String, _ more: String = "") throws -> Fabric {
    try fabric(
      """
      {"schema": "refract.fabric/1", "name": "test",
       "pod": {"gpus": \(gpus),
               "scale_up": {"bandwidth_gbps": 800, "hop_latency_ns": 0\(scaleUp)}}\(more)}
      """)
  }

  private static let exchange = 64_000_000.0

  private static func time(_ fabric: Fabric, ranks: Int, tier: TransferTier = .coflow) throws
    -> Double
  {
    let work = workload(.allToAll, .matrix(.uniform(bytesPerPair: exchange)), ranks: ranks)
    let placement = try PlacementPolicy.linear.place(worldSize: ranks, on: fabric)
    let map = LinkMap(fabric, placement)
    var replayer = Replayer(
      PlanBuilder.plan(work, capacities: map.capacities),
      lowering: CollectiveLowering(work, map, options: LoweringOptions()), tier: tier)
    return try replayer.run().stepTime.seconds
  }

  @Test("one of eight sprayed planes lost: 8/7 as long", arguments: [TransferTier.coflow, .flow])
  func sprayed(tier: TransferTier) throws {
    let whole = try Self.time(try Self.pod(16, ", \"planes\": 8"), ranks: 16, tier: tier)
    let lost = try Self.time(
      try Self.pod(16, ", \"planes\": 8", ", \"fail\": [\"pod0/plane3\"]"), ranks: 16, tier: tier)
    let expected = 15 * Self.exchange / 100e9
    #expect((whole - expected).magnitude < 2e-12)
    let ratio = lost / whole * 7
    #expect((ratio - 8).magnitude < 1e-8)
  }

  @Test("hashed planes: as long as the fullest link of the worst plane says")
  func hashed() throws {
    for fail in ["", ", \"fail\": [\"pod0/plane3\"]"] {
      let fabric = try Self.pod(16, ", \"planes\": 8, \"balancing\": \"hash\"", fail)
      // Pairs on each port of each plane, counted from names.
      var pairs: [String: Int] = [:]
      for source in 0..<16 {
        for target in 0..<16 where source != target {
          for link in fabric.route(from: source, to: target).links {
            pairs[fabric.link(link).name, default: 0] += 1
          }
        }
      }
      let fullest = Double(pairs.values.max() ?? 0)
      let expected = fullest * Self.exchange / (100e9 / 8)
      let time = try Self.time(fabric, ranks: 16)
      #expect((time / expected - 1).magnitude < 1e-9)
      #expect(fail.isEmpty || !pairs.keys.contains { $0.contains("plane3") })
    }
  }

  @Test("a GPU's only port lost: its rank is named, in either tier")
  func cutOff() throws {
    let fabric = try Self.pod(4, "", ", \"fail\": [\"pod0/gpu2/plane\"]")
    for tier in [TransferTier.coflow, .flow] {
      let diagnostic = thrownDiagnostic { try Self.time(fabric, ranks: 4, tier: tier) }
      #expect(diagnostic?.code == .unreachable)
      #expect(diagnostic?.problem.contains("rank 2 on pod0/gpu2 can't reach 3 of the 3") == true)
    }
    #expect(try Self.time(fabric, ranks: 2) > 0, "a job that does not use it does not care")
  }

  // MARK: Circuits

  /// Two rings of six over circuits: neighbours, or every second GPU and one step on.
  private static func circuits(_ microseconds: Double, _ switching: String) throws -> Fabric {
    try pod(
      6,
      """
      , "topology": "circuits", "reconfiguration_us": \(microseconds),
      "switching": "\(switching)",
      "configurations": [
        {"name": "near", "torus": {"dimensions": [6]}},
        {"name": "far", "connections": [[0, 3, 4], [1, 4, 4], [2, 5, 4], [0, 1], [2, 3], [4, 5],
                                        [1, 2], [3, 4]]}]
      """)
  }

  /// Each phase after the one before it: exchanges with the neighbour, then with the GPU opposite.
  private static func phases(_ distances: [Int]) -> Workload {
    var work = workload(.allToAll, .matrix(.uniform(bytesPerPair: 0)), ranks: 6)
    var program = work.programs[0]
    let (operation, call, instance) = (program.operations[0], program.calls[0], work.instances[0])
    program.operations = []
    program.calls = []
    program.dependencies = distances.map { _ in [] }
    program.laneRanges = [0..<distances.count]
    var instances: [CollectiveInstance] = []
    for (index, distance) in distances.enumerated() {
      var next = operation
      next.kind = .collective(call: index)
      program.operations.append(next)
      var nextCall = call
      nextCall.operation = index
      nextCall.position = index
      program.calls.append(nextCall)
      var nextInstance = instance
      nextInstance.sequence = Int64(index)
      let rows = (0..<6).map { source in
        (0..<6).map { target in
          (source + distance) % 6 == target ? Int64(1_000_000_000) : 0
        }
      }
      nextInstance.payload = .matrix(.rows(rows))
      instances.append(nextInstance)
    }
    work.instances = InstanceTable(instances, firstInstance: [0])
    work.programs = [program]
    return work
  }

  private static func replay(_ work: Workload, _ fabric: Fabric, configuration: Int? = nil) throws
    -> (time: Double, changes: Int?)
  {
    let placement = try PlacementPolicy.linear.place(worldSize: 6, on: fabric)
    let map = LinkMap(
      configuration.map { fabric.lighting(configuration: $0) } ?? fabric, placement)
    let switching =
      configuration == nil
      ? CollectiveLowering.switching(work, map, options: LoweringOptions()) : nil
    let lowering: any Lowering =
      switching ?? CollectiveLowering(work, map, options: LoweringOptions())
    var replayer = Replayer(
      PlanBuilder.plan(work, capacities: map.capacities), lowering: lowering)
    return (try replayer.run().stepTime.seconds, switching?.changes)
  }

  @Test("circuits that switch in no time take phase by phase the best of the static configurations")
  func freeSwitching() throws {
    let fabric = try Self.circuits(0, "phase")
    let distances = [1, 3, 3, 1, 2, 3]
    var sum = 0.0
    for distance in distances {
      let alone = Self.phases([distance])
      sum += min(
        try Self.replay(alone, fabric, configuration: 0).time,
        try Self.replay(alone, fabric, configuration: 1).time)
    }
    let (time, changes) = try Self.replay(Self.phases(distances), fabric)
    #expect((time / sum - 1).magnitude < 1e-9)
    #expect((changes ?? 0) >= 2)
    let fixed = min(
      try Self.replay(Self.phases(distances), fabric, configuration: 0).time,
      try Self.replay(Self.phases(distances), fabric, configuration: 1).time)
    #expect(time < fixed * 0.99, "neither alone is as good")
  }

  @Test("circuits that need ten seconds never switch, and those that need little pay for it")
  func costlySwitching() throws {
    let distances = [1, 3, 3, 1, 2, 3]
    let (slow, none) = try Self.replay(Self.phases(distances), try Self.circuits(10e6, "phase"))
    let fixed = try Self.replay(
      Self.phases(distances), try Self.circuits(10e6, "none"), configuration: 0)
    #expect(none == 0 && slow == fixed.time)
    let (free, changes) = try Self.replay(Self.phases(distances), try Self.circuits(0, "phase"))
    let (paid, same) = try Self.replay(Self.phases(distances), try Self.circuits(100, "phase"))
    #expect(same == changes)
    let dark = paid - free
    #expect((dark - 100e-6 * Double(same ?? 0)).magnitude < 1e-9)
  }

  // MARK: Other jobs

  @Test("two jobs over one scale-out: each gets half of what they share, alone all of it")
  func twoJobs() throws {
    let fabric = try Self.fabric(
      """
      {"schema": "refract.fabric/1", "name": "test", "pods": 2,
       "pod": {"gpus": 4, "scale_up": {"bandwidth_gbps": 800, "hop_latency_ns": 0}},
       "scale_out": {"bandwidth_gbps": 400, "hop_latency_ns": 0, "oversubscription": 4}}
      """)
    let work = workload(.allToAll, .matrix(.uniform(bytesPerPair: Self.exchange)), ranks: 2)
    let (a, b) = (try place([0, 4], fabric), try place([1, 5], fabric))
    func replay(_ first: Placement, _ second: Placement?) throws -> Double {
      let map = try LinkMap.shared(fabric, [first] + (second.map { [$0] } ?? []))
      let plan = PlanBuilder.plan(work, capacities: map.capacities)
      let lowering = CollectiveLowering(work, map, options: LoweringOptions())
      guard second != nil else {
        var alone = Replayer(plan, lowering: lowering)
        return try alone.run().stepTime.seconds
      }
      let other = CollectiveLowering(
        work, map.numbered(from: 2), options: LoweringOptions())
      var both = Replayer(
        plan.joined(by: plan), lowering: JoinedLowering([(lowering, 1, 2), (other, 1, 2)]))
      let result = try both.run()
      #expect(result.parts.count == 2, "one job is looked at")
      return result.stepTime.seconds
    }
    // A pod carries out what one GPU has: 50 GB/s.
    let alone = Self.exchange / 50e9
    let times = [try replay(a, nil), try replay(a, b), try replay(b, a)]
    for (time, factor) in zip(times, [1.0, 2, 2]) {
      let expected = alone * factor
      #expect((time - expected).magnitude < 2e-12)
    }
    #expect(thrownDiagnostic { try replay(a, a) }?.code == .placementConflict)
  }

  private func place(_ gpus: [Int], _ fabric: Fabric) throws -> Placement {
    let directory = try TemporaryDirectory()
    let path = try directory.write(
      "placement.csv", "rank,gpu\n" + gpus.enumerated().map { "\($0),\($1)\n" }.joined())
    return try PlacementPolicy.file(path).place(worldSize: gpus.count, on: fabric)
  }
}
