/// Writes Kineto files from pieces.
struct KinetoFixture {
  var header =
    #""distributedInfo": {"rank": 0, "world_size": 2, "pg_config": [{"pg_name": "0", "pg_desc": "default_pg", "ranks": [0, 1]}]}"#
  var events: [String] = []
  var headerLast = false

  mutating func launch(
    _ correlation: Int, at start: Double, for duration: Double = 2,
    name: String = "cudaLaunchKernel", thread: Int = 9, extra: String = ""
  ) {
    events.append(
      #"{"ph": "X", "cat": "cuda_runtime", "name": "\#(name)", "pid": 9, "tid": \#(thread), "#
        + #""ts": \#(start), "dur": \#(duration), "args": {"correlation": \#(correlation)"#
        + extra + "}}")
  }

  /// A wait as the GPU's profiler tells it; `event` is the stream, the call and the number of the event.
  mutating func wait(
    _ kind: String, _ correlation: Int, at start: Double, stream: Int,
    event: (stream: Int, record: Int, number: Int)? = nil
  ) {
    let waited =
      event.map {
        #" "wait_on_stream": \#($0.stream), "wait_on_cuda_event_record_corr_id": \#($0.record), "#
          + #""wait_on_cuda_event_id": \#($0.number),"#
      } ?? ""
    events.append(
      #"{"ph": "X", "cat": "cuda_sync", "name": "\#(kind)", "pid": 0, "tid": \#(stream), "#
        + #""ts": \#(start), "dur": 1, "args": {"cuda_sync_kind": "\#(kind)",\#(waited) "#
        + #""stream": \#(stream), "correlation": \#(correlation), "device": 0, "context": 1}}"#)
  }

  mutating func kernel(
    _ correlation: Int, at start: Double, for duration: Double, name: String = "gemm",
    stream: Int = 7, extra: String = ""
  ) {
    events.append(
      #"{"ph": "X", "cat": "kernel", "name": "\#(name)", "pid": 0, "tid": \#(stream), "#
        + #""ts": \#(start), "dur": \#(duration), "args": {"correlation": \#(correlation), "#
        + #""stream": \#(stream)\#(extra)}}"#)
  }

  mutating func annotation(_ name: String, at start: Double, for duration: Double) {
    events.append(
      #"{"ph": "X", "cat": "user_annotation", "name": "\#(name)", "pid": 9, "tid": 9, "#
        + #""ts": \#(start), "dur": \#(duration)}"#)
  }

  var text: String {
    let list = #""traceEvents": [\#(events.joined(separator: ", "))]"#
    return "{" + (headerLast ? [list, header] : [header, list]).joined(separator: ", ") + "}"
  }
}
