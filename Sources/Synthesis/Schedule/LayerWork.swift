import Quantities
import Trace

/// What a transformer layer does on one rank for one micro-batch, as a chain of compute and calls.
///
/// With S tokens of a micro-batch, width d, TP ranks that share a layer, k experts a token: attention takes
/// S·(2·A + 2·s·d_s)/TP FLOP forward (A weights, s tokens of a sequence, d_s the width of scores; causal),
/// experts S·2·k·E/TP (E weights of one; balanced routing gives each rank as many as it sends), and
/// backward takes twice that. Tensor-parallel calls are of S·d elements.
struct LayerWork {
  /// One link of the chain.
  enum Step {
    /// Compute of so many FLOP.
    case compute(String, flop: Double)
    case call(String, Communication)
  }

  let model: MoEModel
  let layout: ParallelLayout
  let options: SynthesisOptions
  /// The groups of the rank.
  let groups: [GroupTable.Family: Int]

  private var tokens: Int { model.sequence * options.microbatchSize }

  /// Bytes of the activations of all tokens of a micro-batch.
  var activationBytes: Int64 {
    Int64(tokens) * Int64(model.hidden) * Int64(model.elementBytes.activation)
  }

  /// FLOP of attention forward, on one rank.
  var attentionFLOP: Double {
    let scores = 2 * Double(model.sequence) * Double(model.attention.scoreWidth)
    return Double(tokens) * (2 * Double(model.attention.parameters) + scores)
      / Double(layout.tensor)
  }

  /// FLOP of experts, or of the network of a layer without any, forward, on one rank.
  func feedForwardFLOP(isDense: Bool) -> Double {
    let active = model.experts.perToken + model.experts.shared
    let weights =
      isDense ? Double(model.denseParameters) : Double(active) * Double(model.expertParameters)
    return Double(tokens) * 2 * weights / Double(layout.tensor)
  }

  /// The forward pass.
  func forward(isDense: Bool) -> [Step] {
    let experts = tensorCalls(.init(name: isDense ? "ffn" : "experts", times: times(isDense)), "")
    let network =
      experts.before
      + [
        .compute(
          isDense ? "ffn" : "experts", flop: feedForwardFLOP(isDense: isDense))
      ] + experts.after
    let attention = tensorCalls(.init(name: "attention", times: 1), "")
    return attention.before + [.compute("attention", flop: attentionFLOP)] + attention.after
      + exchange(.dispatch, isDense, "") + network + exchange(.combine, isDense, "")
  }

  /// The backward pass: the same way back, each call by its converse, compute twice.
  func backward(isDense: Bool) -> [Step] {
    let suffix = " (backward)"
    let name = isDense ? "ffn" : "experts"
    let experts = tensorCalls(.init(name: name, times: times(isDense)), suffix)
    let attention = tensorCalls(.init(name: "attention", times: 1), suffix)
    return exchange(.dispatch, isDense, suffix) + experts.before
      + [.compute(name + suffix, flop: 2 * feedForwardFLOP(isDense: isDense))] + experts.after
      + exchange(.combine, isDense, suffix) + attention.before
      + [.compute("attention" + suffix, flop: 2 * attentionFLOP)] + attention.after
  }

  /// How often the tokens of a micro-batch go through the tensor-parallel calls of the second half.
  private func times(_ isDense: Bool) -> Int {
    guard !isDense else { return 1 }
    switch options.expertTensorParallel {
    case .none: return 0
    case .once: return 1
    case .copies: return model.experts.perToken
    }
  }

  private struct Half {
    var name: String
    var times: Int
  }

  /// What tensor-parallel ranks tell one another before and after their part of a layer.
  private func tensorCalls(_ half: Half, _ suffix: String) -> (before: [Step], after: [Step]) {
    guard let group = groups[.tensor], half.times > 0 else { return ([], []) }
    let bytes = activationBytes * Int64(half.times)
    func call(_ kind: CollectiveKind, _ verb: String) -> Step {
      var call = Communication(kind: kind, group: group)
      let part = ByteCount(bytes / Int64(layout.tensor))
      call.sendBytes = kind == .allGather ? part : ByteCount(bytes)
      call.receiveBytes = kind == .reduceScatter ? part : ByteCount(bytes)
      call.label = "\(half.name) \(verb)\(suffix)"
      return .call(call.title, call)
    }
    guard options.sequenceParallel else { return ([], [call(.allReduce, "reduce")]) }
    return ([call(.allGather, "gather")], [call(.reduceScatter, "scatter")])
  }

  /// Tokens to experts, or back.
  private func exchange(
    _ direction: TokenRouting.Direction, _ isDense: Bool, _ suffix: String
  ) -> [Step] {
    guard !isDense, let group = groups[.expert] else { return [] }
    let element =
      direction == .dispatch ? model.elementBytes.dispatch : model.elementBytes.combine
    let share = options.allToAll == .sharded ? tokens / layout.tensor : tokens
    var call = Communication(kind: .allToAll, group: group)
    call.routing = model.experts.routing(
      tokens: Int64(share), tokenBytes: Int64(model.hidden * element), direction)
    let bytes = ByteCount(
      Int64(share) * Int64(model.hidden * element) * Int64(model.experts.perToken))
    (call.sendBytes, call.receiveBytes) = (bytes, bytes)
    call.label = direction.rawValue + suffix
    return [.call(call.title, call)]
  }
}
