import Collectives
import Diagnostics
import Fabric
import Placement
import Quantities
import Simulation
import Trace
import Workload

/// What a job is replayed on: the links of a placed job, lit as the scenario has it, and the other
/// jobs that use them.
struct Stage {
  /// A job that shares the fabric.
  struct Other {
    let trace: PreparedTrace
    let placement: Placement

    init(_ trace: PreparedTrace, _ placement: Placement) {
      self.trace = trace
      self.placement = placement
    }
  }

  /// The links of all jobs, as the one that is looked at sees them.
  private(set) var map: LinkMap
  private let fabric: Fabric
  private let placements: [Placement]
  private let others: [Other]
  private let scenario: Scenario
  private let ranks: Int
  /// What circuits were chosen, and of how many.
  private(set) var chosen: (name: String, of: Int)?

  init(
    _ fabric: Fabric, _ placement: Placement, others: [Other], _ scenario: Scenario
  ) throws {
    self.fabric = fabric
    placements = [placement] + others.map(\.placement)
    map = try LinkMap.shared(fabric, placements)
    self.others = others
    self.scenario = scenario
    ranks = placement.gpuOfRank.count
    if scenario.tier == .flow, map.circuits?.switching == .phase {
      throw Diagnostic(
        .usage, "fabric '\(fabric.name)' switches circuits by phase, and flows have none",
        remedy: "replay it with --tier coflow, or --set pod.scale_up.switching=step")
    }
  }

  /// What is to be replayed of a workload of the job that is looked at, with all others beside it.
  func plan(_ workload: Workload) -> Plan {
    others.reduce(PlanBuilder.plan(workload, capacities: map.capacities)) { plan, other in
      plan.joined(by: PlanBuilder.plan(other.trace.workload, capacities: []))
    }
  }

  /// How the collectives of that plan become transfers.
  func lowering(_ workload: Workload) -> any Lowering {
    guard !others.isEmpty else { return lowering(workload, map) }
    var jobs = [(lowering(workload, map), workload.instances.count, ranks)]
    var first = ranks
    for other in others {
      let beside = other.trace.workload
      let count = other.placement.gpuOfRank.count
      jobs.append((lowering(beside, map.numbered(from: first)), beside.instances.count, count))
      first += count
    }
    return JoinedLowering(jobs)
  }

  private func lowering(_ workload: Workload, _ map: LinkMap) -> any Lowering {
    CollectiveLowering.switching(workload, map, options: scenario.lowering)
      ?? CollectiveLowering(workload, map, options: scenario.lowering)
  }

  /// With the circuits that are best for a whole step of a workload, where they may change between
  /// steps.
  func lit(for workload: Workload) throws -> Stage {
    guard let circuits = map.circuits, circuits.switching == .step else { return self }
    var best: (stage: Stage, time: SimDuration)?
    for (index, configuration) in circuits.configurations.enumerated() {
      var stage = self
      stage.map = try LinkMap.shared(fabric.lighting(configuration: index), placements)
      stage.chosen = (configuration.name, circuits.configurations.count)
      var step = StepReplay(workload, folds: scenario.folds)
      let time = try step.run(
        stage.plan(workload), stage.lowering(workload), tier: scenario.tier,
        tolerance: scenario.tolerance, observing: 0
      ).result.stepTime
      if best.map({ time < $0.time }) ?? true { best = (stage, time) }
    }
    return best?.stage ?? self
  }

  /// What the result leans on.
  func assumptions() -> [Assumption] {
    var list = others.map {
      Assumption(
        "background",
        "\($0.trace.name), placed \($0.placement.name), begins its step at the same instant and "
          + "shares the links; it does not repeat it")
    }
    if let circuits = map.circuits {
      list.append(Assumption("circuits", words(circuits)))
    }
    return list
  }

  private func words(_ circuits: FabricSpecification.Circuits) -> String {
    switch circuits.switching {
    case .none:
      return "circuits stay as '\(circuits.configurations[0].name)'"
    case .step:
      return "circuits are lit as '\(chosen?.name ?? "")' for the whole step: of "
        + "\(circuits.configurations.count) configurations the one with the shortest"
    case .phase:
      return "a collective that finds nothing on the links has the circuits changed where that and "
        + "its time alone are shorter than with those that are lit; it looks no further ahead"
    }
  }
}
