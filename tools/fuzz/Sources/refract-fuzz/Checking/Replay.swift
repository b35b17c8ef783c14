import Collectives
import Dispatch
import Report
import Study
import Synchronization
import Workload

/// Replays on a fabric, as the product does it, and reports it.
struct Replay {
  let input: Input

  /// Replays the trace in `path`.
  func run(_ path: String, _ scenario: Scenario) throws {
    guard input.goesOn else { return }
    try run(TraceSource(inputs: [path]), scenario)
  }

  /// Replays `trace`; the results must be readable by what compares them.
  func run(_ trace: TraceSource, _ scenario: Scenario) throws {
    let study = Study(traces: [trace], scenarios: [scenario])
    let results = try Self.wait { try await study.run(threads: 1) }
    Promise.hold(text: TerminalReport.text(results))
    _ =
      CSVDocuments.links(results) + CSVDocuments.collectives(results)
      + CSVDocuments.criticalPaths(results)
    let document = ResultsJSON.document(results, version: "")
    _ = try ResultsReader.read(
      input.folder.write("results.json", String(decoding: document, as: UTF8.self)))
  }

  /// What comes of work that is done elsewhere.
  private static func wait<Outcome: Sendable>(
    _ body: @escaping @Sendable () async throws -> Outcome
  ) throws -> Outcome {
    let (outcome, done) = (Box<Outcome>(), DispatchSemaphore(value: 0))
    Task.detached {
      do {
        outcome.set(.success(try await body()))
      } catch {
        outcome.set(.failure(error))
      }
      done.signal()
    }
    done.wait()
    guard let result = outcome.get() else { fatalError("nothing came of it") }
    return try result.get()
  }

  private final class Box<Outcome: Sendable>: Sendable {
    private let content = Mutex<Result<Outcome, any Error>?>(nil)

    func set(_ result: Result<Outcome, any Error>) { content.withLock { $0 = result } }

    func get() -> Result<Outcome, any Error>? { content.withLock { $0 } }
  }
}
