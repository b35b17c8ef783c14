/// Transfers under way: what the solver's rates make of their bytes, and when each ends.
///
/// Transfers that one link owns have one level, so they share a clock: V_l = ∫ level_l dt, bytes a
/// share since the start. A transfer with b bytes left when it comes under l ends as V_l has grown
/// by b / n. While a level changes, the order of ends under a link does not, so a change costs O(1)
/// a link, and only transfers that change hands are touched one by one. Time is in Double seconds.
public struct FluidProgress: ~Copyable {
  /// Rates.
  public private(set) var solver: FluidSolver
  /// The time to which it has come, in seconds.
  public private(set) var now = 0.0

  // By link.
  private var clock = Column<Double>()
  private var since = Column<Double>()
  private var speed = Column<Double>()
  private var ends = CompletionHeaps()
  private var links: KeyQueue
  // By transfer.
  private var share = Column<Double>()
  private var group = Column<Int32>()
  /// Bytes of those that have no link yet.
  private var bytes = Column<Double>()
  /// Transfers that nothing holds: they end at once.
  private var unheld = Column<Int32>()
  private var isDirty = false

  /// Nothing under way on links with these capacities, in bytes per second.
  public init(capacities: [Double]) {
    solver = FluidSolver(capacities: capacities)
    links = KeyQueue(count: 0)
    growLinks()
  }

  private mutating func growLinks() {
    let more = solver.allLinkCount - clock.count
    guard more > 0 else { return }
    clock.append(repeating: 0, count: more)
    since.append(repeating: 0, count: more)
    speed.append(repeating: 0, count: more)
    links.grow(to: clock.count)
    ends.grow(heaps: clock.count, numbers: 0)
  }

  // MARK: Changes

  /// Starts a transfer now.
  public mutating func start(_ transfer: Transfer) -> VariableID {
    let id = solver.add(transfer)
    note(id, bytes: transfer.bytes, share: transfer.fairShare)
    return id
  }

  /// Starts a flow now, each link of its route with weight 1.
  public mutating func startFlow(
    bytes: Double, over route: some Collection<LinkID>, share: Double = 1
  ) -> VariableID {
    let id = solver.addFlow(route, share: share)
    note(id, bytes: bytes, share: share)
    return id
  }

  private mutating func note(_ id: VariableID, bytes: Double, share: Double) {
    let more = id.index + 1 - self.share.count
    if more > 0 {
      self.share.append(repeating: 0, count: more)
      self.bytes.append(repeating: 0, count: more)
      group.append(repeating: FluidSolver.nobody, count: more)
      ends.grow(heaps: 0, numbers: self.share.count)
    }
    self.share[id.index] = share
    self.bytes[id.index] = bytes
    group[id.index] = FluidSolver.nobody
    if solver.elements(of: id.index).isEmpty { unheld.append(id.raw) }
    isDirty = true
  }

  /// Makes one more link for a while.
  public mutating func makeLink(capacity: Double) -> LinkID { solver.makeLink(capacity: capacity) }

  /// Gives back a link that `makeLink` made and nothing crosses any more.
  public mutating func releaseLink(_ id: LinkID) { solver.releaseLink(id) }

  /// Changes the capacity of a link from now on.
  public mutating func setCapacity(_ link: LinkID, _ capacity: Double) {
    solver.setCapacity(link, capacity)
    isDirty = true
  }

  /// Moves on; nothing may end on the way that has not been taken out by `takeCompletion`.
  public mutating func advance(to time: Double) { now = max(now, time) }

  // MARK: Completions

  /// A transfer that has ended.
  public struct Completion: Sendable {
    /// Its number, which may be given again.
    public var id: VariableID
    /// When it ended, in seconds.
    public var time: Double
    /// The rate that it had then, in bytes per second.
    public var rate: Double
  }

  /// A transfer that gets nothing, after `settle()`: it will never end as things are.
  public var stalled: VariableID? {
    for index in 0..<solver.touchedCount {
      let link = solver.touched(at: index)
      if !ends.isEmpty(link), speed[link] == 0 { return VariableID(index: Int(ends.root[link])) }
    }
    return nil
  }

  /// When the next transfer ends, in seconds, after `settle()`; infinite where none does.
  public var nextCompletion: Double { unheld.isEmpty ? links.lowestKey : now }

  /// The transfer that ends next.
  public var next: VariableID? {
    if !unheld.isEmpty { return VariableID(index: Int(unheld[unheld.count - 1])) }
    return links.first.map { VariableID(index: Int(ends.root[$0])) }
  }

  /// Takes out the transfer that ends next, if that is no later than `time`; its links are free
  /// after the next `settle()`.
  public mutating func takeCompletion(through time: Double) -> Completion? {
    if let id = unheld.popLast() {
      return Completion(id: removed(VariableID(index: Int(id))), time: now, rate: .infinity)
    }
    let end = links.lowestKey
    guard end <= time, let link = links.first else { return nil }
    let id = VariableID(index: Int(ends.root[link]))
    ends.remove(id.index, from: link)
    if let end = nextEnd(link) { links.set(link, key: end) } else { links.remove(link) }
    let rate = speed[link] * share[id.index]
    return Completion(id: removed(id), time: end, rate: rate)
  }

  private mutating func removed(_ id: VariableID) -> VariableID {
    group[id.index] = FluidSolver.nobody
    solver.remove(id)
    isDirty = true
    return id
  }

  /// When the next transfer under a link ends; `nil` where there is none, or it stands still.
  private func nextEnd(_ link: Int) -> Double? {
    let first = ends.root[link]
    guard first != CompletionHeaps.none, speed[link] > 0 else { return nil }
    return since[link] + max(0, ends.key[first] - clock[link]) / speed[link]
  }

  // MARK: Rates

  /// Brings rates up to date with all that has changed.
  public mutating func settle() {
    guard isDirty else { return }
    isDirty = false
    solver.solve()
    growLinks()
    for index in 0..<solver.touchedCount { bringToNow(solver.touched(at: index)) }
    for index in 0..<solver.movedCount { adopt(solver.moved(at: index)) }
    // Where most of the queue changes it is put in order once.
    let many = solver.touchedCount > links.count / 4
    for index in 0..<solver.touchedCount {
      let link = solver.touched(at: index)
      speed[link] = solver.heldLevel(link)
      if let end = nextEnd(link) {
        if many { links.setUnordered(link, key: end) } else { links.set(link, key: end) }
      } else {
        if many { links.removeUnordered(link) } else { links.remove(link) }
      }
    }
    if many { links.restoreOrder() }
  }

  private mutating func bringToNow(_ link: Int) {
    clock[link] += speed[link] * (now - since[link])
    since[link] = now
  }

  /// A transfer comes under the link that owns it now.
  private mutating func adopt(_ variable: Int) {
    guard let holder = solver.holder(variable) else { return }
    var left = bytes[variable] / share[variable]
    let old = group[variable]
    if old != FluidSolver.nobody {
      left = max(0, ends.key[variable] - clock[old])
      ends.remove(variable, from: Int(old))
    }
    // Clocks that nobody reads start anew, so that they stay small.
    if ends.isEmpty(holder) { clock[holder] = 0 }
    group[variable] = Int32(holder)
    ends.insert(variable, key: clock[holder] + left, into: holder)
  }
}
