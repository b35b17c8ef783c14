/// Flows over links, each with a start of its own: the fluid solver's problem without ranks or
/// collectives.
public struct FlowSet: Sendable {
  /// A change of a link's capacity.
  public struct CapacityChange: Sendable, Equatable {
    /// When, in seconds.
    public var time: Double
    /// The link.
    public var link: LinkID
    /// Bytes per second from then on.
    public var capacity: Double

    /// A change.
    public init(time: Double, link: LinkID, capacity: Double) {
      self.time = time
      self.link = link
      self.capacity = capacity
    }
  }

  /// What a flow asks for.
  public struct Flow: Sendable {
    /// Bytes, links and weights, fair share, bound.
    public var transfer: Transfer
    /// When it starts, in seconds, not negative.
    public var start: Double

    /// A flow.
    public init(_ transfer: Transfer, start: Double) {
      self.transfer = transfer
      self.start = start
    }
  }

  /// For each link its capacity in bytes per second at the beginning.
  public var capacities: [Double]
  /// The flows.
  public var flows: [Flow]
  /// Changes of capacities.
  public var changes: [CapacityChange]

  /// A set.
  public init(capacities: [Double], flows: [Flow], changes: [CapacityChange] = []) {
    self.capacities = capacities
    self.flows = flows
    self.changes = changes
  }

  /// How the flows went.
  public struct Outcome: Sendable {
    /// For each flow when it ended, in seconds; infinite where it never would.
    public var finishes: [Double]
    /// With a tolerance, for each flow when its links were free for others; empty without.
    public var releases: [Double] = []
    /// With a tolerance, for each flow the bytes that it could have carried until then.
    public var surplus: [Double] = []
    /// Calls of the solver.
    public var solves = 0
    /// Elements (flow, link) that it visited.
    public var steps = 0
    /// How often it solved a component from nothing.
    public var fills = 0

    /// When the last of the flows that end has ended, in seconds.
    public var makespan: Double {
      finishes.reduce(0) { $1 < .infinity ? max($0, $1) : $0 }
    }
  }

  /// No set of rates has all flows done sooner: max over links of the earliest start on it and all
  /// its bytes over its capacity at the beginning, in seconds.
  public var horizon: Double {
    var load = [Double](repeating: 0, count: capacities.count)
    var earliest = [Double](repeating: .infinity, count: capacities.count)
    for flow in flows {
      for (link, weight) in zip(flow.transfer.links, flow.transfer.weights) where weight > 0 {
        load[link.index] += weight * flow.transfer.bytes
        earliest[link.index] = min(earliest[link.index], flow.start)
      }
    }
    return capacities.indices.reduce(0) { horizon, link in
      guard load[link] > 0, capacities[link] > 0 else { return horizon }
      return max(horizon, earliest[link] + load[link] / capacities[link])
    }
  }

  /// Lets the flows run.
  ///
  /// With a tolerance ε rates are brought up to date no more often than once in Δ = ε · `horizon`:
  /// the capacity that a flow leaves lies idle until then. Starts and changes of capacity count at
  /// once. What that guarantees is a bound on the problem, as numerical analysts have it: the result
  /// is the exact one for flows enlarged by their `surplus`, each at most what the flow carries in
  /// Δ at the rate with which it ends; in that one they end at `releases`, at most Δ later.
  ///
  /// - Complexity: a repair of the solver for each distinct end, or, with a tolerance, for at most
  ///   1 / ε of them and each start; O(log n) a flow besides.
  public func simulate(tolerance: Double = 0) -> Outcome {
    FlowRun(self, interval: tolerance > 0 ? tolerance * horizon : 0).run()
  }
}

/// One run of a set of flows.
private struct FlowRun: ~Copyable {
  private let set: FlowSet
  private let interval: Double
  private var progress: FluidProgress
  private var arriving: ArraySlice<Int>
  private var changes: ArraySlice<FlowSet.CapacityChange>
  private var flowOf: [Int32] = []
  private var outcome: FlowSet.Outcome
  /// Flows that have ended since, and whose rates stand in `surplus` until their links are free.
  private var held: [Int] = []
  /// When rates were brought up to date last, and when that is due next.
  private var settled = -Double.infinity
  private var due = Double.infinity

  init(_ set: FlowSet, interval: Double) {
    self.set = set
    self.interval = interval
    progress = FluidProgress(capacities: set.capacities)
    arriving =
      set.flows.indices.sorted { (set.flows[$0].start, $0) < (set.flows[$1].start, $1) }[...]
    let order = set.changes.indices.sorted {
      (set.changes[$0].time, $0) < (set.changes[$1].time, $1)
    }
    changes = order.map { set.changes[$0] }[...]
    let never = [Double](repeating: .infinity, count: set.flows.count)
    outcome = FlowSet.Outcome(finishes: never)
    guard interval > 0 else { return }
    outcome.releases = never
    outcome.surplus = Array(repeating: 0, count: set.flows.count)
  }

  consuming func run() -> FlowSet.Outcome {
    while true {
      let start = arriving.first.map { set.flows[$0].start } ?? .infinity
      let now = min(start, changes.first?.time ?? .infinity, progress.nextCompletion, due)
      guard now < .infinity else { break }
      progress.advance(to: now)
      if takeCompletions(at: now) { due = min(due, max(now, settled + interval)) }
      if takeChanges(at: now) { due = now }
      if due <= now { settle(at: now) }
    }
    outcome.steps = progress.solver.steps
    outcome.fills = progress.solver.fills
    return outcome
  }

  private mutating func settle(at now: Double) {
    for flow in held {
      outcome.releases[flow] = now
      outcome.surplus[flow] *= now - outcome.finishes[flow]
    }
    held.removeAll(keepingCapacity: true)
    progress.settle()
    outcome.solves += 1
    settled = now
    due = .infinity
  }

  private mutating func takeCompletions(at now: Double) -> Bool {
    var any = false
    // Ends this close are one: what separates them is rounding.
    while let ended = progress.takeCompletion(through: now * (1 + 1e-12)) {
      let flow = Int(flowOf[ended.id.index])
      outcome.finishes[flow] = ended.time
      if interval > 0 {
        outcome.surplus[flow] = ended.rate
        held.append(flow)
      }
      any = true
    }
    return any
  }

  private mutating func takeChanges(at now: Double) -> Bool {
    var any = false
    while let change = changes.first, change.time <= now {
      changes.removeFirst()
      progress.setCapacity(change.link, change.capacity)
      any = true
    }
    while let index = arriving.first, set.flows[index].start <= now {
      arriving.removeFirst()
      let id = progress.start(set.flows[index].transfer)
      while flowOf.count <= id.index { flowOf.append(0) }
      flowOf[id.index] = Int32(index)
      any = true
    }
    return any
  }
}
