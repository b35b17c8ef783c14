extension FluidSolver {
  /// Adds a transfer; its rate is 0 until `solve()`. O(links of the transfer).
  public mutating func add(_ transfer: Transfer) -> VariableID {
    let used = transfer.weights.reduce(0) { $0 + ($1 > 0 ? 1 : 0) }
    let id = begin(share: transfer.fairShare, bound: transfer.rateBound, crossing: used)
    var element = elements(of: id.index).lowerBound
    for (link, weight) in zip(transfer.links, transfer.weights) where weight > 0 {
      incidence.define(
        element, link: link.index, variable: id.index, claim: weight * transfer.fairShare)
      element += 1
    }
    incidence.list(elements(of: id.index))
    return id
  }

  /// Adds a flow over `route`, every link with weight 1 and each once, without a bound.
  public mutating func addFlow(_ route: some Collection<LinkID>, share: Double = 1) -> VariableID {
    let id = begin(share: share, bound: .infinity, crossing: route.count)
    for (element, link) in zip(elements(of: id.index), route) {
      incidence.define(element, link: link.index, variable: id.index, claim: share)
    }
    incidence.list(elements(of: id.index))
    return id
  }

  /// A transfer with room for its links, and its bound filled in.
  private mutating func begin(share: Double, bound: Double, crossing count: Int) -> VariableID {
    precondition(share > 0 && bound >= 0, "a transfer has a share, and no bound below 0")
    let isBound = bound < Self.endless
    let id = newVariable(share: share, elements: count + (isBound ? 1 : 0))
    if isBound {
      let link = newBound(bound)
      incidence.define(
        elements(of: id).upperBound - 1, link: link, variable: id, claim: share)
    }
    pending.append(Int32(id))
    pendingElements += Int(elementCount[id])
    return VariableID(index: id)
  }

  private mutating func newVariable(share: Double, elements count: Int) -> Int {
    let id: Int
    if let free = freeVariables.popLast() {
      id = Int(free)
    } else {
      id = self.share.count
      self.share.append(0)
      state.append(0)
      owner.append(Self.nobody)
      firstElement.append(0)
      elementCount.append(0)
      moveMark.append(0)
      isSettledHere.append(false)
    }
    self.share[id] = share
    state[id] = VariableState.pending.rawValue
    owner[id] = Self.nobody
    firstElement[id] = count > 0 ? Int32(incidence.reserveElements(count)) : 0
    elementCount[id] = Int32(count)
    return id
  }

  /// Takes a transfer out; its number may be given again. O(links of the transfer).
  public mutating func remove(_ id: VariableID) {
    beginChanges()
    let range = elements(of: id.index)
    if state[id.index] == VariableState.live.rawValue, owner[id.index] != Self.nobody {
      let holder = Int(owner[id.index])
      let level = links[holder].level
      incidence.unlist(range)
      for element in range {
        let link = Int(incidence.link[element])
        let claim = incidence.claim[element]
        if link == holder {
          loseClaim(link, claim)
        } else {
          links[link].foreign -= claim * level
          if incidence.count[link] == incidence.owned[link] { links[link].foreign = 0 }
        }
        enqueue(link)
      }
    } else {
      incidence.unlist(range)
      if state[id.index] == VariableState.pending.rawValue { pendingElements -= range.count }
    }
    for element in range where isBound[incidence.link[element]] {
      releaseLink(LinkID(incidence.link[element]))
    }
    incidence.releaseElements(range)
    state[id.index] = VariableState.free.rawValue
    owner[id.index] = Self.nobody
    freeVariables.append(id.raw)
  }

  /// Changes a link's capacity.
  public mutating func setCapacity(_ link: LinkID, _ value: Double) {
    precondition(value >= 0, "capacities are not negative")
    beginChanges()
    capacity[link.index] = min(value, Self.unlimited)
    enqueue(link.index)
  }

  /// Brings rates up to date with all changes since the last call.
  ///
  /// - Complexity: see `repair()`, and `fill()` where much came in at once.
  public mutating func solve() {
    beginChanges()
    if isBeyondRepair() {
      fill()
    } else {
      let size = queue.count
      admitPending()
      if !repair() {
        repairs.failedAt = min(repairs.failedAt, max(1, size))
        fill()
      }
    }
    pending.removeAll()
    pendingElements = 0
    isSettled = true
  }

  /// Whether so much has changed that filling from nothing is likely to be less work. The size at
  /// which a repair failed is remembered, and raised bit by bit, so that it is tried again.
  private mutating func isBeyondRepair() -> Bool {
    if pendingElements > 8, 4 * pendingElements >= incidence.total { return true }
    guard queue.count >= repairs.failedAt else { return false }
    repairs.failedAt += repairs.failedAt / 8 + 1
    return true
  }

  /// The first change after `solve()` starts new lists of what changed.
  mutating func beginChanges() {
    guard isSettled else { return }
    isSettled = false
    epoch += 1
    touchedList.removeAll()
    movedList.removeAll()
  }

  mutating func noteTouched(_ link: Int) {
    guard touchMark[link] != epoch else { return }
    touchMark[link] = epoch
    touchedList.append(Int32(link))
  }

  mutating func noteMoved(_ variable: Int) {
    guard moveMark[variable] != epoch else { return }
    moveMark[variable] = epoch
    movedList.append(Int32(variable))
  }
}
