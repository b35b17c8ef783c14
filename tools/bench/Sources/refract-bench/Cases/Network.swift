import Simulation

/// Hosts on one switch, or in pods whose switches are joined by another.
struct Network {
  /// Bytes per second of a host's port, each way: 400 GB/s.
  static let portCapacity = 4e11

  var hosts: Int
  /// Hosts in a pod; `nil` for one switch.
  var podSize: Int?
  /// What the ports of a pod's hosts have over what its uplink has.
  var oversubscription = 1.0

  var podCount: Int { podSize.map { (hosts + $0 - 1) / $0 } ?? 0 }

  /// Bytes per second of each link: out of and into each host, then of and to each pod.
  var capacities: [Double] {
    let uplink = Double(podSize ?? 0) * Self.portCapacity / oversubscription
    return Array(repeating: Self.portCapacity, count: 2 * hosts)
      + Array(repeating: uplink, count: 2 * podCount)
  }

  func route(from source: Int, to target: Int) -> [LinkID] {
    let (out, into) = (2 * source, 2 * target + 1)
    guard let podSize, source / podSize != target / podSize else {
      return [LinkID(index: out), LinkID(index: into)]
    }
    let (up, down) = (2 * hosts + 2 * (source / podSize), 2 * hosts + 2 * (target / podSize) + 1)
    return [out, up, down, into].map { LinkID(index: $0) }
  }
}
