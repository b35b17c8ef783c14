import Collectives
import Simulation
import Trace
import Workload

/// What is done with a trace once it is in memory: the graph of its step, and a replay as captured.
enum GraphWork {
  /// Programs, dependencies recorded and inferred, and matched collectives.
  static func workload(of trace: Trace) throws -> Workload {
    try WorkloadAssembler(trace, options: WorkloadOptions()).assemble()
  }

  /// The step with recorded durations.
  static func replay(_ workload: Workload) throws -> ReplayResult {
    let plan = PlanBuilder.plan(workload, capacities: [])
    var replayer = Replayer(plan, lowering: InstantLowering(), timing: .recorded)
    return try replayer.run()
  }
}
