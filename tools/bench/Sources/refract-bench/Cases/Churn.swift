import CAllocations
import Simulation

/// Flows under way for ever: for each that ends one of another pair begins. Once the tables have grown,
/// nothing may be allocated.
struct Churn {
  var hosts: Int

  func run() -> Counts {
    let set = AllToAll(network: Network(hosts: hosts), skew: .mild).flows
    var progress = FluidProgress(capacities: set.capacities)
    let transfers = set.flows.map(\.transfer)
    var random = SeededGenerator(seed: 5)
    for transfer in transfers { _ = progress.start(transfer) }
    progress.settle()
    Self.renew(8 * set.flows.count, &progress, transfers, &random)
    let (allocations, steps) = (refract_allocations(), progress.solver.steps)
    let renewed = 2 * set.flows.count
    Self.renew(renewed, &progress, transfers, &random)
    var counts = Counts()
    counts.steadyAllocations = refract_allocations() - allocations
    counts.flows = renewed
    counts.solves = renewed
    counts.fills = progress.solver.fills
    counts.steps = progress.solver.steps - steps
    return counts
  }

  private static func renew(
    _ count: Int, _ progress: inout FluidProgress, _ transfers: [Transfer],
    _ random: inout SeededGenerator
  ) {
    for _ in 0..<count {
      progress.advance(to: progress.nextCompletion)
      guard progress.takeCompletion(through: progress.now) != nil else { return }
      _ = progress.start(transfers[Int.random(in: transfers.indices, using: &random)])
      progress.settle()
    }
  }
}
