import Quantities
import Trace

/// Switches that add up what is read through them, and copy what is written.
///
/// To reduce a shard its owner reads it through the switches, which read it from every member, the owner
/// included. A reduced shard is written once and goes to every member.
struct InNetwork {
  private let call: CollectiveCall

  init(_ call: CollectiveCall) { self.call = call }

  func add(_ bytes: Double, to sink: inout some TrafficSink) {
    let pods = call.map.pods(call.members)
    guard pods.count == 1 else {
      Hierarchical(call, isInNetwork: true).add(bytes, to: &sink)
      return
    }
    let shard = bytes / Double(call.members.count)
    let reduces = call.kind != .allGather
    let copies = call.kind != .reduceScatter
    for member in pods[0] {
      sink.add((reduces ? bytes : 0) + (copies ? shard : 0), of: member, .up, stage: 0)
      sink.add((reduces ? shard : 0) + (copies ? bytes : 0), of: member, .down, stage: 0)
    }
    let latency = call.map.route(from: pods[0][0], to: pods[0][1]).latency
    sink.wait(latency * (reduces && copies ? 2 : 1), stage: 0)
  }

  /// What keeps the switches from it, `nil` where nothing does.
  static func obstacle(_ call: CollectiveCall) -> String? {
    let pods = call.map.pods(call.members)
    if pods.count > 1, call.kind != .allReduce {
      return "over several pods only all_reduce goes through their switches"
    }
    return pods.filter { $0.count > 1 }.lazy.compactMap {
      call.map.obstacleToReduction(inPodOf: $0[0])
    }.first
  }
}
