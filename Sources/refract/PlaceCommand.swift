import ArgumentParser
import Diagnostics
import Fabric
import Ingest
import Placement
import Report
import Study
import Trace
import Workload

/// `refract place`.
struct PlaceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "place", abstract: "Show, check and export where ranks run.",
    discussion: """
      Placements are \(SeatArguments.policies).
      Figures are static: logical bytes over routes, without a replay.

        refract place show trace --fabric hgx-h800-8 --placement linear --placement group-first=ep
        refract place check trace --fabric hgx-h800-8 --placement racks.csv --rules rules.json
        refract place export --ranks 64 --fabric hgx-h800-8 --placement cyclic --to openmpi -o ranks
      """,
    subcommands: [Show.self, Check.self, Export.self])
}

/// A trace, a fabric, and which GPUs of it may be had.
struct PlacedTraceOptions: ParsableArguments {
  @Argument(help: "Capture files, directories, archives or patterns: together one trace.")
  var inputs: [String]

  @Option(name: .long, help: "A fabric preset, or a fabric file.")
  var fabric: String

  @OptionGroup var trace: TraceOptions
  @OptionGroup var replicas: ReplicaArguments
  @OptionGroup var lowering: LoweringArguments

  /// The fabric, changes made and faults taken away.
  func loadFabric() throws -> Fabric {
    try FabricPreset.load(
      nameOrFile: fabric, overlays: lowering.fabricOverlays(), faults: lowering.faults())
  }

  /// A workload placed, with its figures.
  func placed(_ workload: Workload, _ policy: PlacementPolicy, _ fabric: Fabric) throws -> PlacedJob
  {
    let placement = try policy.place(PlacementJob(workload), on: fabric)
    return PlacedJob(
      trace: Study.name(inputs), fabric: fabric.name, ranks: workload.worldSize,
      placement: placement,
      figures: PlacementAnalysis(workload, placement, on: fabric).figures())
  }
}

extension TraceOptions {
  /// What was captured, and the one step in question; kernel rules are those of `rules`.
  func captured(
    _ inputs: [String], rules: [String], _ replicas: ReplicaArguments
  ) throws -> (trace: Trace, workload: Workload) {
    let captured = try Ingestor(
      rules: try rules.map(KernelRules.init(nameOrFile:)), salvages: salvage,
      threads: reading.threadCount, progress: reading.progress
    ).ingest(inputs)
    let options = try workloadOptions(replicas)
    guard options.step != .each else {
      throw Diagnostic(
        .usage, "--step all names several steps, and a placement is looked at with one",
        remedy: "name one of them by its number")
    }
    do {
      let workload = try WorkloadAssembler(captured, options: options).assemble()
      show(workload.log.summarized())
      return (captured, workload)
    } catch var diagnostic as Diagnostic where diagnostic.location == nil {
      diagnostic.location = SourceLocation(file: Study.name(inputs))
      throw diagnostic
    }
  }
}

extension PlaceCommand {
  /// `refract place show`.
  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "How far bytes go, which groups are whole, and what the busiest link carries.")

    @OptionGroup var options: PlacedTraceOptions

    @Option(name: .long, help: "Where ranks go; see 'refract place --help'. May be given again.")
    var placement: [String] = ["linear"]

    @Flag(name: .long, help: "Print JSON (refract.placement/1).")
    var json = false

    func run() throws {
      let policies = try placement.map { try options.lowering.seats.policy($0) }
      let fabric = try options.loadFabric()
      let workload = try options.trace.captured(
        options.inputs, rules: options.trace.rules, options.replicas
      ).workload
      let jobs = try policies.map { try options.placed(workload, $0, fabric) }
      try printOutput(
        json
          ? PlacementJSON.document(jobs, version: Refract.version)
          : Array(PlacementReport.text(jobs).utf8))
    }
  }
}
