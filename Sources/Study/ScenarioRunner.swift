import Collectives
import Diagnostics
import Fabric
import Placement
import Quantities
import Simulation
import Trace
import Workload

/// Replays one prepared trace in one scenario.
struct ScenarioRunner {
  private let trace: PreparedTrace
  private let scenario: Scenario
  private let fabric: Fabric
  private let placement: Placement
  private var stage: Stage
  /// What is replayed: durations of compute as the scenario supposes.
  private let replayed: Workload
  private let rules: KernelClassRules
  private var workload: Workload { trace.workload }
  private var map: LinkMap { stage.map }

  private let watching: Watching

  /// - Parameters:
  ///   - background: the traces of the scenario's background jobs, in order.
  ///   - progress: whom to tell how far it is.
  init(
    _ trace: PreparedTrace, _ scenario: Scenario, beside background: [PreparedTrace] = [],
    memory: MemoryBudget = .machine, progress: ReplayProgress? = nil
  ) throws {
    watching = Watching(
      name: "\(trace.name) on \(scenario.fabric)", memory: memory, progress: progress)
    self.trace = trace
    self.scenario = scenario
    fabric = try FabricPreset.load(
      nameOrFile: scenario.fabric, overlays: scenario.overlays, faults: scenario.faults)
    placement = try scenario.placement.place(PlacementJob(trace.workload), on: fabric)
    var others: [Stage.Other] = []
    for (job, trace) in zip(scenario.background, background) {
      others.append(
        Stage.Other(
          trace,
          try job.placement.place(PlacementJob(trace.workload), on: fabric)))
    }
    stage = try Stage(fabric, placement, others: others, scenario)
    replayed = scenario.compute?.apply(to: trace.workload) ?? trace.workload
    stage = try stage.lit(for: replayed)
    rules = try scenario.compute?.rules ?? .standard()
    try checkWeights()
    if let idle = scenario.lowering.idleChoice(in: workload) {
      throw Diagnostic(
        .usage, "--algorithm \(idle) is about no collective of the trace",
        remedy: "leave it out; what its tokens take is up to --dedup")
    }
  }

  /// A weight that no group is named by would change nothing, and nobody would know.
  private func checkWeights() throws {
    for weight in scenario.lowering.weights
    where !workload.groups.contains(where: { weight.claims($0) }) {
      let names = Set(workload.groups.map { $0.purpose.isEmpty ? $0.name : $0.purpose }).sorted()
      let shown = names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", …" : "")
      throw Diagnostic(
        .usage, "--weight names the group '\(weight.group)', and the trace has none",
        remedy: names.isEmpty ? "it has no groups" : "its groups are \(shown)")
    }
  }

  func run() throws -> ScenarioResult {
    let plan = stage.plan(replayed)
    let lowering = stage.lowering(replayed)
    var step = StepReplay(workload, folds: scenario.folds, watching: watching)
    func replay(_ plan: Plan) throws -> (result: ReplayResult, spans: [TaskSpan]) {
      try step.run(
        plan, lowering, tier: scenario.tier, tolerance: scenario.tolerance,
        observing: trace.observedRank)
    }
    let (main, spans) = try replay(plan)
    // What has no guessed edges, or no lag, is its own other end.
    let recorded = try trace.recordedOnly.map {
      try replay(stage.plan(scenario.compute?.apply(to: $0) ?? $0)).result.stepTime
    }
    let lagFree = try plan.withoutLag.map { try replay($0).result.stepTime } ?? main.stepTime
    let (collectives, contributions) = collectives(main)
    let times = [main.stepTime, recorded ?? main.stepTime]
    let use = scenario.lowering.calibration.map { CalibrationUse($0, rows: collectives) }
    let captured = workload.captured.isScheduled ? nil : workload.captured
    return ScenarioResult(
      trace: trace.name, fabric: fabric.name, specification: fabric.specification,
      placement: placement.name, tier: scenario.tier, stepTime: main.stepTime,
      windowStart: main.start,
      capturedStepTime: captured?.stepTime ?? .zero, capturedHostStep: captured?.hostStep,
      capturedParts: captured.map { Self.mean($0.parts) } ?? TimeParts(),
      communicationFree: try communicationFree(), evidence: trace.evidence,
      lagFree: lagFree,
      interval: (times.min() ?? .zero, times.max() ?? .zero), criticalPath: main.criticalPath,
      criticalShares: (trace.capturedPath, CriticalShares(main, workload, rules)),
      criticalSteps: criticalSteps(main), parts: main.parts, collectives: collectives,
      links: links(main, contributions),
      groups: groups(collectives, main), exposedWithinRank: exposedWithinRank(main),
      traffic: trace.traffic, timeline: timeline(main, spans),
      modelError: modelError(main),
      calibration: use,
      energyJoules: energy(main), staticEnergyJoules: staticEnergy(main), counters: main.counters,
      assumptions: assumptions(use),
      diagnostics: workload.log.summarized())
  }

  private func communicationFree() throws -> SimDuration {
    guard let compute = scenario.compute, !compute.isNothing else {
      return trace.evidence.communicationFree.all
    }
    let plan = PlanBuilder.plan(replayed, capacities: [])
    var step = StepReplay(workload, folds: scenario.folds, watching: watching)
    return try step.run(plan, InstantLowering(), .lowered).stepTime
  }

  private func timeline(_ result: ReplayResult, _ spans: [TaskSpan]) -> RankTimeline {
    let program = workload.programs[workload.programOfRank[trace.observedRank]]
    return TimelineBuilder.timeline(
      rank: trace.observedRank, program, spans, captured: workload.captured,
      replayed: (result.start, result.end))
  }

  private func modelError(_ result: ReplayResult) -> ModelError {
    let crossesPods = zip(map.links, result.links).contains { link, outcome in
      link.tier == .scaleOut && outcome.bytes > 0
    }
    guard crossesPods else { return ModelError(.oneSwitch) }
    let ratio = fabric.specification.scaleOut?.narrowing ?? 1
    return ModelError(ratio > 1 ? .oversubscribed : .betweenPods)
  }

  private func exposedWithinRank(_ result: ReplayResult) -> SimDuration {
    let shares = result.exposedBySlot.flatMap(\.self).filter { $0.slot == nil }
    let sum = shares.reduce(Int128(0)) { $0 + Int128($1.duration.picoseconds) }
    return SimDuration(picoseconds: Int64(sum / Int128(max(1, result.parts.count))))
  }

  private static func mean(_ parts: [TimeParts]) -> TimeParts {
    func mean(_ part: KeyPath<TimeParts, SimDuration>) -> SimDuration {
      let sum = parts.reduce(Int128(0)) { $0 + Int128($1[keyPath: part].picoseconds) }
      return SimDuration(picoseconds: Int64(sum / Int128(max(1, parts.count))))
    }
    var result = TimeParts()
    result.compute = mean(\.compute)
    result.exposedTransfer = mean(\.exposedTransfer)
    result.waiting = mean(\.waiting)
    result.lag = mean(\.lag)
    return result
  }

  // MARK: Collectives

  /// In the place of a group for all that other jobs do.
  private static let others = -1

  private func collectives(_ result: ReplayResult) -> (CollectiveTable, LinkContributions) {
    let capacities = map.capacities
    var contributions = LinkContributions(links: map.links.count)
    var figures: [ObjectIdentifier: CollectiveTable.Figures] = [:]
    func add(_ range: Range<Int>, _ group: Int) {
      for (lowered, count) in result.collectives.lowered(in: range) {
        let transfers = lowered.phases.flatMap(\.transfers)
        for transfer in transfers { contributions.add(transfer, times: count) }
        guard figures[ObjectIdentifier(lowered)] == nil else { continue }
        figures[ObjectIdentifier(lowered)] = CollectiveTable.Figures(
          wireBytes: transfers.reduce(0) { $0 + $1.bytes },
          loneTime: lowered.loneTime(capacities: capacities),
          crossesPods: transfers.contains { transfer in
            transfer.links.contains { map.links[$0.index].tier == .scaleOut }
          }, bottleneck: bottleneck(transfers, capacities))
      }
      contributions.close(group)
    }
    add(workload.instances.count..<result.collectives.count, Self.others)
    for group in workload.groups.indices { add(workload.instances.range(ofGroup: group), group) }
    let table = CollectiveTable(
      CollectiveTable.Replay(
        instances: workload.instances, groups: workload.groups, outcomes: result.collectives,
        figures: figures))
    return (table, contributions)
  }

  private func bottleneck(_ transfers: [Transfer], _ capacities: [Double]) -> String {
    guard let largest = transfers.max(by: { $0.bytes < $1.bytes }) else { return "" }
    return largest.tightestLink(capacities: capacities).map { map.links[$0.index].name }
      ?? "injection cap"
  }

  private func links(
    _ result: ReplayResult, _ contributions: LinkContributions
  ) -> [ScenarioResult.LinkRow] {
    let seconds = result.stepTime.seconds
    return map.links.indices.compactMap { index in
      let outcome = result.links[index]
      guard outcome.bytes > 0 else { return nil }
      let link = map.links[index]
      return ScenarioResult.LinkRow(
        link: link, outcome: outcome,
        meanUtilization: seconds > 0
          ? outcome.bytes / (link.bandwidth.bytesPerSecond * seconds) : 0,
        contributors: contributions.shares(ofLink: index).map {
          (group: label($0.group), bytes: $0.bytes)
        })
    }
  }

  private func label(_ group: Int) -> String {
    group == Self.others ? "background" : workload.groups[group].label
  }

  private func groups(
    _ table: CollectiveTable, _ result: ReplayResult
  ) -> [ScenarioResult.GroupRow] {
    var exposed: [Int: Int128] = [:]
    for (rank, shares) in result.exposedBySlot.enumerated() {
      for share in shares {
        guard let slot = share.slot else { continue }
        exposed[workload.groupsOfRank[rank][slot], default: 0] += Int128(share.duration.picoseconds)
      }
    }
    let ranks = Int128(max(1, result.parts.count))
    // Thousands of groups do alike, and fare alike: their sums are found once.
    var known: [CollectiveTable.Likeness: ScenarioResult.GroupRow] = [:]
    return zip(workload.groups.indices, table.byGroup).compactMap { group, own in
      guard !own.range.isEmpty else { return nil }
      var row = known[own.likeness] ?? groupRow(group, own.range, result)
      known[own.likeness] = row
      row.group = workload.groups[group]
      row.exposed = SimDuration(picoseconds: Int64((exposed[group] ?? 0) / ranks))
      return row
    }
  }

  /// What the collectives of a group, `range` among all, come to; of none is known here what is exposed.
  private func groupRow(
    _ group: Int, _ range: Range<Int>, _ result: ReplayResult
  ) -> ScenarioResult.GroupRow {
    var row = ScenarioResult.GroupRow(
      group: workload.groups[group], kinds: [], logicalBytes: 0, wireBytes: 0, exposed: .zero,
      transferTime: .zero, capturedTime: .zero)
    let size = workload.groups[group].ranks.count
    let instances = workload.instances.distinctLists[workload.instances.list(ofGroup: group)]
    let kinds = Dictionary(grouping: instances, by: \.kind).map { ($0.key, $0.value.count) }
    row.kinds = kinds.sorted { $0.0.rawValue < $1.0.rawValue }.map { (kind: $0.0, count: $0.1) }
    row.logicalBytes = logicalBytes(ofGroup: group, instances, size: size)
    for (lowered, count) in result.collectives.lowered(in: range) {
      let bytes = lowered.phases.reduce(0.0) { $0 + $1.transfers.reduce(0) { $0 + $1.bytes } }
      row.wireBytes += bytes * Double(count)
    }
    for (position, number) in range.enumerated() {
      row.transferTime = row.transferTime.addingSaturated(
        result.collectives[number].transferTime)
      row.capturedTime = row.capturedTime.addingSaturated(instances[position].capturedDuration)
    }
    return row
  }

  /// What a group was asked to move; what is alike is counted, not added up.
  private func logicalBytes(
    ofGroup group: Int, _ instances: [CollectiveInstance], size: Int
  ) -> Double {
    var counts: [Int32: Int] = [:]
    let alike = workload.instances.alike(inGroup: group)
    for first in alike { counts[first, default: 0] += 1 }
    return alike.enumerated().reduce(0) { sum, place in
      guard place.offset == Int(place.element) else { return sum }
      let bytes = instances[place.offset].logicalBytes(size: size)
      return sum + bytes * Double(counts[place.element] ?? 1)
    }
  }

  private func criticalSteps(_ result: ReplayResult) -> [ScenarioResult.CriticalRow] {
    result.criticalPath.steps.map { step in
      let program = workload.programs[workload.programOfRank[step.rank]]
      let operation = program.operations[step.task]
      let kind: String =
        switch operation.kind {
        case .host: "host"
        case .compute: "compute"
        case .localCommunication: "local_communication"
        case .collective(let call): program.calls[call].communication.title
        }
      return ScenarioResult.CriticalRow(
        rank: step.rank, lane: program.lanes[operation.lane],
        name: program.names[operation.name], kind: kind, start: step.start, end: step.end)
    }
  }

  /// Charged per link traversal; `nil` as soon as one used link does not say.
  private func energy(_ result: ReplayResult) -> Double? {
    var joules = 0.0
    for (link, outcome) in zip(map.links, result.links) where outcome.bytes > 0 {
      guard let picojoules = link.energyPicojoulesPerBit else { return nil }
      joules += outcome.bytes * 8 * picojoules * 1e-12
    }
    return joules
  }

  /// Power times the step of links that carried something; `nil` where none says what it draws.
  private func staticEnergy(_ result: ReplayResult) -> Double? {
    let used = zip(map.links, result.links).filter { $1.bytes > 0 }
    let watts = used.compactMap { $0.0.staticPowerWatts }
    return watts.isEmpty ? nil : watts.reduce(0, +) * result.stepTime.seconds
  }

  private var fairness: String {
    let weights = scenario.lowering.weights.map { "\($0.group) \($0.weight)" }
    return "equal shares of a link go to each \(scenario.lowering.fairness.rawValue)"
      + (weights.isEmpty
        ? "" : ", times the weight of its group: " + weights.joined(separator: ", "))
  }

  /// All that the result leans on, reading included.
  private func assumptions(_ use: CalibrationUse?) -> [Assumption] {
    var list = workload.assumptions + modelAssumptions() + stage.assumptions()
    list += (scenario.compute?.words ?? []).map { Assumption("compute-supposed", $0) }
    list += placement.notes.map { Assumption("placement", "\(placement.name): \($0)") }
    if let use { list.append(Assumption("calibrated", use.text)) }
    return list
  }

  private func modelAssumptions() -> [Assumption] {
    var list = [
      Assumption(
        "fluid",
        "links share bandwidth max-min fairly, "
          + (scenario.tier == .coflow ? "as coflows" : "flow by flow") + "; no packets, no loss"),
      Assumption("fairness", fairness),
    ]
    list += scenario.lowering.departures(tier: scenario.tier).map { Assumption($0.code, $0.words) }
    if scenario.tier == .flow, scenario.tolerance > 0 {
      list.append(
        Assumption(
          "tolerance",
          "rates are brought up to date after flows end no more often than once in "
            + "\(scenario.tolerance) of what the shortest collective in flight takes alone"))
    }
    if workload.instances.contains(where: {
      if case .routed = $0.payload { true } else { false }
    }) {
      list.append(
        Assumption(
          "deduplication",
          "tokens are sent once within: \(scenario.lowering.deduplication.rawValue)"))
    }
    if let cap = workload.instances.compactMap(\.injectionCap).min() {
      list.append(
        Assumption(
          "injection-cap",
          "kernels inject at most \(fixedPoint(cap.bytesPerSecond / 1e9, digits: 1)) GB/s a GPU "
            + "(their SMs), on every fabric"))
    }
    return list
  }
}
