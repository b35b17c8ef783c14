import Quantities
public import Simulation
import Trace
public import Workload

/// Makes the plan of a workload: what the replayer needs of it and no more.
public enum PlanBuilder {
  /// The plan of a workload over links. Programs that do the same are one there, whichever ranks they
  /// were captured on.
  public static func plan(_ workload: Workload, capacities: [Double]) -> Plan {
    var numbers: [PlanProgram: Int] = [:]
    var programs: [PlanProgram] = []
    let shared = workload.programs.map { own in
      let program = program(own)
      let number = numbers[program] ?? programs.count
      if number == programs.count {
        numbers[program] = number
        programs.append(program)
      }
      return number
    }
    return Plan(
      programs: programs, programOfRank: workload.programOfRank.map { shared[$0] },
      groupsOfRank: workload.groupsOfRank, firstRendezvous: workload.instances.firstOfGroup,
      participants: workload.groups.enumerated().flatMap { group, members in
        repeatElement(members.ranks.count, count: workload.instances.range(ofGroup: group).count)
      },
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
