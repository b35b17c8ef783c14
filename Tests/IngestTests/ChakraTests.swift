import Diagnostics
import Quantities
import TestSupport
import Testing
import Trace

@testable import Ingest

/// Chakra traces: what is read of them, and how times and lanes are made where there are none.
@Suite("Chakra")
struct ChakraTests {
  private func ingest(_ files: [(String, [UInt8])]) throws -> Trace {
    let directory = try TemporaryDirectory()
    for (name, bytes) in files { try directory.write(name, bytes) }
    return try Ingestor().ingest([directory.path])
  }

  private func ingest(_ nodes: [[UInt8]]) throws -> RankTrace {
    try ingest([("t.0.et", ChakraFixture.file(nodes))]).ranks[0]
  }

  @Test("each node starts when what it waits for has ended, on lanes that order nothing else")
  func schedule() throws {
    // 0 → {1, 2, 3} → 4 → {5, 6, 7}
    let fan = (1...3).map { ChakraFixture.compute($0, after: [0], micros: 10 * $0) }
    let second = (5...7).map { ChakraFixture.compute(UInt64($0), after: [4], micros: 5) }
    let rank = try ingest(
      [ChakraFixture.compute(0, micros: 7)] + fan + [ChakraFixture.compute(4, after: [1, 2, 3])]
        + second)
    #expect(rank.isScheduled)
    let starts = rank.events.indices.map { rank.events[$0].start.nanosecondsRounded / 1000 }
    #expect(starts == [0, 7, 7, 7, 37, 47, 47, 47])
    #expect(rank.lanes.map(\.name) == ["compute", "compute.1", "compute.2"])
    // No lane holds two that don't wait for one another.
    let lanes = rank.events.indices.map { rank.events[$0].lane }
    #expect(Set(lanes[1...3]).count == 3)
    #expect(Set(lanes[5...7]).count == 3)
    #expect(rank.edges.count == 2 + 2 + 2)
  }

  @Test("nodes that name a stream take turns on it, in the order of the file")
  func streams() throws {
    let onSeven: [(String, ChakraFixture.Value)] = [("stream", .int32(7))]
    let rank = try ingest([
      ChakraFixture.compute(0, micros: 4, onSeven), ChakraFixture.compute(1, micros: 6, onSeven),
      ChakraFixture.compute(2, micros: 5, [("tid", .sint64(9)), ("is_cpu_op", .bool(true))]),
    ])
    #expect(rank.lanes.map(\.label) == ["stream 7", "thread 9"])
    let ends = rank.events.indices.map { rank.events[$0].end.nanosecondsRounded / 1000 }
    #expect(ends.sorted() == [4, 5, 10])
  }

  @Test("recorded starts are kept, to within their rounding")
  func recordedStarts() throws {
    let rank = try ingest([
      ChakraFixture.node(1, type: 4, startMicros: 100, micros: 11),
      ChakraFixture.node(2, type: 4, after: [1], startMicros: 110, micros: 5),
    ])
    #expect(!rank.isScheduled)
    #expect(rank.events[0].duration == .nanoseconds(10_000))
    #expect(rank.events[1].start == .nanoseconds(10_000))
    #expect(rank.edges == [EventEdge(event: 1, after: 0)])
  }

  @Test("attributes are read in any integer type, and sizes are what a rank puts in")
  func sizes() throws {
    func node(_ id: UInt64, _ kind: ChakraFixture.Value, _ size: ChakraFixture.Value) -> [UInt8] {
      ChakraFixture.node(
        id, type: 7, [("comm_type", kind), ("comm_size", size), ("whatever", .text("x"))])
    }
    let file = ChakraFixture.file(
      node(0, .int32(2), .uint64(100)), node(1, .uint64(7), .int32(100)),
      node(2, .sint64(6), .sint64(100)), node(3, .int64(9), .int64(0)))
    let trace = try ingest((0..<4).map { ("t.\($0).et", file) })
    let calls = trace.ranks[0].communications
    #expect(calls.map(\.kind) == [.allGather, .reduceScatter, .allToAll, .barrier])
    #expect(calls.map(\.sendBytes.bytes) == [100, 100, 100, 0])
    #expect(calls.map(\.receiveBytes.bytes) == [400, 25, 100, 0])
    #expect(trace.ranks.map(\.rank.raw) == [0, 1, 2, 3])
    #expect(trace.ranks[0].rankSource == "file name")
  }

  @Test("salvaged: a node whose id has been there is left out, and the first keeps its place")
  func salvagedRepetition() throws {
    let directory = try TemporaryDirectory()
    let nodes = [
      ChakraFixture.compute(1, micros: 4), ChakraFixture.compute(2, after: [1], micros: 5),
      ChakraFixture.compute(1, micros: 6),
    ]
    let path = try directory.write("t.0.et", ChakraFixture.file(nodes))
    let rank = try Ingestor(salvages: true).ingest([path]).ranks[0]
    let durations = rank.events.indices.map { rank.events[$0].duration.nanosecondsRounded }
    #expect(durations == [4000, 5000])
    #expect(rank.events[1].start == rank.events[0].end)
  }

  @Test("a job without collectives has a file of groups that lists none")
  func noGroups() throws {
    let trace = try ingest([
      ("t.0.et", ChakraFixture.file(ChakraFixture.compute(1))), ("groups.json", Array("{}\n".utf8)),
    ])
    #expect(trace.groups.allSatisfy { $0.name.isEmpty || $0.ranks.count == 1 })
    #expect(trace.ranks.map(\.events.count) == [1])
  }

  @Test("groups stand in a file beside the ranks; one that is not there is all ranks")
  func groups() throws {
    let file = ChakraFixture.file(
      ChakraFixture.collective(0, 0, bytes: 8, group: "1"),
      ChakraFixture.collective(1, 0, bytes: 8, group: "7"), ChakraFixture.collective(2, 0, bytes: 8)
    )
    let list = Array(#"{"1": [1, 0], "2": {"ranks": [2, 3]}}"#.utf8)
    let trace = try ingest([
      ("t.0.et", file), ("t.1.et", file), ("groups.json", list),
      ("t.2.et", ChakraFixture.file(ChakraFixture.collective(2, 0, bytes: 8))),
    ])
    #expect(trace.worldSize == 4)
    let ranks = Dictionary(
      uniqueKeysWithValues: trace.groups.map { ($0.name, $0.ranks.map(\.raw)) })
    #expect(ranks["1"] == [1, 0])
    #expect(ranks["2"] == [2, 3])
    #expect(ranks["7"] == [0, 1, 2, 3])
    #expect(ranks["world"] == [0, 1, 2, 3])
    #expect(trace.assumptions.contains { $0.code == "group-unknown" })
  }

  @Test("control dependencies in a ring are left out, and data dependencies in one are refused")
  func rings() throws {
    let nodes = [
      ChakraFixture.node(1, type: 4, control: [1], micros: 5),
      ChakraFixture.node(2, type: 4, after: [1], control: [99], micros: 5),
    ]
    let trace = try ingest([("t.0.et", ChakraFixture.file(nodes))])
    #expect(trace.ranks[0].events[1].start == .nanoseconds(5000))
    #expect(
      trace.assumptions.contains {
        $0.code == "contradicted-edges" && $0.text.contains("all 2 of 1 of 1 files")
          && $0.text.contains("1 → 1")
      })
    #expect(throws: Diagnostic.self) {
      try ingest([ChakraFixture.compute(5, after: [6]), ChakraFixture.compute(6, after: [5])])
    }
  }

  @Test("what a converter left out is counted, and no reason to stop")
  func incomplete() throws {
    let trace = try ingest([
      (
        "t.0.et",
        ChakraFixture.file(
          ChakraFixture.node(1, type: 7, micros: 30),
          ChakraFixture.node(2, type: 4, after: [1, 77]),
          ChakraFixture.node(3, type: 42, after: [2], micros: 2),
          ChakraFixture.node(4, type: 1, name: "metadata"))
      )
    ])
    let rank = trace.ranks[0]
    #expect(rank.events.count == 3)
    #expect(rank.communications.isEmpty)
    #expect(rank.events[0].duration == .nanoseconds(30_000))
    let codes = trace.log.entries.map(\.code)
    #expect(codes == [.collectiveUnsized, .malformedEvent, .malformedEvent])
    #expect(trace.assumptions.contains { $0.code == "no-duration" && $0.text.contains("1 of 1") })
  }

  @Test("the same nodes in JSON are the same trace")
  func json() throws {
    let nodes = ChakraFixture.file(
      ChakraFixture.compute(1, micros: 9), ChakraFixture.collective(2, 6, bytes: 64, after: [1]))
    let text = """
      {"workload_graph": [
        {"Id": 1, "Name": "compute", "NodeType": 4, "data_deps": [], "runtime": 9,
          "is_cpu_op": false},
        {"Id": 2, "Name": "collective", "NodeType": 7, "data_deps": [1], "comm_type": 6,
          "comm_size": 64}]}
      """
    let binary = try ingest([("t.0.et", nodes)])
    let json = try ingest([("t.0.json", Array(text.utf8))])
    #expect(binary.ranks[0].events == json.ranks[0].events)
    #expect(binary.ranks[0].communications == json.ranks[0].communications)
    #expect(binary.ranks[0].lanes == json.ranks[0].lanes)
  }

  @Test("damage in the middle costs a node with --salvage, and damaged framing the rest")
  func salvage() throws {
    let directory = try TemporaryDirectory()
    let good = ChakraFixture.file(
      ChakraFixture.compute(1), ChakraFixture.compute(1), ChakraFixture.compute(2))
    let path = try directory.write("t.0.et", good + [0x40, 0x01])
    let trace = try Ingestor(salvages: true).ingest([path])
    #expect(trace.ranks[0].events.count == 2)
    #expect(trace.assumptions.count { $0.code == Salvage.code } == 2)
  }
}
