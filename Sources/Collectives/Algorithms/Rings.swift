import Quantities
import Trace

/// Rings, and chains along them.
///
/// One ring for each GPU that every pod has of the group, rotated so that each leaves and enters
/// its pods elsewhere: all NICs carry their share.
struct Rings {
  private let call: CollectiveCall

  init(_ call: CollectiveCall) { self.call = call }

  /// All-reduce, reduce-scatter, all-gather. Latency is that of the slowest ring: a chunk crosses all
  /// hops but one in each round.
  func addRings(_ bytes: Double, to sink: inout some TrafficSink) {
    let rounds = call.kind == .allReduce ? 2 : 1
    let rings = call.map.rings(call.members, channels: call.channels)
    let steps = Double(rounds * (call.members.count - 1))
    var slowest = SimDuration.zero
    for ring in rings {
      let share = bytes / Double(rings.count) * steps / Double(ring.count)
      slowest = max(slowest, Self.add(share, around: ring, call.map, stage: 0, &sink) * rounds)
    }
    sink.wait(slowest, stage: 0)
  }

  /// Adds bytes from each of a ring to the next; gives the sum of the hops' latencies but the shortest.
  static func add(
    _ bytes: Double, around ring: [Int], _ map: LinkMap, stage: Int,
    _ sink: inout some TrafficSink
  ) -> SimDuration {
    var hops: [SimDuration] = []
    for (place, member) in ring.enumerated() {
      let next = ring[(place + 1) % ring.count]
      sink.add(bytes, from: member, to: next, stage: stage)
      hops.append(map.route(from: member, to: next).latency)
    }
    return hops.reduce(.zero, +) - (hops.min() ?? .zero)
  }

  /// Broadcast and reduce, from the root along the rings, or back to it. Latency is the sum of a
  /// chain's hops.
  func addChains(_ bytes: Double, to sink: inout some TrafficSink) {
    let rings = call.map.rings(call.members, channels: call.channels)
    var slowest = SimDuration.zero
    for ring in rings {
      let root = ring.firstIndex(of: call.members[call.root ?? 0]) ?? 0
      var latency = SimDuration.zero
      for step in 0..<ring.count - 1 {
        let (a, b) = (ring[(root + step) % ring.count], ring[(root + step + 1) % ring.count])
        let (from, to) = call.kind == .broadcast ? (a, b) : (b, a)
        sink.add(bytes / Double(rings.count), from: from, to: to)
        latency += call.map.route(from: from, to: to).latency
      }
      slowest = max(slowest, latency)
    }
    sink.wait(slowest, stage: 0)
  }
}
