import Trace

/// The copies that a dispatch makes, or the sums that a combine sends back, with a deduplication
/// domain.
///
/// DeepEP (README, "normal kernels"): a token crosses to each domain that holds one of its experts
/// once, to the rank whose place there is the sender's at home, which forwards it to each rank that
/// holds one. Inside the sender's own domain it goes straight. Combine is the reverse, with sums
/// added where copies were made.
struct TokenRoutes {
  private let routing: TokenRouting
  private let members: [Int]
  private let map: LinkMap
  private let deduplication: DeduplicationDomain
  private let odds: RoutingOdds

  init(
    _ routing: TokenRouting, members: [Int], map: LinkMap, deduplication: DeduplicationDomain
  ) {
    self.routing = routing
    self.members = members
    self.map = map
    self.deduplication = deduplication
    odds = RoutingOdds(routing, memberCount: members.count)
  }

  /// Adds all bytes; what is forwarded inside a domain is a stage of its own.
  func add(to builder: inout some TrafficSink) {
    let tokenBytes = Double(routing.tokens) * Double(routing.tokenBytes)
    guard deduplication != .none else {
      let copies = members.indices.map { odds.expertsPerToken(atMember: $0) * tokenBytes }
      addDirect(copies, to: &builder)
      return
    }
    let copies = members.indices.map { odds.hit([$0]) * tokenBytes }
    let domains = map.domains(members, deduplication)
    guard deduplication != .rank, domains.count > 1, domains.contains(where: { $0.count > 1 })
    else {
      addDirect(copies, to: &builder)
      return
    }
    for domain in domains {
      let across = odds.hit(domain) * tokenBytes
      for home in domains { add(from: home, to: domain, across: across, copies, to: &builder) }
    }
  }

  private func addDirect(_ copies: [Double], to builder: inout some TrafficSink) {
    for source in members.indices {
      for target in members.indices {
        move(copies[target], source, target, stage: Stage.across, &builder)
      }
    }
  }

  private func add(
    from home: [Int], to domain: [Int], across: Double, _ copies: [Double],
    to builder: inout some TrafficSink
  ) {
    for (place, source) in home.enumerated() {
      if home == domain {
        for target in domain {
          move(copies[target], source, target, stage: Stage.inside, &builder)
        }
        continue
      }
      let relay = domain[place % domain.count]
      move(across, source, relay, stage: Stage.across, &builder)
      for target in domain {
        move(copies[target], relay, target, stage: Stage.inside, &builder)
      }
    }
  }

  /// Stages as a dispatch goes through them.
  private enum Stage {
    static let across = 0
    static let inside = 1
  }

  /// Dispatch goes from source to target, combine back, through the stages the other way.
  private func move(
    _ bytes: Double, _ source: Int, _ target: Int, stage: Int,
    _ builder: inout some TrafficSink
  ) {
    let isDispatch = routing.direction == .dispatch
    let (from, to) = isDispatch ? (source, target) : (target, source)
    builder.add(
      bytes, from: members[from], to: members[to], stage: isDispatch ? stage : 1 - stage)
  }
}
