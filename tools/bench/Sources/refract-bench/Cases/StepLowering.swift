import Quantities
import Simulation

/// What the collectives of a `TrainingStep` are on the ports of its ranks: a ring in groups of 8,
/// and an all-to-all in groups of 64 whose receivers are skewed.
struct StepLowering: Lowering {
  private let layers: Int
  private let tensorGroups: Int
  private let coflows: [LoweredCollective]
  private let flows: [LoweredFlows]

  init(_ step: TrainingStep) {
    layers = step.layers
    tensorGroups = step.ranks / TrainingStep.tensorGroup
    let groups =
      (0..<tensorGroups).map { Group(number: $0, size: TrainingStep.tensorGroup) }
      + (0..<step.ranks / TrainingStep.expertGroup).map {
        Group(number: $0, size: TrainingStep.expertGroup)
      }
    coflows = groups.map(\.coflow)
    flows = groups.map(\.flows)
  }

  func lower(_ rendezvous: Int) -> LoweredCollective { coflows[group(of: rendezvous)] }

  func lowerToFlows(_ rendezvous: Int) -> LoweredFlows { flows[group(of: rendezvous)] }

  private func group(of rendezvous: Int) -> Int {
    let inTensor = tensorGroups * layers
    return rendezvous < inTensor
      ? rendezvous / layers : tensorGroups + (rendezvous - inTensor) / (2 * layers)
  }
}

/// Consecutive ranks that meet.
private struct Group {
  var members: Range<Int>

  init(number: Int, size: Int) { members = number * size..<(number + 1) * size }

  private static let latency = SimDuration.nanoseconds(2500)

  private var isRing: Bool { members.count == TrainingStep.tensorGroup }

  /// The bytes from each member to each.
  private var bytes: [[Double]] {
    guard isRing else {
      return Skew.zipf.bytes(hosts: members.count, seed: UInt64(members.lowerBound)).map {
        $0.map { ($0 / 8).rounded() }
      }
    }
    return members.indices.map { source in
      members.indices.map { $0 - source == 1 || source - $0 == members.count - 1 ? 8e6 : 0 }
    }
  }

  var coflow: LoweredCollective {
    let bytes = bytes
    let total = bytes.reduce(0) { $0 + $1.reduce(0, +) }
    var links: [LinkID] = []
    var weights: [Double] = []
    for (position, rank) in members.enumerated() {
      let sent = bytes[position].reduce(0, +)
      let received = bytes.reduce(0) { $0 + $1[position] }
      links += [LinkID(index: 2 * rank), LinkID(index: 2 * rank + 1)]
      weights += [sent / total, received / total]
    }
    let share = isRing ? members.count : members.count * (members.count - 1)
    let transfer = Transfer(
      bytes: total, links: links, weights: weights, fairShare: Double(share))
    return LoweredCollective(
      algorithm: isRing ? "ring" : "direct",
      phases: [LoweredCollective.Phase(latency: Self.latency, transfers: [transfer])])
  }

  var flows: LoweredFlows {
    var flows: [LoweredFlows.Flow] = []
    var links: [LinkID] = []
    for (source, row) in bytes.enumerated() {
      for (target, bytes) in row.enumerated() where bytes > 0 {
        links.append(LinkID(index: 2 * (members.lowerBound + source)))
        links.append(LinkID(index: 2 * (members.lowerBound + target) + 1))
        flows.append(
          LoweredFlows.Flow(
            source: Int32(source), target: Int32(target), bytes: bytes, latency: Self.latency,
            route: links.count - 2..<links.count))
      }
    }
    return LoweredFlows(
      members: Array(members), flows: flows, links: links,
      order: isRing ? .together(latency: Self.latency) : .byPair)
  }
}
