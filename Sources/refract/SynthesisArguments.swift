public import ArgumentParser
import Diagnostics
import Synthesis

/// What a made-up step is made of.
struct SynthesisArguments: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "A model that comes along (\(ModelPreset.names.joined(separator: ", "))), or a model file."))
  var model: String

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Sizes of tensor-, pipeline-, data- and expert-parallel groups, as in tp16-pp8-dp256-ep32; 1 "
        + "where left out.", valueName: "layout"))
  var layout: String

  @Option(
    name: .long, help: ArgumentHelp("Micro-batches of a step, for each replica.", valueName: "n"))
  var microbatches = 16

  @Option(
    name: .customLong("microbatch-size"),
    help: ArgumentHelp("Sequences of a micro-batch.", valueName: "n"))
  var microbatchSize = 1

  @Option(
    name: .long,
    help: ArgumentHelp("Tokens of a sequence; the model's where left out.", valueName: "tokens"))
  var sequence: Int?

  @Option(
    name: .customLong("top-k"),
    help: ArgumentHelp("Experts a token; the model's where left out.", valueName: "n"))
  var topK: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What a GPU reaches, in 10^12 FLOP/s: not what its maker says, but what is left of it.",
      valueName: "tflop/s"))
  var tflops = 10_000.0

  @Option(name: .long, help: "How micro-batches go through the stages.")
  var schedule = SynthesisOptions.Schedule.oneForwardOneBackward

  @Option(
    name: .long,
    help: "What runs beside what: nothing, or a layer's communication beside its compute.")
  var overlap = SynthesisOptions.Overlap.none

  @Flag(
    name: .customLong("sequence-parallel"), inversion: .prefixedNo,
    help: "All-gathers and reduce-scatters in place of all-reduces over tensor-parallel ranks.")
  var sequenceParallel = true

  @Option(
    name: .customLong("expert-tp"),
    help: ArgumentHelp(
      "How often experts' tokens are gathered over tensor-parallel ranks: never, once, or a copy an "
        + "expert.", valueName: "none|once|copies"))
  var expertTensorParallel = SynthesisOptions.ExpertTensorParallel.once

  @Option(
    name: .customLong("all-to-all"),
    help: "What a tensor-parallel rank sends to experts: its share of the tokens, or all of them.")
  var allToAll = SynthesisOptions.AllToAllShare.sharded

  @Option(
    name: .long,
    help: "When gradients are reduced: at the end, experts' over their replicas, or not at all.")
  var gradients = SynthesisOptions.Gradients.end

  @Option(
    name: .customLong("gradient-bytes"),
    help: ArgumentHelp("Bytes of a gradient; the model's where left out.", valueName: "bytes"))
  var gradientBytes: Int?

  @Flag(
    name: .customLong("uneven-stages"),
    help: "Let the first stages have a layer more where stages don't divide the layers.")
  var unevenStages = false

  mutating func validate() throws {
    if let gradientBytes, !(1...16 ~= gradientBytes) {
      throw ValidationError("--gradient-bytes is from 1 to 16")
    }
    if let sequence, !(1...1 << 24 ~= sequence) {
      throw ValidationError("--sequence is from 1 to \(1 << 24)")
    }
    if let topK, topK < 1 { throw ValidationError("--top-k is at least 1") }
  }

  /// The model, with what options change of it.
  func changedModel() throws -> MoEModel {
    var changed = try ModelPreset.load(nameOrFile: model)
    if let sequence { changed.sequence = sequence }
    if let gradientBytes { changed.elementBytes.gradient = gradientBytes }
    if let topK { try changed.send(eachTokenTo: topK) }
    return changed
  }

  /// The layout.
  func parallelLayout() throws -> ParallelLayout { try ParallelLayout(layout) }

  /// The choices.
  func options() -> SynthesisOptions {
    var options = SynthesisOptions()
    options.microbatches = microbatches
    options.microbatchSize = microbatchSize
    options.schedule = schedule
    options.flops = tflops * 1e12
    options.overlap = overlap
    options.sequenceParallel = sequenceParallel
    options.expertTensorParallel = expertTensorParallel
    options.allToAll = allToAll
    options.gradients = gradients
    options.unevenStages = unevenStages
    return options
  }
}

extension SynthesisOptions.Schedule: ExpressibleByArgument {}
extension SynthesisOptions.Overlap: ExpressibleByArgument {}
extension SynthesisOptions.ExpertTensorParallel: ExpressibleByArgument {}
extension SynthesisOptions.AllToAllShare: ExpressibleByArgument {}
extension SynthesisOptions.Gradients: ExpressibleByArgument {}
extension ClosedForm.Copies: ExpressibleByArgument {}
extension ClosedForm.Tiers: ExpressibleByArgument {}
extension ClosedForm.Draw: ExpressibleByArgument {}
extension ClosedForm.Hiding: ExpressibleByArgument {}
extension ClosedForm.Relays: ExpressibleByArgument {}
