/// Max-min fair rates of transfers that share links.
///
/// With x_v the rate of transfer v, w_{v,l} its weight on link l, C_l the capacity of l in bytes/s
/// and n_v its fair share, the rates
///
///     maximise lexicographically the sorted vector of x_v / n_v
///     subject to Σ_v w_{v,l} · x_v ≤ C_l for every l, 0 ≤ x_v ≤ bound_v.
///
/// Found by progressive filling (Bertsekas and Gallager, Data Networks, section 6.5.2): all levels
/// x_v / n_v rise together; where a link fills or a bound is met, the transfers there stay. A
/// change re-solves only the connected component of transfers and links that it touches.
///
/// Rates are Doubles, good to about 1e-12; equal sequences of calls give equal bits.
public struct FluidSolver: Sendable {
  /// Link capacities in bytes per second.
  public private(set) var capacities: [Double]
  /// For each link the sum of weight · rate, as of the last `solve()`.
  public private(set) var usage: [Double]
  /// Transfers whose rate the last `solve()` changed, by number.
  public private(set) var changed: [VariableID] = []
  /// Links of the components that the last `solve()` looked at, by number.
  public private(set) var touched: [LinkID] = []
  /// Elements (transfer, link) visited so far by filling: the work done.
  public private(set) var steps = 0

  private var variables = VariableTable()
  private var elements = ElementTable()
  private var heads: [Int32]
  private var dirtyLinks: [LinkID] = []
  private var dirtyVariables: [VariableID] = []
  private var filling: Filling

  /// A solver over links with these capacities (bytes/s, not negative, may be infinite).
  public init(capacities: [Double]) {
    precondition(capacities.allSatisfy { $0 >= 0 }, "capacities are not negative")
    self.capacities = capacities
    usage = Array(repeating: 0, count: capacities.count)
    heads = Array(repeating: ElementTable.none, count: capacities.count)
    filling = Filling(linkCount: capacities.count)
  }

  /// The rate of a transfer in bytes per second, as of the last `solve()`; infinite where neither
  /// a link nor a bound holds it.
  public func rate(_ id: VariableID) -> Double { variables.rate[id.index] }

  /// Adds a transfer; its rate is 0 until `solve()`. O(links of the transfer).
  public mutating func add(_ transfer: Transfer) -> VariableID {
    let id = variables.insert(share: transfer.fairShare, bound: transfer.rateBound)
    let start = elements.reserve(transfer.links.count)
    variables.firstElement[id.index] = start
    variables.elementCount[id.index] = Int32(transfer.links.count)
    for (offset, (link, weight)) in zip(transfer.links, transfer.weights).enumerated() {
      let element = Int(start) + offset
      elements.link[element] = link.raw
      elements.weight[element] = weight
      elements.variable[element] = id.raw
      elements.push(element, onto: &heads[link.index])
    }
    dirtyVariables.append(id)
    return id
  }

  /// Takes a transfer out; its number may be given again. O(links of the transfer).
  public mutating func remove(_ id: VariableID) {
    let range = variables.elements(of: id)
    for element in range {
      let link = LinkID(elements.link[element])
      elements.unlink(element, from: &heads[link.index])
      dirtyLinks.append(link)
    }
    elements.release(range)
    variables.remove(id)
    dirtyVariables.removeAll { $0 == id }
  }

  /// Changes a link's capacity.
  public mutating func setCapacity(_ link: LinkID, _ capacity: Double) {
    precondition(capacity >= 0, "capacities are not negative")
    capacities[link.index] = capacity
    dirtyLinks.append(link)
  }

  /// Brings rates up to date with all changes since the last call; `changed` and `touched` tell
  /// what it did.
  ///
  /// - Complexity: O(r · l + e) in the touched components, with r the distinct levels, l the links,
  ///   e the elements.
  public mutating func solve() {
    changed.removeAll(keepingCapacity: true)
    touched.removeAll(keepingCapacity: true)
    filling.begin(variableCount: variables.count)
    gatherComponents()
    dirtyLinks.removeAll(keepingCapacity: true)
    dirtyVariables.removeAll(keepingCapacity: true)
    // By number, so that sums do not depend on the order of changes.
    filling.variables.sort()
    touched.sort()
    fill()
  }

  private mutating func gatherComponents() {
    for link in dirtyLinks { visit(link) }
    for variable in dirtyVariables { visit(variable) }
    var nextLink = 0
    var nextVariable = 0
    while nextLink < touched.count || nextVariable < filling.variables.count {
      if nextVariable < filling.variables.count {
        let variable = filling.variables[nextVariable]
        nextVariable += 1
        for element in variables.elements(of: variable) { visit(LinkID(elements.link[element])) }
      } else {
        var element = heads[touched[nextLink].index]
        nextLink += 1
        while element != ElementTable.none {
          visit(VariableID(index: Int(elements.variable[Int(element)])))
          element = elements.next[Int(element)]
        }
      }
    }
  }

  private mutating func visit(_ link: LinkID) {
    if filling.mark(link) { touched.append(link) }
  }

  private mutating func visit(_ variable: VariableID) {
    if filling.mark(variable) { filling.variables.append(variable) }
  }

  // MARK: Progressive filling

  private mutating func fill() {
    for link in touched {
      filling.remaining[link.index] = capacities[link.index]
      filling.load[link.index] = 0
      filling.open[link.index] = 0
      usage[link.index] = 0
    }
    for variable in filling.variables {
      let share = variables.share[variable.index]
      for element in variables.elements(of: variable) where elements.weight[element] > 0 {
        let link = Int(elements.link[element])
        filling.load[link] += elements.weight[element] * share
        filling.open[link] += 1
      }
      steps += Int(variables.elementCount[variable.index])
    }
    while !filling.variables.isEmpty {
      let level = lowestLevel()
      guard level < .infinity else { break }
      freeze(at: level)
    }
    for variable in filling.variables { set(variable, rate: .infinity) }
    filling.variables.removeAll(keepingCapacity: true)
    changed.sort()
  }

  private func lowestLevel() -> Double {
    var level = Double.infinity
    for link in touched where filling.open[link.index] > 0 {
      level = min(level, max(0, filling.remaining[link.index]) / filling.load[link.index])
    }
    for variable in filling.variables {
      level = min(level, variables.bound[variable.index] / variables.share[variable.index])
    }
    return level
  }

  /// Σ weight · share of a link's transfers that are not settled, anew: taking settled ones away
  /// one by one leaves rounding behind, which must not be taken for load once it is all there is.
  private mutating func recountLoad(_ link: LinkID) {
    var load = 0.0
    var element = heads[link.index]
    while element != ElementTable.none {
      let variable = VariableID(index: Int(elements.variable[Int(element)]))
      if !filling.isSettled(variable), elements.weight[Int(element)] > 0 {
        load += elements.weight[Int(element)] * variables.share[variable.index]
      }
      element = elements.next[Int(element)]
    }
    filling.load[link.index] = load
  }

  /// Settles every transfer that meets its bound or a full link at `level`.
  private mutating func freeze(at level: Double) {
    // Levels this close are one: what separates them is rounding.
    let limit = level * (1 + 1e-12)
    filling.full.removeAll(keepingCapacity: true)
    for link in touched where filling.open[link.index] > 0 {
      let own = max(0, filling.remaining[link.index]) / filling.load[link.index]
      filling.isFull[link.index] = own <= limit
      if own <= limit { filling.full.append(link) }
    }
    var kept = 0
    for position in filling.variables.indices {
      let variable = filling.variables[position]
      let (share, bound) = (variables.share[variable.index], variables.bound[variable.index])
      if bound / share <= limit {
        settle(variable, rate: bound)
      } else if crossesFullLink(variable) {
        settle(variable, rate: share * level)
      } else {
        filling.variables[kept] = variable
        kept += 1
      }
    }
    filling.variables.removeLast(filling.variables.count - kept)
    for link in filling.full { filling.isFull[link.index] = false }
  }

  private func crossesFullLink(_ variable: VariableID) -> Bool {
    variables.elements(of: variable).contains {
      elements.weight[$0] > 0 && filling.isFull[Int(elements.link[$0])]
    }
  }

  private mutating func settle(_ variable: VariableID, rate: Double) {
    let share = variables.share[variable.index]
    for element in variables.elements(of: variable) where elements.weight[element] > 0 {
      let link = Int(elements.link[element])
      filling.remaining[link] -= elements.weight[element] * rate
      filling.load[link] -= elements.weight[element] * share
      filling.open[link] -= 1
      usage[link] += elements.weight[element] * rate
    }
    steps += Int(variables.elementCount[variable.index])
    filling.markSettled(variable)
    for element in variables.elements(of: variable) where elements.weight[element] > 0 {
      let link = LinkID(elements.link[element])
      if filling.open[link.index] > 0,
        filling.load[link.index] < 1e-6 * elements.weight[element] * share
      {
        recountLoad(link)
      }
    }
    set(variable, rate: rate)
  }

  private mutating func set(_ variable: VariableID, rate: Double) {
    guard variables.rate[variable.index] != rate else { return }
    variables.rate[variable.index] = rate
    changed.append(variable)
  }
}
