import JSON
import TestSupport
import Testing

@Suite("Recorded waits on the command line")
struct RecordedWaitCommandTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// A kernel on stream 7, and one on stream 20 that waits for it by way of the event that call 3 records
  /// and call 4 waits for; the host waits for that in call 6.
  private func write(record: Int = 3, recordedAt: Int = 4) throws -> String {
    func call(_ name: String, _ correlation: Int, _ start: Int, _ duration: Int = 1) -> String {
      #"{"ph": "X", "cat": "cuda_runtime", "name": "\#(name)", "pid": 9, "tid": 9, "ts": \#(start), "#
        + #""dur": \#(duration), "args": {"cbid": 1, "correlation": \#(correlation)}}"#
    }
    func kernel(_ correlation: Int, _ stream: Int, _ start: Int, _ duration: Int) -> String {
      #"{"ph": "X", "cat": "kernel", "name": "k\#(correlation)", "pid": 0, "tid": \#(stream), "#
        + #""ts": \#(start), "dur": \#(duration), "args": {"stream": \#(stream), "#
        + #""correlation": \#(correlation)}}"#
    }
    func wait(_ kind: String, _ correlation: Int, stream: Int, event: String) -> String {
      #"{"ph": "X", "cat": "cuda_sync", "name": "\#(kind)", "pid": 0, "tid": \#(stream), "ts": 6, "#
        + #""dur": 1, "args": {"cuda_sync_kind": "\#(kind)", \#(event) "stream": \#(stream), "#
        + #""correlation": \#(correlation), "device": 0, "context": 1}}"#
    }
    let events = [
      call("cudaLaunchKernel", 1, 0), call("cudaLaunchKernel", 2, 2),
      call("cudaEventRecord", 3, recordedAt), call("cudaStreamWaitEvent", 4, 6),
      call("cudaLaunchKernel", 5, 8), call("cudaStreamSynchronize", 6, 10, 92),
      kernel(1, 7, 10, 30), kernel(2, 7, 40, 10), kernel(5, 20, 60, 40),
      wait(
        "Stream Wait Event", 4, stream: 20,
        event:
          #""wait_on_stream": 7, "wait_on_cuda_event_record_corr_id": \#(record), "#
          + #""wait_on_cuda_event_id": 1,"#),
      wait("Stream Sync", 6, stream: 20, event: ""),
    ]
    return try directory.write(
      "rank0.json", "{\"traceEvents\": [\(events.joined(separator: ",\n"))]}")
  }

  private func kinds(_ input: String) throws -> [String: Int] {
    let run = try Tool.refract("inspect", input, "--dependencies", "--json", "--quiet")
    #expect(run.status == 0, "\(run.error)")
    let node = try JSONNode(parsing: Array(run.output.utf8), file: "out")
    let kinds = try node.required("dependencies").required("kinds").elements().map {
      (try $0.required("kind").string(), try $0.required("edges").int(in: 0...99))
    }
    return Dictionary(uniqueKeysWithValues: kinds)
  }

  @Test("inspect counts them as recorded, from the capture and from the native trace alike")
  func inspect() throws {
    let capture = try write()
    let native = directory.file("native")
    #expect(try Tool.refract("ingest", capture, "-o", native, "--quiet").status == 0)
    for input in [capture, native] {
      // k5 rested 10 µs behind k2, for a reason that the launch does not tell either.
      #expect(try kinds(input) == ["recorded": 2, "launch": 3])
    }
    let text = try Tool.refract("inspect", capture, "--dependencies", "--quiet").output
    #expect(text.contains("dependencies: 2 recorded, 3 launches, 0 host waits, 0 hand-overs"))
  }

  @Test("waits for what nobody recorded, or only later, are left out with one line")
  func unresolved() throws {
    for (record, at, words) in [
      (77, 4, "is for an event that no call in the file recorded (correlation 77)"),
      (3, 9, "is for an event that is recorded only later (correlation 3)"),
    ] {
      let run = try Tool.refract(["inspect", write(record: record, recordedAt: at)], within: 20)
      #expect(run.status == 0)
      let lines = run.error.split(separator: "\n")
      #expect(lines.count { $0.contains("[wait-unresolved]") } == 1, "\(run.error)")
      #expect(run.error.contains("the wait of call 4 " + words))
      #expect(run.error.contains(": left out (waits: 1)"))
    }
  }
}
