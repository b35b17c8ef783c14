import Quantities

/// Which ranks, groups and links of a plan can't be told apart by anything that a replay looks at.
///
/// Ranks are alike if they have the same program and their groups, slot by slot, are alike; groups if
/// they do the same, put the same bytes on links that are alike, and have as many members of each class
/// of ranks; links if they have the same capacity and carry the same shares of groups that are alike.
/// Found by colour refinement, to the coarsest partition that keeps this (Grohe, Kersting, Mladenov and
/// Selman, "Dimension reduction via colour refinement", ESA 2014): what is max-min fair is so once and
/// only once, so that transfers of a class have one rate at any time, and by induction over events the
/// ranks of a class do everything at the same instant.
///
/// Classes are found by hashes of what their members see, and then held against it: a class whose
/// members differ in anything, down to the last bit of a weight, makes the whole of it `nil`.
struct Symmetry {
  /// For each rank, group and link its class; classes are numbered by their first members.
  private(set) var rank: [Int32]
  private(set) var group: [Int32]
  private(set) var link: [Int32]
  private let incidence: Incidences
  private let plan: Plan

  /// - Returns: `nil` where what was found does not hold.
  /// - Complexity: O(rounds · (ranks · slots + links of all groups' shapes)), rounds being the length of
  ///   the longest chain of groups along which a difference has to travel.
  init?(_ plan: Plan, _ incidence: Incidences) {
    self.plan = plan
    self.incidence = incidence
    var ranks = Palette(count: plan.programOfRank.count)
    var groups = Palette(count: incidence.groupCount)
    var links = Palette(count: plan.capacities.count)
    for rank in plan.programOfRank.indices {
      ranks.see(rank, UInt64(plan.programOfRank[rank]), rank < plan.observedRanks ? 1 : 0)
    }
    for group in 0..<incidence.groupCount { groups.see(group, incidence.workOfGroup[group]) }
    for link in plan.capacities.indices { links.see(link, plan.capacities[link].bitPattern) }
    ranks.refine()
    groups.refine()
    links.refine()
    var known = 0
    while ranks.classes + groups.classes + links.classes > known {
      known = ranks.classes + groups.classes + links.classes
      for entry in incidence.entries {
        let (group, link) = (Int(entry.group), Int(entry.link))
        groups.see(group, UInt64(links.colour[link]), UInt64(entry.transfer), entry.weightBits)
        links.see(link, UInt64(groups.colour[group]), UInt64(entry.transfer), entry.weightBits)
      }
      for (rank, own) in plan.groupsOfRank.enumerated() {
        for (slot, group) in own.enumerated() {
          groups.see(group, UInt64(ranks.colour[rank]), UInt64(slot), 1)
          ranks.see(rank, UInt64(groups.colour[group]), UInt64(slot))
        }
      }
      ranks.refine()
      groups.refine()
      links.refine()
    }
    (rank, group, link) = (ranks.colour, groups.colour, links.colour)
    guard holds() else { return nil }
  }

  // MARK: Proof

  private struct Sight: Hashable, Comparable {
    var what: Int32
    var place: Int32
    var bits: UInt64

    static func < (lhs: Sight, rhs: Sight) -> Bool {
      (lhs.what, lhs.place, lhs.bits) < (rhs.what, rhs.place, rhs.bits)
    }
  }

  /// Whether the members of each class see exactly the same.
  private func holds() -> Bool {
    ranksHold() && membersHold() && trafficHolds(of: group, seenAs: link, \.group, \.link)
      && trafficHolds(of: link, seenAs: group, \.link, \.group) && workHolds()
  }

  private func ranksHold() -> Bool {
    let first = Self.firstMembers(rank)
    return plan.groupsOfRank.indices.allSatisfy { number in
      let like = first[Int(rank[number])]
      return plan.programOfRank[number] == plan.programOfRank[like]
        && (number < plan.observedRanks) == (like < plan.observedRanks)
        && plan.groupsOfRank[number].elementsEqual(plan.groupsOfRank[like]) {
          group[$0] == group[$1]
        }
    }
  }

  private func membersHold() -> Bool {
    var seen = Array(repeating: [Sight](), count: group.count)
    for (number, own) in plan.groupsOfRank.enumerated() {
      for (slot, place) in own.enumerated() {
        seen[place].append(Sight(what: rank[number], place: Int32(slot), bits: 0))
      }
    }
    return Self.agree(seen, group)
  }

  private func trafficHolds(
    of colour: [Int32], seenAs other: [Int32], _ own: KeyPath<Incidences.Entry, Int32>,
    _ seen: KeyPath<Incidences.Entry, Int32>
  ) -> Bool {
    var sights = Array(repeating: [Sight](), count: colour.count)
    for entry in incidence.entries {
      sights[Int(entry[keyPath: own])].append(
        Sight(
          what: other[Int(entry[keyPath: seen])], place: entry.transfer, bits: entry.weightBits))
    }
    return Self.agree(sights, colour)
  }

  private func workHolds() -> Bool {
    let first = Self.firstMembers(group)
    let wires = Self.firstMembers(link)
    return group.indices.allSatisfy { incidence.isAlike($0, first[Int(group[$0])]) }
      && link.indices.allSatisfy {
        plan.capacities[$0] == plan.capacities[wires[Int(link[$0])]]
      }
  }

  /// - Complexity: O(n log n) in what is seen.
  private static func agree(_ seen: [[Sight]], _ colour: [Int32]) -> Bool {
    let first = firstMembers(colour)
    let models = first.map { seen[$0].sorted() }
    return seen.indices.allSatisfy { seen[$0].sorted() == models[Int(colour[$0])] }
  }

  /// For each class its first member.
  static func firstMembers(_ colour: [Int32]) -> [Int] {
    var first: [Int] = []
    for (index, colour) in colour.enumerated() where Int(colour) == first.count {
      first.append(index)
    }
    return first
  }
}

/// Colours of things of one kind, and what each has seen of others since they were last refined.
private struct Palette {
  private(set) var colour: [Int32]
  private(set) var classes = 1
  private var seen: [UInt64]

  init(count: Int) {
    colour = Array(repeating: 0, count: count)
    seen = Array(repeating: 0, count: count)
  }

  /// Adds to what one has seen, in whatever order it is told.
  mutating func see(_ index: Int, _ first: UInt64, _ second: UInt64 = 0, _ third: UInt64 = 0) {
    seen[index] &+= Self.mixed(Self.mixed(Self.mixed(first) ^ second) ^ third)
  }

  /// Tells apart what has seen different things; numbers colours by their first owners.
  mutating func refine() {
    struct Key: Hashable {
      var colour: Int32
      var seen: UInt64
    }
    var numbers: [Key: Int32] = [:]
    for index in colour.indices {
      let key = Key(colour: colour[index], seen: seen[index])
      let number = numbers[key] ?? Int32(numbers.count)
      if number == numbers.count { numbers[key] = number }
      colour[index] = number
      seen[index] = 0
    }
    classes = numbers.count
  }

  /// The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
  private static func mixed(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
