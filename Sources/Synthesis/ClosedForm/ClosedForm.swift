import Diagnostics
import Quantities

/// The time of a step in closed form: what a replay of the same step is held against.
///
/// Per layer and micro-batch, with S tokens, width d, b bytes of an element, TP ranks that share a layer,
/// U and O what a GPU has within and between pods, G ranks of an expert-parallel group and g of them in a
/// pod, k experts a token:
///
///     compute      3·S·(2·(k·E + A) + 2·s·d_s) / (TP·F)      E, A weights of an expert, of attention
///     TP           4·S·d·b·(TP−1)/TP / U                     of attention; the same once of experts
///     all-to-all   4 times, in units of S·d·b/TP; c = G·(1 − (1 − 1/G)^k) copies of a token:
///       one a rank   c·(G−g)/G cross, c·(g−1)/G stay
///       one a pod    Σ 1 − (1 − g'/G)^k over other pods cross, c·(G−1)/G stay or are forwarded
///     exposed      all communication, or what of it exceeds compute
///     step         (n + PP − 1)·(L/PP·(compute + exposed) + 2·S·d·b/TP/O) + gradients,
///                  2·g_e·(R−1)/R/O over R replicas of experts, 2·g_a·(DP−1)/DP/O of all else
///
/// Tiers in parallel take the longer of the times within and between pods, in series their sum. Stages and
/// gradients use the network between pods. Where groups lie unequally in pods, the member that takes the
/// longest counts. A token's experts are drawn one by one, each from all, which makes fewer copies than a
/// draw without repetition, as `TokenRouting` has it; communication of either pass hides behind compute of
/// both; and ranks that forward do so all alike, to themselves too. Where a replay differs, `Choices` takes each of
/// the three away.
public struct ClosedForm: Sendable {
  /// Within what a token is sent once.
  public enum Copies: String, Sendable, CaseIterable {
    case rank, pod
  }

  /// How the times within and between pods of an all-to-all add up.
  public enum Tiers: String, Sendable, CaseIterable {
    case parallel, series
  }

  /// How a token's experts are drawn.
  public enum Draw: String, Sendable, CaseIterable {
    /// Each from all of them, so that one may be drawn twice: 1 − (1 − g/G)^k.
    case repeated
    /// Each from those not drawn yet, as routers do: 1 − Π (N − N·g/G − i)/(N − i) over i < k, N experts.
    case distinct
  }

  /// Behind which compute a layer's communication hides, where there is overlap.
  public enum Hiding: String, Sendable, CaseIterable {
    /// That of both passes together.
    case step
    /// Forward behind forward, backward behind backward, as one follows the other.
    case pass
  }

  /// How the ranks of a pod hand on what has come to it, where copies are made once a pod.
  public enum Relays: String, Sendable, CaseIterable {
    /// All alike, and as if to themselves too: c·(G−1)/G; a call takes what its slowest member does.
    case average
    /// In turns, and nothing that is their own: c·(g−1)/g, and more where pods hold unequal parts of a group,
    /// so that some come first more often. A call takes what the slowest does within pods and what
    /// the slowest does between them, whoever they are.
    case turns
  }

  /// Choices of the form that are none of the step's.
  public struct Choices: Sendable, Hashable {
    /// Within what a token is sent once.
    public var copies: Copies
    /// How the times within and between pods add up.
    public var tiers: Tiers
    /// How a token's experts are drawn.
    public var draw: Draw
    /// Behind what communication hides.
    public var hiding: Hiding
    /// What travels within pods behind what has crossed.
    public var relays: Relays

    /// Choices; the last three as published models of such steps have them.
    public init(
      copies: Copies, tiers: Tiers, draw: Draw = .repeated, hiding: Hiding = .step,
      relays: Relays = .average
    ) {
      (self.copies, self.tiers) = (copies, tiers)
      (self.draw, self.hiding, self.relays) = (draw, hiding, relays)
    }
  }

  private let model: MoEModel
  private let layout: ParallelLayout
  private let options: SynthesisOptions
  private let choices: Choices

  /// The closed form of a step.
  ///
  /// - Throws: a `Diagnostic` where the layout does not divide the model, or the model has what the form
  ///   doesn't know: layers without experts, group-limited routing, sizes of elements that differ.
  public init(
    _ model: MoEModel, layout: ParallelLayout, options: SynthesisOptions, choices: Choices
  ) throws {
    try Fitting(model, layout, options).check()
    let bytes = model.elementBytes
    guard model.denseLayers == 0, model.experts.shared == 0, model.experts.groups == 1,
      bytes.dispatch == bytes.activation, bytes.combine == bytes.activation,
      model.layers % layout.pipeline == 0, options.sequenceParallel
    else {
      throw Diagnostic(
        .usage,
        "the closed form is of layers that are all alike: experts in each, none shared, no expert "
          + "groups, elements of one size, stages of equal length, sequence parallelism",
        remedy: "replay the trace instead")
    }
    self.model = model
    self.layout = layout
    self.options = options
    self.choices = choices
  }

  /// What the step is made of, in seconds; all but the last two of one layer and micro-batch.
  public struct Times: Sendable, Hashable {
    /// Compute, forward and backward.
    public var compute = 0.0
    /// Tensor-parallel calls.
    public var tensorParallel = 0.0
    /// The four all-to-alls within pods.
    public var exchangeWithin = 0.0
    /// The four all-to-alls between pods.
    public var exchangeBetween = 0.0
    /// What of the communication compute does not hide.
    public var exposed = 0.0
    /// Messages of a micro-batch between two stages.
    public var pipeline = 0.0
    /// All-reduces of gradients.
    public var gradients = 0.0
    /// The step.
    public var step = 0.0
  }

  /// The step on a fabric, groups of ranks that share a layer put into pods one after the other, none cut.
  ///
  /// - Throws: a `Diagnostic` where a pod has no room for one.
  public func times(on fabric: TwoTierFabric) throws -> Times {
    let perPod = fabric.gpusPerPod / layout.tensor
    guard perPod > 0 else {
      throw Diagnostic(
        .fabricTooSmall,
        "a pod of \(fabric.gpusPerPod) GPUs has no room for \(layout.tensor) ranks that share a layer"
      )
    }
    var worst = Times()
    for fragments in Fragments.kinds(layout, perPod: perPod) {
      let times = times(on: fabric, fragments)
      if times.step > worst.step { worst = times }
    }
    return worst
  }

  private func times(on fabric: TwoTierFabric, _ fragments: [Int]) -> Times {
    let (up, out) = (fabric.scaleUp.bytesPerSecond, fabric.scaleOut.bytesPerSecond)
    let tensor = Double(layout.tensor)
    let bytes =
      Double(model.sequence * options.microbatchSize) * Double(model.hidden)
      * Double(model.elementBytes.activation)
    var times = Times()
    let work = LayerWork(model: model, layout: layout, options: options, groups: [:])
    times.compute =
      3 * (work.attentionFLOP + work.feedForwardFLOP(isDense: false)) / options.flops
    let rounds =
      switch options.expertTensorParallel {
      case .none: 1.0
      case .once: 2.0
      case .copies: 1.0 + Double(model.experts.perToken)
      }
    times.tensorParallel = 4 * rounds * bytes * (tensor - 1) / tensor / up
    let unit = options.allToAll == .sharded ? bytes / tensor : bytes
    let exchanges = fragments.indices.map { place -> (within: Double, between: Double) in
      let copies = copyCounts(fragments, place)
      return (4 * copies.staying * unit / up, 4 * copies.crossing * unit / out)
    }
    if choices.relays == .turns {
      times.exchangeWithin = exchanges.map(\.within).max() ?? 0
      times.exchangeBetween = exchanges.map(\.between).max() ?? 0
    } else if let slowest = exchanges.max(by: { total($0) < total($1) }) {
      (times.exchangeWithin, times.exchangeBetween) = slowest
    }
    let communication =
      times.tensorParallel + total((times.exchangeWithin, times.exchangeBetween))
    times.exposed = exposed(communication, times.compute)
    times.pipeline = layout.pipeline > 1 ? 2 * bytes / tensor / out : 0
    times.gradients = gradients(out)
    let layers = Double(model.layers / layout.pipeline)
    let rounds1F1B = Double(options.microbatches + layout.pipeline - 1)
    times.step =
      rounds1F1B * (layers * (times.compute + times.exposed) + times.pipeline)
      + times.gradients
    return times
  }

  /// What of a layer's communication compute does not hide. A third of compute and half of communication
  /// are forward.
  private func exposed(_ communication: Double, _ compute: Double) -> Double {
    switch (options.overlap, choices.hiding) {
    case (.none, _): communication
    case (.layer, .step): max(0, communication - compute)
    case (.layer, .pass):
      max(0, communication / 2 - compute / 3) + max(0, communication / 2 - 2 * compute / 3)
    }
  }

  private func total(_ exchange: (within: Double, between: Double)) -> Double {
    choices.tiers == .parallel
      ? max(exchange.within, exchange.between) : exchange.within + exchange.between
  }

  /// Copies of a token that a member of one of the fragments sends or gets, whichever is more.
  private func copyCounts(
    _ fragments: [Int], _ place: Int
  ) -> (staying: Double, crossing: Double) {
    let all = Double(layout.expert)
    let here = Double(fragments[place])
    let each = all * hit(1)
    switch choices.copies {
    case .rank: return (each * (here - 1) / all, each * (all - here) / all)
    case .pod:
      let sent = fragments.indices.filter { $0 != place }
        .reduce(0.0) { $0 + hit(Double(fragments[$1])) }
      let others = fragments.indices.filter { $0 != place }.map { fragments[$0] }
      // Sources whose copies come to one rank of the pod: on average, or to the one that most come to.
      let relayed =
        choices.relays == .average
        ? (all - here) / here
        : Double(others.reduce(0) { $0 + ($1 + fragments[place] - 1) / fragments[place] })
      let got = relayed * hit(here)
      // A member that is alone in its pod has nobody to forward to.
      let within =
        choices.relays == .average
        ? each * (all - 1) / all : hit(1) * (here - 1) * (1 + relayed)
      return (here > 1 ? within : 0, max(sent, got))
    }
  }

  /// The chance that one of a token's experts is on one of so many members.
  private func hit(_ members: Double) -> Double {
    let experts = Double(model.experts.count)
    let elsewhere = experts * (1 - members / Double(layout.expert))
    var miss = 1.0
    for drawn in 0..<model.experts.perToken {
      let gone = choices.draw == .distinct ? Double(drawn) : 0
      miss *= max(0, elsewhere - gone) / (experts - gone)
    }
    return 1 - miss
  }

  private func gradients(_ out: Double) -> Double {
    guard options.gradients == .end else { return 0 }
    let bytes = GradientBytes(
      model, layout, layers: 0..<model.layers / layout.pipeline)
    func ring(_ bytes: Int64, _ replicas: Int) -> Double {
      2 * Double(bytes) * Double(replicas - 1) / Double(replicas) / out
    }
    return ring(bytes.experts, layout.expertReplicas) + ring(bytes.others, layout.data)
  }
}
