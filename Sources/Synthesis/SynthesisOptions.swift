/// Choices that neither a model nor a layout makes. Each moves the answer, and each stands among the
/// assumptions of the trace that is made.
public struct SynthesisOptions: Sendable, Hashable {
  /// How the micro-batches go through the stages.
  public enum Schedule: String, Sendable, CaseIterable {
    /// One forward, one backward (PipeDream-Flush; Narayanan et al., arXiv 2104.04473, section 2.2).
    case oneForwardOneBackward = "1f1b"
    /// All forward, then all backward (GPipe; Huang et al., arXiv 1811.06965).
    case allForwardAllBackward = "gpipe"
  }

  /// What runs beside what.
  public enum Overlap: String, Sendable, CaseIterable {
    /// Compute and communication follow one another in one chain.
    case none
    /// A layer's communication runs beside its compute; the layer ends when both have.
    case layer
  }

  /// How often tokens that have come to experts are gathered over the tensor-parallel ranks.
  public enum ExpertTensorParallel: String, Sendable, CaseIterable {
    /// Never: each rank holds its experts whole, or their sums travel with the combine.
    case none
    /// Each token once, as if the layer were dense.
    case once
    /// Each token once for each of its experts.
    case copies
  }

  /// What of the tokens a rank of a tensor-parallel group sends to experts.
  public enum AllToAllShare: String, Sendable, CaseIterable {
    /// Its own part, 1/TP of them, as sequence parallelism leaves them.
    case sharded
    /// All of them, the same as every other rank of its group.
    case whole
  }

  /// When gradients are reduced.
  public enum Gradients: String, Sendable, CaseIterable {
    /// In one all-reduce over replicas of experts and one over all replicas, behind the last backward.
    case end
    /// Not at all.
    case none
  }

  /// Micro-batches of a step, for each replica. Default 16.
  public var microbatches = 16
  /// Sequences of a micro-batch. Default 1.
  public var microbatchSize = 1
  /// How micro-batches go through the stages. Default 1F1B.
  public var schedule = Schedule.oneForwardOneBackward
  /// FLOP/s that a GPU reaches. Default 10^16.
  public var flops = 1e16
  /// What runs beside what. Default nothing.
  public var overlap = Overlap.none
  /// Whether tokens are split over tensor-parallel ranks between layers, so that all-gathers and
  /// reduce-scatters stand for all-reduces (Korthikanti et al., arXiv 2205.05198). Default yes.
  public var sequenceParallel = true
  /// How often experts' tokens are gathered over tensor-parallel ranks. Default once.
  public var expertTensorParallel = ExpertTensorParallel.once
  /// What of the tokens each tensor-parallel rank sends to experts. Default its share.
  public var allToAll = AllToAllShare.sharded
  /// When gradients are reduced. Default at the end.
  public var gradients = Gradients.end
  /// Whether stages may differ by a layer, the first having more. Default no.
  public var unevenStages = false

  /// The defaults.
  public init() {}
}
