import Quantities

/// All-reduce in two levels: inside the pods, directly or by their switches, and on rings between.
struct Hierarchical {
  private let call: CollectiveCall
  private let isInNetwork: Bool

  /// - Parameter isInNetwork: whether the pods' switches add up and copy.
  init(_ call: CollectiveCall, isInNetwork: Bool) {
    self.call = call
    self.isInNetwork = isInNetwork
  }

  /// Three stages: reduce-scatter, around the rings, all-gather.
  func add(_ bytes: Double, to sink: inout some TrafficSink) {
    let pods = call.map.pods(call.members)
    let shards = pods.map(\.count).min() ?? 1
    let shard = bytes / Double(shards)
    for pod in pods where pod.count > 1 {
      if isInNetwork {
        addThroughSwitch(bytes, shard, pod, leaders: pod.prefix(shards), to: &sink)
      } else {
        addPairs(shard, pod, leaders: pod.prefix(shards), to: &sink)
      }
    }
    guard pods.count > 1 else { return }
    let steps = Double(2 * (pods.count - 1))
    var slowest = SimDuration.zero
    for place in 0..<shards {
      let ring = pods.map { $0[place] }
      let round = Rings.add(
        shard * steps / Double(ring.count), around: ring, call.map, stage: 1, &sink)
      slowest = max(slowest, round * 2)
    }
    sink.wait(slowest, stage: 1)
  }

  private func addPairs(
    _ shard: Double, _ pod: [Int], leaders: ArraySlice<Int>, to sink: inout some TrafficSink
  ) {
    for leader in leaders {
      for member in pod where member != leader {
        sink.add(shard, from: member, to: leader, stage: 0)
        sink.add(shard, from: leader, to: member, stage: 2)
      }
    }
  }

  private func addThroughSwitch(
    _ bytes: Double, _ shard: Double, _ pod: [Int], leaders: ArraySlice<Int>,
    to sink: inout some TrafficSink
  ) {
    for member in pod {
      sink.add(bytes, of: member, .up, stage: 0)
      sink.add(bytes, of: member, .down, stage: 2)
    }
    for leader in leaders {
      sink.add(shard, of: leader, .down, stage: 0)
      sink.add(shard, of: leader, .up, stage: 2)
    }
    let latency = call.map.route(from: pod[0], to: pod[1]).latency
    sink.wait(latency, stage: 0)
    sink.wait(latency, stage: 2)
  }
}
