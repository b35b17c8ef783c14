import Diagnostics
import Quantities
import TestSupport
import Testing

@testable import Ingest
@testable import Trace

@Suite("Kineto: what only the host says")
struct KinetoHostTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func ingest(_ fixture: KinetoFixture) throws -> Trace {
    try Ingestor().ingest([directory.write("trace.json", fixture.text)])
  }

  /// A rank without GPU: calls on a main thread, runs on worker threads.
  private static func gloo(_ calls: [String], threads: [Int] = []) -> KinetoFixture {
    var fixture = KinetoFixture()
    fixture.events =
      calls
      + threads.map {
        #"{"ph": "M", "name": "thread_name", "tid": \#($0), "args": {"name": "pt_gloo_runloop"}}"#
      }
    return fixture
  }

  private static func call(_ name: String, at start: Int, dims: String, concrete: String) -> String
  {
    #"{"ph": "X", "cat": "cpu_op", "name": "c10d::\#(name)", "tid": 1, "ts": \#(start), "dur": 2, "#
      + #""args": {"Input Dims": \#(dims), "Input type": ["float"], "#
      + #""Concrete Inputs": \#(concrete)}}"#
  }

  @Test("gloo calls: peers by place in the group, lists of tensors as splits")
  func glooCalls() throws {
    let trace = try ingest(
      Self.gloo([
        Self.call("send", at: 0, dims: "[[[4]], [], []]", concrete: #"["", "", "1", "0"]"#),
        Self.call(
          "alltoall_", at: 10, dims: "[[[3, 2], [1, 2]], [[5], [7]], []]",
          concrete: #"["", "", "", "-1"]"#),
        Self.call(
          "alltoall_base_", at: 20, dims: "[[8], [4], []]",
          concrete: #"["", "", "", "[1, 2, ...]", "[1, 2, ...]", "False", "-1"]"#),
      ]))
    let calls = trace.ranks[0].communications
    #expect(calls[0].kind == .send && calls[0].peer == RankID(1))
    #expect(calls[0].sendBytes == ByteCount(16))
    #expect(calls[1].receiveSplits == [24, 8] && calls[1].sendSplits == [20, 28])
    #expect(calls[2].sendSplits == nil && calls[2].sizes == .lost)
    #expect(trace.log.entries.map(\.code) == [.splitsLost])
    #expect(trace.assumptions.contains { $0.code == "gloo-default-group" })
  }

  @Test("gloo's lists of more than 30 are left out, and are lost; an even split has the text []")
  func glooLeftOutLists() throws {
    let trace = try ingest(
      Self.gloo([
        Self.call(
          "alltoall_base_", at: 0, dims: "[[64], [64], []]",
          concrete: #"["", "", "", "", "", "False", "-1"]"#),
        Self.call(
          "alltoall_base_", at: 10, dims: "[[64], [64], []]",
          concrete: #"["", "", "", "[]", "[]", "False", "-1"]"#),
        // Without concrete inputs nobody knows either.
        Self.call("alltoall_base_", at: 20, dims: "[[64], [64], []]", concrete: "[]"),
      ]))
    let calls = trace.ranks[0].communications
    #expect(calls.map(\.sizes) == [.lost, .recorded, .lost])
    #expect(calls.map(\.receiveSplitsAreLost) == [true, false, true])
    #expect(calls.allSatisfy { $0.sendSplits == nil && $0.sendBytes == ByteCount(256) })
  }

  private static func annotated(
    _ name: String, at start: Int, dims: String, types: String
  ) -> String {
    #"{"ph": "X", "cat": "user_annotation", "name": "nccl:\#(name)", "tid": 9, "ts": \#(start), "#
      + #""dur": 8, "args": {"Input Dims": \#(dims), "Input type": \#(types)}}"#
  }

  @Test("legacy: sizes from the annotation around the launch, one call an annotation")
  func legacy() throws {
    var fixture = KinetoFixture()
    for (index, (name, dims, types)) in [
      ("all_reduce", "[[4], [2, 3]]", #"["float", "c10::Half"]"#),
      ("_allgather_base", "[[5]]", #"["long int"]"#),
      ("_reduce_scatter_base", "[[6]]", #"["int"]"#), ("all_to_all", "[[7]]", #"["float"]"#),
      ("send 0->1", "[[]]", #"["float"]"#),
    ].enumerated() {
      let start = index * 20
      fixture.events.append(Self.annotated(name, at: start, dims: dims, types: types))
      fixture.launch(index, at: Double(start) + 2)
      fixture.kernel(index, at: Double(start) + 8, for: 5, name: "ncclKernel_AllReduce_RING")
    }
    // A second kernel in the last annotation, and one without a launch.
    fixture.launch(90, at: 84)
    fixture.kernel(90, at: 95, for: 1, name: "ncclKernel_SendRecv_RING")
    fixture.kernel(91, at: 97, for: 1, name: "ncclKernel_SendRecv_RING")
    let trace = try ingest(fixture)
    let calls = trace.ranks[0].communications
    #expect(calls.map(\.kind) == [.allReduce, .allGather, .reduceScatter, .allToAll, .send])
    #expect(calls.map(\.sendBytes.bytes) == [28, 40, 24, 28, 4])
    #expect(calls.map(\.receiveBytes.bytes) == [28, 80, 12, 0, 4])
    #expect(calls.map { $0.sizes == .lost } == [false, false, false, true, false])
    #expect(trace.assumptions.contains { $0.code == "nccl-default-group" })
    #expect(trace.log.entries.contains { $0.problem.contains("(kernels: 2)") })
  }

  @Test("a GPU that does nothing does not hide the host's work")
  func idleDevice() throws {
    var fixture = Self.gloo([
      Self.call("send", at: 5, dims: "[[[4]], [], []]", concrete: #"["", "", "1", "0"]"#),
      #"{"ph": "X", "cat": "cpu_op", "name": "aten::mm", "tid": 1, "ts": 0, "dur": 4}"#,
    ])
    let idle = fixture
    fixture.header += #", "deviceProperties": [{"id": 0, "name": "GPU"}]"#
    let (with, without) = (try ingest(fixture).ranks[0], try ingest(idle).ranks[0])
    #expect(with.events.count == 3)
    #expect(with.events == without.events)
    #expect(with.device == "GPU")
  }

  @Test("a send that does not say to whom is refused")
  func sendToNobody() {
    let fixture = Self.gloo([Self.call("send", at: 0, dims: "[[[4]]]", concrete: #"["", ""]"#)])
    #expect(thrownDiagnostic { try ingest(fixture) }?.code == .groupUnknown)
  }
}
