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

@Suite("Closed forms of chosen algorithms")
struct AlgorithmTests {
  private static let bytes = 5040.0 * 4096
  /// Of `reference-switch`, and of the pods of the tests, in bytes/s; latencies of a path.
  private static let port = 400 * 1_073_741_824.0
  private static let (up, out) = (100e9, 50e9)
  private static let (alphaUp, alphaOut) = (1e-6, 2e-6)

  private static func job(_ kind: CollectiveKind, _ ranks: Int) -> Workload {
    workload(kind, .buffer(ByteCount(Int64(bytes))), ranks: ranks)
  }

  private static func time(
    _ job: Workload, on fabric: Fabric, _ options: LoweringOptions,
    tier: TransferTier = .coflow
  ) throws -> Double {
    let (lowering, map) = try lowering(job, on: fabric, options: options)
    var replayer = Replayer(
      PlanBuilder.plan(job, capacities: map.capacities), lowering: lowering, tier: tier)
    return try replayer.run().stepTime.seconds
  }

  /// Within 1e-9 or a picosecond a phase, whichever is more.
  private static func expect(
    _ time: Double, is seconds: Double, phases: Int = 1, _ what: String,
    sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) {
    let difference = (time - seconds).magnitude
    let bound = max(1e-12 * Double(phases), 1e-9 * seconds)
    #expect(
      difference <= bound, "\(what): \(time), not \(seconds)", sourceLocation: sourceLocation)
  }

  private static func log2Ceiling(_ n: Int) -> Double {
    var (power, log) = (1, 0.0)
    while power < n { (power, log) = (power * 2, log + 1) }
    return log
  }

  /// S / B and α, on one switch.
  private static func onSwitch(
    _ kind: CollectiveKind, _ algorithm: CollectiveAlgorithm, _ n: Int
  ) -> Double {
    let (whole, count) = (bytes / port, Double(n))
    let spread = (count - 1) / count * whole
    let rounds = kind == .allReduce ? 2.0 : 1
    switch algorithm {
    case .ring: return rounds * (spread + (count - 1) * 1e-6)
    case .direct where kind == .broadcast || kind == .reduce: return (count - 1) * whole + 1e-6
    case .direct: return spread + 1e-6
    case .chain: return whole + (count - 1) * 1e-6
    case .tree:
      let load = n == 2 ? 1 : n == 3 ? 1.5 : 2.0
      return load * whole + 2 * log2Ceiling(n) * 1e-6
    case .hierarchical: return 2 * spread + 2e-6
    case .halvingDoubling: return halving(kind, n, whole)
    default: return 0
    }
  }

  private static func halving(_ kind: CollectiveKind, _ n: Int, _ whole: Double) -> Double {
    var core = 1
    while core * 2 <= n { core *= 2 }
    let (rest, block, rounds) = (n - core, whole / Double(n), log2Ceiling(core))
    // Blocks that the one sends who sends the most.
    let gathered = (1...Int(max(1, rounds))).reduce(0.0) { sum, round in
      guard core > 1 else { return sum }
      let step = 1 << round
      let alike = core / step
      let most =
        (0..<step).map { first in
          alike + stride(from: first, to: core, by: step).count { $0 < rest }
        }.max() ?? 0
      return sum + Double(most) * block
    }
    let folds = rest > 0 ? 1.0 : 0
    switch kind {
    case .allReduce:
      let share = Double(core - 1) / Double(core)
      return 2 * (share * whole + rounds * 1e-6) + 2 * folds * (whole + 1e-6)
    case .reduceScatter:
      return gathered + rounds * 1e-6 + folds * (whole + block + 2e-6)
    default:
      return gathered + rounds * 1e-6 + folds * (whole + 2e-6)
    }
  }

  static let kinds = [
    CollectiveKind.allReduce, .reduceScatter, .allGather, .broadcast, .reduce,
  ]

  @Test("every algorithm on one switch, groups of 2 to 17, 64 and 512", arguments: kinds)
  func onOneSwitch(_ kind: CollectiveKind) throws {
    let fabric = try FabricPreset.load(nameOrFile: "reference-switch")
    for algorithm in CollectiveAlgorithm.choices(for: kind) where algorithm != .inNetwork {
      for n in Array(2...17) + [64, 512] {
        let time = try Self.time(Self.job(kind, n), on: fabric, forcing(kind, algorithm))
        Self.expect(
          time, is: Self.onSwitch(kind, algorithm, n), phases: 2 * n,
          "\(algorithm.rawValue) of \(n)")
      }
    }
  }

  @Test(
    "flow by flow a lone collective takes as long as its coflow on one switch", arguments: kinds)
  func flows(_ kind: CollectiveKind) throws {
    let fabric = try podFabric(pods: 1, gpus: 16, reduces: true)
    for algorithm in CollectiveAlgorithm.choices(for: kind) {
      for n in [2, 4, 8, 16] {
        let options = forcing(kind, algorithm)
        let whole = try Self.time(Self.job(kind, n), on: fabric, options)
        let single = try Self.time(Self.job(kind, n), on: fabric, options, tier: .flow)
        guard algorithm == .tree, n > 4 else {
          Self.expect(single, is: whole, phases: 2 * n, "\(algorithm.rawValue) of \(n)")
          continue
        }
        // Where both trees join a pair, the flow of both claims but one share.
        let ratio = single / whole
        #expect(ratio > 1.05 && ratio < 1.09, "tree of \(n)")
      }
    }
  }

  @Test("two levels over p pods of m: three stages, at once or one after the other")
  func hierarchical() throws {
    for (p, m) in [(2, 4), (3, 8), (5, 1), (2, 3)] {
      let fabric = try podFabric(pods: p, gpus: m)
      let (pods, members) = (Double(p), Double(m))
      let inside = 2 * (members - 1) / members * Self.bytes / Self.up
      let across = 2 * (pods - 1) / pods * Self.bytes / members / Self.out
      let latency = (m > 1 ? 2 * Self.alphaUp : 0) + 2 * (pods - 1) * Self.alphaOut
      var options = forcing(.allReduce, .hierarchical)
      let job = Self.job(.allReduce, p * m)
      Self.expect(
        try Self.time(job, on: fabric, options), is: max(inside, across) + latency,
        "\(p) pods of \(m)")
      options.stages = .serial
      Self.expect(
        try Self.time(job, on: fabric, options), is: inside + across + latency, phases: 3,
        "\(p) pods of \(m), serial")
    }
  }

  @Test("trees between pods and chains inside, each pod's every member once a head")
  func treeOverPods() throws {
    for (p, m) in [(4, 4), (8, 2), (6, 8)] {
      let (pods, members) = (Double(p), Double(m))
      let inside = 2 * (members - 1) / members * Self.bytes / Self.up
      let across = 2 * Self.bytes / members / Self.out
      let latency =
        2 * ((members - 1) * Self.alphaUp + Self.log2Ceiling(p) * Self.alphaOut)
      let time = try Self.time(
        Self.job(.allReduce, p * m), on: podFabric(pods: p, gpus: m), forcing(.allReduce, .tree))
      Self.expect(time, is: max(inside, across) + latency, "\(pods) pods of \(m)")
    }
  }

  @Test("switches that add up: (n+1)/n of the buffer, and once it to scatter or to gather")
  func inNetwork() throws {
    for n in [2, 3, 8, 16] {
      let fabric = try podFabric(pods: 1, gpus: 16, reduces: true)
      let whole = Self.bytes / Self.up
      let count = Double(n)
      let forms = [
        (CollectiveKind.allReduce, (count + 1) / count * whole + 2e-6),
        (.reduceScatter, whole + 1e-6), (.allGather, whole + 1e-6),
      ]
      for (kind, expected) in forms {
        let time = try Self.time(Self.job(kind, n), on: fabric, forcing(kind, .inNetwork))
        Self.expect(time, is: expected, "\(kind.rawValue) of \(n)")
      }
    }
  }

  @Test("over pods switches reduce inside and rings between")
  func inNetworkOverPods() throws {
    let fabric = try podFabric(pods: 3, gpus: 4, reduces: true)
    var options = forcing(.allReduce, .inNetwork)
    options.stages = .serial
    let across = 2.0 * 2 / 3 * Self.bytes / 4 / Self.out
    let expected = 2 * (Self.bytes / Self.up + 1e-6) + across + 4 * Self.alphaOut
    Self.expect(
      try Self.time(Self.job(.allReduce, 12), on: fabric, options), is: expected, phases: 3,
      "3 pods of 4")
  }

  @Test("switches that add up with planes lost, and in a pod that is oversubscribed")
  func inNetworkWithLess() throws {
    func seconds(_ scaleUp: String, _ more: String = "") throws -> Double {
      let text = """
        {"schema": "refract.fabric/1", "name": "test",
         "pod": {"gpus": 8,
                 "scale_up": {"bandwidth_gbps": 800, "hop_latency_ns": 500,
                              "in_network_reduction": true\(scaleUp)}}\(more)}
        """
      let fabric = try Fabric(
        FabricSpecification(JSONNode(parsing: Array(text.utf8), file: "fabric.json")))
      return try Self.time(Self.job(.allReduce, 8), on: fabric, forcing(.allReduce, .inNetwork))
    }
    let whole = 9.0 / 8 * Self.bytes / Self.up
    Self.expect(try seconds(", \"planes\": 4"), is: whole + 2e-6, "4 planes")
    Self.expect(
      try seconds(", \"planes\": 4", ", \"fail\": [\"pod0/plane3\"]"),
      is: whole * 4 / 3 + 2e-6, "3 of 4 planes")
    // What the pod's GPUs share carries what all of them write.
    Self.expect(
      try seconds(", \"oversubscription\": 2"), is: whole * 2 + 2e-6, "oversubscribed")
  }

  @Test("where switches don't add up, asking for it is refused, and the least time passes it over")
  func refused() throws {
    let fabric = try podFabric(pods: 1, gpus: 8)
    let error = thrownDiagnostic {
      _ = try Self.time(Self.job(.allReduce, 8), on: fabric, forcing(.allReduce, .inNetwork))
    }
    #expect(error?.code == .usage)
    #expect(error?.problem.contains("do not add up") == true)
    let pods = try podFabric(pods: 2, gpus: 4, reduces: true)
    let scattered = thrownDiagnostic {
      _ = try Self.time(
        Self.job(.reduceScatter, 8), on: pods, forcing(.reduceScatter, .inNetwork))
    }
    #expect(scattered?.problem.contains("over several pods") == true)
  }

  // MARK: Exchanges

  private static func exchange(_ n: Int, _ pair: Double) -> Workload {
    workload(.allToAll, .matrix(.uniform(bytesPerPair: pair)), ranks: n)
  }

  @Test("pairwise: n−1 rounds of a latency and a pair's bytes", arguments: [2, 3, 8, 17, 64])
  func pairwise(n: Int) throws {
    let time = try Self.time(
      Self.exchange(n, 65536), on: FabricPreset.load(nameOrFile: "reference-switch"),
      forcing(.allToAll, .pairwise))
    let rounds = Double(n - 1)
    Self.expect(time, is: rounds * (1e-6 + 65536 / Self.port), phases: n, "\(n)")
  }

  @Test("pairwise and skewed: the sum of what holds each round up")
  func skewedPairwise() throws {
    let rows: [[Int64]] = [[0, 100_000, 900_000], [50_000, 0, 50_000], [10_000, 10_000, 0]]
    let time = try Self.time(
      workload(.allToAll, .matrix(.rows(rows)), ranks: 3), on: podFabric(pods: 1, gpus: 3),
      forcing(.allToAll, .pairwise))
    // Round 1: 0→1 and 1→2 and 2→0; round 2: 0→2, 1→0, 2→1.
    Self.expect(time, is: 1e-6 + 1e-6 + 1e-6 + 9e-6, phases: 2, "three ranks")
  }

  @Test("rail-aligned: inside first, then across, at once or one after the other")
  func railAligned() throws {
    for (p, m) in [(2, 4), (4, 8), (3, 2)] {
      let (n, pair) = (Double(p * m), 65536.0)
      let others = n - Double(m)
      let forwarded = others * Double(m - 1) / Double(m)
      let inside = (Double(m - 1) + forwarded) * pair / Self.up
      let across = others * pair / Self.out
      var options = forcing(.allToAll, .railAligned)
      let job = Self.exchange(p * m, pair)
      let fabric = try podFabric(pods: p, gpus: m, node: m)
      Self.expect(
        try Self.time(job, on: fabric, options), is: max(inside, across) + 3e-6, "\(p) of \(m)")
      options.stages = .serial
      Self.expect(
        try Self.time(job, on: fabric, options), is: inside + across + 3e-6, phases: 2,
        "\(p) of \(m), serial")
    }
  }

  @Test("tokens with stages in series take the time of both tiers, one after the other")
  func serialTokens() throws {
    let fabric = try podFabric(pods: 2, gpus: 4)
    for direction in [TokenRouting.Direction.dispatch, .combine] {
      let routing = TokenRouting(
        direction: direction, tokens: 4096, tokenBytes: 1024, expertsPerToken: 2, experts: 8)
      var options = LoweringOptions()
      options.stages = .serial
      let job = workload(.allToAll, .routed(routing), ranks: 8)
      let time = try Self.time(job, on: fabric, options)
      let tokens = 4096.0 * 1024
      // Of 28 choices of two experts 6 miss a pod of four; 7 have any one expert.
      let across = (1 - 6.0 / 28) * tokens / Self.out
      // From home to three, and for the four of the other pod's like to three.
      let inside = (3 + 3) * 7.0 / 28 * tokens / Self.up
      Self.expect(time, is: across + inside + 3e-6, phases: 2, direction.rawValue)
      let phases = try lowering(job, on: fabric, options: options).0.lower(0).phases
      let latencies = phases.map(\.latency.seconds)
      #expect(latencies == (direction == .dispatch ? [2e-6, 1e-6] : [1e-6, 2e-6]))
    }
  }

  @Test("channels limit the rings between pods, and with them the NICs")
  func channels() throws {
    let fabric = try podFabric(pods: 2, gpus: 4)
    for channels in 1...4 {
      var options = LoweringOptions()
      var rule = AlgorithmRule()
      rule.channels = channels
      options.rules = [rule]
      let time = try Self.time(Self.job(.allReduce, 8), on: fabric, options)
      let steps = 2.0 * 7 / 8 * Self.bytes
      let across = steps / Double(channels) / Self.out
      // All rings cross six hops inside; at a port as many as do not leave there.
      let inside = channels == 4 ? steps * 0.75 / Self.up : steps / Self.up
      Self.expect(time, is: max(across, inside) + 18e-6, "\(channels) channels")
    }
  }
}
