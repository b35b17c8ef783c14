import Simulation

/// All cases, by families and in order of size.
enum Suite {
  static var cases: [Case] {
    stars + tolerant + pods + staggered + collectives + churn + queue + replays + reading
      + graphs
  }

  static func named(_ name: String) -> Case? { cases.first { $0.name == name } }

  private static func flows(
    _ family: String, _ sizes: [Int], tolerance: Double = 0, _ set: @escaping (Int) -> FlowSet
  ) -> [Case] {
    sizes.map { size in
      Case(family: family, size: size) {
        let set = set(size)
        return { Counts(set.simulate(tolerance: tolerance)) }
      }
    }
  }

  private static var stars: [Case] {
    Skew.allCases.flatMap { skew in
      flows("star-\(skew.rawValue)", [16, 32, 64, 128, 256, 512]) {
        AllToAll(network: Network(hosts: $0), skew: skew).flows
      }
    }
  }

  private static var tolerant: [Case] {
    [Skew.mild, .zipf].flatMap { skew in
      flows("star-\(skew.rawValue)-1e-3", [64, 128, 256, 512], tolerance: 1e-3) {
        AllToAll(network: Network(hosts: $0), skew: skew).flows
      }
    }
  }

  private static var pods: [Case] {
    flows("pods-mild", [32, 64, 128]) {
      let network = Network(hosts: $0, podSize: 16, oversubscription: 4)
      return AllToAll(network: network, skew: .mild).flows
    }
  }

  private static var staggered: [Case] {
    flows("staggered-mild", [64, 128, 256]) {
      AllToAll(network: Network(hosts: $0), skew: .mild, isStaggered: true).flows
    }
  }

  private static var collectives: [Case] {
    flows("collectives", [256, 1024, 4096]) { Collectives(count: $0).flows }
  }

  private static var churn: [Case] {
    [16, 32, 64].map { hosts in
      Case(family: "churn", size: hosts) { { Churn(hosts: hosts).run() } }
    }
  }

  private static var queue: [Case] {
    [10_000, 100_000, 1_000_000].map { ahead in
      Case(family: "queue", size: ahead) { { QueueWork(ahead: ahead).run() } }
    }
  }

  private static var replays: [Case] {
    replays(.coflow, [64, 512, 4096], layers: 20) + replays(.flow, [64, 256], layers: 4)
  }

  private static func replays(_ tier: TransferTier, _ sizes: [Int], layers: Int) -> [Case] {
    sizes.map { ranks in
      Case(family: "replay-\(tier.rawValue)", size: ranks) {
        let step = TrainingStep(ranks: ranks, layers: layers)
        let (plan, lowering) = (step.plan, step.lowering)
        return {
          var replayer = Replayer(plan, lowering: lowering, tier: tier)
          return Counts(try replayer.run())
        }
      }
    }
  }

  /// A trace made a graph and replayed as captured, by events.
  private static var graphs: [Case] {
    [10_000, 100_000, 1_000_000].map { events in
      Case(family: "graph", size: events) {
        let trace = GraphTrace(ranks: 8, events: events).trace
        return {
          let workload = try GraphWork.workload(of: trace)
          return Counts(try GraphWork.replay(workload))
        }
      }
    }
  }

  /// Kineto files, by megabytes.
  private static var reading: [Case] {
    [4, 16].map { megabytes in
      Case(family: "kineto", size: megabytes) {
        let work = Result {
          let work = try ReadingWork()
          let path = try work.write("rank0.json", .sample, bytes: megabytes * 1_000_000)
          return (work, path)
        }
        return {
          let (work, path) = try work.get()
          var counts = Counts()
          counts.events = try withExtendedLifetime(work) { try ReadingWork.read([path]) }
          return counts
        }
      }
    }
  }
}
