import Diagnostics
import Quantities
public import Trace

/// Makes a training step of a model in a layout: a trace that no job has left behind.
///
/// Ranks of a pipeline stage do the same, so that one of each stage is written and the others repeat it:
/// 32,768 ranks are a few MB and take a fraction of a second.
public struct Synthesizer: Sendable {
  private let model: MoEModel
  private let layout: ParallelLayout
  private let options: SynthesisOptions

  /// The most events that a stage may have.
  static let eventLimit = 1 << 22

  /// A step of `model` in `layout`.
  ///
  /// - Throws: a `Diagnostic` where the layout does not divide the model, or sizes are beyond what a trace
  ///   can say.
  public init(
    _ model: MoEModel, layout: ParallelLayout, options: SynthesisOptions = SynthesisOptions()
  ) throws {
    self.model = model
    self.layout = layout
    self.options = options
    try Fitting(model, layout, options).check()
  }

  /// The trace.
  ///
  /// - Throws: a `Diagnostic` where the step would be longer than a trace may be.
  /// - Complexity: O(stages · layers · micro-batches + ranks).
  public func trace() throws -> Trace {
    let table = GroupTable(layout)
    let ranks = (0..<layout.pipeline).map { stage in
      StageProgram(
        model, table: table, options: options, stage: stage,
        layers: Self.layers(of: stage, model, layout)
      ).written()
    }
    for rank in ranks {
      guard let last = rank.events.indices.map({ rank.events[$0].end }).max(),
        last.nanosecondsRounded > longestTraceNanoseconds
      else { continue }
      throw Diagnostic(
        .usage, "a stage would compute for more than 11 days",
        remedy: "a GPU reaches more than --tflops says, or there are fewer --microbatches")
    }
    var trace = Trace(
      worldSize: layout.worldSize, groups: table.groups, ranks: ranks,
      assumptions: SynthesisWords(model, layout, options).assumptions)
    trace.repeats = repeats(ranks, table)
    return trace
  }

  /// The layers of a stage: as many on each, the first having one more where they don't divide.
  static func layers(of stage: Int, _ model: MoEModel, _ layout: ParallelLayout) -> Range<Int> {
    let (each, rest) = model.layers.quotientAndRemainder(dividingBy: layout.pipeline)
    let first = stage * each + min(stage, rest)
    return first..<first + each + (stage < rest ? 1 : 0)
  }

  private func repeats(_ sources: [RankTrace], _ table: GroupTable) -> [RankRepeat] {
    sources.enumerated().flatMap { stage, source in
      let families = source.groupsInUse.map(table.family)
      let first = source.rank.index
      return (first + 1..<first + layout.stageSize).map { rank in
        RankRepeat(
          rank: RankID(index: rank), source: source.rank,
          groups: families.compactMap { table.group($0, of: rank) })
      }
    }
  }
}
