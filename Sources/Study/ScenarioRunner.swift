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

  /// - Parameter background: the traces of the scenario's background jobs, in order.
  init(
    _ trace: PreparedTrace, _ scenario: Scenario, beside background: [PreparedTrace] = []
  ) throws {
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
    let (main, spans) = try replay(replayed)
    let recorded = try replay(
      scenario.compute?.apply(to: trace.recordedOnly) ?? trace.recordedOnly
    ).result
    let lagFree = try replay(replayed, withoutLag: true).result
    let (collectives, contributions) = collectives(main)
    let times = [main.stepTime, recorded.stepTime]
    let use = scenario.lowering.calibration.map { CalibrationUse($0, rows: collectives) }
    let captured = workload.captured.isScheduled ? nil : workload.captured
    return ScenarioResult(
      trace: trace.name, fabric: fabric.name, specification: fabric.specification,
      placement: placement.name, tier: scenario.tier, stepTime: main.stepTime,
      windowStart: main.start,
      capturedStepTime: captured?.stepTime ?? .zero, capturedHostStep: captured?.hostStep,
      capturedParts: captured.map { Self.mean($0.parts) } ?? TimeParts(),
      communicationFree: try communicationFree(), evidence: trace.evidence,
      lagFree: lagFree.stepTime,
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

  private func replay(
    _ workload: Workload, withoutLag: Bool = false
  ) throws -> (result: ReplayResult, spans: [TaskSpan]) {
    try replayPlan(workload, observing: trace.observedRank) {
      stage.replayer(workload, withoutLag: withoutLag)
    }
  }

  private func communicationFree() throws -> SimDuration {
    guard let compute = scenario.compute, !compute.isNothing else {
      return trace.evidence.communicationFree.all
    }
    let plan = PlanBuilder.plan(replayed, capacities: [])
    return try replayPlan(plan, workload, InstantLowering(), .lowered).stepTime
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
    let shares = result.exposedByGroup.flatMap(\.self).filter { $0.group == nil }
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

  /// Bytes that each group put on each link.
  private typealias Contributions = [[Int: Double]]

  private func collectives(
    _ result: ReplayResult
  ) -> ([ScenarioResult.CollectiveRow], Contributions) {
    let capacities = map.capacities
    var contributions = Contributions(repeating: [:], count: map.links.count)
    var rows: [ScenarioResult.CollectiveRow] = []
    for outcome in result.collectives.dropFirst(workload.instances.count) {
      for transfer in outcome.lowered?.phases.flatMap(\.transfers) ?? [] {
        for (link, weight) in zip(transfer.links, transfer.weights) {
          contributions[link.index][Self.others, default: 0] += weight * transfer.bytes
        }
      }
    }
    for (instance, outcome) in zip(workload.instances, result.collectives) {
      guard let lowered = outcome.lowered else { continue }
      let group = workload.groups[instance.group]
      let transfers = lowered.phases.flatMap(\.transfers)
      for transfer in transfers {
        for (link, weight) in zip(transfer.links, transfer.weights) {
          contributions[link.index][instance.group, default: 0] += weight * transfer.bytes
        }
      }
      let metrics = CollectiveMetrics(
        instance, size: group.ranks.count, time: outcome.transferTime)
      rows.append(
        ScenarioResult.CollectiveRow(
          instance: instance, group: group, outcome: outcome,
          logicalBytes: instance.logicalBytes(size: group.ranks.count),
          wireBytes: transfers.reduce(0) { $0 + $1.bytes },
          loneTime: lowered.loneTime(capacities: capacities),
          bandwidths: metrics.map { ($0.algorithmBandwidth, $0.busBandwidth) },
          crossesPods: transfers.contains { transfer in
            transfer.links.contains { map.links[$0.index].tier == .scaleOut }
          }, bottleneck: bottleneck(transfers, capacities)))
    }
    return (rows, contributions)
  }

  private func bottleneck(_ transfers: [Transfer], _ capacities: [Double]) -> String {
    guard let largest = transfers.max(by: { $0.bytes < $1.bytes }) else { return "" }
    return largest.tightestLink(capacities: capacities).map { map.links[$0.index].name }
      ?? "injection cap"
  }

  private func links(
    _ result: ReplayResult, _ contributions: Contributions
  ) -> [ScenarioResult.LinkRow] {
    let seconds = result.stepTime.seconds
    return map.links.indices.compactMap { index in
      let outcome = result.links[index]
      guard outcome.bytes > 0 else { return nil }
      let link = map.links[index]
      let top = contributions[index].max { ($0.value, $1.key) < ($1.value, $0.key) }
      return ScenarioResult.LinkRow(
        link: link, outcome: outcome,
        meanUtilization: seconds > 0
          ? outcome.bytes / (link.bandwidth.bytesPerSecond * seconds) : 0,
        topContributor: (top.map(label) ?? "", top?.value ?? 0))
    }
  }

  private func label(_ top: (key: Int, value: Double)) -> String {
    top.key == Self.others ? "background" : workload.groups[top.key].label
  }

  private func groups(
    _ rows: [ScenarioResult.CollectiveRow], _ result: ReplayResult
  ) -> [ScenarioResult.GroupRow] {
    var exposed: [Int: Int128] = [:]
    for share in result.exposedByGroup.flatMap(\.self) {
      guard let group = share.group else { continue }
      exposed[group, default: 0] += Int128(share.duration.picoseconds)
    }
    let ranks = Int128(max(1, result.parts.count))
    let byGroup = Dictionary(grouping: rows) { $0.instance.group }
    return byGroup.keys.sorted().map { key in
      let rows = byGroup[key] ?? []
      let kinds = Dictionary(grouping: rows, by: \.instance.kind).map { ($0.key, $0.value.count) }
      return ScenarioResult.GroupRow(
        group: workload.groups[key],
        kinds: kinds.sorted { $0.0.rawValue < $1.0.rawValue }.map { (kind: $0.0, count: $0.1) },
        logicalBytes: rows.reduce(0) { $0 + $1.logicalBytes },
        wireBytes: rows.reduce(0) { $0 + $1.wireBytes },
        exposed: SimDuration(picoseconds: Int64((exposed[key] ?? 0) / ranks)),
        transferTime: rows.reduce(.zero) { $0.addingSaturated($1.outcome.transferTime) },
        capturedTime: rows.reduce(.zero) { $0.addingSaturated($1.instance.capturedDuration) })
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
