import ArgumentParser
import Placement
import Report
import Simulation
import Study

/// Options of the commands that replay.
struct ScenarioOptions: ParsableArguments {
  @OptionGroup var lowering: LoweringArguments
  @OptionGroup var compute: ComputeArguments

  @Option(
    name: .long,
    help: "What a collective is on the links: one coflow, each pair a flow, or both, compared.")
  var tier = Tiers.coflow

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Of the flow tier: after flows end, bring rates up to date no more often than once in this "
        + "share of what the shortest collective in flight takes alone. 0 is exact.",
      valueName: "epsilon"))
  var tolerance = 0.0

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Write report.html, results.json and CSV files of links, collectives, the critical path here.",
      valueName: "dir"))
  var output: String?

  @Flag(name: .long, help: "Print results.json to standard output in place of the table.")
  var json = false

  mutating func validate() throws {
    guard tolerance >= 0, tolerance < 1 else {
      throw ValidationError("--tolerance is at least 0 and less than 1")
    }
    guard tolerance == 0 || tier != .coflow else {
      throw ValidationError("--tolerance is for single flows: give it with --tier flow or both")
    }
  }

  /// The scenarios of fabrics and placements: tier by tier, fabric by fabric.
  func scenarios(fabrics: [String], placements: [String]) throws -> [Scenario] {
    let overlays = try lowering.fabricOverlays()
    let options = try lowering.options()
    let scaling = try compute.scaling()
    return tier.tiers.flatMap { tier in
      fabrics.flatMap { fabric in
        placements.map { placement in
          Scenario(
            fabric: fabric, overlays: overlays, placement: PlacementPolicy(placement),
            lowering: options, tier: tier, tolerance: tolerance, compute: scaling)
        }
      }
    }
  }

  /// Runs a study and reports it.
  func run(_ study: Study, showing traceOptions: TraceOptions) async throws {
    let results = try await study.run(
      threads: traceOptions.reading.threadCount, progress: traceOptions.reading.progress)
    var shown: Set<String> = []
    for result in results where shown.insert(result.trace).inserted {
      traceOptions.show(result.diagnostics)
    }
    if let output {
      try ReportDirectory.write(results, version: Refract.version, to: output)
    }
    try printOutput(
      json
        ? ResultsJSON.document(results, version: Refract.version)
        : Array(TerminalReport.text(results).utf8))
  }
}

/// The tiers that a study replays.
enum Tiers: String, CaseIterable, ExpressibleByArgument {
  case coflow, flow, both

  /// Them, coflows first.
  var tiers: [TransferTier] {
    switch self {
    case .coflow: [.coflow]
    case .flow: [.flow]
    case .both: [.coflow, .flow]
    }
  }
}
