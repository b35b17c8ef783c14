public import ArgumentParser
import Fabric
import Placement
import Report
import Simulation
public import Study

/// Options of the commands that replay.
struct ScenarioOptions: ParsableArguments {
  @OptionGroup var lowering: LoweringArguments
  @OptionGroup var compute: ComputeArguments
  @OptionGroup var replicas: ReplicaArguments

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
    name: .long,
    help: ArgumentHelp(
      "Another job on the same fabric: its trace, and behind an @ where its ranks go. It is read with "
        + "this one's options, begins with it, and does its step once. May be given again.",
      valueName: "trace@placement"))
  var background: [String] = []

  @Option(
    name: .customLong("fail-each"),
    help: ArgumentHelp(
      "Replay with nothing more lost, and with each of these parts lost in turn: pod0/plane*.",
      valueName: "parts"))
  var failEach: String?

  @Flag(
    name: .customLong("no-fold"),
    help: "Replay every rank by itself, those that can't be told apart too. The result is the same."
  )
  var noFold = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Stop with status 75 rather than take more memory than this: 8GB, 500MB. Nine tenths of the "
        + "machine's where nothing is said.", valueName: "size"))
  var memory: MemoryBudget?

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
  func scenarios(
    fabrics: [String], placements: [String], _ trace: TraceOptions
  ) throws -> [Scenario] {
    let overlays = try lowering.fabricOverlays()
    let options = try lowering.options()
    let scaling = try compute.scaling()
    let faults = try lowering.faults()
    let policies = try placements.map { try lowering.seats.policy($0) }
    let jobs = try background.map { try job($0, trace) }
    let swept = try fabrics.map { (fabric: $0, faults: try sweep($0, overlays, faults)) }
    return tier.tiers.flatMap { tier in
      swept.flatMap { fabric, sweeps in
        sweeps.flatMap { faults in
          policies.map { policy in
            var scenario = Scenario(
              fabric: fabric, overlays: overlays, faults: faults, background: jobs,
              placement: policy, lowering: options, tier: tier,
              tolerance: tolerance, compute: scaling)
            scenario.folds = !noFold
            return scenario
          }
        }
      }
    }
  }

  /// A job in the background, as the command line says it.
  private func job(_ text: String, _ trace: TraceOptions) throws -> BackgroundJob {
    let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
      throw ValidationError("--background '\(text)' is not TRACE@PLACEMENT")
    }
    return BackgroundJob(
      try trace.source([String(parts[0])]), placement: try lowering.seats.policy(String(parts[1])))
  }

  /// What has failed, time after time: nothing more than is given, then one part after the other.
  private func sweep(
    _ fabric: String, _ overlays: [FabricOverlay], _ faults: [FabricFault]
  ) throws -> [[FabricFault]] {
    guard let failEach else { return [faults] }
    let whole = try FabricPreset.load(nameOrFile: fabric, overlays: overlays)
    let singles = try FabricPattern(failEach).singles(on: whole)
    return [faults] + singles.map { faults + [FabricFault(failing: $0)] }
  }

  /// Runs a study and reports it.
  func run(_ given: Study, showing traceOptions: TraceOptions) async throws {
    var study = given
    for index in study.traces.indices { study.traces[index].folds = !noFold }
    if let memory { study.memory = memory }
    let results = try await study.run(
      threads: traceOptions.reading.threadCount, progress: traceOptions.reading.progress,
      replaying: traceOptions.reading.replayProgress)
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

extension MemoryBudget: ExpressibleByArgument {
  /// A whole number of bytes, or one with kB, MB, GB or TB behind it.
  public init?(argument: String) {
    let units = [("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000)]
    let unit = units.first { argument.hasSuffix($0.0) }
    guard let number = Int(argument.dropLast(unit?.0.count ?? 0)), number > 0,
      !number.multipliedReportingOverflow(by: unit?.1 ?? 1).overflow
    else { return nil }
    self.init(bytes: number * (unit?.1 ?? 1))
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
