import Diagnostics
import Quantities
public import Streams
public import Trace
public import Workload

/// Writes a trace without the names in it, and proves that it replays as before.
///
/// What was written is read back. It must differ from the original in names alone, hold none of the texts
/// that were taken out, and replay to the same figures, each to the picosecond; else nothing is left.
public struct Scrubbing: Sendable {
  private let trace: Trace
  private let options: WorkloadOptions
  private let scenarios: [Scenario]
  private let secrets: [Secret]

  /// A scrubbing.
  ///
  /// - Parameters:
  ///   - trace: what was read.
  ///   - options: how a replay makes a workload of it.
  ///   - scenarios: what the two are replayed on.
  ///   - paths: the inputs as they were named, whose parts must not be found in what is written.
  ///   - forbidden: further texts that must not be.
  public init(
    _ trace: Trace, options: WorkloadOptions, scenarios: [Scenario], paths: [String],
    forbidden: [String]
  ) {
    self.trace = trace
    self.options = options
    self.scenarios = scenarios
    let parts = paths.flatMap { $0.split(separator: "/").map(String.init) }
    secrets = forbidden.map { Secret($0, .forbidden) } + parts.map { Secret($0, .path) }
  }

  /// Writes a native trace directory, and lets it appear.
  ///
  /// - Parameter threads: rank files read at a time; changes no result.
  /// - Throws: a `Diagnostic` where the original can't be replayed, something that was to be removed is
  ///   still there, the directory can't be written, or, a defect, what was written is not the same.
  public func write(to output: OutputDirectory, threads: Int = 1) throws -> ScrubOutcome {
    let original = try prepared(trace)
    let scrubbed = ScrubbedTrace(trace, classes: try .standard())
    try NativeTraceWriter.write(scrubbed.trace, to: output.aside)
    let search = SecretSearch(secrets + scrubbed.secrets)
    try search.check(directory: output.aside, shownAs: output.path)
    let read = try NativeTraceReader.read(directory: output.aside, threads: threads)
    if let words = TraceLikeness.difference(trace, read) { throw defect(words) }
    let replays = try compare(original, with: prepared(read))
    try output.commit()
    return ScrubOutcome(
      ranks: trace.ranks.count, events: trace.ranks.reduce(0) { $0 + $1.events.count },
      counts: scrubbed.counts, searched: search.count, replays: replays,
      refusal: original.refusal)
  }

  /// A trace's steps made ready, or why there are none.
  private struct Steps {
    var traces: [PreparedTrace] = []
    var refusal: Diagnostic?
  }

  /// Of a job that hung there is no step to replay; any other that can't be replayed is refused.
  private func prepared(_ trace: Trace) throws -> Steps {
    do {
      guard options.step == .each else {
        return Steps(traces: [try PreparedTrace(trace, options: options, name: "the step")])
      }
      let numbers = WorkloadAssembler(trace, options: options).steps
      guard !numbers.isEmpty else {
        return Steps(traces: [try PreparedTrace(trace, options: options, name: "the step")])
      }
      return Steps(
        traces: try numbers.map { number in
          var options = options
          options.step = .number(number)
          return try PreparedTrace(trace, options: options, name: "step \(number)")
        })
    } catch let diagnostic as Diagnostic where diagnostic.code == .jobHung {
      return Steps(refusal: diagnostic)
    }
  }

  private func compare(_ original: Steps, with scrubbed: Steps) throws -> [ScrubOutcome.Replay] {
    guard original.refusal?.code == scrubbed.refusal?.code,
      original.traces.map(\.name) == scrubbed.traces.map(\.name)
    else { throw defect("which steps can be replayed") }
    return try zip(original.traces, scrubbed.traces).flatMap { before, after in
      try scenarios.map { scenario in
        let results = try (
          ScenarioRunner(before, scenario).run(), ScenarioRunner(after, scenario).run()
        )
        if let words = FigureDifference.first(results.0, results.1) {
          throw defect("\(words) of \(before.name) on \(results.0.fabric)")
        }
        return ScrubOutcome.Replay(
          step: before.name, fabric: results.0.fabric,
          capturedDurations: (before.selfCheck, after.selfCheck),
          stepTime: (results.0.stepTime, results.1.stepTime),
          collectives: results.0.collectives.count)
      }
    }
  }

  private func defect(_ words: String) -> Diagnostic {
    Diagnostic(
      .defect, "scrubbing changed more than names: \(words)",
      remedy: "nothing was written; please report it")
  }
}
