import Quantities
import Trace
import Workload

/// What goes from each member to each, or between a root and each.
struct Exchanges {
  private let call: CollectiveCall

  init(_ call: CollectiveCall) { self.call = call }

  /// All pairs at once.
  func addDirect(_ matrix: SplitMatrix, to sink: inout some TrafficSink) {
    for (i, source) in call.members.enumerated() {
      for (j, target) in call.members.enumerated() {
        sink.add(matrix[i, j], from: source, to: target)
      }
    }
  }

  /// Reduce-scatter and all-gather between all pairs; the others between the root and each member.
  func addDirect(_ bytes: Double, to sink: inout some TrafficSink) {
    let members = call.members
    let root = members[call.root ?? 0]
    switch call.kind {
    case .reduceScatter, .allGather:
      let block = bytes / Double(members.count)
      for source in members { for target in members { sink.add(block, from: source, to: target) } }
    case .send: sink.add(bytes, from: members[0], to: members[1])
    case .gather, .reduce:
      let part = call.kind == .gather ? bytes / Double(members.count) : bytes
      for member in members where member != root { sink.add(part, from: member, to: root) }
    default:
      let part = call.kind == .scatter ? bytes / Double(members.count) : bytes
      for member in members where member != root { sink.add(part, from: root, to: member) }
    }
  }

  /// In rounds: to the next, to the one behind it, and so on around the group.
  func addPairwise(_ matrix: SplitMatrix, to sink: inout some TrafficSink) {
    let count = call.members.count
    for distance in 1..<count {
      for i in 0..<count {
        let j = (i + distance) % count
        sink.add(matrix[i, j], from: call.members[i], to: call.members[j], stage: distance - 1)
      }
      sink.end(stage: distance - 1)
    }
  }

  /// Inside a node to the receiver's rail, then across on it.
  func addRailAligned(_ matrix: SplitMatrix, to sink: inout some TrafficSink) {
    let domains = call.map.domains(call.members, .node)
    for home in domains {
      for source in home {
        for domain in domains {
          for (place, target) in domain.enumerated() {
            let bytes = matrix[source, target]
            let (from, to) = (call.members[source], call.members[target])
            guard domain != home else {
              sink.add(bytes, from: from, to: to, stage: 0)
              continue
            }
            let relay = call.members[home[place % home.count]]
            sink.add(bytes, from: from, to: relay, stage: 0)
            sink.add(bytes, from: relay, to: to, stage: 1)
          }
        }
      }
    }
  }

  /// Rounds without bytes: a barrier.
  func addDissemination(to sink: inout some TrafficSink) {
    let longest = call.members.dropFirst().map {
      call.map.route(from: call.members[0], to: $0).latency
    }.max()
    sink.wait((longest ?? .zero) * ceilingLog2(call.members.count), stage: 0)
  }

  private func ceilingLog2(_ count: Int) -> Int {
    Int.bitWidth - (count - 1).leadingZeroBitCount
  }
}
