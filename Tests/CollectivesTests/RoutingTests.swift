import Fabric
import Placement
import Quantities
import Simulation
import TestSupport
import Testing
import Trace
import Workload

@testable import Collectives

@Suite("Token routing")
struct RoutingTests {
  private static let deepSeek = TokenRouting(
    direction: .dispatch, tokens: 4096, tokenBytes: 7392, expertsPerToken: 8, experts: 256,
    expertGroups: 8, groupsPerToken: 4)

  /// Every way in which a token can be routed, one by one.
  private static func bruteForce(_ routing: TokenRouting, _ wanted: Set<Int64>) -> Double {
    let groupSize = routing.experts / routing.expertGroups
    func choices(_ items: [Int64], _ count: Int) -> [[Int64]] {
      guard count > 0 else { return [[]] }
      return items.indices.flatMap { index in
        choices(Array(items[(index + 1)...]), count - 1).map { [items[index]] + $0 }
      }
    }
    let picked = Int(routing.expertsPerToken / routing.groupsPerToken)
    var hits = 0
    var all = 0
    for groups in choices(Array(0..<routing.expertGroups), Int(routing.groupsPerToken)) {
      var tokens: [[Int64]] = [[]]
      for group in groups {
        let inGroup = choices(Array(group * groupSize..<(group + 1) * groupSize), picked)
        tokens = tokens.flatMap { token in inGroup.map { token + $0 } }
      }
      all += tokens.count
      hits += tokens.count { !wanted.isDisjoint(with: $0) }
    }
    return Double(hits) / Double(all)
  }

  @Test(
    "odds agree with counting every choice",
    arguments: [(8, 2, 1, 1), (8, 2, 2, 1), (8, 4, 4, 2), (9, 2, 3, 2), (12, 4, 3, 2)])
  func odds(experts: Int64, perToken: Int64, groups: Int64, perTokenGroups: Int64) {
    let routing = TokenRouting(
      direction: .dispatch, tokens: 1, tokenBytes: 1, expertsPerToken: perToken,
      experts: experts, expertGroups: groups, groupsPerToken: perTokenGroups)
    #expect(routing.fault == nil)
    for members in [1, 2, 4] {
      let odds = RoutingOdds(routing, memberCount: members)
      for subset in [[0], [members - 1], Array(0..<members), Array(0..<max(1, members / 2))] {
        let wanted = Set(subset.flatMap { Array(odds.experts(ofMember: $0)) })
        let expected = Self.bruteForce(routing, wanted)
        #expect((odds.hit(subset) - expected).magnitude < 1e-12, "\(members) \(subset)")
      }
    }
  }

  @Test("limited routing: 3.5 remote nodes a token; unlimited: 4.6")
  func remoteNodes() {
    func remote(_ routing: TokenRouting) -> Double {
      let odds = RoutingOdds(routing, memberCount: 64)
      return (1..<8).reduce(0) { $0 + odds.hit(Array($1 * 8..<($1 + 1) * 8)) }
    }
    #expect((remote(Self.deepSeek) - 3.5).magnitude < 1e-12)
    var unlimited = Self.deepSeek
    unlimited.expertGroups = 1
    unlimited.groupsPerToken = 1
    #expect((remote(unlimited) - 4.6).magnitude < 0.05)
  }

  private static func time(
    _ routing: TokenRouting, _ fabric: String, _ domain: DeduplicationDomain,
    cap: Bandwidth? = nil
  ) throws -> Double {
    var options = LoweringOptions()
    options.deduplication = domain
    return try replayAlone(
      workload(.allToAll, .routed(routing), ranks: 64, injectionCap: cap),
      on: FabricPreset.load(nameOrFile: fabric), options: options
    ).stepTime.seconds
  }

  /// 4096 tokens · 3.5 remote nodes · bytes over a 50 GB/s NIC.
  @Test("dispatch takes 2.1 ms and combine 4.1 ms on H800 nodes")
  func byHand() throws {
    let dispatch = try Self.time(Self.deepSeek, "hgx-h800-8", .node)
    #expect((dispatch - 4096 * 3.5 * 7392 / 50e9).magnitude < 10e-6)
    var combine = Self.deepSeek
    combine.direction = .combine
    combine.tokenBytes = 14336
    let back = try Self.time(combine, "hgx-h800-8", .node)
    #expect((back - 4096 * 3.5 * 14336 / 50e9).magnitude < 10e-6)
  }

  @Test("combine is dispatch backwards: equal sizes take equal time")
  func symmetry() throws {
    var combine = Self.deepSeek
    combine.direction = .combine
    for domain in DeduplicationDomain.allCases {
      let there = try Self.time(Self.deepSeek, "hgx-h800-8", domain)
      let back = try Self.time(combine, "hgx-h800-8", domain)
      #expect((there - back).magnitude < 1e-9, "\(domain)")
    }
  }

  @Test("the wider the domain, the less crosses")
  func domains() throws {
    let times = try [DeduplicationDomain.none, .rank, .node].map {
      try Self.time(Self.deepSeek, "hgx-h800-8", $0)
    }
    #expect(times[0] > times[1] && times[1] > times[2])
    // Without deduplication each of 8 experts is a copy, 7/8 of them on other nodes.
    #expect((times[0] - 4096.0 * 7 * 7392 / 50e9).magnitude < 10e-6)
  }

  @Test("in one pod every domain but none means a copy a rank, and the cap holds")
  func onePod() throws {
    let cap = Bandwidth.gigabitsPerSecond(1240)
    let odds = RoutingOdds(Self.deepSeek, memberCount: 64)
    let copies = (1..<64).reduce(0.0) { $0 + odds.hit([$1]) }
    let expected = 4096 * copies * 7392 / 155e9
    for domain in [DeduplicationDomain.rank, .pod] {
      let time = try Self.time(Self.deepSeek, "passage-512", domain, cap: cap)
      #expect((time - expected).magnitude < 1e-6, "\(domain)")
    }
  }
}
