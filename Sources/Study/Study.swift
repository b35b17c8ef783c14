import Diagnostics
public import Streams

/// Traces replayed in scenarios: every trace in every one.
public struct Study: Sendable {
  /// The traces.
  public var traces: [TraceSource]
  /// The scenarios.
  public var scenarios: [Scenario]

  /// What its replays may take of the machine's memory, all together.
  public var memory = MemoryBudget.machine

  /// A study.
  public init(traces: [TraceSource], scenarios: [Scenario]) {
    self.traces = traces
    self.scenarios = scenarios
  }

  /// What reports call a trace of these inputs.
  public static func name(_ inputs: [String]) -> String { lastComponent(inputs.min() ?? "") }

  /// What reports call the traces: the last component of the first input, numbered where several
  /// are the same.
  private func names() -> [String] {
    var seen: [String: Int] = [:]
    return traces.map { source in
      let name = Self.name(source.inputs)
      let count = seen[name, default: 0] + 1
      seen[name] = count
      return count == 1 ? name : "\(name) (\(count))"
    }
  }

  /// Runs everything, `threads` at a time; results stand in order of traces, then scenarios, and
  /// don't depend on `threads`; `progress` is told how far reading is, `replaying` how far replays are.
  ///
  /// - Throws: of all failures the first in that order.
  public func run(
    threads: Int, progress: ReadingProgress? = nil, replaying: ReplayProgress? = nil
  ) async throws -> [ScenarioResult] {
    let named = zip(traces, names()).map { ($0, $1) }
    let filesAtATime = max(1, threads / max(1, min(threads, named.count)))
    let prepared = try await concurrently(named, threads: threads) { source, name in
      try PreparedTrace.prepare(source, name: name, threads: filesAtATime, progress: progress)
    }.flatMap(\.self)
    let background = try await prepareBackground(threads: threads, progress: progress)
    let pairs = prepared.flatMap { trace in scenarios.map { (trace, $0) } }
    let results = try await concurrently(pairs, threads: threads) { trace, scenario in
      do {
        return try ScenarioRunner(
          trace, scenario, beside: scenario.background.compactMap { background[$0.source] },
          memory: memory, progress: replaying
        ).run()
      } catch var diagnostic as Diagnostic where diagnostic.location == nil {
        diagnostic.location = SourceLocation(file: "\(trace.name) on \(scenario.fabric)")
        throw diagnostic
      }
    }
    return numbered(results, traces: prepared.count)
  }

  /// Reads the traces of jobs in the background, each once.
  private func prepareBackground(
    threads: Int, progress: ReadingProgress?
  ) async throws -> [TraceSource: PreparedTrace] {
    var sources: [TraceSource] = []
    for job in scenarios.flatMap(\.background) where !sources.contains(job.source) {
      sources.append(job.source)
    }
    let prepared = try await concurrently(sources, threads: threads) { source in
      try PreparedTrace.prepare(source, name: Self.name(source.inputs), progress: progress)
    }
    // One step stands for a job, the last where all are asked for.
    return Dictionary(
      uniqueKeysWithValues: zip(sources, prepared).compactMap { source, steps in
        steps.last.map { (source, $0) }
      })
  }

  /// Numbers fabrics that call themselves alike and are not the same file.
  private func numbered(_ results: [ScenarioResult], traces: Int) -> [ScenarioResult] {
    var filesOfName: [String: [String]] = [:]
    return zip(results, (0..<traces).flatMap { _ in scenarios }).map { result, scenario in
      var files = filesOfName[result.fabric, default: []]
      if !files.contains(scenario.fabric) { files.append(scenario.fabric) }
      filesOfName[result.fabric] = files
      var numbered = result
      if let place = files.firstIndex(of: scenario.fabric), place > 0 {
        numbered.fabric += " (\(place + 1))"
      }
      return numbered
    }
  }
}

/// Maps `items` on at most `threads` tasks at a time, in order.
private func concurrently<Item: Sendable, Result: Sendable>(
  _ items: [Item], threads: Int, _ body: @escaping @Sendable (Item) throws -> Result
) async throws -> [Result] {
  let outcomes = await withTaskGroup(of: (Int, Swift.Result<Result, any Error>).self) { group in
    var outcomes: [Swift.Result<Result, any Error>?] = Array(repeating: nil, count: items.count)
    var next = 0
    func add() {
      guard next < items.count else { return }
      let (index, item) = (next, items[next])
      next += 1
      group.addTask { (index, Swift.Result { try body(item) }) }
    }
    for _ in 0..<min(max(1, threads), items.count) { add() }
    while let (index, outcome) = await group.next() {
      outcomes[index] = outcome
      add()
    }
    return outcomes
  }
  return try outcomes.compactMap { try $0?.get() }
}
