import Quantities

/// What each group of a plan does, shape by shape, and what that puts on which links.
struct Incidences {
  /// A transfer of a group on a link.
  struct Entry {
    var group: Int32
    var link: Int32
    /// The transfer among all of the group's shapes, phases and transfers.
    var transfer: Int32
    var weightBits: UInt64
  }

  /// One thing that a group does, perhaps many times.
  struct Shape {
    /// The first of the group's rendezvous that does it, counted from its first.
    var position: Int32
    var lowered: LoweredCollective
    /// The number of its first transfer.
    var firstTransfer: Int32
  }

  /// For each group its shapes, in order.
  private(set) var shapes: [[Shape]] = []
  /// For each group which of its rendezvous are alike; see `Lowering.alike`.
  private(set) var alike: [[Int32]] = []
  private(set) var entries: [Entry] = []
  /// For each group a hash of all but the links.
  private(set) var workOfGroup: [UInt64] = []

  var groupCount: Int { shapes.count }

  /// - Complexity: O(links of all groups' shapes), and lowering each of them once.
  init(_ plan: Plan, _ lowering: any Lowering) throws {
    for group in plan.firstRendezvous.indices {
      let range = plan.rendezvous(ofGroup: group)
      let alike = lowering.alike(range)
      var hasher = Work()
      var own: [Shape] = []
      var transfers: Int32 = 0
      for (position, first) in alike.enumerated() where position == Int(first) {
        let lowered = try lowering.lower(range.lowerBound + position)
        own.append(
          Shape(position: first, lowered: lowered, firstTransfer: transfers))
        hasher.add(UInt64(position))
        for phase in lowered.phases {
          hasher.add(UInt64(bitPattern: phase.latency.picoseconds))
          for transfer in phase.transfers {
            hasher.add(transfer)
            for (link, weight) in zip(transfer.links, transfer.weights) {
              entries.append(
                Entry(
                  group: Int32(group), link: link.raw, transfer: transfers,
                  weightBits: weight.bitPattern))
            }
            transfers += 1
          }
        }
      }
      hasher.add(UInt64(range.count))
      workOfGroup.append(hasher.value)
      shapes.append(own)
      self.alike.append(alike)
    }
  }

  /// Whether two groups do the same, links aside.
  func isAlike(_ a: Int, _ b: Int) -> Bool {
    guard a != b else { return true }
    return alike[a] == alike[b]
      && shapes[a].elementsEqual(shapes[b]) { one, other in
        one.lowered.algorithm == other.lowered.algorithm
          && one.lowered.phases.elementsEqual(other.lowered.phases) { one, other in
            one.latency == other.latency
              && one.transfers.elementsEqual(other.transfers) {
                $0.bytes == $1.bytes && $0.fairShare == $1.fairShare
                  && $0.rateBound == $1.rateBound && $0.links.count == $1.links.count
              }
          }
      }
  }
}

/// A hash of what a group does: FNV-1a over 64-bit words.
private struct Work {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(_ word: UInt64) {
    value = (value ^ word) &* 0x100_0000_01B3
    value ^= value >> 29
  }

  mutating func add(_ transfer: Transfer) {
    add(transfer.bytes.bitPattern)
    add(transfer.fairShare.bitPattern)
    add(transfer.rateBound.bitPattern)
    add(UInt64(transfer.links.count))
  }
}
