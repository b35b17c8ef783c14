public import ArgumentParser
import Collectives
import Fabric
import Glibc
import Placement
import Report
import Simulation
import Study

/// Options of the commands that replay.
struct ScenarioOptions: ParsableArguments {
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Change a value of the fabrics' files: scale_out.bandwidth_gbps=800. May be given again.",
      valueName: "key.path=value"))
  var overlays: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Within what a token is sent once: none (a copy an expert), rank, node or pod.",
      valueName: "domain"))
  var dedup = DeduplicationDomain.pod

  @Option(name: .long, help: "Who gets equal shares of a link: each flow, or each collective.")
  var fairness = Fairness.flow

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Multiply what the collectives of a group claim of a link: ep=2. May be given again.",
      valueName: "group=weight"))
  var weight: [String] = []

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

  @Option(name: .long, help: "Scenarios replayed at a time; changes no result.")
  var threads: Int?

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
    _ = try weights()
    if let threads, threads < 1 { throw ValidationError("--threads is at least 1") }
  }

  /// The scenarios of fabrics and placements: tier by tier, fabric by fabric.
  func scenarios(fabrics: [String], placements: [String]) throws -> [Scenario] {
    let overlays = try overlays.map { try FabricOverlay($0) }
    let lowering = try lowering()
    return tier.tiers.flatMap { tier in
      fabrics.flatMap { fabric in
        placements.map { placement in
          Scenario(
            fabric: fabric, overlays: overlays, placement: PlacementPolicy(placement),
            lowering: lowering, tier: tier, tolerance: tolerance)
        }
      }
    }
  }

  private func weights() throws -> [GroupWeight] {
    try weight.map { text in
      let sides = text.split(separator: "=", omittingEmptySubsequences: false)
      guard sides.count == 2, !sides[0].isEmpty, let weight = Double(sides[1]), weight > 0,
        weight.isFinite
      else {
        throw ValidationError("--weight '\(text)' is not GROUP=WEIGHT with a weight above 0")
      }
      return GroupWeight(group: String(sides[0]), weight: weight)
    }
  }

  private func lowering() throws -> LoweringOptions {
    var options = LoweringOptions()
    options.deduplication = dedup
    options.fairness = fairness
    options.weights = try weights()
    return options
  }

  /// Runs a study and reports it.
  func run(_ study: Study, showing traceOptions: TraceOptions) async throws {
    let results = try await study.run(threads: threads ?? Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
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

extension DeduplicationDomain: ExpressibleByArgument {}
extension Fairness: ExpressibleByArgument {}
