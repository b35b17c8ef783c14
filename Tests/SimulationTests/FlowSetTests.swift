import Simulation
import TestSupport
import Testing

@Suite("Flows over links")
struct FlowSetTests {
  /// How transfers claim their share of a link.
  enum Policy: CaseIterable {
    case perFlow, perCollective, weighted
  }

  /// A small network with arrivals, weights, bounds and changes of capacity.
  static func sample(_ random: inout SeededGenerator, _ policy: Policy) -> FlowSet {
    let linkCount = Int.random(in: 1...5, using: &random)
    func capacity(_ random: inout SeededGenerator) -> Double {
      Double(Int.random(in: 1...40, using: &random))
    }
    let capacities = (0..<linkCount).map { _ in capacity(&random) }
    let flows = (0..<Int.random(in: 1...7, using: &random)).map { _ -> FlowSet.Flow in
      FlowSet.Flow(
        transfer(linkCount, &random, policy),
        start: Bool.random(using: &random) ? 0 : Double(Int.random(in: 0...8, using: &random)) / 4)
    }
    let changes = (0..<Int.random(in: 0...2, using: &random)).map { _ in
      FlowSet.CapacityChange(
        time: Double.random(in: 0...4, using: &random),
        link: LinkID(index: Int.random(in: 0..<linkCount, using: &random)),
        capacity: capacity(&random))
    }
    return FlowSet(capacities: capacities, flows: flows, changes: changes)
  }

  private static func transfer(
    _ linkCount: Int, _ random: inout SeededGenerator, _ policy: Policy
  ) -> Transfer {
    let some = (0..<linkCount).filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
    let links = some.isEmpty ? [Int.random(in: 0..<linkCount, using: &random)] : some
    let weights = links.map { _ in
      Bool.random(using: &random) ? 1 : Double.random(in: 0.05...1, using: &random)
    }
    let share: Double =
      switch policy {
      case .perFlow: Double(Int.random(in: 1...9, using: &random))
      case .perCollective: 1 / (weights.max() ?? 1)
      case .weighted: Double.random(in: 0.05...20, using: &random)
      }
    return Transfer(
      bytes: Double(Int.random(in: 1...60, using: &random)),
      links: links.map(LinkID.init(index:)), weights: weights, fairShare: share,
      rateBound: Int.random(in: 0..<4, using: &random) == 0
        ? Double.random(in: 0.5...30, using: &random) : .infinity)
  }

  private static func expectEqual(
    _ found: [Double], _ expected: [Double], _ comment: @autoclosure () -> String
  ) {
    for (a, b) in zip(found, expected) where a != b && (a - b).magnitude > 1e-9 * b {
      Issue.record("\(a) where \(b) is right, \(comment())")
      return
    }
  }

  /// Twelve thousand networks in all.
  @Test("arrivals, weights, bounds and changes agree with the naive simulation", arguments: 0..<12)
  func naive(part: Int) {
    var random = SeededGenerator(seed: UInt64(part) + 77)
    for number in 0..<1000 {
      let set = Self.sample(&random, Policy.allCases[number % 3])
      Self.expectEqual(
        set.simulate().finishes, naiveFinishes(set), "part \(part), network \(number)")
    }
  }

  @Test("two flows of one sender and one that comes later, by hand")
  func byHand() {
    // Links of 10 bytes/s: a sender's and two receivers'. From 0 two flows have 5 each. At 2 a third
    // comes to the second receiver from a sender of its own and takes the other 5 there. The first
    // ends at 4 with 20; the second then has min(10 of the sender, 5 of the shared receiver).
    func flow(_ bytes: Double, _ links: [Int], _ start: Double) -> FlowSet.Flow {
      FlowSet.Flow(
        Transfer(
          bytes: bytes, links: links.map(LinkID.init(index:)), weights: links.map { _ in 1 }),
        start: start)
    }
    let set = FlowSet(
      capacities: [10, 10, 10, 10],
      flows: [flow(20, [0, 1], 0), flow(40, [0, 2], 0), flow(40, [3, 2], 2)])
    // 10 + 10 by 4, then 5/s: 40 at 8; the third: 5/s from 2 to 8 is 30, the last 10 at 10/s.
    #expect(set.simulate().finishes == [4, 8, 9])
  }

  @Test("the bound on a port is no law: flow by flow 14, by the bound 10")
  func counterExample() {
    // Senders 0 and 1, each 5 units for X (link 2) and nine flows of 0.5 for receivers of their own.
    var flows: [FlowSet.Flow] = []
    for sender in 0..<2 {
      let big = Transfer(bytes: 5, links: [LinkID(index: sender), LinkID(2)], weights: [1, 1])
      flows.append(FlowSet.Flow(big, start: 0))
      for receiver in 0..<9 {
        let small = Transfer(
          bytes: 0.5, links: [LinkID(index: sender), LinkID(index: 3 + 9 * sender + receiver)],
          weights: [1, 1])
        flows.append(FlowSet.Flow(small, start: 0))
      }
    }
    let set = FlowSet(capacities: Array(repeating: 1, count: 21), flows: flows)
    // All ten of a sender have 0.1 until the small ones end at 5; then 4.5 are left for X twice.
    #expect((set.horizon - 10).magnitude < 1e-12)
    #expect((set.simulate().makespan - 14).magnitude < 1e-9)
  }

  @Test("a flow that never gets anything does not end, and says so")
  func dead() {
    let flow = FlowSet.Flow(Transfer(bytes: 1, links: [LinkID(0)], weights: [1]), start: 0)
    #expect(FlowSet(capacities: [0], flows: [flow]).simulate().finishes == [.infinity])
    let later = FlowSet.CapacityChange(time: 3, link: LinkID(0), capacity: 2)
    #expect(
      FlowSet(capacities: [0], flows: [flow], changes: [later]).simulate().finishes == [3.5])
  }

  @Test("numbering links and flows otherwise numbers the ends otherwise, and nothing else")
  func relabelling() {
    var random = SeededGenerator(seed: 5)
    for number in 0..<300 {
      let set = Self.sample(&random, Policy.allCases[number % 3])
      let links = set.capacities.indices.shuffled(using: &random)
      let flows = set.flows.indices.shuffled(using: &random)
      var capacities = set.capacities
      for (old, new) in links.enumerated() { capacities[new] = set.capacities[old] }
      let relabelled = FlowSet(
        capacities: capacities,
        flows: flows.map { index in
          var flow = set.flows[index]
          flow.transfer.links = flow.transfer.links.map { LinkID(index: links[$0.index]) }
          return flow
        },
        changes: set.changes.map {
          .init(time: $0.time, link: LinkID(index: links[$0.link.index]), capacity: $0.capacity)
        })
      let finishes = set.simulate().finishes
      Self.expectEqual(
        relabelled.simulate().finishes, flows.map { finishes[$0] }, "network \(number)")
    }
  }

  /// An all-to-all with every size its own.
  static func skewed(hosts: Int, spread: Double, seed: UInt64) -> FlowSet {
    var random = SeededGenerator(seed: seed)
    var flows: [FlowSet.Flow] = []
    for source in 0..<hosts {
      for target in 0..<hosts where target != source {
        let heat = 1 + spread * Double(target % 5)
        let bytes = (1e6 * heat * Double.random(in: 0.8...1.2, using: &random)).rounded()
        flows.append(
          FlowSet.Flow(
            Transfer(
              bytes: bytes, links: [LinkID(index: 2 * source), LinkID(index: 2 * target + 1)],
              weights: [1, 1]), start: 0))
      }
    }
    return FlowSet(capacities: Array(repeating: 1e9, count: 2 * hosts), flows: flows)
  }

  @Test("an all-to-all of many levels agrees with the naive simulation", arguments: [0.0, 0.5])
  func allToAll(spread: Double) {
    let set = Self.skewed(hosts: 7, spread: spread, seed: 3)
    Self.expectEqual(set.simulate().finishes, naiveFinishes(set), "spread \(spread)")
  }

  @Test("with a tolerance, ends are exact for sizes a little larger", arguments: [0.0, 0.5])
  func tolerance(spread: Double) {
    let set = Self.skewed(hosts: 12, spread: spread, seed: 9)
    let exact = set.simulate()
    for epsilon in [1e-1, 1e-2, 1e-3] {
      let merged = set.simulate(tolerance: epsilon)
      // At most one solve in each interval, and one at the start.
      #expect(Double(merged.solves) <= merged.makespan / (epsilon * set.horizon) + 2)
      // Exactly what larger flows do, and larger by no more than promised.
      var larger = set
      for index in set.flows.indices {
        larger.flows[index].transfer.bytes += merged.surplus[index]
        let wait = merged.releases[index] - merged.finishes[index]
        #expect(wait >= 0 && wait <= epsilon * set.horizon * (1 + 1e-9))
      }
      Self.expectEqual(larger.simulate().finishes, merged.releases, "tolerance \(epsilon)")
      #expect((merged.makespan - exact.makespan).magnitude < 3 * epsilon * exact.makespan)
      if epsilon < 0.05 { #expect(merged.solves < exact.solves) }
    }
  }
}
