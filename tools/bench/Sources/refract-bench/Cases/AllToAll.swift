import Simulation

/// An all-to-all, pair by pair.
struct AllToAll {
  var network: Network
  var skew: Skew
  /// Whether flows start one after the other, spread at random over the first half of what the
  /// fullest port needs.
  var isStaggered = false
  var seed: UInt64 = 1

  var flows: FlowSet {
    let bytes = skew.bytes(hosts: network.hosts, seed: seed)
    var set = FlowSet(capacities: network.capacities, flows: [])
    for (source, row) in bytes.enumerated() {
      for (target, bytes) in row.enumerated() where bytes > 0 {
        let route = network.route(from: source, to: target)
        let weights = Array(repeating: 1.0, count: route.count)
        set.flows.append(
          FlowSet.Flow(Transfer(bytes: bytes, links: route, weights: weights), start: 0))
      }
    }
    guard isStaggered else { return set }
    var random = SeededGenerator(seed: seed &+ 1)
    let latest = set.horizon / 2
    for index in set.flows.indices {
      set.flows[index].start = Double.random(in: 0..<latest, using: &random)
    }
    return set
  }

  /// The same as a file for `refract flows`.
  var document: String {
    let set = flows
    var text = "{\n\"name\": \"\(name)\",\n\"hosts\": \(network.hosts),\n\"links\": [\n"
    text += set.capacities.enumerated()
      .map { "{\"id\":\($0),\"bandwidth\":\($1)}" }.joined(separator: ",\n")
    text += "\n],\n\"flows\": [\n"
    text += set.flows.enumerated().map { index, flow in
      let route = flow.transfer.links.map { "\($0.raw)" }.joined(separator: ",")
      return "{\"id\":\(index),\"size\":\(Int(flow.transfer.bytes)),\"start\":\(flow.start),"
        + "\"route\":[\(route)]}"
    }.joined(separator: ",\n")
    return text + "\n]\n}\n"
  }

  private var name: String {
    let place = network.podSize.map { "pods of \($0), \(network.oversubscription):1" } ?? "star"
    return "\(skew.rawValue) all-to-all, \(network.hosts) hosts, \(place)"
  }
}
