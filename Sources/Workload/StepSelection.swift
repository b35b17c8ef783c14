import Diagnostics
import Quantities
import Trace

/// Which steps of a capture to take.
public enum StepSelection: Sendable, Hashable {
  /// The last one that all ranks mark; everything where none is marked.
  case last
  /// The one with this number.
  case number(Int)
  /// All that was captured, as one.
  case all

  /// From the command line's word: a number, `last` or `all`; `nil` for anything else.
  public init?(_ word: String) {
    switch word {
    case "last": self = .last
    case "all": self = .all
    default:
      guard let number = Int(word), number >= 0 else { return nil }
      self = .number(number)
    }
  }
}

/// The part of a rank's events that belongs to the chosen step.
struct SelectedStep {
  /// Indices of the events, in order of start.
  var events: [Int]
  /// The chosen step's mark, where there is one.
  var mark: StepMark?

  /// Chooses. An operation belongs to the step in which the host launched it: the last that began
  /// before the launch, and had not ended if it is the last of all. Where no launch is recorded its
  /// own start decides.
  ///
  /// - Throws: a `Diagnostic` where the trace has no step of that number.
  init(_ selection: StepSelection, of rank: RankTrace) throws {
    let steps = rank.steps
    guard let chosen = try Self.choose(selection, from: steps, rank: rank.rank) else {
      events = Array(rank.events.indices)
      mark = nil
      return
    }
    let next = steps.first { $0.start > chosen.start }?.start
    mark = chosen
    events = rank.events.indices.filter { index in
      let event = rank.events[index]
      let launch = event.launchedBy.map { rank.events[$0].start }
      let decisive = launch ?? event.start
      // What the GPU does unlaunched may well outlast the host's last mark.
      let limit = next ?? (event.kind.isOnDevice && launch == nil ? nil : chosen.end)
      return decisive >= chosen.start && limit.map { decisive < $0 } ?? true
    }
  }

  private static func choose(
    _ selection: StepSelection, from steps: [StepMark], rank: RankID
  ) throws -> StepMark? {
    switch selection {
    case .all: return nil
    case .last: return steps.last
    case .number(let number):
      // Of marks with one number the last, as of all steps the last.
      if let step = steps.last(where: { $0.number == number }) { return step }
      let known = steps.map { String($0.number) }.joined(separator: ", ")
      throw Diagnostic(
        .noSuchStep, "rank \(rank.raw) has no step \(number)",
        remedy: known.isEmpty
          ? "the trace marks no steps; leave --step out" : "it has the steps \(known)")
    }
  }
}
