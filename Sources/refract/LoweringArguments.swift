public import ArgumentParser
import Collectives
import Diagnostics
import Fabric
import Placement
import Study

/// Options of how collectives become transfers on a fabric.
struct LoweringArguments: ParsableArguments {
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Change a value of the fabrics' files: scale_out.bandwidth_gbps=800. May be given again.",
      valueName: "key.path=value"))
  var overlays: [String] = []

  @OptionGroup var seats: SeatArguments

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Take a part of the fabrics away: pod0/plane3, gpu[12-15]/nic, pod0/gpu4. May be given again.",
      valueName: "part"))
  var fail: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Slow a part of the fabrics down to a share of its bandwidth: pod0/gpu3/plane2=0.5. May be "
        + "given again.",
      valueName: "part=share"))
  var degrade: [String] = []

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
    help: ArgumentHelp(
      "What carries out a kind of collective, of all groups or of one: all_reduce=tree, "
        + "all_to_all@ep=pairwise, all_reduce=least; or 'least', what takes the least time alone. May "
        + "be given again; the first that fits counts.",
      valueName: "kind[@group]=name|least"))
  var algorithm: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Rules of what carries out which collectives, by kind, group and size (refract.algorithms/1); "
        + "--algorithm comes first.",
      valueName: "file"))
  var algorithms: String?

  @Option(
    name: .long,
    help: "Whether stages of a collective that forwards bytes overlap: pipelined, or serial.")
  var stages = Stages.pipelined

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What collectives cost beside their bytes: none, the fabric's latencies of paths, or NCCL's base "
        + "and steps by protocol.",
      valueName: "none|alpha-beta|nccl"))
  var latency = LatencyModel.alphaBeta

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What 'refract calibrate' measured: collectives take what they were measured to.",
      valueName: "file"))
  var calibration: String?

  @Option(
    name: .customLong("calibration-loss"),
    help: ArgumentHelp(
      "What a measured efficiency below 1 is laid to: the ends, which lose the same time a byte on every "
        + "fabric, or the links, which lose the same share.",
      valueName: "ends|links"))
  var loss = Calibration.Loss.ends

  mutating func validate() throws {
    _ = try weights()
    _ = try chosen()
  }

  /// Changes to fabric files, in order.
  func fabricOverlays() throws -> [FabricOverlay] { try overlays.map { try FabricOverlay($0) } }

  /// What has failed, then what is slower.
  func faults() throws -> [FabricFault] {
    try fail.map { try .fail($0) } + degrade.map { try .degrade($0) }
  }

  /// One scenario in the coflow tier.
  func scenario(fabric: String, placement: String) throws -> Scenario {
    Scenario(
      fabric: fabric, overlays: try fabricOverlays(), faults: try faults(),
      placement: try seats.policy(placement),
      lowering: try options())
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

  private func chosen() throws -> [AlgorithmRule] {
    try algorithm.map { word in
      do throws(AlgorithmWord.Misfit) {
        return try AlgorithmWord.rule(word)
      } catch {
        throw ValidationError("--algorithm: \(error.problem); \(error.remedy)")
      }
    }
  }

  /// What carries out collectives: the command line first, then the file.
  private func rules() throws -> [AlgorithmRule] {
    guard let algorithms else { return try chosen() }
    let read = try AlgorithmFile.read(algorithms)
    guard latency == .nccl || !read.contains(where: { $0.transport != nil }) else {
      throw Diagnostic(
        .usage, "\(algorithms) names protocols, and only NCCL's latencies know of them",
        remedy: "add --latency nccl, or leave the protocols out")
    }
    return try chosen() + read
  }

  /// How collectives become transfers.
  func options() throws -> LoweringOptions {
    var options = LoweringOptions()
    options.deduplication = dedup
    options.fairness = fairness
    options.weights = try weights()
    options.rules = try rules()
    options.stages = stages
    options.latency = latency
    options.calibration = try calibration.map(CalibrationFile.read)
    options.calibration?.loss = loss
    return options
  }
}

extension DeduplicationDomain: ExpressibleByArgument {}
extension Calibration.Loss: ExpressibleByArgument {}
extension Fairness: ExpressibleByArgument {}
extension Stages: ExpressibleByArgument {}
extension LatencyModel: ExpressibleByArgument {}
