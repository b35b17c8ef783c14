extension FluidSolver {
  /// Solves the components of all that changed from nothing, by progressive filling: of the links
  /// that are not full, the one with the lowest level (C − S) / K is filled, and owns whatever
  /// crosses it and has no owner yet. Levels of the others only rise by that, so those in the
  /// queue are lower bounds, and a link that comes up with a level above the next key goes back.
  ///
  /// - Complexity: O(e + r · log l) for e elements and l links of the components, with r how often
  ///   links come up: a few times each.
  mutating func fill() {
    fills += 1
    gatherComponents()
    for index in 0..<component.count { reset(Int(component[index])) }
    for index in 0..<pending.count where state[pending[index]] == VariableState.pending.rawValue {
      state[pending[index]] = VariableState.live.rawValue
    }
    var level = 0.0
    while let link = queue.popFirst() {
      let own = currentLevel(link)
      if own > queue.lowestKey {
        queue.set(link, key: own)
        continue
      }
      level = max(level, own)
      close(link, at: level)
    }
  }

  /// All links that the queue and the pending transfers reach, into `component`; empties the queue.
  private mutating func gatherComponents() {
    component.removeAll()
    while let link = queue.popFirst() { reach(link) }
    for index in 0..<pending.count where state[pending[index]] == VariableState.pending.rawValue {
      for element in elements(of: Int(pending[index])) { reach(Int(incidence.link[element])) }
    }
    var next = 0
    while next < component.count {
      let link = Int(component[next])
      next += 1
      for entry in incidence.entries(link) {
        let partner = Int(incidence.partner[entry])
        if partner >= 0 {
          reach(partner)
        } else {
          let variable = Int(incidence.variable[Int(incidence.element[entry])])
          for element in elements(of: variable) { reach(Int(incidence.link[element])) }
        }
      }
      steps += incidence.entries(link).count
    }
    for index in 0..<component.count { isReached[component[index]] = false }
  }

  private mutating func reach(_ link: Int) {
    guard !isReached[link] else { return }
    isReached[link] = true
    component.append(Int32(link))
    noteTouched(link)
  }

  /// A link before filling: nothing flows, and all that crosses it is open.
  private mutating func reset(_ link: Int) {
    links[link] = LinkState()
    isClosed[link] = false
    var claim = 0.0
    for entry in incidence.entries(link) {
      claim += incidence.listedClaim[entry]
      if incidence.partner[entry] == Incidence.several {
        isSettledHere[incidence.variable[incidence.element[entry]]] = false
      }
    }
    steps += incidence.entries(link).count
    links[link].claim = claim
    claimScale[link] = claim
    openCount[link] = incidence.count[link]
    if openCount[link] > 0 { queue.set(link, key: capacity[link] / claim) }
  }

  /// Fills a link: what is still open becomes its own, for good.
  private mutating func close(_ link: Int, at level: Double) {
    separate(link)
    links[link].level = level
    isClosed[link] = true
    let own = incidence.ownedEntries(link)
    for entry in own {
      let partner = Int(incidence.partner[entry])
      if partner >= 0 {
        settle(partner, incidence.partnerClaim[entry], level)
      } else {
        let element = Int(incidence.element[entry])
        let variable = Int(incidence.variable[element])
        isSettledHere[variable] = true
        let all = elements(of: variable)
        for other in all where other != element {
          settle(Int(incidence.link[other]), incidence.claim[other], level)
        }
        steps += all.count - 1
      }
    }
    steps += own.count
    recountWorn()
  }

  /// Adds up anew what rounding has worn. Only once all transfers of the link that was closed are
  /// settled do counts and sums speak of the same ones.
  private mutating func recountWorn() {
    while let link = worn.popLast() {
      guard openCount[link] > 0 else { continue }
      recountOpen(Int(link))
      queue.set(Int(link), key: currentLevel(Int(link)))
    }
  }

  /// A transfer of an open link has been settled elsewhere.
  private mutating func settle(_ link: Int, _ claim: Double, _ level: Double) {
    links[link].foreign += claim * level
    links[link].highestForeign = level
    openCount[link] -= 1
    guard openCount[link] > 0 else {
      links[link].claim = 0
      incidence.setOwned(link, 0)
      queue.remove(link)
      return
    }
    links[link].claim -= claim
    if links[link].claim < 1e-3 * claimScale[link] { worn.append(Int32(link)) }
  }

  /// Whether the transfer of an entry has no owner yet.
  private func isOpen(_ entry: Int) -> Bool {
    let partner = incidence.partner[entry]
    return partner >= 0
      ? !isClosed[partner] : !isSettledHere[incidence.variable[incidence.element[entry]]]
  }

  private mutating func recountOpen(_ link: Int) {
    var sum = 0.0
    for entry in incidence.entries(link) where isOpen(entry) { sum += incidence.listedClaim[entry] }
    steps += incidence.entries(link).count
    links[link].claim = sum
    claimScale[link] = sum
  }

  /// Puts the open entries of a link before the others, and makes them its own. Most stand right
  /// already: only those that change sides are touched one by one.
  private mutating func separate(_ link: Int) {
    let all = incidence.entries(link)
    let formerlyOwn = incidence.ownedEntries(link).upperBound
    var (low, high) = (all.lowerBound, all.upperBound)
    while true {
      while low < high, isOpen(low) {
        if low >= formerlyOwn { adopt(low, by: link) }
        low += 1
      }
      while low < high, !isOpen(high - 1) { high -= 1 }
      guard low < high else { break }
      if high > formerlyOwn { adopt(high - 1, by: link) }
      incidence.exchange(low, high - 1)
      low += 1
      high -= 1
    }
    incidence.setOwned(link, low - all.lowerBound)
    steps += all.count
  }

  private mutating func adopt(_ entry: Int, by link: Int) {
    let variable = Int(incidence.variable[incidence.element[entry]])
    owner[variable] = Int32(link)
    noteMoved(variable)
  }
}
