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
    let domains = domains()
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

  /// The members by domain, domains in order of their first member.
  private func domains() -> [[Int]] {
    var number: [Int: Int] = [:]
    var domains: [[Int]] = []
    for member in members.indices {
      let domain = map.domain(ofRank: members[member], deduplication)
      if let known = number[domain] {
        domains[known].append(member)
      } else {
        number[domain] = domains.count
        domains.append([member])
      }
    }
    return domains
  }

  private func addDirect(_ copies: [Double], to builder: inout some TrafficSink) {
    for source in members.indices {
      for target in members.indices { move(copies[target], source, target, &builder) }
    }
  }

  private func add(
    from home: [Int], to domain: [Int], across: Double, _ copies: [Double],
    to builder: inout some TrafficSink
  ) {
    for (place, source) in home.enumerated() {
      if home == domain {
        for target in domain { move(copies[target], source, target, stage: 1, &builder) }
        continue
      }
      let relay = domain[place % domain.count]
      move(across, source, relay, &builder)
      for target in domain { move(copies[target], relay, target, stage: 1, &builder) }
    }
  }

  /// Dispatch goes from source to target, combine back.
  private func move(
    _ bytes: Double, _ source: Int, _ target: Int, stage: Int = 0,
    _ builder: inout some TrafficSink
  ) {
    let (from, to) = routing.direction == .dispatch ? (source, target) : (target, source)
    builder.add(bytes, from: members[from], to: members[to], stage: stage)
  }
}
