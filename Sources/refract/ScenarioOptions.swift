public import ArgumentParser
import Collectives
import Fabric
import Glibc
import Placement
import Report
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
    if let threads, threads < 1 { throw ValidationError("--threads is at least 1") }
  }

  /// The scenario of a fabric and a placement.
  func scenario(fabric: String, placement: String) throws -> Scenario {
    Scenario(
      fabric: fabric, overlays: try overlays.map { try FabricOverlay($0) },
      placement: PlacementPolicy(placement), lowering: lowering)
  }

  private var lowering: LoweringOptions {
    var options = LoweringOptions()
    options.deduplication = dedup
    options.fairness = fairness
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

extension DeduplicationDomain: ExpressibleByArgument {}
extension Fairness: ExpressibleByArgument {}
