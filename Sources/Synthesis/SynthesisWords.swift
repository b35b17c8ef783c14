import JSON
import Trace

/// Everything that a made-up step leans on, in sentences.
struct SynthesisWords {
  private let model: MoEModel
  private let layout: ParallelLayout
  private let options: SynthesisOptions

  init(_ model: MoEModel, _ layout: ParallelLayout, _ options: SynthesisOptions) {
    self.model = model
    self.layout = layout
    self.options = options
  }

  /// The assumptions of the trace.
  var assumptions: [Assumption] {
    [
      Assumption("synthetic", "the trace was made, not captured: \(subject)"),
      Assumption("synthetic", compute),
      Assumption("synthetic", communication),
      Assumption("synthetic", exchange),
      Assumption(
        "synthetic",
        "embeddings, the output layer, routers, norms and the optimizer are left out; routing is "
          + "balanced"),
    ]
  }

  private var subject: String {
    "a step of \(model.name) in \(layout.text), \(options.microbatches) micro-batches a replica of "
      + "\(options.microbatchSize) × \(model.sequence) tokens, schedule \(options.schedule.rawValue)"
      + (model.layers % layout.pipeline == 0 ? "" : ", stages differing by a layer")
  }

  private var compute: String {
    "each GPU reaches \(JSONWriter.text(options.flops / 1e12)) TFLOP/s; backward takes twice what "
      + "forward takes; "
      + (options.overlap == .none
        ? "compute and communication of a rank follow one another"
        : "a layer's communication runs beside its compute, and the layer ends when both have")
  }

  private var communication: String {
    let tensor =
      options.sequenceParallel
      ? "all-gathers and reduce-scatters around attention" : "an all-reduce behind attention"
    let experts =
      switch options.expertTensorParallel {
      case .none: "none around experts"
      case .once: "the same once around experts"
      case .copies: "around experts as many times as a token has experts"
      }
    let gradients =
      options.gradients == .end
      ? "gradients of \(model.elementBytes.gradient) bytes are reduced behind the last backward"
      : "gradients are not reduced"
    return "tensor parallelism: \(tensor), \(experts); stages tell one another 1/TP of the tokens; "
      + gradients
  }

  private var exchange: String {
    let bytes = model.elementBytes
    return "a token goes to \(model.experts.perToken) of \(model.experts.count) experts, "
      + "\(bytes.dispatch) bytes an element there and \(bytes.combine) back; each tensor-parallel "
      + "rank exchanges "
      + (options.allToAll == .sharded ? "its share of the tokens" : "all tokens")
  }
}
