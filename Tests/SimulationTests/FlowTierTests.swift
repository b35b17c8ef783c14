import Quantities
import Testing

@testable import Simulation

@Suite("Flow tier")
struct FlowTierTests {
  /// All pairs of `matrix` on a star of ports with 1 byte/ns: egress 2i, ingress 2i + 1.
  static func star(
    _ matrix: [[Double]], latency: Int64 = 0, order: LoweredFlows.Order = .byPair,
    caps: [Double] = []
  ) -> LoweredFlows {
    var flows: [LoweredFlows.Flow] = []
    var links: [LinkID] = []
    for (i, row) in matrix.enumerated() {
      for (j, bytes) in row.enumerated() where bytes > 0 {
        links += [LinkID(index: 2 * i), LinkID(index: 2 * j + 1)]
        flows.append(
          LoweredFlows.Flow(
            source: Int32(i), target: Int32(j), bytes: bytes, latency: .nanoseconds(latency),
            route: links.count - 2..<links.count, cap: caps.isEmpty ? nil : i))
      }
    }
    return LoweredFlows(
      members: Array(matrix.indices), flows: flows, links: links, caps: caps, order: order)
  }

  /// The same as one transfer.
  static func coflow(_ matrix: [[Double]], latency: Int64 = 0) -> LoweredCollective {
    let total = matrix.flatMap(\.self).reduce(0, +)
    var links: [LinkID] = []
    var weights: [Double] = []
    for i in matrix.indices {
      let (sent, received) = (matrix[i].reduce(0, +), matrix.reduce(0) { $0 + $1[i] })
      for (link, bytes) in [(2 * i, sent), (2 * i + 1, received)] where bytes > 0 {
        links.append(LinkID(index: link))
        weights.append(bytes / total)
      }
    }
    return LoweredCollective(
      algorithm: "test",
      phases: [
        LoweredCollective.Phase(
          latency: .nanoseconds(latency),
          transfers: total > 0 ? [Transfer(bytes: total, links: links, weights: weights)] : [])
      ])
  }

  /// Ranks that compute for so long and then meet once; after it each computes for 1 ns.
  static func plan(arrivals: [Int64], meetings: Int = 1) -> Plan {
    let programs = arrivals.map { arrival -> PlanProgram in
      var fixture = ProgramFixture()
      fixture.lane()
      fixture.task(.compute, for: arrival)
      fixture.task(.rendezvous)
      fixture.task(.compute, for: 1)
      return fixture.program
    }
    return Plan(
      programs: programs, programOfRank: Array(programs.indices),
      groupsOfRank: programs.map { _ in [0] }, firstRendezvous: [0],
      participants: [arrivals.count],
      capacities: Array(repeating: 1e9, count: 2 * arrivals.count))
  }

  static func replay(
    _ plan: Plan, _ matrix: [[Double]], _ flows: LoweredFlows, tier: TransferTier,
    latency: Int64 = 0, tolerance: Double = 0
  ) throws -> ReplayResult {
    var replayer = Replayer(
      plan,
      lowering: TableLowering(table: [coflow(matrix, latency: latency)], flows: [flows]),
      tier: tier, tolerance: tolerance, keepsFlows: true)
    return try replayer.run()
  }

  @Test("staggered arrivals: each pair starts when both are there, each member goes on by itself")
  func staggered() throws {
    // Ranks 0, 1, 2 arrive at 10, 20, 60. 0 and 1 exchange 30 each way from 20 to 50, alone. From 60
    // rank 2 sends 20 to each and gets 20 of each: its ports share two flows each, so 40 more.
    let matrix: [[Double]] = [[0, 30, 20], [30, 0, 20], [20, 20, 0]]
    let plan = Self.plan(arrivals: [10, 20, 60])
    let flow = try Self.replay(plan, matrix, Self.star(matrix), tier: .flow)
    let ends = flow.collectives[0].flows.map { $0.end - .origin }
    #expect(
      ends == [50, 100, 50, 100, 100, 100].map { SimDuration.nanoseconds($0) })
    #expect(flow.collectives[0].flows[0].start == .nanoseconds(20))
    #expect(flow.stepTime == .nanoseconds(101))
    // Rank 0 waits for 2 until 60; its bytes to 1 are hidden in that.
    #expect(flow.parts[0].waiting == .nanoseconds(50))
    #expect(flow.parts[0].exposedTransfer == .nanoseconds(40))
    #expect(flow.links[0].bytes.rounded() == 50)

    // As a coflow everything starts at 60, and the busiest port has 50.
    let coflow = try Self.replay(plan, matrix, Self.star(matrix), tier: .coflow)
    #expect(coflow.stepTime == .nanoseconds(111))
    #expect(coflow.links[0].bytes.rounded() == 50)
  }

  @Test("a member without bytes goes on at once, one without a partner does not wait for others")
  func independence() throws {
    let matrix: [[Double]] = [[0, 10, 0], [0, 0, 0], [0, 0, 0]]
    let result = try Self.replay(
      Self.plan(arrivals: [0, 5, 100]), matrix, Self.star(matrix, latency: 2), tier: .flow,
      latency: 2)
    // 0 and 1 meet at 5, 2 of latency, 10 of bytes; each computes 1 more. 2 comes at 100.
    #expect(result.stepTime == .nanoseconds(101))
    #expect(result.collectives[0].flows[0].end == .nanoseconds(17))
    #expect(result.parts[0].compute == .nanoseconds(1))
    #expect(result.parts[0].waiting == .nanoseconds(5))
    #expect(result.parts[0].exposedTransfer == .nanoseconds(12))
    #expect(result.parts[0].lag == .nanoseconds(101 - 18))
  }

  @Test("what is handed on starts and ends together, a barrier pays its latency")
  func together() throws {
    let matrix: [[Double]] = [[0, 10, 0], [0, 0, 40], [5, 0, 0]]
    let order = LoweredFlows.Order.together(latency: .nanoseconds(3))
    let result = try Self.replay(
      Self.plan(arrivals: [0, 5, 20]), matrix, Self.star(matrix, order: order), tier: .flow,
      latency: 3)
    #expect(result.stepTime == .nanoseconds(20 + 3 + 40 + 1))
    #expect(result.parts[0].waiting == .nanoseconds(20))
    let nothing = [[0.0, 0, 0], [0, 0, 0], [0, 0, 0]]
    let barrier = try Self.replay(
      Self.plan(arrivals: [0, 5, 20]), nothing, Self.star(nothing, order: order), tier: .flow,
      latency: 3)
    #expect(barrier.stepTime == .nanoseconds(24))
  }

  @Test("a buffered send goes on; the receive ends when the bytes are there")
  func leavingEarly() throws {
    // Each sends 100 to the other first, then receives. Collective k goes from rank k to 1 - k.
    let programs = [(0, 1), (1, 0)].map { mine, other in
      var fixture = ProgramFixture()
      fixture.lane()
      fixture.task(.rendezvous, for: 5, slot: mine, leavesEarly: true)
      fixture.task(.rendezvous, slot: other)
      return fixture.program
    }
    let plan = Plan(
      programs: programs, programOfRank: [0, 1], groupsOfRank: [[0, 1], [0, 1]],
      firstRendezvous: [0, 1], participants: [2, 2], capacities: Array(repeating: 1e9, count: 4))
    let matrices: [[[Double]]] = [[[0, 100], [0, 0]], [[0, 0], [100, 0]]]
    var replayer = Replayer(
      plan,
      lowering: TableLowering(
        table: matrices.map { Self.coflow($0) }, flows: matrices.map { Self.star($0) }),
      tier: .flow)
    let result = try replayer.run()
    #expect(result.stepTime == .nanoseconds(105))
    #expect(result.parts.allSatisfy { $0.exposedTransfer == .nanoseconds(105) })
  }

  @Test("flows of a rank share the means that it has to inject")
  func caps() throws {
    let matrix: [[Double]] = [[0, 10, 10], [0, 0, 0], [0, 0, 0]]
    let result = try Self.replay(
      Self.plan(arrivals: [0, 0, 0]), matrix, Self.star(matrix, caps: [0.5e9, 0.5e9, 0.5e9]),
      tier: .flow)
    #expect(result.stepTime == .nanoseconds(41))
  }

  @Test("where flows could not all end with their coflow: 14 against 10")
  func counterExample() throws {
    // Ranks 0 and 1 send 5 to rank 2, and 0.5 to nine others each.
    var matrix = [[Double]](repeating: Array(repeating: 0, count: 21), count: 21)
    for sender in 0..<2 {
      matrix[sender][2] = 5
      for receiver in 0..<9 { matrix[sender][3 + 9 * sender + receiver] = 0.5 }
    }
    let plan = Self.plan(arrivals: Array(repeating: 0, count: 21))
    let flow = try Self.replay(plan, matrix, Self.star(matrix), tier: .flow)
    let coflow = try Self.replay(plan, matrix, Self.star(matrix), tier: .coflow)
    #expect(flow.collectives[0].transferTime == .nanoseconds(14))
    #expect(coflow.collectives[0].transferTime == .nanoseconds(10))
  }

  @Test("even exchanges are the same in both tiers", arguments: [2, 5, 16])
  func even(ranks: Int) throws {
    let matrix = (0..<ranks).map { i in (0..<ranks).map { $0 == i ? 0.0 : 64 } }
    let plan = Self.plan(arrivals: Array(repeating: 3, count: ranks))
    let flow = try Self.replay(
      plan, matrix, Self.star(matrix, latency: 4), tier: .flow, latency: 4)
    let coflow = try Self.replay(
      plan, matrix, Self.star(matrix, latency: 4), tier: .coflow, latency: 4)
    #expect(flow.stepTime == coflow.stepTime)
    #expect(flow.parts == coflow.parts)
    #expect(flow.stepTime == .nanoseconds(Int64(3 + 4 + 64 * (ranks - 1) + 1)))
  }

  @Test("with a tolerance fewer solves, a step that is near, all bytes delivered")
  func tolerance() throws {
    let set = FlowSetTests.skewed(hosts: 12, spread: 0.5, seed: 4)
    var matrix = [[Double]](repeating: Array(repeating: 0, count: 12), count: 12)
    for flow in set.flows {
      let links = flow.transfer.links
      matrix[links[0].index / 2][links[1].index / 2] = flow.transfer.bytes
    }
    let plan = Self.plan(arrivals: Array(repeating: 0, count: 12))
    let exact = try Self.replay(plan, matrix, Self.star(matrix), tier: .flow)
    let merged = try Self.replay(
      plan, matrix, Self.star(matrix), tier: .flow, tolerance: 0.02)
    #expect(merged.counters.solves < exact.counters.solves / 2)
    let error = (merged.stepTime - exact.stepTime).seconds.magnitude / exact.stepTime.seconds
    #expect(error < 0.06, "\(error)")
    for (a, b) in zip(exact.collectives[0].flows, merged.collectives[0].flows) {
      #expect(a.bytes == b.bytes && b.end > b.start)
    }
  }

  @Test("two collectives of one instant share ports flow by flow, and end as computed by hand")
  func overlap() throws {
    // Each rank starts both at 0: an exchange of 8 with each of 3 others, and a ring of 24.
    var fixture = ProgramFixture()
    for slot in 0..<2 {
      fixture.lane()
      fixture.task(.rendezvous, slot: slot)
    }
    let ranks = 4
    let all = (0..<ranks).map { i in (0..<ranks).map { $0 == i ? 0.0 : 8 } }
    let ring = (0..<ranks).map { i in (0..<ranks).map { $0 == (i + 1) % ranks ? 24.0 : 0 } }
    let plan = Plan(
      programs: [fixture.program], programOfRank: Array(repeating: 0, count: ranks),
      groupsOfRank: Array(repeating: [0, 1], count: ranks), firstRendezvous: [0, 1],
      participants: [ranks, ranks], capacities: Array(repeating: 1e9, count: 2 * ranks))
    let lowering = TableLowering(
      table: [Self.coflow(all), Self.coflow(ring)],
      flows: [
        Self.star(all), Self.star(ring, order: .together(latency: .zero)),
      ])
    var replayer = Replayer(plan, lowering: lowering, tier: .flow)
    let result = try replayer.run()
    // Four flows a port at 1/4: the exchange ends at 32 with 8 of the ring done; 16 more alone.
    #expect(result.collectives[0].end == .nanoseconds(32))
    #expect(result.collectives[1].end == .nanoseconds(48))
  }
}
