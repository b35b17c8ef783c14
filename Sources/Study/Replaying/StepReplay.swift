import Collectives
import Simulation
import Workload

/// Replays of a job's step in which its ranks meet alike, whatever they do between: symmetries are
/// found once, and failures told in the words of the workload.
struct StepReplay {
  private let workload: Workload
  private let folds: Bool
  private let watching: Watching?
  private var fold: Fold?
  private var isFolded = false

  /// - Parameters:
  ///   - folds: whether ranks that can't be told apart are replayed as one. It changes no time.
  ///   - watching: who looks at it meanwhile.
  init(_ workload: Workload, folds: Bool, watching: Watching? = nil) {
    self.workload = workload
    self.folds = folds
    self.watching = watching
  }

  /// Replays a plan. Of all plans that are given, the links, the calls and what they are lowered to are
  /// the same.
  mutating func run(
    _ plan: Plan, _ lowering: any Lowering, _ timing: Replayer.Timing
  ) throws -> ReplayResult {
    try run(plan, lowering, timing, observing: 0).result
  }

  /// The same, and when each task of one rank ran.
  mutating func run(
    _ plan: Plan, _ lowering: any Lowering, _ timing: Replayer.Timing = .lowered,
    tier: TransferTier = .coflow, tolerance: Double = 0, observing rank: Int
  ) throws -> (result: ReplayResult, spans: [TaskSpan]) {
    if tier == .coflow, let fold = try fold(of: plan, lowering),
      let outcome = try run(fold, timing, observing: rank)
    {
      return outcome
    }
    do {
      return try watched(plan) { watch in
        var replayer = Replayer(
          plan, lowering: lowering, timing: timing, tier: tier, tolerance: tolerance, watch: watch)
        let result = try replayer.run()
        return (result, replayer.spans(ofRank: rank))
      }
    } catch let failure as ReplayFailure {
      throw failure.diagnostic(workload)
    }
  }

  /// - Returns: `nil` where the ranks wait for one another for good: who does is told unfolded.
  private func run(
    _ fold: Fold, _ timing: Replayer.Timing, observing rank: Int
  ) throws -> (result: ReplayResult, spans: [TaskSpan])? {
    do {
      return try watched(fold.folded) { watch in
        var replayer = Replayer(fold.folded, lowering: fold.lowering, timing: timing, watch: watch)
        _ = try replayer.run()
        return (replayer.unfolded(fold), replayer.spans(ofRank: fold.standIn(forRank: rank)))
      }
    } catch let failure as ReplayFailure {
      if case .deadlock = failure { return nil }
      throw failure.unfolded(fold).diagnostic(workload)
    }
  }

  private func watched<Result>(
    _ plan: Plan, _ body: (ReplayWatch?) throws -> Result
  ) throws -> Result {
    guard let watching else { return try body(nil) }
    return try watching.watch(plan, body)
  }

  private mutating func fold(of plan: Plan, _ lowering: any Lowering) throws -> Fold? {
    guard folds, lowering.isSteady else { return nil }
    if !isFolded {
      isFolded = true
      fold = try Fold(plan, lowering)
    }
    guard let fold else { return nil }
    // What ranks do between their calls may tell other ranks apart than before.
    return fold.whole.programOfRank == plan.programOfRank
      ? fold.replacing(programs: plan.programs) : try Fold(plan, lowering)
  }
}

/// Who looks at replays while they run, and what they may take.
struct Watching: Sendable {
  /// What the replay is called.
  var name: String
  var memory: MemoryBudget
  var progress: ReplayProgress?

  /// - Throws: a `Diagnostic` where the plan takes more memory than it may, and what `body` throws.
  func watch<Result>(
    _ plan: Plan, _ body: (ReplayWatch?) throws -> Result
  ) throws -> Result {
    try memory.check(beforeTaking: plan.replayBytes, for: name)
    let (memory, name) = (memory, name)
    func watch(_ show: (@Sendable (ReplayWatch.Reading) -> Void)?) -> ReplayWatch {
      ReplayWatch { reading in
        let share = Double(reading.tasks.done) / Double(max(1, reading.tasks.all))
        try memory.check(during: name, share: share)
        show?(reading)
      }
    }
    guard let progress else { return try body(watch(nil)) }
    return try progress.replaying(name) { show in try body(watch(show)) }
  }
}

extension ReplayFailure {
  /// The same of the first of those that a folded rendezvous stands for.
  fileprivate func unfolded(_ fold: Fold) -> ReplayFailure {
    switch self {
    case .stalled(let number): .stalled(rendezvous: fold.representative(ofRendezvous: number))
    case .endless(let number): .endless(rendezvous: fold.representative(ofRendezvous: number))
    case .deadlock, .stepEndless: self
    }
  }
}

extension Plan {
  /// The plan with all unexplained lag of GPU work set to zero; `nil` where it has none.
  var withoutLag: Plan? {
    var plan = self
    for index in plan.programs.indices { plan.programs[index].dropLag() }
    let isSame = zip(plan.programs, programs).allSatisfy { $0.lag == $1.lag }
    return isSame ? nil : plan
  }
}

extension RankProgram {
  /// Whether any of its dependencies is no capture's.
  var hasGuesses: Bool { dependencies.contains { $0.contains { $0.kind.isGuess } } }
}
