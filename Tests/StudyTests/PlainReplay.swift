import Simulation
import Workload

@testable import Study

/// Replays a plan, every rank by itself.
func replayPlan(
  _ plan: Plan, _ workload: Workload, _ lowering: any Lowering, _ timing: Replayer.Timing
) throws -> ReplayResult {
  var step = StepReplay(workload, folds: false)
  return try step.run(plan, lowering, timing)
}
