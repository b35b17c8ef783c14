import Diagnostics
import Trace

/// Whether a model, a layout and options fit together.
struct Fitting {
  private let model: MoEModel
  private let layout: ParallelLayout
  private let options: SynthesisOptions

  init(_ model: MoEModel, _ layout: ParallelLayout, _ options: SynthesisOptions) {
    self.model = model
    self.layout = layout
    self.options = options
  }

  /// - Throws: a `Diagnostic` that says what does not fit, with both sizes.
  func check() throws {
    try checkOptions()
    try checkLayers()
    guard model.experts.count % layout.expert == 0 else {
      throw misfit(
        "ep \(layout.expert) does not divide the \(model.experts.count) experts of \(model.name)")
    }
    guard model.hidden % layout.tensor == 0 else {
      throw misfit("tp \(layout.tensor) does not divide the width \(model.hidden) of \(model.name)")
    }
    try checkTokens()
  }

  private func checkOptions() throws {
    for (name, value) in [
      ("--microbatches", options.microbatches), ("--microbatch-size", options.microbatchSize),
    ] where !(1...1 << 16 ~= value) {
      throw Diagnostic(.usage, "\(name) is \(value), and must be from 1 to \(1 << 16)")
    }
    guard options.flops.isFinite, options.flops >= 1 else {
      throw Diagnostic(.usage, "--tflops must be at least 0.000000000001, one operation a second")
    }
  }

  private func checkLayers() throws {
    let rest = model.layers % layout.pipeline
    guard rest == 0 || options.unevenStages else {
      throw misfit(
        "pp \(layout.pipeline) does not divide the \(model.layers) layers of \(model.name)",
        remedy: "with --uneven-stages the first \(rest) have one more")
    }
    guard model.layers >= layout.pipeline else {
      throw misfit("pp \(layout.pipeline) are more stages than \(model.name) has layers")
    }
    let perStage = (model.layers + layout.pipeline - 1) / layout.pipeline
    // At most 16 links of a layer's two chains, and messages.
    let events = Double(perStage) * Double(options.microbatches) * 16
    guard events <= Double(Synthesizer.eventLimit) else {
      throw Diagnostic(
        .usage,
        "\(perStage) layers a stage and \(options.microbatches) micro-batches are more than "
          + "\(Synthesizer.eventLimit) events",
        remedy: "take fewer --microbatches, or more stages")
    }
  }

  private func checkTokens() throws {
    let tokens = model.sequence * options.microbatchSize
    guard options.sequenceParallel || options.allToAll == .whole || layout.tensor == 1 else {
      throw Diagnostic(
        .usage, "without sequence parallelism each tensor-parallel rank has all tokens",
        remedy: "add --all-to-all whole, or leave --no-sequence-parallel out")
    }
    guard tokens % layout.tensor == 0 else {
      throw misfit(
        "tp \(layout.tensor) does not divide the \(tokens) tokens of a micro-batch",
        remedy: "choose another --sequence or --microbatch-size")
    }
    let widest = max(
      model.elementBytes.activation, model.elementBytes.dispatch, model.elementBytes.combine)
    let bytes =
      Double(tokens) * Double(model.hidden) * Double(widest) * Double(model.experts.perToken)
    guard bytes <= Double(Communication.largestSize), tokens <= 1 << 32,
      model.hidden * widest <= 1 << 28
    else {
      throw Diagnostic(.usage, "a micro-batch of \(tokens) tokens is beyond what a trace can say")
    }
    let weights = max(model.attention.parameters, model.denseParameters, model.expertParameters)
    guard Double(weights) * Double(model.layers) * Double(model.experts.count + 1) < 0x1p57 else {
      throw Diagnostic(.usage, "\(model.name) has more weights than can be counted")
    }
  }

  private func misfit(_ problem: String, remedy: String? = nil) -> Diagnostic {
    Diagnostic(.usage, "--layout \(layout.text): \(problem)", remedy: remedy)
  }
}
