/// Ranks whose hosts are known, and whose GPUs on them are not: those of a host take its free GPUs in
/// the order of their numbers.
struct RankHosts {
  /// What is wrong, and with which rank.
  struct Fault: Error {
    var rank: Int
    var problem: String
    var remedy: String
  }

  /// For each rank its host.
  let hosts: [String]

  /// The GPUs.
  func place(on seats: Seats, names: [String]?) throws(Fault) -> [Int] {
    var map = HostMap(seats, names: names, hosts: hosts)
    var used = Array(repeating: 0, count: seats.nodes.count)
    var gpus: [Int] = []
    for (rank, host) in hosts.enumerated() {
      let index: Int
      do {
        index = try map.node(host)
      } catch {
        throw Fault(rank: rank, problem: error.problem, remedy: error.remedy)
      }
      let node = seats.nodes[index].seats
      guard used[index] < node.count else {
        throw Fault(
          rank: rank,
          problem: "host '\(host)' gets more ranks than its node has free GPUs, \(node.count)",
          remedy: "choose a fabric with larger nodes, or another placement")
      }
      gpus.append(seats.free[node.lowerBound + used[index]])
      used[index] += 1
    }
    return gpus
  }
}
