/// What `repair()` works with, kept between calls so that nothing is allocated.
struct RepairScratch: ~Copyable {
  /// A transfer that may change hands: its element at the link in hand, and its level.
  struct Candidate {
    var element: Int32
    var level: Double

    /// Highest first; of one level in the order of elements.
    static func precedes(_ lhs: Candidate, _ rhs: Candidate) -> Bool {
      lhs.level != rhs.level ? lhs.level > rhs.level : lhs.element < rhs.element
    }
  }

  var candidates = Column<Candidate>()
  var leaving = Column<Int32>()
  /// Entries of one push whose partners wake, and those whose partners are lower.
  var woken = Column<Int32>()
  var lower = Column<Int32>()
  /// Elements visited since everything was last added up anew.
  var pushes = 0
  /// So many links were in the queue when a repair last took too long.
  var failedAt = Int.max / 2

  /// Room for a push over `count` entries, and one to write past the last.
  mutating func makeRoom(_ count: Int) {
    let more = count + 1 - woken.count
    guard more > 0 else { return }
    woken.append(repeating: 0, count: more)
    lower.append(repeating: 0, count: more)
  }
}

extension FluidSolver {
  /// Mends levels and ownership after changes, link by link from the lowest level up.
  ///
  /// At all times S and K agree with levels and ownership as they are. A link whose level does not
  /// is in the queue, by the level that it will have. In hand, it gets that level, and the
  /// difference is pushed along the transfers that it owns to their other links' S, which puts these
  /// into the queue. A transfer changes hands where another of its links now has the lower level.
  /// When the queue is empty every level is right and every transfer is owned by its lowest link:
  /// that is the definition. Links below the lowest change are never touched, nor are other
  /// components.
  ///
  /// - Returns: false where it has done more work than filling from nothing would take, the queue
  ///   holding what is still to do.
  /// - Complexity: O(elements owned by links whose level changes), where order hardly changes.
  mutating func repair() -> Bool {
    renewSums()
    let before = steps
    let limit = steps + 2 * incidence.total + 1024
    defer { repairs.pushes += steps - before }
    while let link = queue.popFirst() {
      relax(link)
      if steps > limit { return false }
    }
    return true
  }

  /// Rounding adds up with every push; once each element has had some hundreds, sums are made anew.
  private mutating func renewSums() {
    guard repairs.pushes > 256 * incidence.total + 65_536 else { return }
    repairs.pushes = 0
    for link in 0..<links.count where incidence.count[link] > 0 {
      recountClaim(link)
      recountForeign(link)
    }
  }

  /// Gives pending transfers the owner that seems right: the link where they would be lowest.
  mutating func admitPending() {
    for index in 0..<pending.count {
      let variable = Int(pending[index])
      guard state[variable] == VariableState.pending.rawValue else { continue }
      state[variable] = VariableState.live.rawValue
      admit(variable)
    }
  }

  private mutating func admit(_ variable: Int) {
    var best: (element: Int, level: Double)?
    for element in elements(of: variable) {
      let link = Int(incidence.link[element])
      let level =
        max(0, capacity[link] - links[link].foreign)
        / (links[link].claim + incidence.claim[element])
      if level < best?.level ?? .infinity { best = (element, level) }
    }
    guard let best else { return }
    let holder = Int(incidence.link[best.element])
    owner[variable] = Int32(holder)
    noteMoved(variable)
    incidence.own(best.element)
    gainClaim(holder, incidence.claim[best.element])
    if incidence.owned[holder] == 1 { links[holder].level = best.level }
    let level = links[holder].level
    for element in elements(of: variable) where element != best.element {
      addForeign(Int(incidence.link[element]), incidence.claim[element] * level, level)
    }
    steps += elements(of: variable).count
    enqueue(holder)
  }

  private mutating func addForeign(_ link: Int, _ rate: Double, _ level: Double) {
    links[link].foreign += rate
    noteForeign(link)
    links[link].highestForeign = max(links[link].highestForeign, level)
    enqueue(link)
  }

  // MARK: One link

  private mutating func relax(_ link: Int) {
    // Where foreign transfers take nearly all, or took far more, the rest is their rounding.
    noteForeign(link)
    let foreign = links[link].foreign
    if foreign < 0
      || capacity[link] - foreign < 1e-4 * max(capacity[link], foreignScale[link])
    {
      recountForeign(link)
    }
    let hadOwn = incidence.owned[link] > 0
    guard hadOwn || isOverfull(link) else { return }
    var level = hadOwn ? currentLevel(link) : -Double.infinity
    let isBelowOthers = level * (1 + Self.tolerance) < links[link].highestForeign || !hadOwn
    if hadOwn, !isBelowOthers {
      // Closer than this the difference is rounding, and not worth passing on.
      if (level - links[link].level).magnitude <= 1e-15 * level { return }
      // Others are lower by now: they go first.
      if level > queue.lowestKey, level > links[link].level {
        queue.set(link, key: level)
        return
      }
    }
    repairs.candidates.removeAll()
    var taken = 0
    if isBelowOthers { (level, taken) = weighForeign(link, level) }
    guard hadOwn || taken > 0 else { return }
    if hadOwn { push(link, to: level) } else { links[link].level = level }
    let last = repairs.candidates.count - 1
    for index in 0..<taken { take(Int(repairs.candidates[last - index].element), for: link, level) }
    release(link)
  }

  /// Which foreign transfers a link must take over because they are higher than its own: the last
  /// of `candidates`, the highest at the very end, and the level that this leaves.
  private mutating func weighForeign(_ link: Int, _ start: Double) -> (Double, taken: Int) {
    var highest = 0.0
    for entry in incidence.foreignEntries(link) {
      // Of two links, the one that is not the owner knows who is.
      var holder = incidence.partner[entry]
      if holder == Incidence.several {
        holder = owner[incidence.variable[incidence.element[entry]]]
        guard holder != Self.nobody else { continue }
      }
      let level = links[holder].level
      highest = max(highest, level)
      if level > start {
        repairs.candidates.append(
          RepairScratch.Candidate(element: incidence.element[entry], level: level))
      }
    }
    steps += incidence.foreignEntries(link).count
    links[link].highestForeign = highest
    let count = repairs.candidates.count
    guard count > 0 else { return (start, 0) }
    var (level, taken) = (start, 0)
    var (foreign, claim) = (links[link].foreign, links[link].claim)
    // Few are taken, so a heap is less work than sorting; and the library's sort allocates.
    repairs.candidates.makeHeap(by: RepairScratch.Candidate.precedes)
    while taken < count {
      let candidate = repairs.candidates[0]
      guard candidate.level > level * (1 + Self.tolerance) || level < 0 else { break }
      let own = incidence.claim[Int(candidate.element)]
      foreign -= own * candidate.level
      claim += own
      level = max(0, capacity[link] - foreign) / claim
      taken += 1
      // Those taken stand behind the heap, the first of them last.
      repairs.candidates.moveFirst(
        behind: count - taken, by: RepairScratch.Candidate.precedes)
    }
    return (level, taken)
  }

  /// Sets a link's level and passes the difference on.
  private mutating func push(_ link: Int, to level: Double) {
    let change = level - links[link].level
    links[link].level = level
    let own = incidence.ownedEntries(link)
    steps += own.count
    let (woken, leaving) =
      change < 0 ? (lowerPairs(own, by: change), 0) : raisePairs(own, by: change, to: level)
    for place in 0..<woken {
      let entry = Int(repairs.woken[place])
      let partner = Int(incidence.partner[entry])
      if partner == Incidence.several {
        pushSeveral(Int(incidence.element[entry]), change, level)
      } else if !queue.contains(partner) {
        enqueue(partner)
      }
    }
    for place in 0..<leaving { repairs.leaving.append(incidence.element[repairs.lower[place]]) }
  }

  /// One of the two loops in which the solver spends its time, on bare pointers: passes a rise on
  /// over each entry that has a partner. Gives how many entries stand in `woken` (their partners are
  /// in no queue, or they have none) and how many in `lower` (their partners are lower now).
  private mutating func raisePairs(
    _ own: Range<Int>, by change: Double, to level: Double
  ) -> (woken: Int, lower: Int) {
    repairs.makeRoom(own.count)
    let lowest = level * (1 - Self.tolerance)
    let (partners, claims) = (incidence.partner.elements, incidence.partnerClaim.elements)
    let (states, places) = (links.elements, queue.places.elements)
    let (woken, lower) = (repairs.woken.elements, repairs.lower.elements)
    var (wokenCount, lowerCount) = (0, 0)
    for entry in own {
      let partner = Int(partners[entry])
      woken[wokenCount] = Int32(truncatingIfNeeded: entry)
      guard partner >= 0 else {
        wokenCount &+= 1
        continue
      }
      let state = states + partner
      state.pointee.foreign += claims[entry] * change
      let highest = state.pointee.highestForeign
      state.pointee.highestForeign = highest < level ? level : highest
      lower[lowerCount] = Int32(truncatingIfNeeded: entry)
      // Counted without a branch: which way it goes can't be foretold.
      lowerCount &+= state.pointee.level < lowest ? 1 : 0
      wokenCount &+= places[partner] < 0 ? 1 : 0
    }
    return (wokenCount, lowerCount)
  }

  /// The other: passes a fall on. A link that falls gets no higher than its partners, and what they
  /// know of their foreign transfers stays a bound, so there is less to do.
  private mutating func lowerPairs(_ own: Range<Int>, by change: Double) -> Int {
    repairs.makeRoom(own.count)
    let (partners, claims) = (incidence.partner.elements, incidence.partnerClaim.elements)
    let (states, places) = (links.elements, queue.places.elements)
    let woken = repairs.woken.elements
    var wokenCount = 0
    for entry in own {
      let partner = Int(partners[entry])
      woken[wokenCount] = Int32(truncatingIfNeeded: entry)
      guard partner >= 0 else {
        wokenCount &+= 1
        continue
      }
      states[partner].foreign += claims[entry] * change
      wokenCount &+= places[partner] < 0 ? 1 : 0
    }
    return wokenCount
  }

  private mutating func pushSeveral(_ element: Int, _ change: Double, _ level: Double) {
    let lowest = level * (1 - Self.tolerance)
    var leaves = false
    let range = elements(of: Int(incidence.variable[element]))
    for other in range where other != element {
      let place = Int(incidence.link[other])
      links[place].foreign += incidence.claim[other] * change
      if links[place].highestForeign < level { links[place].highestForeign = level }
      if links[place].level < lowest { leaves = true }
      if !queue.contains(place) { enqueue(place) }
    }
    steps += range.count - 1
    if leaves { repairs.leaving.append(Int32(element)) }
  }

  // MARK: Changing hands

  /// Makes a foreign element of `link`, whose level is `level`, its own.
  private mutating func take(_ element: Int, for link: Int, _ level: Double) {
    let variable = Int(incidence.variable[element])
    move(variable, from: Int(owner[variable]), to: link, element, level)
    enqueue(link)
  }

  /// Gives away what has a lower link than the one in hand by now.
  private mutating func release(_ link: Int) {
    while let element = repairs.leaving.popLast() {
      let variable = Int(incidence.variable[Int(element)])
      var lowest: (element: Int, level: Double)?
      for other in elements(of: variable) where other != Int(element) {
        let level = links[Int(incidence.link[other])].level
        if level < lowest?.level ?? links[link].level * (1 - Self.tolerance) {
          lowest = (other, level)
        }
      }
      guard let lowest else { continue }
      move(
        variable, from: link, to: Int(incidence.link[lowest.element]), lowest.element, lowest.level)
    }
  }

  /// Moves a transfer to the link of `element`, which has `level`, and brings all sums along.
  private mutating func move(
    _ variable: Int, from giver: Int, to taker: Int, _ element: Int, _ level: Double
  ) {
    let before = links[giver].level
    for other in elements(of: variable) {
      let place = Int(incidence.link[other])
      let claim = incidence.claim[other]
      if other == element {
        noteForeign(place)
        links[place].foreign -= claim * before
        incidence.own(other)
        gainClaim(place, claim)
      } else if place == giver {
        incidence.disown(other)
        loseClaim(place, claim)
        links[place].foreign += claim * level
        noteForeign(place)
        links[place].highestForeign = max(links[place].highestForeign, level)
      } else {
        links[place].foreign += claim * (level - before)
        links[place].highestForeign = max(links[place].highestForeign, level)
      }
    }
    owner[variable] = Int32(taker)
    noteMoved(variable)
    steps += elements(of: variable).count
    for other in elements(of: variable) { enqueue(Int(incidence.link[other])) }
  }
}
