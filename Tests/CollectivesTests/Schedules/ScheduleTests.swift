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

/// A fabric of equal pods whose switches may add up, with nodes where they are smaller than pods.
func podFabric(
  pods: Int, gpus: Int, node: Int? = nil, reduces: Bool = false, scaleOut: Bool = true
) throws -> Fabric {
  let text = """
    {"schema": "refract.fabric/1", "name": "test", "pods": \(pods),
     "pod": {"gpus": \(gpus)\(node.map { ", \"gpus_per_node\": \($0)" } ?? ""),
             "scale_up": {"bandwidth_gbps": 800, "hop_latency_ns": 500,
                          "in_network_reduction": \(reduces)}},
     "scale_out": {"bandwidth_gbps": 400, "hop_latency_ns": 1000}}
    """
  return try Fabric(
    FabricSpecification(JSONNode(parsing: Array(text.utf8), file: "fabric.json")))
}

/// Options that have one algorithm carry out all collectives of a kind.
func forcing(_ kind: CollectiveKind, _ algorithm: CollectiveAlgorithm) -> LoweringOptions {
  var rule = AlgorithmRule()
  rule.kind = kind
  rule.algorithm = .named(algorithm)
  var options = LoweringOptions()
  options.rules = [rule]
  return options
}

/// A lowering of one collective on a fabric, ranks in order.
func lowering(
  _ job: Workload, on fabric: Fabric, options: LoweringOptions
) throws -> (CollectiveLowering, LinkMap) {
  let placement = try PlacementPolicy.linear.place(worldSize: job.worldSize, on: fabric)
  let map = LinkMap(fabric, placement)
  return (CollectiveLowering(job, map, options: options), map)
}

@Suite("Algorithms against schedules of sends")
struct ScheduleTests {
  /// One pod, or pods of 4, the last perhaps with fewer.
  enum Shape: String, CaseIterable, Sendable {
    case onePod, podsOfFour

    var fabric: Fabric {
      get throws {
        try podFabric(
          pods: self == .onePod ? 1 : 5, gpus: self == .onePod ? 32 : 4,
          reduces: true)
      }
    }

    func pods(_ count: Int) -> [[Int]] {
      let size = self == .onePod ? count : 4
      return stride(from: 0, to: count, by: size).map { Array($0..<min(count, $0 + size)) }
    }
  }

  private static let bytes = 5040.0 * 4096

  private static func recorded(
    _ job: Workload, _ shape: Shape, _ options: LoweringOptions
  ) throws -> RecordingSink {
    let (lowering, _) = try lowering(job, on: shape.fabric, options: options)
    return try lowering.trace(0, into: RecordingSink(ranks: job.worldSize))
  }

  private static func agree(_ a: Double, _ b: Double) -> Bool {
    (a - b).magnitude <= 1e-9 * max(a.magnitude, b.magnitude)
  }

  private static func agree(_ a: [[Double]], _ b: [[Double]]) -> Bool {
    zip(a, b).allSatisfy { row, other in zip(row, other).allSatisfy { agree($0, $1) } }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var kind: CollectiveKind
    var algorithm: CollectiveAlgorithm
    var shape: Shape
    var testDescription: String { "\(kind.rawValue) \(algorithm.rawValue) \(shape.rawValue)" }
  }

  static let cases: [Case] = Shape.allCases.flatMap { shape in
    [CollectiveKind.allReduce, .reduceScatter, .allGather].flatMap { kind in
      CollectiveAlgorithm.choices(for: kind).map {
        Case(kind: kind, algorithm: $0, shape: shape)
      }
    }
  }.filter { $0.algorithm != .inNetwork }

  @Test(
    "every contribution ends where it should exactly once, and each pair's bytes are the lowering's",
    arguments: cases)
  func reductions(_ test: Case) throws {
    for count in 2...17 {
      let schedule = ReductionSchedule(
        kind: test.kind, pods: test.shape.pods(count), bytes: Self.bytes)
      let (movement, owner) =
        switch test.algorithm {
        case .ring: schedule.ring()
        case .direct: schedule.direct()
        case .tree: schedule.tree()
        case .halvingDoubling: schedule.halvingDoubling()
        default: schedule.hierarchical()
        }
      #expect(schedule.isDone(movement, owner: owner), "\(count) ranks")
      let job = workload(test.kind, .buffer(ByteCount(Int64(Self.bytes))), ranks: count)
      let sink = try Self.recorded(job, test.shape, forcing(test.kind, test.algorithm))
      let agrees = Self.agree(sink.bytes, movement.bytes)
      #expect(agrees, "\(count) ranks: \(sink.bytes), not \(movement.bytes)")
    }
  }

  @Test(
    "switches hand each member what it should have, and read and write what the lowering says",
    arguments: [CollectiveKind.allReduce, .reduceScatter, .allGather])
  func switches(_ kind: CollectiveKind) throws {
    for count in 2...17 {
      let schedule = ReductionSchedule(
        kind: kind, pods: Shape.onePod.pods(count), bytes: Self.bytes)
      let (movement, owner) = schedule.inNetwork()
      #expect(schedule.isDone(movement, owner: owner), "\(count) ranks")
      let job = workload(kind, .buffer(ByteCount(Int64(Self.bytes))), ranks: count)
      let sink = try Self.recorded(job, .onePod, forcing(kind, .inNetwork))
      for rank in 0..<count {
        let (up, down) = (movement.bytes[rank][count], movement.bytes[count][rank])
        #expect(Self.agree(sink.up[rank], up), "\(count) ranks")
        #expect(Self.agree(sink.down[rank], down), "\(count) ranks")
      }
      let straight = sink.bytes.flatMap(\.self).reduce(0, +)
      #expect(straight == 0)
    }
  }

  @Test(
    "broadcast and reduce, along chains and directly, from and to every root",
    arguments: Shape.allCases)
  func rooted(_ shape: Shape) throws {
    for count in 2...17 {
      for root in 0..<count {
        for kind in [CollectiveKind.broadcast, .reduce] {
          for algorithm in CollectiveAlgorithm.choices(for: kind) {
            let movement = Self.rooted(kind, algorithm, shape.pods(count), root)
            let job = workload(
              kind, .buffer(ByteCount(Int64(Self.bytes))), ranks: count, root: root)
            let sink = try Self.recorded(job, shape, forcing(kind, algorithm))
            let agrees = Self.agree(sink.bytes, movement.bytes)
            #expect(agrees, "\(count) ranks, \(kind.rawValue) \(algorithm.rawValue)")
          }
        }
      }
    }
  }

  /// Moves data from the root or to it, and checks that it came.
  private static func rooted(
    _ kind: CollectiveKind, _ algorithm: CollectiveAlgorithm, _ pods: [[Int]], _ root: Int
  ) -> DataMovement {
    let schedule = ReductionSchedule(kind: .allReduce, pods: pods, bytes: bytes)
    let rings = algorithm == .direct ? [Array(0..<schedule.count)] : schedule.rings()
    var movement = DataMovement(
      nodes: schedule.count, blocks: rings.count, origins: schedule.count,
      blockBytes: bytes / Double(rings.count)
    ) { node, _ in kind == .reduce || node == root ? [node] : [] }
    for (block, ring) in rings.enumerated() {
      let start = ring.firstIndex(of: root) ?? 0
      let line = ring.indices.map { ring[(start + $0) % ring.count] }
      var hops = zip(line, line.dropFirst()).map { ($0, $1) }
      if algorithm == .direct { hops = line.dropFirst().map { (root, $0) } }
      for (near, far) in kind == .broadcast ? hops : hops.reversed() {
        movement.step([
          kind == .broadcast
            ? .init(source: near, target: far, block: block, adds: false)
            : .init(source: far, target: near, block: block, adds: true)
        ])
      }
      for node in 0..<schedule.count where kind == .broadcast || node == root {
        let isRight =
          kind == .broadcast
          ? movement.holdsOnly(root, node, block) : movement.isComplete(node, block)
        #expect(isRight, "\(kind.rawValue) at \(node)")
      }
    }
    return movement
  }

  @Test("every part of an exchange ends at its receiver", arguments: Shape.allCases)
  func exchanges(_ shape: Shape) throws {
    for count in 2...17 {
      let rows = Self.skewed(count)
      let job = workload(.allToAll, .matrix(.rows(rows)), ranks: count)
      for algorithm in CollectiveAlgorithm.choices(for: .allToAll) {
        let expected = Self.exchange(algorithm, shape.pods(count), rows)
        let sink = try Self.recorded(job, shape, forcing(.allToAll, algorithm))
        let agrees = Self.agree(sink.bytes, expected)
        #expect(agrees, "\(count) ranks, \(algorithm.rawValue)")
      }
    }
  }

  private static func skewed(_ count: Int) -> [[Int64]] {
    var rows: [[Int64]] = []
    for i in 0..<count {
      var row: [Int64] = []
      for j in 0..<count {
        let mixed = (7 * i + 13 * j) % 11
        row.append(Int64(1000 * mixed))
      }
      rows.append(row)
    }
    return rows
  }

  /// Carries parcels about, each (from, to), and checks that they come.
  private static func exchange(
    _ algorithm: CollectiveAlgorithm, _ pods: [[Int]], _ rows: [[Int64]]
  ) -> [[Double]] {
    let count = rows.count
    var place = (0..<count).map { i in Array(repeating: i, count: count) }
    var bytes = Array(repeating: Array(repeating: 0.0, count: count), count: count)
    func move(_ i: Int, _ j: Int, _ target: Int) {
      let at = place[i][j]
      if at != target { bytes[at][target] += Double(rows[i][j]) }
      place[i][j] = target
    }
    switch algorithm {
    case .pairwise:
      for round in 1..<count {
        for i in 0..<count { move(i, (i + round) % count, (i + round) % count) }
      }
    case .railAligned:
      for pod in pods {
        for i in pod {
          for other in pods where other != pod {
            // Over the one at home whose place is the receiver's there.
            for (rail, j) in other.enumerated() { move(i, j, pod[rail % pod.count]) }
          }
        }
      }
      for i in 0..<count { for j in 0..<count { move(i, j, j) } }
    default: for i in 0..<count { for j in 0..<count { move(i, j, j) } }
    }
    for i in 0..<count { for j in 0..<count where i != j { #expect(place[i][j] == j) } }
    return bytes
  }

  @Test(
    "tokens: the mean over all choices of experts, each copy carried by hand",
    arguments: DeduplicationDomain.allCases, [TokenRouting.Direction.dispatch, .combine])
  func tokens(_ domain: DeduplicationDomain, _ direction: TokenRouting.Direction) throws {
    for count in [4, 6, 8, 10] {
      let routing = TokenRouting(
        direction: direction, tokens: 84, tokenBytes: 100, expertsPerToken: 2,
        experts: Int64(count))
      let pods = Shape.podsOfFour.pods(count)
      let expected = Self.carried(routing, pods, domain)
      var options = LoweringOptions()
      options.deduplication = domain
      let sink = try Self.recorded(
        workload(.allToAll, .routed(routing), ranks: count), .podsOfFour, options)
      let agrees = Self.agree(sink.bytes, expected)
      #expect(agrees, "\(count) ranks: \(sink.bytes), not \(expected)")
    }
  }

  /// An expert a rank, so a choice of experts is one of ranks.
  private static func carried(
    _ routing: TokenRouting, _ pods: [[Int]], _ domain: DeduplicationDomain
  ) -> [[Double]] {
    let count = Int(routing.experts)
    var bytes = Array(repeating: Array(repeating: 0.0, count: count), count: count)
    let choices = (0..<count).flatMap { a in (a + 1..<count).map { [a, $0] } }
    let share = Double(routing.tokens * routing.tokenBytes) / Double(choices.count)
    func carry(_ source: Int, _ target: Int) {
      guard source != target else { return }
      if routing.direction == .dispatch {
        bytes[source][target] += share
      } else {
        bytes[target][source] += share
      }
    }
    let forwards = (domain == .node || domain == .pod) && pods.count > 1
    for home in pods {
      for (place, source) in home.enumerated() {
        for choice in choices {
          for pod in pods {
            let hit = choice.filter(pod.contains)
            guard forwards, pod != home, !hit.isEmpty else {
              for target in hit { carry(source, target) }
              continue
            }
            let relay = pod[place % pod.count]
            carry(source, relay)
            for target in hit { carry(relay, target) }
          }
        }
      }
    }
    return bytes
  }
}
