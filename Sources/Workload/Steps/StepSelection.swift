import Diagnostics
import Quantities
import Trace

/// Which steps of a capture to take.
public enum StepSelection: Sendable, Hashable {
  /// The last whole one that all ranks mark; everything where none is marked.
  case last
  /// The one with this number.
  case number(Int)
  /// Each that all ranks mark, for itself; everything as one where none is marked.
  case each
  /// All that was captured, as one.
  case whole

  /// From the command line's word: a number, `last` or `all`; `nil` for anything else.
  public init?(_ word: String) {
    switch word {
    case "last": self = .last
    case "all": self = .each
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

  /// Chooses.
  ///
  /// - Throws: a `Diagnostic` where the trace has no step of that number.
  init(_ selection: StepSelection, of rank: RankTrace) throws {
    let assignment = StepAssignment(rank)
    guard let chosen = try Self.choose(selection, from: assignment.marks, rank: rank.rank) else {
      events = Array(rank.events.indices)
      mark = nil
      return
    }
    mark = assignment.marks[chosen]
    events = rank.events.indices.filter { assignment.stepOfEvent[$0] == chosen }
  }

  private static func choose(
    _ selection: StepSelection, from steps: [StepMark], rank: RankID
  ) throws -> Int? {
    switch selection {
    case .whole: return nil
    case .last, .each: return steps.indices.last
    case .number(let number):
      // Of marks with one number the last, as of all steps the last.
      if let step = steps.lastIndex(where: { $0.number == number }) { return step }
      let known = steps.map { String($0.number) }.joined(separator: ", ")
      throw Diagnostic(
        .noSuchStep, "rank \(rank.raw) has no step \(number)",
        remedy: known.isEmpty
          ? "the trace marks no steps; leave --step out" : "it has the steps \(known)")
    }
  }
}
