public import Quantities

/// A training step as the profiler marked it on one rank.
public struct StepMark: Sendable, Equatable {
  /// The number in `ProfilerStep#N`.
  public var number: Int
  /// Start of the mark on the host.
  public var start: SimTime
  /// End of the mark on the host.
  public var end: SimTime

  /// The number that a mark's name ends in.
  static func number(inName name: String) -> Int? {
    Int(String(name.reversed().prefix { $0.isNumber }.reversed()))
  }
}

extension RankTrace {
  /// The steps marked on this rank, in time order.
  public var steps: [StepMark] {
    events.indices.compactMap { index in
      guard events.kind(index) == .step else { return nil }
      let event = events[index]
      guard let number = StepMark.number(inName: names[event.name]) else { return nil }
      return StepMark(number: number, start: event.start, end: event.end)
    }
  }
}
