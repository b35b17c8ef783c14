import Quantities
public import Simulation
import Trace
public import Workload

/// Lowers the collectives of a workload on a fabric and placement, each shape once.
public final class CollectiveLowering: Lowering {
  private let workload: Workload
  private let map: LinkMap
  private let options: LoweringOptions
  private var cache: [Shape: LoweredCollective] = [:]

  /// What makes two collectives the same on a given placement.
  private struct Shape: Hashable {
    var group: Int
    var kind: CollectiveKind
    var root: Int?
    var injectionCap: Bandwidth?
    var payload: Payload

    enum Payload: Hashable {
      case none
      case buffer(ByteCount)
      case uniform(Double)
      case routed(TokenRouting)
      /// Split matrices are as good as never equal: each is its own.
      case matrix(instance: Int)
    }
  }

  /// A lowering.
  public init(_ workload: Workload, _ map: LinkMap, options: LoweringOptions) {
    self.workload = workload
    self.map = map
    self.options = options
  }

  /// What instance number `rendezvous` of the workload does.
  public func lower(_ rendezvous: Int) throws -> LoweredCollective {
    let instance = workload.instances[rendezvous]
    let shape = shape(of: instance, number: rendezvous)
    if let lowered = cache[shape] { return lowered }
    let lowered = make(instance)
    cache[shape] = lowered
    return lowered
  }

  private func shape(of instance: CollectiveInstance, number: Int) -> Shape {
    let payload: Shape.Payload =
      switch instance.payload {
      case .none: .none
      case .buffer(let bytes): .buffer(bytes)
      case .matrix(.uniform(let bytes)): .uniform(bytes)
      case .matrix(.rows): .matrix(instance: number)
      case .routed(let routing): .routed(routing)
      }
    return Shape(
      group: instance.group, kind: instance.kind, root: instance.root,
      injectionCap: instance.injectionCap, payload: payload)
  }

  private func make(_ instance: CollectiveInstance) -> LoweredCollective {
    guard let algorithm = CollectiveAlgorithm(for: instance) else {
      return LoweredCollective(algorithm: "none", phases: [])
    }
    let members = workload.groups[instance.group].ranks.map(\.index)
    guard members.count > 1 else {
      return LoweredCollective(algorithm: algorithm.rawValue, phases: [])
    }
    var builder = TransferBuilder(map)
    let hops = add(instance, algorithm, members, to: &builder)
    let transfer = builder.transfer(
      fairness: options.fairness, injectionCap: instance.injectionCap)
    return LoweredCollective(
      algorithm: algorithm.rawValue,
      phases: [
        LoweredCollective.Phase(
          latency: builder.latency * hops, transfers: transfer.map { [$0] } ?? [])
      ])
  }

  /// Adds the bytes; gives the number of times that the longest latency is paid.
  private func add(
    _ instance: CollectiveInstance, _ algorithm: CollectiveAlgorithm, _ members: [Int],
    to builder: inout TransferBuilder
  ) -> Int {
    switch (algorithm, instance.payload) {
    case (.ring, .buffer(let bytes)):
      let rounds = instance.kind == .allReduce ? 2 : 1
      return addRing(Double(bytes.bytes), rounds: rounds, members, to: &builder)
    case (.chain, .buffer(let bytes)):
      return addChain(instance, Double(bytes.bytes), members, to: &builder)
    case (.dissemination, _):
      for member in members.dropFirst() { builder.addPath(from: members[0], to: member) }
      return ceilingLog2(members.count)
    case (.direct, .matrix(let matrix)):
      for (i, source) in members.enumerated() {
        for (j, target) in members.enumerated() {
          builder.add(matrix[i, j], from: source, to: target)
        }
      }
      return 1
    case (.direct, .buffer(let bytes)):
      addRooted(instance, Double(bytes.bytes), members, to: &builder)
      return 1
    case (_, .routed(let routing)):
      return TokenRoutes(
        routing, members: members, map: map, deduplication: options.deduplication
      ).add(to: &builder)
    default: return 0
    }
  }

  private func addRing(
    _ bytes: Double, rounds: Int, _ members: [Int], to builder: inout TransferBuilder
  ) -> Int {
    let ring = map.inGPUOrder(members)
    let steps = rounds * (ring.count - 1)
    for (place, member) in ring.enumerated() {
      let next = ring[(place + 1) % ring.count]
      builder.add(bytes * Double(steps) / Double(ring.count), from: member, to: next)
      builder.addPath(from: member, to: next)
    }
    return steps
  }

  private func addChain(
    _ instance: CollectiveInstance, _ bytes: Double, _ members: [Int],
    to builder: inout TransferBuilder
  ) -> Int {
    let ring = map.inGPUOrder(members)
    let root = ring.firstIndex(of: members[instance.root ?? 0]) ?? 0
    for step in 0..<ring.count - 1 {
      let (a, b) = (ring[(root + step) % ring.count], ring[(root + step + 1) % ring.count])
      let (from, to) = instance.kind == .broadcast ? (a, b) : (b, a)
      builder.add(bytes, from: from, to: to)
      builder.addPath(from: from, to: to)
    }
    return ring.count - 1
  }

  /// Send, gather, scatter: between the root and each other member.
  private func addRooted(
    _ instance: CollectiveInstance, _ bytes: Double, _ members: [Int],
    to builder: inout TransferBuilder
  ) {
    if instance.kind == .send {
      builder.add(bytes, from: members[0], to: members[1])
      builder.addPath(from: members[0], to: members[1])
      return
    }
    let root = members[instance.root ?? 0]
    for member in members where member != root {
      let share = bytes / Double(members.count)
      if instance.kind == .gather {
        builder.add(share, from: member, to: root)
      } else {
        builder.add(share, from: root, to: member)
      }
    }
  }

  private func ceilingLog2(_ count: Int) -> Int {
    Int.bitWidth - (count - 1).leadingZeroBitCount
  }
}
