import ArgumentParser
import Collectives
import Diagnostics
import Fabric
import Placement
import Quantities
import Report
import Study
import Trace
import Workload

extension PlaceCommand {
  /// `refract place check`.
  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Hold a placement against rules; status 1 where one is broken.",
      discussion: """
        Always: each rank on a GPU of its own, that the fabric has, that works and that nobody else took, \
        and a way for all that ranks send. Besides, the rules of --rules files with the schema refract.placement-rules/1; other files of --rules are \
        kernel rules. Rules on the step's time replay it.
        """)

    @OptionGroup var options: PlacedTraceOptions

    @Option(name: .long, help: "Where ranks go; see 'refract place --help'.")
    var placement = "linear"

    @Flag(name: .long, help: "Print JSON (refract.placement-check/1).")
    var json = false

    func run() throws {
      let policy = try options.lowering.seats.policy(placement)
      let files = options.trace.rules
      let rules = PlacementRules(
        try files.filter(PlacementRules.isMeant).map(PlacementRules.init(file:)))
      let fabric = try options.loadFabric()
      let (trace, workload) = try options.trace.captured(
        options.inputs, rules: files.filter { !PlacementRules.isMeant($0) }, options.replicas)
      let job = try options.placed(workload, policy, fabric)
      let replays = Replays(trace: trace, policy: policy, options: options)
      let verdicts = try RuleCheck(
        workload, job.placement, on: fabric, stepTime: replays.stepTime
      ).verdicts(rules)
      try printOutput(
        json
          ? PlacementJSON.document(job, verdicts: verdicts, version: Refract.version)
          : Array(PlacementReport.text(job, verdicts: verdicts).utf8))
      if let failure = PlacementReport.failure(job, verdicts) {
        throw Diagnostic(.placementRuleBroken, failure)
      }
    }
  }
}

/// Replays for rules on the step's time: the trace prepared when one asks, each policy replayed once.
private final class Replays {
  private let trace: Trace
  private let policy: PlacementPolicy
  private let options: PlacedTraceOptions
  private var prepared: PreparedTrace?
  private var known: [PlacementPolicy: SimDuration] = [:]

  init(trace: Trace, policy: PlacementPolicy, options: PlacedTraceOptions) {
    self.trace = trace
    self.policy = policy
    self.options = options
  }

  /// The replayed step by a policy, or by the command's for `nil`.
  func stepTime(_ other: PlacementPolicy?) throws -> SimDuration {
    var policy = other ?? policy
    (policy.taken, policy.nodeNames) = (self.policy.taken, self.policy.nodeNames)
    if let time = known[policy] { return time }
    let prepared =
      try self.prepared
      ?? PreparedTrace(
        trace, options: try options.trace.workloadOptions(options.replicas),
        name: Study.name(options.inputs))
    self.prepared = prepared
    let scenario = Scenario(
      fabric: options.fabric, overlays: try options.lowering.fabricOverlays(),
      faults: try options.lowering.faults(), placement: policy,
      lowering: try options.lowering.options())
    let time = try prepared.replay(scenario).stepTime
    known[policy] = time
    return time
  }
}
