import Quantities
public import Simulation
import Trace
public import Workload

/// Makes the plan of a workload: what the replayer needs of it and no more.
public enum PlanBuilder {
  /// The plan of a workload over links.
  public static func plan(_ workload: Workload, capacities: [Double]) -> Plan {
    Plan(
      programs: workload.programs.map(program), programOfRank: workload.programOfRank,
      groupsOfRank: workload.groupsOfRank, firstRendezvous: workload.firstInstance,
      participants: workload.instances.map { workload.groups[$0.group].ranks.count },
      capacities: capacities)
  }

  private static func program(_ program: RankProgram) -> PlanProgram {
    var plan = PlanProgram()
    plan.laneRanges = program.laneRanges
    for (operation, dependencies) in zip(program.operations, program.dependencies) {
      plan.lane.append(Int32(operation.lane))
      plan.lag.append(operation.lag)
      plan.duration.append(operation.duration)
      plan.activity.append(activity(operation.kind))
      let call = call(operation.kind, program)
      plan.rendezvous.append(
        RendezvousReference(slot: call?.slot ?? 0, position: call?.position ?? 0))
      plan.afterLastArrival.append(call?.afterLastArrival ?? .zero)
      plan.leavesEarly.append(call.map(leavesEarly) ?? false)
      let start = plan.predecessors.count
      plan.predecessors.append(contentsOf: dependencies.map { Int32($0.operation) })
      plan.predecessorRanges.append(start..<plan.predecessors.count)
    }
    return plan
  }

  /// Where data goes one way only, a member that gives may go on before the others come; that it
  /// did is captured.
  private static func leavesEarly(_ call: RankProgram.Call) -> Bool {
    guard call.afterLastArrival < .zero else { return false }
    switch call.communication.kind {
    case .send, .broadcast, .scatter, .reduce, .gather: return true
    default: return false
    }
  }

  private static func activity(_ kind: OperationKind) -> Activity {
    switch kind {
    case .host: .host
    case .compute: .compute
    case .localCommunication: .localCommunication
    case .collective: .rendezvous
    }
  }

  private static func call(_ kind: OperationKind, _ program: RankProgram) -> RankProgram.Call? {
    if case .collective(let call) = kind { program.calls[call] } else { nil }
  }
}
