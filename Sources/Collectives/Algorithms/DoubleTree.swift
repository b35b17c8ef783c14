import Quantities

/// All-reduce up and down two trees.
///
/// The first tree is NCCL's: member 0 is the root, and the parent of another is found by moving its
/// lowest set bit up by one, or by taking it away where that leads beyond the last. Odd members are its
/// leaves. The second is the first mirrored, or shifted by one where the members are odd in number, so
/// that its leaves are the even ones.
struct DoubleTree {
  private let call: CollectiveCall

  init(_ call: CollectiveCall) { self.call = call }

  func add(_ bytes: Double, to sink: inout some TrafficSink) {
    let channels = chains()
    let share = bytes / Double(channels.count)
    var slowest = SimDuration.zero
    for chains in channels { slowest = max(slowest, add(share, chains, to: &sink)) }
    sink.wait(slowest * 2, stage: 0)
  }

  /// For each channel and pod its members, from the head that the trees join; in one pod, each member
  /// a chain of its own.
  private func chains() -> [[[Int]]] {
    let pods = call.map.pods(call.members)
    guard pods.count > 1 else { return [pods[0].map { [$0] }] }
    let smallest = pods.map(\.count).min() ?? 1
    return (0..<min(smallest, call.channels ?? smallest)).map { turn in
      pods.map { Array($0[turn...] + $0[..<turn]) }
    }
  }

  /// Adds one channel; gives the longest way to a root.
  private func add(
    _ bytes: Double, _ chains: [[Int]], to sink: inout some TrafficSink
  ) -> SimDuration {
    let inside = chains.map { chain in
      zip(chain, chain.dropFirst()).reduce(SimDuration.zero) { latency, pair in
        sink.add(bytes, from: pair.1, to: pair.0)
        sink.add(bytes, from: pair.0, to: pair.1)
        return latency
          + max(
            call.map.route(from: pair.0, to: pair.1).latency,
            call.map.route(from: pair.1, to: pair.0).latency)
      }
    }
    var slowest = inside.max() ?? .zero
    for isSecond in [false, true] {
      let parents = chains.indices.map {
        Self.parent(of: $0, among: chains.count, isSecond: isSecond)
      }
      var hops = Array(repeating: SimDuration.zero, count: chains.count)
      for (node, parent) in parents.enumerated() {
        guard let parent else { continue }
        let (low, high) = (chains[node][0], chains[parent][0])
        sink.add(bytes / 2, from: low, to: high)
        sink.add(bytes / 2, from: high, to: low)
        hops[node] = call.map.route(from: low, to: high).latency
      }
      for node in chains.indices {
        var (latency, next) = (inside[node], node)
        while let parent = parents[next] {
          latency += hops[next]
          next = parent
        }
        slowest = max(slowest, latency)
      }
    }
    return slowest
  }

  /// The parent of one of `count`, `nil` of the root.
  static func parent(of node: Int, among count: Int, isSecond: Bool) -> Int? {
    guard isSecond else { return parent(of: node, among: count) }
    if count.isMultiple(of: 2) {
      return parent(of: count - 1 - node, among: count).map { count - 1 - $0 }
    }
    return parent(of: (node + count - 1) % count, among: count).map { ($0 + 1) % count }
  }

  private static func parent(of node: Int, among count: Int) -> Int? {
    guard node > 0 else { return nil }
    let bit = node & -node
    let up = (node ^ bit) | (bit << 1)
    return up < count ? up : node ^ bit
  }
}
