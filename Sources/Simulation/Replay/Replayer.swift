import Quantities

/// Replays a plan: a discrete-event simulation of ranks, with transfers as fluid on shared links.
///
/// A task starts when its lane's predecessor and all its own predecessors have ended, and its lag
/// has passed. A rendezvous starts to transfer when its last member has arrived; phases follow one
/// another, each after its latency. Single-threaded and deterministic: events of one instant are
/// taken in the order in which they were scheduled, and rates are solved once, after them.
///
/// - Complexity: O(tasks · log(tasks in flight)) plus the solver's work. Memory: a few words a
///   task of a rank for the critical path, the rest by lanes and collectives in flight.
public struct Replayer: ~Copyable {
  /// Where durations of collectives come from.
  public enum Timing: Sendable {
    /// From lowering and the solver.
    case lowered
    /// From the recorded time since the last arrival: replaying what was captured.
    case recorded
  }

  enum Event: Sendable {
    case begin(rank: Int32, task: Int32)
    case end(rank: Int32, task: Int32)
    case phase(rendezvous: Int32)
    case flows(rendezvous: Int32, batch: Int32)
    case completions
    case settle
  }

  let plan: Plan
  let timing: Timing
  let tier: TransferTier
  let keepsFlows: Bool
  var now = SimTime.origin
  var queue = EventQueue<Event>()
  var ranks: RankStates
  /// For each program.
  private let waking: [LaneWaking]
  var meters: [RankMeters]
  var isOpen = false
  /// Tasks of the ranks that are looked at that have not ended.
  private var tasksLeft: Int
  var lastEnd = SimTime.origin
  var result = ReplayResult()
  var traffic: Traffic
  /// Flows that wait for their latency to pass.
  var batches: [[Int32]] = []
  let lowering: any Lowering
  private let watch: ReplayWatch?
  private var nextLook = ReplayWatch.interval
  private let taskCount: Int

  /// A replayer of a plan.
  ///
  /// - Parameters:
  ///   - tier: whether a collective moves as one, or each pair by itself.
  ///   - tolerance: of the flow tier: rates are found anew after flows end no more often than once
  ///     in this share of what the shortest collective in flight would take alone. 0 is exact.
  ///   - keepsFlows: whether the outcome of every flow is kept.
  ///   - watch: who looks at it from time to time.
  public init(
    _ plan: Plan, lowering: any Lowering, timing: Timing = .lowered, tier: TransferTier = .coflow,
    tolerance: Double = 0, keepsFlows: Bool = false, watch: ReplayWatch? = nil
  ) {
    self.watch = watch
    self.plan = plan
    self.lowering = lowering
    self.timing = timing
    self.tier = tier
    self.keepsFlows = keepsFlows
    ranks = RankStates(plan)
    tasksLeft = plan.programOfRank.prefix(plan.observedRanks).reduce(0) {
      $0 + plan.programs[$1].taskCount
    }
    taskCount = tasksLeft
    waking = plan.programs.map(LaneWaking.init)
    meters = Array(repeating: RankMeters(), count: plan.programOfRank.count)
    traffic = Traffic(plan, tolerance: tolerance)
    result.collectives = CollectiveOutcomes(
      Array(repeating: CollectiveOutcome(), count: plan.participants.count))
  }

  /// Replays to the end.
  ///
  /// - Throws: `ReplayFailure` where the plan can't end, and what lowering throws.
  public mutating func run() throws -> ReplayResult {
    for rank in plan.programOfRank.indices {
      for lane in plan.programs[plan.programOfRank[rank]].laneRanges.indices {
        startHead(rank: rank, lane: lane)
      }
    }
    // What others do once the job is over is of no interest.
    while tasksLeft > 0 || plan.observedRanks == plan.programOfRank.count,
      let time = queue.nextTime
    {
      guard time - .origin <= Traffic.longest else { throw ReplayFailure.stepEndless }
      now = time
      while queue.nextTime == now, let event = queue.popNext() {
        result.counters.events += 1
        try take(event.payload)
      }
      try traffic.settle(at: now, &queue)
      if result.counters.events >= nextLook { try showWatch() }
    }
    if tasksLeft > 0 { try checkAllEnded() }
    close()
    return result
  }

  private mutating func showWatch() throws {
    nextLook = result.counters.events + ReplayWatch.interval
    try watch?.look(
      ReplayWatch.Reading(
        events: result.counters.events, now: now, tasks: (taskCount - tasksLeft, taskCount)))
  }

  private mutating func take(_ event: Event) throws {
    switch event {
    case .begin(let rank, let task): try begin(Int(rank), Int(task))
    case .end(let rank, let task): end(Int(rank), Int(task))
    case .phase(let rendezvous): try beginTransfers(of: Int(rendezvous))
    case .flows(let rendezvous, let batch): beginFlows(Int(batch), of: Int(rendezvous))
    case .completions:
      while let ended = traffic.completeNext(at: now) {
        switch ended {
        case .transfer(let rendezvous, let phaseIsOver):
          if phaseIsOver { nextPhase(of: rendezvous) }
        case .flow(let rendezvous, let index): endFlow(index, of: rendezvous)
        }
      }
    case .settle: break
    }
  }

  // MARK: Tasks

  /// Starts a lane's next task where it waits for nothing any more.
  private mutating func startHead(rank: Int, lane: Int) {
    let program = plan.programOfRank[rank]
    guard let task = ranks.readyHead(rank: rank, lane: lane, plan.programs[program]) else { return }
    ranks.start(rank: rank, lane: lane)
    let lag = plan.programs[program].lag[task]
    queue.schedule(.begin(rank: Int32(rank), task: Int32(task)), at: now + lag)
  }

  private mutating func begin(_ rank: Int, _ task: Int) throws {
    ranks.noteStart(rank: rank, task: task, at: now)
    let program = plan.programOfRank[rank]
    let activity = plan.programs[program].activity[task]
    if activity != .host, rank < plan.observedRanks { openWindow() }
    switch activity {
    case .host: break
    case .compute: meters[rank].changeComputing(by: 1, at: now)
    case .localCommunication: meters[rank].beginTransferring(RankMeters.local, at: now)
    case .rendezvous:
      try arrive(rank, task)
      return
    }
    queue.schedule(
      .end(rank: Int32(rank), task: Int32(task)), at: now + plan.programs[program].duration[task])
  }

  private mutating func end(_ rank: Int, _ task: Int) {
    let program = plan.programOfRank[rank]
    switch plan.programs[program].activity[task] {
    case .host: break
    case .compute: meters[rank].changeComputing(by: -1, at: now)
    case .localCommunication: meters[rank].endTransferring(RankMeters.local, at: now)
    case .rendezvous: meters[rank].endTransferring(slot(rank, task), at: now)
    }
    if rank < plan.observedRanks {
      tasksLeft -= 1
      if plan.programs[program].activity[task] != .host { lastEnd = max(lastEnd, now) }
    }
    ranks.finish(rank: rank, task: task, lane: Int(plan.programs[program].lane[task]), at: now)
    for lane in waking[program].lanes(after: task) {
      startHead(rank: rank, lane: Int(lane))
    }
  }

  private mutating func openWindow() {
    guard !isOpen else { return }
    isOpen = true
    result.start = now
    for rank in meters.indices { meters[rank].open(at: now) }
  }

  // MARK: Rendezvous

  private mutating func arrive(_ rank: Int, _ task: Int) throws {
    let program = plan.programs[plan.programOfRank[rank]]
    let rendezvous = plan.rendezvous(rank: rank, program.rendezvous[task])
    if traffic.arrived(at: rendezvous) == 0 { result.collectives[rendezvous].firstArrival = now }
    let leaves = leaves(program, task)
    let arrival = Traffic.Arrival(rank: Int32(rank), task: Int32(task), hasLeft: leaves)
    traffic.addArrival(arrival, at: rendezvous)
    if leaves {
      meters[rank].beginTransferring(slot(rank, task), at: now)
      queue.schedule(
        .end(rank: Int32(rank), task: Int32(task)), at: now + program.duration[task])
    } else {
      meters[rank].changeMissing(by: 1, at: now)
    }
    let isLast = traffic.arrived(at: rendezvous) == plan.participants[rendezvous]
    if isLast { result.collectives[rendezvous].lastArrival = now }
    switch (timing, tier) {
    case (.lowered, .flow): try arriveByFlow(arrival, at: rendezvous)
    case (.lowered, .coflow): if isLast { try startTransfer(of: rendezvous) }
    case (.recorded, _): if isLast { replayRecorded(rendezvous) }
    }
  }

  /// Whether a task does not wait for its rendezvous: what was captured to end before the last arrival
  /// waited for no one.
  func leaves(_ program: PlanProgram, _ task: Int) -> Bool {
    program.leavesEarly[task] || (timing == .recorded && program.afterLastArrival[task] < .zero)
  }

  private mutating func replayRecorded(_ rendezvous: Int) {
    let arrivals = traffic.takeArrivals(at: rendezvous)
    for arrival in arrivals where !arrival.hasLeft {
      let (rank, task) = (Int(arrival.rank), Int(arrival.task))
      let after = plan.programs[plan.programOfRank[rank]].afterLastArrival[task]
      changeToTransfer(rank, task)
      queue.schedule(.end(rank: arrival.rank, task: arrival.task), at: now + after)
      result.collectives[rendezvous].end = max(result.collectives[rendezvous].end, now + after)
    }
  }

  private mutating func startTransfer(of rendezvous: Int) throws {
    let lowered = try lowering.lower(
      rendezvous, at: now, findsTraffic: traffic.isAnythingInFlight)
    result.collectives[rendezvous].lowered = lowered
    for arrival in traffic.arrivals(at: rendezvous) where !arrival.hasLeft {
      changeToTransfer(Int(arrival.rank), Int(arrival.task))
    }
    traffic.begin(rendezvous, lowered)
    nextPhase(of: rendezvous)
  }

  mutating func changeToTransfer(_ rank: Int, _ task: Int) {
    meters[rank].changeMissing(by: -1, at: now)
    meters[rank].beginTransferring(slot(rank, task), at: now)
  }

  /// Which of the rank's groups a task meets on.
  private func slot(_ rank: Int, _ task: Int) -> Int32 {
    plan.programs[plan.programOfRank[rank]].rendezvous[task].slot
  }

  private mutating func nextPhase(of rendezvous: Int) {
    if let latency = traffic.nextPhaseLatency(of: rendezvous) {
      queue.schedule(.phase(rendezvous: Int32(rendezvous)), at: now + latency)
    } else {
      finish(rendezvous)
    }
  }

  private mutating func beginTransfers(of rendezvous: Int) throws {
    if traffic.beginTransfers(of: rendezvous, at: now) { nextPhase(of: rendezvous) }
  }

  private mutating func finish(_ rendezvous: Int) {
    traffic.end(rendezvous)
    result.collectives[rendezvous].end = now
    for arrival in traffic.takeArrivals(at: rendezvous) where !arrival.hasLeft {
      queue.schedule(.end(rank: arrival.rank, task: arrival.task), at: now)
    }
  }

  // MARK: The end

  private static func exposedBySlot(_ meters: RankMeters) -> [ExposedShare] {
    meters.exposedBySlot.sorted { $0.slot < $1.slot }.map { slot, total in
      ExposedShare(slot: slot == RankMeters.local ? nil : Int(slot), duration: total)
    }
  }

  private mutating func checkAllEnded() throws {
    let (participants, arrivedRanks) = (plan.participants, traffic.arrivedRanks)
    let blocked = ranks.blocked(plan) { participants[$0] - (arrivedRanks[$0]?.count ?? 0) }
    guard blocked.isEmpty else {
      let chain = WaitChain(blocked, plan) { rendezvous in arrivedRanks[rendezvous] ?? [] }
      throw ReplayFailure.deadlock(blocked, chain: chain)
    }
  }

  private mutating func close() {
    result.end = max(lastEnd, result.start)
    meters.removeLast(meters.count - plan.observedRanks)
    for rank in meters.indices { meters[rank].close(at: result.end) }
    result.parts = meters.map(\.parts)
    result.exposedBySlot = meters.map(Self.exposedBySlot)
    for parts in result.parts {
      precondition(parts.sum == result.stepTime, "the parts of a rank's time add up to the window")
    }
    result.links = traffic.linkOutcomes(at: result.end)
    result.counters.solves = traffic.solves
    result.counters.solverSteps = traffic.solverSteps
    result.criticalPath = criticalPath(of: plan) { $0 }
  }
}
