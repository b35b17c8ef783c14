import Diagnostics
import Quantities
import TestSupport
import Testing
import Trace

@testable import Ingest

/// Writes execution traces from pieces, in any of the three layouts.
struct ExecutionTraceFixture {
  /// How inputs, outputs and what belongs to a call are written.
  enum Layout: String, CaseIterable, Sendable {
    case flat = "1.0.1"
    case nested = "1.0.2-chakra.0.0.4"
    case attributed = "1.1.1-chakra.0.0.4"
  }

  var layout = Layout.attributed
  var rank = 0
  var worldSize = 2
  private var nodes: [String] = []
  private var nextID = 10

  init(_ layout: Layout = .attributed, rank: Int = 0, worldSize: Int = 2) {
    self.layout = layout
    self.rank = rank
    self.worldSize = worldSize
  }

  /// The list of groups, as the text that stands in it.
  mutating func groups(_ list: String) {
    let text = list.replacing("\"", with: "\\\"")
    nodes.append(
      #"{"id": 3, "name": "\#(ExecutionGroups.nodeName)", "ctrl_deps": 2, "inputs": {"values": "#
        + #"["\#(text)"], "shapes": [[]], "types": ["String"]}, "outputs": {"values": [], "#
        + #""shapes": [], "types": []}, "attrs": []}"#)
  }

  /// A call of NCCL on the default group, moving floats.
  mutating func call(
    _ name: String, send: Int, receive: Int, sendSplits: String = "[]",
    receiveSplits: String = "[]", group: String = "0", id: Int? = nil
  ) {
    let number = id ?? nextID
    nextID = number + 1
    func tensor(_ elements: Int) -> String { #"[1, 2, 0, \#(elements), 4, "cuda:0"]"# }
    let place =
      layout == .attributed ? #"["\#(group)", "default_pg"]"# : "140001"
    let tail = layout == .flat ? "" : layout == .nested ? ", \(worldSize)" : ", 0, 1, \(worldSize)"
    let inputs =
      #"[\#(tensor(send)), 7, \#(place), \#(rank), "\#(name)", \#(sendSplits), "#
      + #"\#(receiveSplits)\#(tail)]"#
    let types =
      #"["Tensor(float)", "Int", "Int", "Int", "String", "GenericList[Int]", "GenericList[Int]"]"#
    let head = #"{"id": \#(number), "name": "record_param_comms", "#
    switch layout {
    case .flat:
      nodes.append(
        head + #""parent": 5, "inputs": \#(inputs), "input_types": \#(types), "#
          + #""outputs": [\#(tensor(receive))], "output_types": ["Tensor(float)"]}"#)
    case .nested, .attributed:
      let attributes =
        layout == .nested
        ? ""
        : [
          ("collective_name", "\"\(name)\""), ("dtype", "\"Float\""),
          ("in_msg_nelems", "\(send)"), ("out_msg_nelems", "\(receive)"),
          ("in_split_size", "\"\(sendSplits)\""), ("out_split_size", "\"\(receiveSplits)\""),
          ("pg_name", "\"\(group)\""), ("pg_desc", "\"default_pg\""), ("pg_size", "\(worldSize)"),
        ].map { #"{"name": "\#($0.0)", "type": "string", "value": \#($0.1)}"# }
          .joined(separator: ", ")
      nodes.append(
        head + #""ctrl_deps": 5, "inputs": {"values": \#(inputs), "types": \#(types)}, "#
          + #""outputs": {"values": [\#(tensor(receive))], "types": ["Tensor(float)"]}, "#
          + #""attrs": [\#(attributes)]}"#)
    }
  }

  /// What waits for a call: no tensor, so that everything stands further to the left.
  mutating func wait() {
    nextID += 1
    let inputs = #"[7, 0, \#(rank), "wait", [], []]"#
    let types = #"["Int", "Int", "Int", "String", "GenericList[]", "GenericList[]"]"#
    let head = #"{"id": \#(nextID), "name": "record_param_comms", "#
    nodes.append(
      layout == .flat
        ? head + #""inputs": \#(inputs), "input_types": \#(types), "outputs": []}"#
        : head + #""inputs": {"values": \#(inputs), "types": \#(types)}, "#
          + #""outputs": {"values": []}, "attrs": []}"#)
  }

  /// Any node.
  mutating func node(_ text: String) { nodes.append(text) }

  var text: String {
    #"{"schema": "\#(layout.rawValue)", "pid": 1, "time": "2026-01-01 00:00:00", "#
      + #""start_ts": 5, "nodes": [\#(nodes.joined(separator: ", "))], "finish_ts": 9}"#
  }
}

@Suite("Execution traces")
struct ExecutionTraceTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func read(
    _ fixture: ExecutionTraceFixture, name: String = "et_rank1.json", salvages: Bool = false
  ) throws -> Trace {
    try Ingestor(salvages: salvages).ingest([directory.write(name, fixture.text)])
  }

  @Test("all layouts say the same", arguments: ExecutionTraceFixture.Layout.allCases)
  func layouts(_ layout: ExecutionTraceFixture.Layout) throws {
    var fixture = ExecutionTraceFixture(layout, rank: 1)
    // Nodes stand in the order in which they end; their ids tell in which they began.
    fixture.call("allreduce", send: 100, receive: 100, id: 30)
    fixture.wait()
    fixture.call(
      "all_to_allv", send: 60, receive: 40, sendSplits: "[1, 2]", receiveSplits: "[3, 1]", id: 20)
    fixture.call("_allgather_base", send: 8, receive: 16, id: 40)
    fixture.call("barrier", send: 1, receive: 1, id: 50)
    let trace = try read(fixture)
    let calls = trace.ranks[0].communications
    #expect(calls.map(\.kind) == [.allToAll, .allReduce, .allGather, .barrier])
    #expect(calls[0].sendSplits == [80, 160] && calls[0].receiveSplits == [120, 40])
    #expect(calls[0].sendBytes == ByteCount(240) && calls[0].receiveBytes == ByteCount(160))
    #expect(calls[1].sendBytes == ByteCount(400))
    #expect(calls[2].sendBytes == ByteCount(32) && calls[2].receiveBytes == ByteCount(64))
    #expect(calls.allSatisfy { $0.sizes == .recorded })
    #expect(trace.ranks[0].rank == RankID(1) && trace.worldSize == 2)
    #expect(trace.groups.map(\.name) == ["0"])
    #expect(trace.assumptions.contains { $0.code == "times-unknown" })
    // Only a name that is written down is known.
    #expect(trace.assumptions.contains { $0.code == "et-default-group" } == (layout != .attributed))
    #expect(trace.ranks[0].rankSource == (layout == .attributed ? "content" : "file name"))
  }

  @Test("of a group without ranks all are meant where it has as many")
  func groups() throws {
    var fixture = ExecutionTraceFixture(rank: 1, worldSize: 4)
    fixture.groups(
      #"[{"pg_name": "0", "pg_desc": "default_pg", "ranks": [], "group_size": 4}, "#
        + #"{"pg_name": "1", "pg_desc": "ep", "ranks": [], "group_size": 4}, "#
        + #"{"pg_name": "2", "pg_desc": "dp", "ranks": [1, 3], "group_size": 2}, "#
        + #"{"pg_name": "3", "pg_desc": "tp", "ranks": [], "group_size": 2}]"#)
    fixture.call("allreduce", send: 100, receive: 100)
    fixture.call("allreduce", send: 10, receive: 10, group: "1")
    fixture.call("allreduce", send: 10, receive: 10, group: "2")
    let trace = try read(fixture)
    #expect(trace.worldSize == 4)
    #expect(trace.groups.map(\.label) == ["default_pg (0)", "ep (1)", "dp (2)"])
    #expect(trace.groups.map(\.ranks.count) == [4, 4, 2])
    fixture.call("allreduce", send: 10, receive: 10, group: "3")
    #expect(thrownDiagnostic { try read(fixture) }?.code == .groupUnknown)
  }

  @Test("several groups that only addresses name can't be told")
  func addresses() throws {
    var fixture = ExecutionTraceFixture(.flat, rank: 1)
    fixture.call("allreduce", send: 100, receive: 100)
    fixture.node(
      #"{"id": 99, "name": "record_param_comms", "inputs": [[1, 2, 0, 5, 4, "cuda:0"], 7, 140002, "#
        + #"1, "allreduce", [], []], "input_types": [], "outputs": []}"#)
    #expect(thrownDiagnostic { try read(fixture) }?.code == .groupUnknown)
  }

  @Test(
    "the rank: content, else a name of any usual form",
    arguments: [
      ("et_rank3.json", 3), ("dlrm_eg_5.json", 5), ("worker2_step_12.json", 2), ("et-7.json", 7),
      ("set_9.json", nil), ("step_12.json", nil),
    ])
  func names(name: String, rank: Int32?) {
    #expect(rankInName(name)?.raw == rank)
  }

  @Test("damage: refused at its byte, left out with --salvage")
  func damage() throws {
    var fixture = ExecutionTraceFixture(rank: 1)
    fixture.call("allreduce", send: 100, receive: 100)
    fixture.node(#"{"id": 99, "name": "record_param_comms", "outputs": {"values": []}}"#)
    let diagnostic = thrownDiagnostic { try read(fixture) }
    #expect(diagnostic?.code == .missingKey && diagnostic?.location?.keyPath == "inputs")
    #expect((diagnostic?.location?.byteOffset ?? 0) > 500)
    let salvaged = try read(fixture, salvages: true)
    #expect(salvaged.ranks[0].communications.count == 1 && salvaged.isSalvaged)
    // A file that ends early.
    let cut = String(fixture.text.prefix(fixture.text.count - 40))
    let path = try directory.write("et_rank1.json", cut)
    #expect(thrownDiagnostic { try Ingestor().ingest([path]) }?.code == .truncated)
    #expect(try Ingestor(salvages: true).ingest([path]).ranks[0].communications.count == 1)
  }

  @Test("memory follows the calls, not the nodes: what is no communication is passed over")
  func otherNodes() throws {
    var fixture = ExecutionTraceFixture(rank: 1)
    for number in 0..<2000 {
      fixture.node(#"{"id": \#(100 + number), "name": "aten::mm", "nonsense": [1, {"a": []}]}"#)
    }
    fixture.call("allreduce", send: 100, receive: 100)
    #expect(try read(fixture).ranks[0].communications.count == 1)
  }
}
