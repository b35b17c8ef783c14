import Quantities
import Simulation

/// A training step of a mixture-of-experts model, as a plan: `ranks` that run one of four programs of
/// five tasks a layer on two lanes, with an all-reduce in groups of 8 and a dispatch and a combine
/// in groups of 64. What is in flight overlaps compute.
struct TrainingStep {
  static let tensorGroup = 8
  static let expertGroup = 64

  var ranks: Int
  var layers = 20

  var tasksPerRank: Int { 5 * layers }

  var plan: Plan {
    let tensorGroups = ranks / Self.tensorGroup
    let expertGroups = ranks / Self.expertGroup
    return Plan(
      programs: (0..<4).map(program), programOfRank: (0..<ranks).map { $0 % 4 },
      groupsOfRank: (0..<ranks).map {
        [$0 / Self.tensorGroup, tensorGroups + $0 / Self.expertGroup]
      },
      firstRendezvous: (0..<tensorGroups).map { $0 * layers }
        + (0..<expertGroups).map { (tensorGroups + 2 * $0) * layers },
      participants: Array(repeating: Self.tensorGroup, count: tensorGroups * layers)
        + Array(repeating: Self.expertGroup, count: 2 * expertGroups * layers),
      capacities: Network(hosts: ranks).capacities)
  }

  var lowering: StepLowering { StepLowering(self) }

  /// Compute: attention and experts of each layer. Communication: all-reduce, dispatch, combine.
  private func program(_ number: Int) -> PlanProgram {
    var program = PlanProgram()
    program.laneRanges = [0..<2 * layers, 2 * layers..<5 * layers]
    for layer in 0..<layers {
      let stretch = 1 + 0.03 * Double((number + layer) % 4)
      // Two micro-batches: attention waits for the combine of the layer before the last.
      let combined = layer >= 2 ? [2 * layers + 3 * (layer - 2) + 2] : []
      compute(nanoseconds: 90_000 * stretch, after: combined, in: &program)
      compute(nanoseconds: 140_000 * stretch, after: [2 * layers + 3 * layer + 1], in: &program)
    }
    for layer in 0..<layers {
      meet(slot: 0, position: layer, after: [2 * layer], in: &program)
      meet(slot: 1, position: 2 * layer, after: [2 * layer], in: &program)
      meet(slot: 1, position: 2 * layer + 1, after: [2 * layer + 1], in: &program)
    }
    return program
  }

  private func compute(nanoseconds: Double, after: [Int], in program: inout PlanProgram) {
    append(.compute, .nanoseconds(Int64(nanoseconds)), lane: 0, after: after, in: &program)
    program.rendezvous.append(RendezvousReference(slot: 0, position: 0))
  }

  private func meet(slot: Int, position: Int, after: [Int], in program: inout PlanProgram) {
    append(.rendezvous, .zero, lane: 1, after: after, in: &program)
    program.rendezvous.append(RendezvousReference(slot: slot, position: position))
  }

  private func append(
    _ activity: Activity, _ duration: SimDuration, lane: Int32, after: [Int],
    in program: inout PlanProgram
  ) {
    program.lane.append(lane)
    program.lag.append(.nanoseconds(2000))
    program.duration.append(duration)
    program.activity.append(activity)
    program.afterLastArrival.append(.zero)
    program.leavesEarly.append(false)
    let start = program.predecessors.count
    program.predecessors += after.map { Int32($0) }
    program.predecessorRanges.append(start..<program.predecessors.count)
  }
}
