/// A plan folded along its symmetries: one rank, one group and one link stand for each class of those
/// that a replay can't tell apart. See `Symmetry` for when that is so.
///
/// On the link that stands for a class, a transfer weighs what all transfers of its class weigh there
/// together. Replayed, the folded plan takes the whole one's times.
public struct Fold: Sendable {
  /// The plan as it was.
  public private(set) var whole: Plan
  /// The plan that stands for it.
  public private(set) var folded: Plan
  /// For each rank, group and link the one that stands for it in the folded plan.
  let rankClass: [Int32]
  let groupClass: [Int32]
  let linkClass: [Int32]
  private let incidences: Incidences
  private let groupRepresentatives: [Int]
  /// For each class of groups and shape what it is on the folded links.
  private let lowered: [[LoweredCollective]]

  /// The fold of a plan; `nil` where nothing is gained: fewer than half of its ranks are like others.
  ///
  /// - Throws: what lowering throws.
  public init?(_ plan: Plan, _ lowering: any Lowering) throws {
    guard Set(plan.programOfRank).count * 2 <= plan.programOfRank.count, plan.isWhole else {
      return nil
    }
    let incidences = try Incidences(plan, lowering)
    guard let symmetry = Symmetry(plan, incidences) else { return nil }
    let ranks = Symmetry.firstMembers(symmetry.rank)
    guard ranks.count * 2 <= plan.programOfRank.count else { return nil }
    let groups = Symmetry.firstMembers(symmetry.group)
    let links = Symmetry.firstMembers(symmetry.link)
    whole = plan
    (rankClass, groupClass, linkClass) = (symmetry.rank, symmetry.group, symmetry.link)
    self.incidences = incidences
    groupRepresentatives = groups
    var first: [Int] = []
    var participants: [Int] = []
    let members = Self.members(plan, symmetry)
    for (place, group) in groups.enumerated() {
      first.append(participants.count)
      participants += repeatElement(members[place], count: plan.rendezvous(ofGroup: group).count)
    }
    var folded = Plan(
      programs: plan.programs, programOfRank: ranks.map { plan.programOfRank[$0] },
      groupsOfRank: ranks.map { plan.groupsOfRank[$0].map { Int(symmetry.group[$0]) } },
      firstRendezvous: first, participants: participants,
      capacities: links.map { plan.capacities[$0] })
    folded.observedRanks = ranks.count { $0 < plan.observedRanks }
    self.folded = folded
    lowered = Self.lowered(incidences, symmetry, groups: groups, links: links)
  }

  /// For each class of groups how many of the folded ranks' tasks meet there.
  private static func members(_ plan: Plan, _ symmetry: Symmetry) -> [Int] {
    var count = Array(repeating: 0, count: (symmetry.group.max().map { Int($0) } ?? -1) + 1)
    // Each rank that stands for its class comes once by each of its slots.
    for rank in Symmetry.firstMembers(symmetry.rank) {
      for group in plan.groupsOfRank[rank] { count[Int(symmetry.group[group])] += 1 }
    }
    return count
  }

  /// What the groups that stand for their classes do, on the links that do.
  private static func lowered(
    _ incidences: Incidences, _ symmetry: Symmetry, groups: [Int], links: [Int]
  ) -> [[LoweredCollective]] {
    struct Crossing: Hashable {
      var link: Int32
      var group: Int32
      var transfer: Int32
    }
    var stands = Array(repeating: false, count: symmetry.link.count)
    for link in links { stands[link] = true }
    // In order of groups: the sums do not hang on anything else.
    var weight: [Crossing: Double] = [:]
    for entry in incidences.entries where stands[Int(entry.link)] {
      let crossing = Crossing(
        link: symmetry.link[Int(entry.link)], group: symmetry.group[Int(entry.group)],
        transfer: entry.transfer)
      weight[crossing, default: 0] += Double(bitPattern: entry.weightBits)
    }
    return groups.enumerated().map { place, group in
      incidences.shapes[group].map { shape in
        var transfer = shape.firstTransfer
        let phases = shape.lowered.phases.map { phase in
          LoweredCollective.Phase(
            latency: phase.latency,
            transfers: phase.transfers.map { whole in
              defer { transfer += 1 }
              let classes = Set(whole.links.map { symmetry.link[$0.index] }).sorted()
              return Transfer(
                bytes: whole.bytes, links: classes.map { LinkID($0) },
                weights: classes.map {
                  weight[Crossing(link: $0, group: Int32(place), transfer: transfer)] ?? 0
                }, fairShare: whole.fairShare, rateBound: whole.rateBound)
            })
        }
        return LoweredCollective(algorithm: shape.lowered.algorithm, phases: phases)
      }
    }
  }

  /// The same fold of a plan whose ranks meet alike and do other things between.
  ///
  /// - Parameter programs: in the place of the plan's, with the same calls.
  public func replacing(programs: [PlanProgram]) -> Fold {
    var fold = self
    fold.whole.programs = programs
    fold.folded.programs = programs
    return fold
  }

  /// The rank that stands for one of the whole plan.
  public func standIn(forRank rank: Int) -> Int { Int(rankClass[rank]) }

  /// How the folded plan's rendezvous are carried out.
  public var lowering: some Lowering { FoldedLowering(fold: self) }

  /// What a folded rendezvous is on the folded links.
  fileprivate func lower(_ rendezvous: Int) -> LoweredCollective {
    let group = folded.group(ofRendezvous: rendezvous)
    let position = rendezvous - folded.firstRendezvous[group]
    let shapes = incidences.shapes[groupRepresentatives[group]]
    let first = incidences.alike[groupRepresentatives[group]][position]
    var (low, high) = (0, shapes.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if shapes[middle].position <= first { low = middle } else { high = middle }
    }
    return lowered[group][low]
  }

  /// A rendezvous of the whole plan that a folded one stands for: the first of its class.
  public func representative(ofRendezvous rendezvous: Int) -> Int {
    let group = folded.group(ofRendezvous: rendezvous)
    return whole.firstRendezvous[groupRepresentatives[group]]
      + rendezvous - folded.firstRendezvous[group]
  }

  /// The folded rendezvous that stands for one of the whole plan.
  func standIn(forRendezvous rendezvous: Int) -> Int {
    let group = whole.group(ofRendezvous: rendezvous)
    return folded.firstRendezvous[Int(groupClass[group])] + rendezvous
      - whole.firstRendezvous[group]
  }

  /// What a group of the whole plan does, and how often.
  func shapes(ofGroup group: Int) -> [(lowered: LoweredCollective, count: Int)] {
    var counts: [Int32: Int] = [:]
    for first in incidences.alike[group] { counts[first, default: 0] += 1 }
    return incidences.shapes[group].map { ($0.lowered, counts[$0.position] ?? 0) }
  }

  /// What a rendezvous of the whole plan is on its links.
  func whole(_ rendezvous: Int) -> LoweredCollective? {
    let group = whole.group(ofRendezvous: rendezvous)
    let first = incidences.alike[group][rendezvous - whole.firstRendezvous[group]]
    return incidences.shapes[group].first { $0.position == first }?.lowered
  }
}

private struct FoldedLowering: Lowering {
  let fold: Fold

  func lower(_ rendezvous: Int) -> LoweredCollective { fold.lower(rendezvous) }

  /// Nothing is folded in the flow tier.
  func lowerToFlows(_ rendezvous: Int) -> LoweredFlows {
    preconditionFailure("a folded plan is replayed as coflows")
  }
}

extension Plan {
  /// The numbers of a group's rendezvous.
  func rendezvous(ofGroup group: Int) -> Range<Int> {
    let end =
      group + 1 < firstRendezvous.count ? firstRendezvous[group + 1] : participants.count
    return firstRendezvous[group]..<end
  }

  /// The group of a rendezvous. O(log groups).
  func group(ofRendezvous rendezvous: Int) -> Int {
    var (low, high) = (0, firstRendezvous.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if firstRendezvous[middle] <= rendezvous { low = middle } else { high = middle }
    }
    return low
  }

  /// Whether everybody comes who is waited for, as far as that can be counted.
  fileprivate var isWhole: Bool {
    var members = Array(repeating: 0, count: firstRendezvous.count)
    for groups in groupsOfRank { for group in groups { members[group] += 1 } }
    return members.indices.allSatisfy { group in
      let range = rendezvous(ofGroup: group)
      return range.isEmpty || participants[range.lowerBound] == members[group]
    }
  }
}
