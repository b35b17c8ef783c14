import Diagnostics
import Quantities
import TestSupport
import Testing

@testable import Ingest
@testable import Trace

/// Waits that Kineto records (`enable_cuda_sync_events`), in the shape in which it writes them.
@Suite("Kineto: recorded waits")
struct KinetoWaitsTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func ingest(_ fixture: KinetoFixture) throws -> Trace {
    try Ingestor().ingest([directory.write("trace.json", fixture.text)])
  }

  /// Edges by the names of events, "waiting after cause".
  private func edges(_ trace: Trace) -> [String] {
    let rank = trace.ranks[0]
    func name(_ index: Int32) -> String { rank.names[rank.events[Int(index)].name] }
    return rank.edges.map { name($0.event) + " after " + name($0.after) }
  }

  /// Two kernels on stream 7, an event recorded behind them by call 3, and a third kernel there; stream
  /// 20 is made to wait by call 5, and then given two kernels.
  private static func streams() -> KinetoFixture {
    var fixture = KinetoFixture()
    fixture.launch(1, at: 0)
    fixture.launch(2, at: 4)
    fixture.launch(3, at: 8, name: "cudaEventRecord")
    fixture.launch(4, at: 12)
    fixture.launch(5, at: 16, name: "cudaStreamWaitEvent")
    fixture.launch(6, at: 20)
    fixture.launch(7, at: 24)
    fixture.kernel(1, at: 30, for: 10, name: "a")
    fixture.kernel(2, at: 40, for: 10, name: "b")
    fixture.kernel(4, at: 50, for: 10, name: "c")
    fixture.kernel(6, at: 52, for: 10, name: "d", stream: 20)
    fixture.kernel(7, at: 64, for: 10, name: "e", stream: 20)
    return fixture
  }

  @Test("what a stream is given next waits for the last that was launched before the record")
  func streamWait() throws {
    var fixture = Self.streams()
    let plain = try ingest(fixture)
    #expect(plain.ranks[0].edges.isEmpty && !plain.ranks[0].recordsOnlyWaits)
    fixture.wait("Stream Wait Event", 5, at: 16, stream: 20, event: (7, 3, 1))
    let trace = try ingest(fixture)
    #expect(edges(trace) == ["d after b"])
    #expect(trace.ranks[0].recordsOnlyWaits && trace.log.entries.isEmpty)
    // The call is the same event with and without.
    #expect(trace.ranks[0].events == plain.ranks[0].events)
    // Said twice it is one edge; of a stream that waits for itself nothing is to be said.
    fixture.wait("Stream Wait Event", 5, at: 16, stream: 20, event: (7, 3, 1))
    fixture.wait("Stream Wait Event", 5, at: 16, stream: 7, event: (7, 3, 1))
    #expect(try edges(ingest(fixture)) == ["d after b"])
  }

  @Test("a wait before anything that the file holds holds nothing back, and is no fault")
  func emptyWait() throws {
    var fixture = Self.streams()
    fixture.launch(90, at: -4, name: "cudaEventRecord")
    fixture.launch(91, at: -2, name: "cudaStreamWaitEvent")
    fixture.wait("Stream Wait Event", 91, at: -2, stream: 20, event: (7, 90, 1))
    // Behind all that stream 20 is ever given.
    fixture.launch(92, at: 30, name: "cudaStreamWaitEvent")
    fixture.wait("Stream Wait Event", 92, at: 30, stream: 20, event: (7, 3, 1))
    let trace = try ingest(fixture)
    #expect(trace.ranks[0].edges.isEmpty && trace.log.entries.isEmpty)
  }

  @Test("host threads wait for an event, a stream, or all streams")
  func hostWaits() throws {
    for (kind, call, stream, event, expected) in [
      ("Event Sync", "cudaEventSynchronize", -1, (7, 3, 1), ["cudaEventSynchronize after b"]),
      ("Stream Sync", "cudaStreamSynchronize", 20, nil, ["cudaStreamSynchronize after e"]),
      (
        "Context Sync", "cudaDeviceSynchronize", -1, nil,
        ["cudaDeviceSynchronize after c", "cudaDeviceSynchronize after e"]
      ),
    ] as [(String, String, Int, (stream: Int, record: Int, number: Int)?, [String])] {
      for name in [kind, kind + "hronize"] {
        var fixture = Self.streams()
        fixture.launch(8, at: 28, for: 50, name: call)
        // Launched only behind the wait.
        fixture.launch(9, at: 80)
        fixture.kernel(9, at: 85, for: 1, name: "f", stream: 20)
        fixture.wait(name, 8, at: 28, stream: stream, event: event)
        let trace = try ingest(fixture)
        #expect(edges(trace) == expected, "\(name)")
        #expect(trace.log.entries.isEmpty)
      }
    }
  }

  @Test("events as they were recorded tell stream and call where the wait does not")
  func recordedEvents() throws {
    for (stream, record) in [(-1, 3), (7, -1), (-1, -1)] {
      var fixture = Self.streams()
      fixture.wait("Stream Wait Event", 5, at: 16, stream: 20, event: (stream, record, 1))
      fixture.events.append(
        #"{"ph": "X", "cat": "cuda_event", "name": "cudaEvent", "pid": 0, "tid": 7, "ts": 50, "#
          + #""dur": 1, "args": {"event_id": 1, "stream": 7, "correlation": 3, "device": 0, "#
          + #""context": 1}}"#)
      // The same event recorded again, behind the wait: not what it waited for.
      fixture.launch(30, at: 26, name: "cudaEventRecord", extra: #", "event_id": 1, "stream": 7"#)
      let trace = try ingest(fixture)
      #expect(edges(trace) == ["d after b"], "\(stream), \(record)")
      #expect(trace.log.entries.isEmpty)
    }
  }

  @Test("calls that name their event and stream say as much, and what the profiler says goes first")
  func callsWithEvents() throws {
    var fixture = KinetoFixture()
    fixture.launch(1, at: 0)
    fixture.launch(3, at: 8, name: "cudaEventRecord", extra: #", "event_id": 1, "stream": 7"#)
    fixture.launch(
      5, at: 16, name: "cudaStreamWaitEvent", extra: #", "event_id": 1, "stream": 20"#)
    fixture.launch(6, at: 20)
    fixture.launch(8, at: 24, for: 60, name: "cudaEventSynchronize", extra: #", "event_id": 1"#)
    fixture.kernel(1, at: 30, for: 10, name: "a")
    fixture.kernel(6, at: 45, for: 10, name: "b", stream: 20)
    let expected = ["cudaEventSynchronize after a", "b after a"]
    #expect(try edges(ingest(fixture)) == expected)
    fixture.wait("Stream Wait Event", 5, at: 16, stream: 20, event: (7, 3, 1))
    #expect(try edges(ingest(fixture)) == expected)
  }

  @Test(
    "a wait that leads nowhere is left out and said once, with how many there are",
    arguments: [
      // No call recorded it; it was recorded behind the wait; on no stream; the host's side is missing.
      (5, "Stream Wait Event", (7, 77, 9), "no call in the file recorded (correlation 77)"),
      (5, "Stream Wait Event", (7, -1, 9), "no call in the file recorded (correlation -1)"),
      (5, "Stream Wait Event", (7, 12, 1), "recorded only later (correlation 12)"),
      (5, "Stream Wait Event", (-1, 3, 1), "does not say which stream"),
      (66, "Event Sync", (7, 3, 1), "does not hold the host's side of the wait of call 66"),
    ] as [(Int, String, (Int, Int, Int), String)])
  func unresolved(
    _ call: Int, _ kind: String, _ event: (stream: Int, record: Int, number: Int), _ words: String
  ) throws {
    var fixture = Self.streams()
    fixture.launch(12, at: 26, name: "cudaEventRecord")
    for _ in 0..<3 { fixture.wait(kind, call, at: 16, stream: 20, event: event) }
    let trace = try ingest(fixture)
    #expect(trace.ranks[0].edges.isEmpty)
    #expect(trace.log.entries.map(\.code) == [.waitUnresolved])
    #expect(trace.log.entries[0].severity == .warning)
    let problem = trace.log.entries[0].problem
    #expect(problem.contains(words) && problem.contains("(waits: 3)"), "\(problem)")
  }

  @Test("operations whose launch is not there are counted in one note")
  func launchless() throws {
    var fixture = Self.streams()
    fixture.kernel(50, at: 100, for: 5, name: "lost")
    fixture.kernel(51, at: 110, for: 5, name: "lost too")
    let trace = try ingest(fixture)
    let entry = try #require(trace.log.entries.first)
    #expect(trace.log.entries.count == 1)
    #expect(entry.code == .launchMissing && entry.severity == .info)
    #expect(entry.problem.contains("correlation 50 of 'lost' (operations without a launch: 2)"))
    #expect((entry.location?.byteOffset ?? 0) > 100)
    #expect(trace.ranks[0].events.count == 13)
  }

  /// A launch, then queries every `step` µs from 10 to `end`, on one thread.
  private static func polling(until end: Int, every step: Int = 10) -> KinetoFixture {
    var fixture = KinetoFixture()
    fixture.launch(1, at: 0)
    for at in stride(from: 10, through: end, by: step) {
      fixture.launch(100 + at, at: Double(at), for: 1, name: "cudaEventQuery")
    }
    fixture.kernel(1, at: 5, for: 600)
    return fixture
  }

  private func polls(_ fixture: KinetoFixture) throws -> [TraceEvent] {
    let events = try ingest(fixture).ranks[0].events
    return events.indices.map { events[$0] }.filter { $0.kind == .poll }
  }

  @Test("a long run of queries is one wait, until the last of them began")
  func polls() throws {
    let found = try polls(Self.polling(until: 610))
    #expect(found.count == 1)
    // The first event, the origin, is the launch at 0.
    #expect(found.first?.start == .nanoseconds(10_000))
    #expect(found.first?.duration == .nanoseconds(600_000))
  }

  @Test("a short run, slow queries, and queries between other calls are none")
  func noPolls() throws {
    #expect(try polls(Self.polling(until: 500)).isEmpty)
    #expect(try polls(Self.polling(until: 900, every: 110)).isEmpty)
    var busy = KinetoFixture()
    for at in stride(from: 10, through: 900, by: 10) {
      busy.launch(100 + at, at: Double(at), for: 1, name: "cudaEventQuery")
      // Of no other interest, but the thread was not only polling.
      if at == 450 { busy.launch(99, at: 455, for: 1, name: "cudaFuncSetAttribute") }
    }
    busy.kernel(1, at: 5, for: 600)
    #expect(try polls(busy).isEmpty)
    // On another thread it is none of its business.
    var other = Self.polling(until: 610)
    other.launch(99, at: 305, for: 1, name: "cudaFuncSetAttribute", thread: 10)
    #expect(try polls(other).count == 1)
  }
}
