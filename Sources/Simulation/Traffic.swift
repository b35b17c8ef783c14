import Quantities

/// The rendezvous of a replay in the making, and their transfers on the links.
struct Traffic {
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

  /// A transfer in the solver.
  private struct Flight {
    var rendezvous: Int
    var remaining: Double
    var rate: Double
    var since: SimTime
    var completion: EventQueue<Replayer.Event>.Handle?
  }

  private var solver: FluidSolver
  private var links: LinkMeters
  private var arrivalsOf: [Int: [Arrival]] = [:]
  private var active: [Int: Active] = [:]
  /// By the solver's number.
  private var flights: [Flight?] = []
  private var needsSolve = false
  private(set) var solves = 0

  init(_ plan: Plan) {
    solver = FluidSolver(capacities: plan.capacities)
    links = LinkMeters(linkCount: plan.capacities.count)
  }

  var solverSteps: Int { solver.steps }

  // MARK: Arrivals

  func arrived(at rendezvous: Int) -> Int { arrivalsOf[rendezvous]?.count ?? 0 }

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
    for transfer in state.lowered.phases[state.phase].transfers where transfer.bytes > 0 {
      let id = solver.add(transfer)
      while flights.count <= id.index { flights.append(nil) }
      flights[id.index] = Flight(
        rendezvous: rendezvous, remaining: transfer.bytes, rate: 0, since: now)
      state.outstanding += 1
      needsSolve = true
    }
    if state.outstanding == 0 { state.phase += 1 }
    active[rendezvous] = state
    return state.outstanding == 0
  }

  /// A transfer is done; gives its rendezvous when the phase is.
  mutating func complete(_ variable: VariableID, at now: SimTime) -> Int? {
    guard let flight = flights[variable.index], var state = active[flight.rendezvous] else {
      return nil
    }
    flights[variable.index] = nil
    solver.remove(variable)
    needsSolve = true
    state.outstanding -= 1
    if state.outstanding == 0 { state.phase += 1 }
    active[flight.rendezvous] = state
    return state.outstanding == 0 ? flight.rendezvous : nil
  }

  // MARK: Rates

  /// A quarter of what picoseconds in 64 bits hold, so that sums of two can't overflow.
  static let longest = SimDuration(picoseconds: 1 << 61)

  /// Solves where anything changed, settles the progress of transfers whose rate did, and
  /// schedules their completions anew.
  mutating func settle(at now: SimTime, _ queue: inout EventQueue<Replayer.Event>) throws {
    guard needsSolve else { return }
    needsSolve = false
    solver.solve()
    solves += 1
    for link in solver.touched {
      links.set(
        link, usage: solver.usage[link.index], capacity: solver.capacities[link.index], at: now)
    }
    for variable in solver.changed {
      guard var flight = flights[variable.index] else { continue }
      flight.remaining -= flight.rate * (now - flight.since).seconds
      flight.rate = solver.rate(variable)
      flight.since = now
      if let handle = flight.completion { queue.cancel(handle) }
      guard flight.rate > 0 else {
        throw ReplayFailure.stalled(rendezvous: flight.rendezvous)
      }
      let seconds = max(0, flight.remaining) / flight.rate
      guard let left = SimDuration.rounding(seconds: seconds),
        left <= Self.longest
      else { throw ReplayFailure.endless(rendezvous: flight.rendezvous) }
      flight.completion = queue.schedule(.complete(variable), at: now + left)
      flights[variable.index] = flight
    }
    // A transfer that came in with rate 0 and stays there is not among the changed.
    for index in flights.indices {
      if let flight = flights[index], flight.completion == nil {
        throw ReplayFailure.stalled(rendezvous: flight.rendezvous)
      }
    }
  }

  /// What each link carried until `end`.
  mutating func linkOutcomes(at end: SimTime) -> [LinkOutcome] {
    for index in solver.capacities.indices {
      links.set(
        LinkID(index: index), usage: 0, capacity: solver.capacities[index], at: end)
    }
    return links.outcomes
  }
}
