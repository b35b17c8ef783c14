/// The order in which a stage takes its micro-batches.
enum PipelineOrder {
  /// One pass of a micro-batch through a stage.
  enum Pass: Equatable {
    case forward(Int)
    case backward(Int)
  }

  /// The passes of a stage. O(micro-batches).
  ///
  /// With one forward, one backward, stage p of P starts with as many forward passes as there are stages
  /// behind it, then alternates, and ends with the backward passes that are left (Narayanan et al.,
  /// arXiv 2104.04473, figure 4).
  static func passes(
    _ schedule: SynthesisOptions.Schedule, stage: Int, of stages: Int, microbatches count: Int
  ) -> [Pass] {
    let ahead =
      switch schedule {
      case .oneForwardOneBackward: min(count, stages - 1 - stage)
      case .allForwardAllBackward: count
      }
    var passes = (0..<ahead).map(Pass.forward)
    for next in ahead..<max(ahead, count) {
      passes.append(.forward(next))
      passes.append(.backward(next - ahead))
    }
    for rest in (count - ahead)..<count { passes.append(.backward(rest)) }
    return passes
  }
}
