import Quantities

/// The rendezvous of a replay in the making, and their transfers on the links.
struct Traffic: ~Copyable {
  /// A task that has come to a rendezvous.
  struct Arrival: Sendable {
    var rank: Int32
    var task: Int32
    /// Whether it does not wait for the rendezvous to end.
    var hasLeft = false
  }

  /// A rendezvous that is transferring.
  private struct Active {
    var lowered: LoweredCollective
    var phase = 0
    var outstanding = 0
  }

  private var progress: FluidProgress
  private var links: LinkMeters
  private var arrivalsOf: [Int: [Arrival]] = [:]
  private var active: [Int: Active] = [:]
  /// By the solver's number.
  private var rendezvousOf: [Int] = []
  private var needsSolve = false
  /// When the next transfer ends, in the replayer's queue.
  private var completion: (time: SimTime, handle: EventQueue<Replayer.Event>.Handle)?
  private(set) var solves = 0

  init(_ plan: Plan) {
    progress = FluidProgress(capacities: plan.capacities)
    links = LinkMeters(linkCount: plan.capacities.count)
  }

  var solverSteps: Int { progress.solver.steps }

  // MARK: Arrivals

  func arrived(at rendezvous: Int) -> Int { arrivalsOf[rendezvous]?.count ?? 0 }

  /// Arrivals at each rendezvous that has not begun.
  var arrivedCounts: [Int: Int] { arrivalsOf.mapValues(\.count) }

  func arrivals(at rendezvous: Int) -> [Arrival] { arrivalsOf[rendezvous] ?? [] }

  mutating func addArrival(_ arrival: Arrival, at rendezvous: Int) {
    arrivalsOf[rendezvous, default: []].append(arrival)
  }

  mutating func takeArrivals(at rendezvous: Int) -> [Arrival] {
    arrivalsOf.removeValue(forKey: rendezvous) ?? []
  }

  // MARK: Phases

  mutating func begin(_ rendezvous: Int, _ lowered: LoweredCollective) {
    active[rendezvous] = Active(lowered: lowered)
  }

  /// The latency of the phase that comes now; `nil` when all are done.
  func nextPhaseLatency(of rendezvous: Int) -> SimDuration? {
    guard let state = active[rendezvous], state.phase < state.lowered.phases.count else {
      return nil
    }
    return state.lowered.phases[state.phase].latency
  }

  /// Puts the transfers of the current phase on the links; true where the phase is over at once.
  mutating func beginTransfers(of rendezvous: Int, at now: SimTime) -> Bool {
    guard var state = active[rendezvous] else { return false }
    progress.advance(to: (now - .origin).seconds)
    for transfer in state.lowered.phases[state.phase].transfers where transfer.bytes > 0 {
      let id = progress.start(transfer)
      while rendezvousOf.count <= id.index { rendezvousOf.append(0) }
      rendezvousOf[id.index] = rendezvous
      state.outstanding += 1
      needsSolve = true
    }
    if state.outstanding == 0 { state.phase += 1 }
    active[rendezvous] = state
    return state.outstanding == 0
  }

  /// Takes out transfers that end now, one a call; gives the rendezvous, and whether its phase is
  /// over.
  mutating func completeNext(at now: SimTime) -> (rendezvous: Int, phaseIsOver: Bool)? {
    // What rounds to this instant ends at it.
    let latest = (now - .origin).seconds + 0.5e-12
    guard let ended = progress.takeCompletion(through: latest) else {
      completion = nil
      return nil
    }
    needsSolve = true
    let rendezvous = rendezvousOf[ended.id.index]
    guard var state = active[rendezvous] else { return (rendezvous, false) }
    state.outstanding -= 1
    if state.outstanding == 0 { state.phase += 1 }
    active[rendezvous] = state
    return (rendezvous, state.outstanding == 0)
  }

  // MARK: Rates

  /// A quarter of what picoseconds in 64 bits hold, so that sums of two can't overflow.
  static let longest = SimDuration(picoseconds: 1 << 61)

  /// Solves where anything changed, and schedules the next completion.
  mutating func settle(at now: SimTime, _ queue: inout EventQueue<Replayer.Event>) throws {
    guard needsSolve else { return }
    needsSolve = false
    progress.advance(to: (now - .origin).seconds)
    progress.settle()
    solves += 1
    for link in progress.solver.touched {
      links.set(
        link, usage: progress.solver.usage(of: link),
        capacity: progress.solver.capacity(of: link), at: now)
    }
    if let stalled = progress.stalled {
      throw ReplayFailure.stalled(rendezvous: rendezvousOf[stalled.index])
    }
    try schedule(&queue, after: now)
  }

  private mutating func schedule(
    _ queue: inout EventQueue<Replayer.Event>, after now: SimTime
  ) throws {
    let seconds = progress.nextCompletion
    var next: SimTime?
    if seconds < .infinity {
      guard let span = SimDuration.rounding(seconds: seconds), span <= Self.longest else {
        throw ReplayFailure.endless(rendezvous: progress.next.map { rendezvousOf[$0.index] } ?? 0)
      }
      next = max(now, .origin + span)
    }
    guard next != completion?.time else { return }
    if let completion { queue.cancel(completion.handle) }
    completion = next.map { ($0, queue.schedule(.completions, at: $0)) }
  }

  /// What each link carried until `end`.
  mutating func linkOutcomes(at end: SimTime) -> [LinkOutcome] {
    for index in 0..<progress.solver.linkCount {
      let link = LinkID(index: index)
      links.set(link, usage: 0, capacity: progress.solver.capacity(of: link), at: end)
    }
    return links.outcomes
  }
}
