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

  /// What has ended.
  enum Ended {
    /// A transfer of a phase; whether that was its last.
    case transfer(rendezvous: Int, phaseIsOver: Bool)
    /// A flow of a meeting.
    case flow(rendezvous: Int, index: Int)
  }

  /// A rendezvous that is transferring, phase by phase.
  private struct Active {
    var lowered: LoweredCollective
    var phase = 0
    var outstanding = 0
  }

  /// Whose a transfer in the solver is.
  private struct Owner {
    var rendezvous: Int32 = 0
    /// In a meeting of flows the number of the flow.
    var flow: Int32 = Self.phase

    static let phase: Int32 = -1
  }

  private var progress: FluidProgress
  private var links: LinkMeters
  private var arrivalsOf: [Int: [Arrival]] = [:]
  private var active: [Int: Active] = [:]
  private var meetings: [Int: FlowMeeting] = [:]
  /// By the solver's number.
  private var owners: [Owner] = []
  private var needsSolve = false
  /// When the next transfer ends, in the replayer's queue.
  private var completion: (time: SimTime, handle: EventQueue<Replayer.Event>.Handle)?
  /// With a tolerance: rates are found anew after ends no sooner than an interval after the last
  /// time.
  private let tolerance: Double
  private var intervals: [Int: SimDuration] = [:]
  private var lastSolve: SimTime?
  private var mayWait = true
  private var isWaiting = false
  private(set) var solves = 0

  init(_ plan: Plan, tolerance: Double) {
    progress = FluidProgress(capacities: plan.capacities)
    links = LinkMeters(linkCount: plan.capacities.count)
    self.tolerance = tolerance
  }

  var solverSteps: Int { progress.solver.steps }

  // MARK: Arrivals

  func arrived(at rendezvous: Int) -> Int { arrivalsOf[rendezvous]?.count ?? 0 }

  /// The ranks that have come to each rendezvous that is not over.
  var arrivedRanks: [Int: [Int]] { arrivalsOf.mapValues { $0.map { Int($0.rank) } } }

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

  /// A rendezvous has no more phases.
  mutating func end(_ rendezvous: Int) { active[rendezvous] = nil }

  /// The latency of the phase that comes now; `nil` when all are done.
  func nextPhaseLatency(of rendezvous: Int) -> SimDuration? {
    guard let state = active[rendezvous], state.phase < state.lowered.phases.count else {
      return nil
    }
    return state.lowered.phases[state.phase].latency
  }

  /// Whether a collective is on its way, in latency or on the links.
  var isAnythingInFlight: Bool { !active.isEmpty }

  /// Puts the transfers of the current phase on the links; true where the phase is over at once.
  mutating func beginTransfers(of rendezvous: Int, at now: SimTime) -> Bool {
    guard var state = active[rendezvous] else { return false }
    progress.advance(to: (now - .origin).seconds)
    for transfer in state.lowered.phases[state.phase].transfers where transfer.bytes > 0 {
      let id = progress.start(transfer)
      note(id, Owner(rendezvous: Int32(rendezvous)))
      state.outstanding += 1
    }
    if state.outstanding == 0 { state.phase += 1 }
    active[rendezvous] = state
    return state.outstanding == 0
  }

  private mutating func note(_ id: VariableID, _ owner: Owner) {
    while owners.count <= id.index { owners.append(Owner()) }
    owners[id.index] = owner
    needsSolve = true
    mayWait = false
  }

  // MARK: Meetings of flows

  func hasMeeting(_ rendezvous: Int) -> Bool { meetings[rendezvous] != nil }

  /// Prepares a rendezvous that goes flow by flow.
  ///
  /// - Parameter alone: what it would take alone, which a tolerance is a share of.
  mutating func prepare(_ rendezvous: Int, _ lowered: LoweredFlows, alone: SimDuration) {
    let caps = lowered.caps.map { progress.makeLink(capacity: $0) }
    meetings[rendezvous] = FlowMeeting(lowered, capLinks: caps)
    guard tolerance > 0 else { return }
    intervals[rendezvous] = .rounding(seconds: alone.seconds * tolerance) ?? .zero
  }

  mutating func arrive(
    _ arrival: Arrival, at rendezvous: Int, now: SimTime
  ) -> FlowMeeting.Consequences {
    meetings[rendezvous]?.arrive(arrival, at: now) ?? FlowMeeting.Consequences()
  }

  func loweredFlows(of rendezvous: Int) -> LoweredFlows? { meetings[rendezvous]?.lowered }

  /// The latency that all pay together.
  func latencyTogether(_ rendezvous: Int) -> SimDuration {
    if case .together(let latency) = meetings[rendezvous]?.lowered.order { latency } else { .zero }
  }

  /// The positions of all members of a meeting that is over; none where it is not.
  func membersIfOver(_ rendezvous: Int) -> Range<Int> {
    guard let meeting = meetings[rendezvous], meeting.isOver else { return 0..<0 }
    return meeting.lowered.members.indices
  }

  /// Puts flows on their links.
  mutating func beginFlows(_ flows: [Int32], of rendezvous: Int, at now: SimTime) {
    guard let lowered = meetings[rendezvous]?.lowered, let caps = meetings[rendezvous]?.capLinks
    else { return }
    progress.advance(to: (now - .origin).seconds)
    for index in flows {
      let flow = lowered.flows[Int(index)]
      let route = lowered.links[flow.route]
      let id =
        if !lowered.weights.isEmpty {
          progress.start(spread(flow, lowered, caps))
        } else if let cap = flow.cap {
          progress.startFlow(
            bytes: flow.bytes, over: Array(route) + [caps[cap]], share: lowered.share)
        } else {
          progress.startFlow(bytes: flow.bytes, over: route, share: lowered.share)
        }
      note(id, Owner(rendezvous: Int32(rendezvous), flow: index))
    }
  }

  /// A flow that goes several ways at once.
  private func spread(
    _ flow: LoweredFlows.Flow, _ lowered: LoweredFlows, _ caps: [LinkID]
  ) -> Transfer {
    let cap = flow.cap.map { [caps[$0]] } ?? []
    return Transfer(
      bytes: flow.bytes, links: Array(lowered.links[flow.route]) + cap,
      weights: Array(lowered.weights[flow.route]) + cap.map { _ in 1 }, fairShare: lowered.share)
  }

  /// A flow is over; gives the positions of members that may go on.
  mutating func finishFlow(_ index: Int, of rendezvous: Int, at now: SimTime) -> [Int] {
    meetings[rendezvous]?.finish(index, at: now) ?? []
  }

  func arrival(at position: Int, of rendezvous: Int) -> Arrival? {
    meetings[rendezvous]?.arrivals[position]
  }

  func isOver(_ rendezvous: Int) -> Bool { meetings[rendezvous]?.isOver ?? false }

  /// Takes a meeting that is over off the list.
  mutating func takeMeeting(_ rendezvous: Int) -> FlowMeeting? {
    guard let meeting = meetings.removeValue(forKey: rendezvous) else { return nil }
    for link in meeting.capLinks { progress.releaseLink(link) }
    intervals[rendezvous] = nil
    return meeting
  }
}

// MARK: Rates

extension Traffic {
  /// A quarter of what picoseconds in 64 bits hold, so that sums of two can't overflow.
  static var longest: SimDuration { SimDuration(picoseconds: 1 << 61) }

  /// Takes out transfers that end now, one a call.
  mutating func completeNext(at now: SimTime) -> Ended? {
    // What rounds to this instant ends at it. After an hour and a quarter seconds in Double are coarser
    // than picoseconds.
    let seconds = (now - .origin).seconds
    guard let ended = progress.takeCompletion(through: seconds + max(0.5e-12, 4 * seconds.ulp))
    else {
      completion = nil
      return nil
    }
    needsSolve = true
    let owner = owners[ended.id.index]
    let rendezvous = Int(owner.rendezvous)
    guard owner.flow == Owner.phase else {
      return .flow(rendezvous: rendezvous, index: Int(owner.flow))
    }
    guard var state = active[rendezvous] else {
      return .transfer(rendezvous: rendezvous, phaseIsOver: false)
    }
    state.outstanding -= 1
    if state.outstanding == 0 { state.phase += 1 }
    active[rendezvous] = state
    return .transfer(rendezvous: rendezvous, phaseIsOver: state.outstanding == 0)
  }

  /// Solves where anything changed, and schedules the next completion.
  mutating func settle(at now: SimTime, _ queue: inout EventQueue<Replayer.Event>) throws {
    guard needsSolve else { return }
    if let due = waitingTime(at: now) {
      if !isWaiting { queue.schedule(.settle, at: due) }
      isWaiting = true
    } else {
      try solve(at: now)
    }
    try schedule(&queue, after: now)
  }

  /// Until when rates may stay as they are; `nil` where they may not.
  private func waitingTime(at now: SimTime) -> SimTime? {
    guard mayWait, let last = lastSolve, let interval = intervals.values.min() else { return nil }
    return last + interval > now ? last + interval : nil
  }

  private mutating func solve(at now: SimTime) throws {
    needsSolve = false
    mayWait = true
    isWaiting = false
    lastSolve = now
    progress.advance(to: (now - .origin).seconds)
    progress.settle()
    solves += 1
    for index in 0..<progress.solver.touchedCount {
      let link = LinkID(index: progress.solver.touched(at: index))
      guard link.index < progress.solver.linkCount else { continue }
      links.set(
        link, usage: progress.solver.usage(of: link),
        capacity: progress.solver.capacity(of: link), at: now)
    }
    if let stalled = progress.stalled {
      throw ReplayFailure.stalled(rendezvous: Int(owners[stalled.index].rendezvous))
    }
  }

  private mutating func schedule(
    _ queue: inout EventQueue<Replayer.Event>, after now: SimTime
  ) throws {
    let seconds = progress.nextCompletion
    var next: SimTime?
    if seconds < .infinity {
      guard let span = SimDuration.rounding(seconds: seconds), span <= Self.longest else {
        let rendezvous = progress.next.map { Int(owners[$0.index].rendezvous) }
        throw ReplayFailure.endless(rendezvous: rendezvous ?? 0)
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
    return links.finish(at: end)
  }
}
