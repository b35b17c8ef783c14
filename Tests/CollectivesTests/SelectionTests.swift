import Fabric
import Placement
import Quantities
import Simulation
import Testing
import Trace

@testable import Collectives
@testable import Workload

@Suite("How collectives are chosen, and their latencies")
struct SelectionTests {
  private static func lowered(
    _ job: Workload, _ fabric: Fabric, _ options: LoweringOptions
  ) throws -> (name: String, seconds: Double, bytes: Double) {
    let (lowering, map) = try lowering(job, on: fabric, options: options)
    let lowered = try lowering.lower(0)
    let bytes = lowered.phases.flatMap(\.transfers).reduce(0) { $0 + $1.bytes }
    return (lowered.algorithm, lowered.loneTime(capacities: map.capacities).seconds, bytes)
  }

  private static func buffer(_ kind: CollectiveKind, _ bytes: Int64, _ ranks: Int) -> Workload {
    workload(kind, .buffer(ByteCount(bytes)), ranks: ranks)
  }

  private static func least(_ model: LatencyModel = .alphaBeta) -> LoweringOptions {
    var rule = AlgorithmRule()
    rule.algorithm = .least
    var options = LoweringOptions()
    options.rules = [rule]
    options.latency = model
    return options
  }

  @Test("the least time is that of the best of all that could be forced")
  func leastIsBest() throws {
    for fabric in [
      try podFabric(pods: 1, gpus: 16, reduces: true), try podFabric(pods: 4, gpus: 4),
    ] {
      for kind in [CollectiveKind.allReduce, .reduceScatter, .allGather, .broadcast] {
        for bytes in [Int64(1024), 1 << 20, 1 << 30] {
          let job = Self.buffer(kind, bytes, 16)
          let chosen = try Self.lowered(job, fabric, Self.least())
          let forced = CollectiveAlgorithm.choices(for: kind).compactMap {
            try? Self.lowered(job, fabric, forcing(kind, $0))
          }
          let best = forced.map(\.seconds).min()
          #expect(chosen.seconds == best)
          #expect(forced.contains { $0.name == chosen.name })
        }
      }
    }
  }

  @Test("small all-reduces go with few steps, large ones with few bytes")
  func crossover() throws {
    let fabric = try podFabric(pods: 1, gpus: 64)
    let small = try Self.lowered(Self.buffer(.allReduce, 64, 64), fabric, Self.least())
    #expect(small.name == "hierarchical", "two steps in all")
    var without = Self.least()
    var rule = AlgorithmRule()
    rule.algorithm = .named(.halvingDoubling)
    rule.maximumBytes = 1 << 20
    without.rules.insert(rule, at: 0)
    let ruled = try Self.lowered(Self.buffer(.allReduce, 64, 64), fabric, without)
    #expect(ruled.name == "halving-doubling")
    let large = try Self.lowered(Self.buffer(.allReduce, 1 << 30, 64), fabric, without)
    #expect(large.name != "halving-doubling")
  }

  @Test("the first rule that is about a collective and says something counts, thing by thing")
  func firstRule() throws {
    let fabric = try podFabric(pods: 1, gpus: 8)
    var named = AlgorithmRule()
    named.kind = .allReduce
    named.group = "default_pg"
    named.minimumMembers = 4
    named.algorithm = .named(.tree)
    var cap = AlgorithmRule()
    cap.algorithm = .named(.halvingDoubling)
    cap.injectionCap = Bandwidth(bytesPerSecond: 1e9)
    var options = LoweringOptions()
    options.rules = [named, cap]
    let eight = try Self.lowered(Self.buffer(.allReduce, 8_000_000, 8), fabric, options)
    #expect(eight.name == "tree")
    // 16 MB at 1 GB/s, and twice three hops.
    #expect((eight.seconds - 16e-3 - 6e-6).magnitude < 1e-11)
    let two = try Self.lowered(Self.buffer(.allReduce, 8_000_000, 2), fabric, options)
    #expect(two.name == "halving-doubling")
  }

  @Test("an option of the command line that is about nothing is found")
  func idle() {
    var options = forcing(.allGather, .direct)
    options.rules[0].word = "all_gather=direct"
    let job = Self.buffer(.allReduce, 1024, 4)
    #expect(options.idleChoice(in: job) == "all_gather=direct")
    options.rules[0].kind = .allReduce
    #expect(options.idleChoice(in: job) == nil)
  }

  @Test("without latency only bytes count")
  func none() throws {
    var options = LoweringOptions()
    options.latency = .none
    let fabric = try podFabric(pods: 2, gpus: 4)
    let ring = try Self.lowered(Self.buffer(.allReduce, 8_000_000, 8), fabric, options)
    #expect((ring.seconds - 2 * 7e6 * 0.75 / 100e9).magnitude < 1e-12)
    let barrier = try Self.lowered(workload(.barrier, .none, ranks: 8), fabric, options)
    #expect(barrier.seconds == 0)
  }

  private static func nccl(_ transport: TransportProtocol, _ algorithm: CollectiveAlgorithm)
    -> LoweringOptions
  {
    var options = forcing(.allReduce, algorithm)
    options.latency = .nccl
    options.rules[0].transport = transport
    return options
  }

  @Test(
    "NCCL's model: base, steps, and bytes with their flags", arguments: TransportProtocol.allCases)
  func nccl(_ transport: TransportProtocol) throws {
    let bytes = 8_000_000.0
    let inflation: Double
    // Base, step in a pod and between, of rings and then of trees, in µs.
    let ring: (Double, Double, Double)
    let tree: (Double, Double, Double)
    switch transport {
    case .ll: (inflation, ring, tree) = (2, (6.6, 0.6, 2.7), (6.8, 0.6, 5.0))
    case .ll128: (inflation, ring, tree) = (128.0 / 120, (14, 1.9, 4), (14, 1.25, 8.5))
    case .simple: (inflation, ring, tree) = (1, (8.4, 3.4, 14), (8.4, 4, 14))
    }
    let one = try podFabric(pods: 1, gpus: 8)
    let job = Self.buffer(.allReduce, Int64(bytes), 8)
    let lone = try Self.lowered(job, one, Self.nccl(transport, .ring))
    #expect(lone.name == "ring " + transport.rawValue)
    let ringTime = (ring.0 + 14 * ring.1) * 1e-6 + inflation * 2 * 7 / 8 * bytes / 100e9
    #expect((lone.seconds - ringTime).magnitude < 2e-12)
    // NCCL counts 2(n−1) − 2p steps inside and 2p between, with its p nodes.
    let two = try Self.lowered(job, try podFabric(pods: 2, gpus: 4), Self.nccl(transport, .ring))
    let twoTime =
      (ring.0 + 10 * ring.1 + 4 * ring.2) * 1e-6 + inflation * 2 * 7 / 8 * bytes * 0.75 / 100e9
    #expect((two.seconds - twoTime).magnitude < 2e-12)
    // Trees: 2((n/p − 1) inside + log₂ p between).
    let four = try Self.lowered(
      Self.buffer(.allReduce, Int64(bytes), 16), try podFabric(pods: 4, gpus: 4),
      Self.nccl(transport, .tree))
    let fourTime =
      (tree.0 + 2 * (3 * tree.1 + 2 * tree.2)) * 1e-6
      + inflation * max(1.5 * bytes / 100e9, 2 * bytes / 4 / 50e9)
    #expect((four.seconds - fourTime).magnitude < 2e-12)
  }

  @Test("of protocols the one of the least time: LL when small, Simple when large")
  func protocols() throws {
    let fabric = try podFabric(pods: 1, gpus: 8)
    var options = LoweringOptions()
    options.latency = .nccl
    let names = try [Int64(1024), 4 << 20, 1 << 30].map {
      try Self.lowered(Self.buffer(.allReduce, $0, 8), fabric, options).name
    }
    #expect(names == ["ring LL", "ring LL128", "ring Simple"])
  }

  @Test("tokens are not NCCL's: their latencies stay the fabric's")
  func tokens() throws {
    let routing = TokenRouting(
      direction: .dispatch, tokens: 100, tokenBytes: 100, expertsPerToken: 2, experts: 8)
    var options = LoweringOptions()
    let job = workload(.allToAll, .routed(routing), ranks: 8)
    let fabric = try podFabric(pods: 2, gpus: 4)
    let usual = try Self.lowered(job, fabric, options)
    options.latency = .nccl
    let nccl = try Self.lowered(job, fabric, options)
    #expect(usual == nccl)
  }

  @Test("what is as usual needs no words, and all else has some")
  func words() {
    #expect(LoweringOptions().departures(tier: .flow).isEmpty)
    var options = Self.least(.nccl)
    options.stages = .serial
    let codes = options.departures(tier: .coflow).map(\.code)
    #expect(codes == ["latency", "algorithms", "stages"])
    let flowing = options.departures(tier: .flow).map(\.code)
    #expect(flowing == ["latency", "algorithms", "stages", "stages-flow"])
    var rule = AlgorithmRule()
    rule.kind = .allReduce
    rule.group = "dp"
    rule.minimumBytes = 1024
    rule.algorithm = .named(.tree)
    rule.transport = .ll
    rule.channels = 2
    #expect(
      rule.description == "all_reduce of dp, 1024 bytes or more: tree, LL, at most 2 channels")
  }
}
