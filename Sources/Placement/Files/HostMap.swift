import Fabric

/// Which node of the fabric each host is.
///
/// By a declared list, whose k-th name is the fabric's node k; else, where all hosts are called as the
/// fabric counts its nodes (`node0`, `node17`), by that number; else in the order in which hosts appear,
/// each the next node with a free GPU.
struct HostMap {
  /// Why a host has no node.
  struct Fault: Error {
    var problem: String
    var remedy: String
  }

  private let seats: Seats
  private var declared: [String: Int]?
  private var isNumbered: Bool
  private var indexOfHost: [String: Int] = [:]
  private var indexOfNode: [Int: Int] = [:]
  private var next = 0

  /// - Parameters:
  ///   - names: the declared names of the fabric's nodes, in order.
  ///   - hosts: all hosts that will be asked for.
  init(_ seats: Seats, names: [String]?, hosts: some Sequence<String>) {
    self.seats = seats
    isNumbered = names == nil && hosts.allSatisfy { Self.number($0) != nil }
    declared = names.map {
      Dictionary($0.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }
    for (index, node) in seats.nodes.enumerated() { indexOfNode[node.number] = index }
  }

  /// The number in a name that this tool gives to nodes: `node17`.
  private static func number(_ host: String) -> Int? {
    guard host.hasPrefix("node"), let number = NumberRanges.number(host.dropFirst(4)) else {
      return nil
    }
    return String(number) == host.dropFirst(4) ? number : nil
  }

  /// The index of a host's node among those with seats.
  mutating func node(_ host: String) throws(Fault) -> Int {
    if let known = indexOfHost[host] { return known }
    let index = try find(host)
    indexOfHost[host] = index
    return index
  }

  private mutating func find(_ host: String) throws(Fault) -> Int {
    if declared == nil, !isNumbered {
      guard next < seats.nodes.count else {
        throw Fault(
          problem: "host '\(host)' is one too many: fabric '\(seats.fabric.name)' has "
            + "\(counted(seats.nodes.count, "node")) with a free GPU",
          remedy: "choose a larger fabric, or give its pods nodes with "
            + "--set pod.gpus_per_node=N")
      }
      next += 1
      return next - 1
    }
    guard let number = declared.map({ $0[host] }) ?? Self.number(host) else {
      throw Fault(
        problem: "host '\(host)' is not among those of --hosts", remedy: "add it to the list")
    }
    guard number < seats.layout.nodes.count else {
      throw Fault(
        problem: "host '\(host)' is node \(number), and fabric '\(seats.fabric.name)' has "
          + "\(counted(seats.layout.nodes.count, "node"))",
        remedy: "choose a larger fabric, or name its nodes in order with --hosts")
    }
    guard let index = indexOfNode[number] else {
      throw Fault(
        problem: "host '\(host)' has no free GPU", remedy: "take fewer GPUs, or leave the host out")
    }
    return index
  }
}
