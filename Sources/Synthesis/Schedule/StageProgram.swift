import Quantities
import Trace

/// What the ranks of a pipeline stage do in a step, written for the first of them.
struct StageProgram {
  private let work: LayerWork
  private let stage: Int
  private let layers: Range<Int>
  private let rank: Int
  private var script = RankScript()
  /// What the next thing has to wait for.
  private var frontier: [Int] = []

  /// - Parameter layers: the layers of the stage.
  init(
    _ model: MoEModel, table: GroupTable, options: SynthesisOptions, stage: Int, layers: Range<Int>
  ) {
    let layout = table.layout
    self.stage = stage
    self.layers = layers
    rank = layout.rank(tensor: 0, data: 0, stage: stage)
    var groups: [GroupTable.Family: Int] = [:]
    for family in GroupTable.Family.allCases { groups[family] = table.group(family, of: rank) }
    work = LayerWork(model: model, layout: layout, options: options, groups: groups)
  }

  /// The rank's events.
  consuming func written() -> RankTrace {
    let options = work.options
    let passes = PipelineOrder.passes(
      options.schedule, stage: stage, of: work.layout.pipeline,
      microbatches: options.microbatches)
    for pass in passes {
      switch pass {
      case .forward: forward()
      case .backward: backward()
      }
    }
    if options.gradients == .end { reduceGradients() }
    return script.rank(rank)
  }

  private mutating func forward() {
    receive(from: stage - 1, .receiveForward, "receive activations")
    for layer in layers { add(work.forward(isDense: layer < work.model.denseLayers)) }
    send(to: stage + 1, .sendForward, "send activations")
  }

  private mutating func backward() {
    receive(from: stage + 1, .receiveBackward, "receive gradients")
    for layer in layers.reversed() {
      add(work.backward(isDense: layer < work.model.denseLayers))
    }
    send(to: stage - 1, .sendBackward, "send gradients")
  }

  // MARK: Layers

  private mutating func add(_ steps: [LayerWork.Step]) {
    switch work.options.overlap {
    case .none:
      for step in steps { frontier = [add(step, after: frontier)] }
    case .layer:
      // Two chains side by side, each of which begins when both of the layer before have ended.
      let before = frontier
      var ends: [RankScript.Track: Int] = [:]
      for step in steps {
        let lane = lane(of: step)
        ends[lane] = add(step, after: ends[lane].map { [$0] } ?? before)
      }
      // A layer all of one kind leaves the other chain where it was.
      frontier = [ends[.compute], ends[.communication]].compactMap(\.self)
    }
  }

  private func lane(of step: LayerWork.Step) -> RankScript.Track {
    if case .call = step { .communication } else { .compute }
  }

  private mutating func add(_ step: LayerWork.Step, after: [Int]) -> Int {
    switch step {
    case .compute(let name, let flop):
      script.add(
        .compute, name, nanoseconds: Self.nanoseconds(flop, at: work.options.flops), after: after)
    case .call(let name, let call):
      script.add(.communication, name, call, after: after)
    }
  }

  /// What so many FLOP take, in whole nanoseconds; anything beyond what a trace can hold is alike.
  static func nanoseconds(_ flop: Double, at flops: Double) -> Int64 {
    Int64(min((flop / flops * 1e9).rounded(), 2 * Double(longestTraceNanoseconds)))
  }

  // MARK: Between stages

  /// A tensor-parallel rank tells the next stage its part of the tokens: S·d/TP elements.
  private func message(_ kind: CollectiveKind, with other: Int) -> Communication? {
    guard let group = work.groups[.pipeline], (0..<work.layout.pipeline).contains(other) else {
      return nil
    }
    var call = Communication(kind: kind, group: group)
    call.peer = RankID(index: rank + (other - stage) * work.layout.stageSize)
    let bytes = ByteCount(work.activationBytes / Int64(work.layout.tensor))
    if kind == .send { call.sendBytes = bytes } else { call.receiveBytes = bytes }
    return call
  }

  private mutating func receive(from other: Int, _ lane: RankScript.Track, _ name: String) {
    guard let call = message(.receive, with: other) else { return }
    frontier.append(script.add(lane, name, call, after: []))
  }

  private mutating func send(to other: Int, _ lane: RankScript.Track, _ name: String) {
    guard let call = message(.send, with: other) else { return }
    _ = script.add(lane, name, call, after: frontier)
  }

  // MARK: Gradients

  /// Of experts over their replicas, then of all else over all replicas.
  private mutating func reduceGradients() {
    let bytes = GradientBytes(work.model, work.layout, layers: layers)
    reduce(bytes.experts, .expertData, "expert gradients")
    reduce(bytes.others, .data, "gradients")
  }

  private mutating func reduce(_ bytes: Int64, _ family: GroupTable.Family, _ name: String) {
    guard bytes > 0, let group = work.groups[family] else { return }
    var call = Communication(kind: .allReduce, group: group)
    (call.sendBytes, call.receiveBytes) = (ByteCount(bytes), ByteCount(bytes))
    call.label = name
    frontier = [script.add(.communication, name, call, after: frontier)]
  }
}
