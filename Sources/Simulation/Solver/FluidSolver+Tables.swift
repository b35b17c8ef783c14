extension FluidSolver {
  func elements(of variable: Int) -> Range<Int> {
    let first = Int(firstElement[variable])
    return first..<first + Int(elementCount[variable])
  }

  mutating func appendLink(capacity value: Double) -> Int {
    capacity.append(min(value, Self.unlimited))
    links.append(LinkState())
    claimScale.append(0)
    foreignScale.append(0)
    touchMark.append(0)
    isBound.append(false)
    isReached.append(false)
    isClosed.append(false)
    openCount.append(0)
    incidence.appendLink()
    queue.grow(to: links.count)
    return links.count - 1
  }

  /// A link that stands for a bound.
  mutating func newBound(_ bound: Double) -> Int {
    let link = makeLink(capacity: bound).index
    isBound[link] = true
    return link
  }

  /// Makes one more link, beyond those that the solver began with: what a few transfers share for a
  /// while, as the means of one rank.
  public mutating func makeLink(capacity value: Double) -> LinkID {
    guard let link = freeLinks.popLast() else {
      return LinkID(index: appendLink(capacity: value))
    }
    capacity[link] = min(value, Self.unlimited)
    return LinkID(link)
  }

  /// Gives back a link that `makeLink` made and nothing crosses any more.
  public mutating func releaseLink(_ id: LinkID) {
    precondition(id.index >= linkCount && incidence.count[id.index] == 0, "a link in use")
    if queue.contains(id.index) { queue.remove(id.index) }
    links[id.index] = LinkState()
    isBound[id.index] = false
    freeLinks.append(id.raw)
  }

  /// The level that a link's own transfers would have by what is known now.
  func currentLevel(_ link: Int) -> Double {
    max(0, capacity[link] - links[link].foreign) / links[link].claim
  }

  func isOverfull(_ link: Int) -> Bool {
    links[link].foreign > capacity[link] * (1 + Self.tolerance)
  }

  /// Notes that a link's level may be wrong.
  mutating func enqueue(_ link: Int) {
    noteTouched(link)
    if incidence.owned[link] > 0 {
      queue.set(link, key: currentLevel(link))
    } else if isOverfull(link) {
      // Whatever of its transfers is highest will come down: no sooner than all below are settled.
      queue.set(link, key: links[link].highestForeign)
    }
  }

  /// Takes a claim off a link's own, adding up anew where rounding would be a good part of the
  /// rest.
  mutating func loseClaim(_ link: Int, _ claim: Double) {
    if incidence.owned[link] == 0 {
      links[link].claim = 0
      links[link].level = .infinity
      return
    }
    links[link].claim -= claim
    if links[link].claim < 1e-3 * claimScale[link] { recountClaim(link) }
  }

  /// Remembers how large the sum of foreign transfers was: rounding is relative to that.
  func noteForeign(_ link: Int) {
    foreignScale[link] = max(foreignScale[link], links[link].foreign)
  }

  mutating func gainClaim(_ link: Int, _ claim: Double) {
    links[link].claim += claim
    claimScale[link] = max(claimScale[link], links[link].claim)
  }

  mutating func recountClaim(_ link: Int) {
    var sum = 0.0
    for entry in incidence.ownedEntries(link) { sum += incidence.listedClaim[entry] }
    steps += incidence.ownedEntries(link).count
    links[link].claim = sum
    claimScale[link] = sum
  }

  /// Who holds back the transfer of a foreign entry; `nil` where that is not decided.
  func foreignHolder(_ entry: Int) -> Int? {
    let element = incidence.element[entry]
    let partner = incidence.partner[entry]
    // Of two links, the one that is not the owner knows who is.
    if partner != Incidence.several,
      state[incidence.variable[element]] == VariableState.live.rawValue
    {
      return Int(partner)
    }
    return holder(Int(incidence.variable[element]))
  }

  mutating func recountForeign(_ link: Int) {
    var sum = 0.0
    for entry in incidence.foreignEntries(link) {
      if let holder = foreignHolder(entry) {
        sum += incidence.listedClaim[entry] * links[holder].level
      }
    }
    steps += incidence.foreignEntries(link).count
    links[link].foreign = sum
    foreignScale[link] = sum
  }
}
