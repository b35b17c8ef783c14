public import ArgumentParser
import Diagnostics
import Study
import Workload

/// Options of every command that reads captures.
struct TraceOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Rules for kernels that carry no metadata: a file, or 'deepep'. May be given again.",
      valueName: "file|deepep"))
  var rules: [String] = []

  @Flag(
    name: .long,
    help: "Let ranks without a trace take the program of a traced rank at the same place.")
  var extrapolate = false

  @Option(
    name: .customLong("extrapolate-splits"),
    help: "What an extrapolated rank sends to each peer: balanced, or its source's splits rotated.")
  var splits = Extrapolation.Splits.balanced

  @Option(
    name: .customLong("fill-lost"),
    help: ArgumentHelp(
      "Replay an all-to-all whose splits the capture lost as if they were even. Without it such a "
        + "call is refused.", valueName: "even"))
  var fillLost: LostSplits?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Tokens from each rank to each expert, in place of balanced routing, for calls whose sizes rules "
        + "give in tokens.", valueName: "file"))
  var routing: String?

  @Flag(
    name: .customLong("routing-tile"),
    help: "Repeat the matrix of --routing for groups of several times its ranks.")
  var routingTile = false

  @Option(name: .long, help: "Tensor-parallel size of the job, for --extrapolate.")
  var tp = 1

  @Option(name: .long, help: "Pipeline-parallel size of the job, for --extrapolate.")
  var pp = 1

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Which step: its number, the last whole one, or all, each for itself.",
      valueName: "n|last|all")
  )
  var step = "last"

  @Option(
    name: .customLong("ranks-per-host"),
    help: ArgumentHelp(
      "How many ranks share a host and its clock, in their order, where captures don't say.",
      valueName: "n"))
  var ranksPerHost: Int?

  @Flag(name: .long, help: SalvageHelp.text)
  var salvage = false

  @OptionGroup var reading: ReadingOptions

  mutating func validate() throws {
    guard StepSelection(step) != nil else {
      throw ValidationError("--step takes a number, 'last' or 'all', not '\(step)'")
    }
    guard tp > 0, pp > 0 else { throw ValidationError("--tp and --pp are at least 1") }
    guard routing != nil || !routingTile else {
      throw ValidationError("--routing-tile repeats the matrix of --routing, which is missing")
    }
    if let ranksPerHost, ranksPerHost < 1 {
      throw ValidationError("--ranks-per-host is at least 1")
    }
  }

  /// How a workload is to be made; reads the routing file.
  func workloadOptions(_ replicas: ReplicaArguments? = nil) throws -> WorkloadOptions {
    var options = WorkloadOptions()
    options.replicas = replicas?.replicas ?? 1
    options.routing = try routing.map { try RoutingFile.read($0, repeats: routingTile) }
    options.step = StepSelection(step) ?? .last
    options.ranksPerHost = ranksPerHost
    options.fillsLost = fillLost
    if extrapolate {
      options.extrapolation = Extrapolation(
        splits: splits, tensorParallel: tp, pipelineParallel: pp)
    }
    return options
  }

  /// The trace that `inputs` together are.
  func source(_ inputs: [String], _ replicas: ReplicaArguments? = nil) throws -> TraceSource {
    TraceSource(
      inputs: inputs, rules: rules, salvages: salvage, options: try workloadOptions(replicas))
  }

  /// Prints diagnostics, unless told to be quiet.
  func show(_ diagnostics: [Diagnostic]) {
    guard !reading.quiet else { return }
    for diagnostic in diagnostics { printError("refract: " + DiagnosticRenderer.line(diagnostic)) }
  }
}

/// How often a job stands on a fabric: of the commands that place it.
struct ReplicaArguments: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Put the job on the fabric so many times, as replicas that exchange nothing with one another.",
      valueName: "n"))
  var replicas = 1

  func validate() throws {
    guard replicas > 0 else { throw ValidationError("--replicas is at least 1") }
  }
}

/// What every command says of `--salvage`.
enum SalvageHelp {
  static let text: ArgumentHelp = """
    Go on with what can be read of damaged input; what is lost is counted, and stands in the result. \
    Without it damaged input is refused.
    """
}

extension Extrapolation.Splits: ExpressibleByArgument {}
extension LostSplits: ExpressibleByArgument {}
