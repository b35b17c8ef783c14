@testable import Synthesis

/// A model small enough to be counted by hand.
enum ModelFixture {
  /// Two layers of width 8, sequences of 4 tokens, 4 experts of 2 · 8 · 64 weights, 2 a token.
  static let small = MoEModel(
    name: "small", source: "made up", layers: 2, denseLayers: 0, denseWidth: 0, hidden: 8,
    sequence: 4, attention: MoEModel.Attention(parameters: 256, scoreWidth: 8),
    experts: MoEModel.Experts(
      count: 4, perToken: 2, width: 64, matrices: 2, shared: 0, groups: 1, groupsPerToken: 1),
    elementBytes: MoEModel.ElementBytes(activation: 2, dispatch: 2, combine: 2, gradient: 2))

  /// Three micro-batches at 10^6 FLOP/s.
  static var options: SynthesisOptions {
    var options = SynthesisOptions()
    options.microbatches = 3
    options.flops = 1e6
    return options
  }
}
