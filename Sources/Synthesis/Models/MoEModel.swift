/// A mixture-of-experts transformer, as far as the time of a training step depends on it.
///
/// Counted are the matrix products of attention and feed-forward layers. Embeddings, the output layer,
/// routers, norms and the optimizer are left out.
public struct MoEModel: Sendable, Hashable {
  /// What attention costs.
  public struct Attention: Sendable, Hashable {
    /// Weights of a layer's projections: each token takes 2 FLOP a weight.
    public var parameters: Int64
    /// The width d_s of scores and values: with a sequence of S, each token takes 2·S·d_s FLOP, for the
    /// 4·S·d_s of the products with keys and values are halved by the causal mask.
    public var scoreWidth: Int
  }

  /// What a feed-forward layer is made of.
  public struct Experts: Sendable, Hashable {
    /// Experts that tokens are routed to.
    public var count: Int
    /// Of these, how many a token is sent to.
    public var perToken: Int
    /// The width of an expert.
    public var width: Int
    /// Matrices of hidden × width: 2, or 3 with a gate.
    public var matrices: Int
    /// Experts that each token goes through where it is, without being sent.
    public var shared: Int
    /// Equal runs of experts for group-limited routing; 1 where it is not limited.
    public var groups: Int
    /// Of these, how many a token's experts lie in.
    public var groupsPerToken: Int
  }

  /// Bytes of one element of what is sent.
  public struct ElementBytes: Sendable, Hashable {
    /// Activations, and their gradients, between ranks of a tensor-parallel group and stages.
    public var activation: Int
    /// Of a token on its way to experts.
    public var dispatch: Int
    /// Of what comes back from them.
    public var combine: Int
    /// Of weights' gradients.
    public var gradient: Int
  }

  /// What it is called.
  public var name: String
  /// Where its numbers are from.
  public var source: String
  /// Transformer layers.
  public var layers: Int
  /// Of these the first so many have one feed-forward network in place of experts.
  public var denseLayers: Int
  /// The width of that network.
  public var denseWidth: Int
  /// The width d of a token.
  public var hidden: Int
  /// Tokens of a sequence.
  public var sequence: Int
  /// What attention costs.
  public var attention: Attention
  /// Its experts.
  public var experts: Experts
  /// Bytes of an element.
  public var elementBytes: ElementBytes
}

extension MoEModel {
  /// Weights of one expert: matrices · d · width.
  public var expertParameters: Int64 {
    Int64(experts.matrices) * Int64(hidden) * Int64(experts.width)
  }

  /// Weights of the network that a layer without experts has.
  public var denseParameters: Int64 {
    Int64(experts.matrices) * Int64(hidden) * Int64(denseWidth)
  }

  /// Weights of all layers: attention, experts, shared experts and dense networks.
  public var parameters: Int64 {
    let expert = Int64(experts.count + experts.shared) * expertParameters
    return Int64(layers) * attention.parameters + Int64(layers - denseLayers) * expert
      + Int64(denseLayers) * denseParameters
  }
}
