import Simulation

/// Collectives in flight over the ports of many hosts, each one transfer over all its links.
struct Collectives {
  var count: Int
  var hosts = 4096
  var groupSize = 64
  /// How many are in flight in the mean, were each alone.
  var inFlight = 40.0

  var flows: FlowSet {
    let network = Network(hosts: hosts)
    var random = SeededGenerator(seed: 3)
    var set = FlowSet(capacities: network.capacities, flows: [])
    var start = 0.0
    for _ in 0..<count {
      let transfer = transfer(among: groupSize, &random)
      let alone = transfer.bytes / transfer.loneRate(capacities: set.capacities)
      set.flows.append(FlowSet.Flow(transfer, start: start))
      start += Double.random(in: 0..<2, using: &random) * alone / inFlight
    }
    return set
  }

  private func transfer(among members: Int, _ random: inout SeededGenerator) -> Transfer {
    // Members are evenly spaced, as those of a process group are.
    let strides = [1, 2, 4, 8, 16, 32]
    let stride = strides[Int.random(in: strides.indices, using: &random)]
    let first = Int.random(in: 0..<hosts, using: &random)
    var links: [LinkID] = []
    var weights: [Double] = []
    for member in 0..<members {
      let host = (first + member * stride) % hosts
      for link in [2 * host, 2 * host + 1] {
        links.append(LinkID(index: link))
        weights.append(Double.random(in: 0.7...1.3, using: &random) / Double(members))
      }
    }
    return Transfer(
      bytes: Double(Int.random(in: 1...64, using: &random)) * 67_108_864, links: links,
      weights: weights, fairShare: Double(members * (members - 1)))
  }
}
