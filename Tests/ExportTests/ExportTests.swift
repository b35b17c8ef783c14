import Diagnostics
import Quantities
import TestSupport
import Testing
import Trace

@testable import Export
@testable import Workload

/// What other tools get to read, byte by byte.
@Suite("Export")
struct ExportTests {
  /// Two ranks: compute, an all-reduce of 10 bytes, an exchange of unequal parts, on two streams.
  private static func workload() throws -> Workload {
    let ranks = (0..<2).map { number in
      var rank = RankFixture(number, streams: 2)
      rank.add(.kernel, lane: 1, at: 0, for: 5, name: "gemm")
      rank.add(.kernel, lane: 2, at: 5, for: 3, name: "reduce", RankFixture.allReduce(10))
      rank.add(
        .kernel, lane: 2, at: 8, for: 2, name: "exchange",
        RankFixture.allToAll(
          send: number == 0 ? [1, 4] : [0, 7], receive: number == 0 ? [1, 0] : [4, 7]))
      rank.rank.edges = [EventEdge(event: 1, after: 0)]
      return rank
    }
    return try WorkloadAssembler(RankFixture.trace(ranks), options: WorkloadOptions()).assemble()
  }

  @Test("GOAL: a ring, an exchange, and what requires what")
  func goal() throws {
    let directory = try TemporaryDirectory()
    _ = try Exporter.write(Self.workload(), as: .goal, to: directory.path)
    let text = String(decoding: try bytes(of: directory.file("schedule.goal")), as: UTF8.self)
    #expect(
      text == """
        num_ranks 2

        rank 0 {
        l1: calc 5000
        l2: calc 0 cpu 1
        l2 requires l1
        l3: send 5b to 1 tag 0 cpu 1
        l3 requires l2
        l4: recv 5b from 1 tag 0 cpu 1
        l4 requires l2
        l5: send 5b to 1 tag 0 cpu 1
        l5 requires l4
        l6: recv 5b from 1 tag 0 cpu 1
        l6 requires l4
        l7: calc 0 cpu 1
        l7 requires l3
        l7 requires l5
        l7 requires l6
        l8: calc 0 cpu 1
        l8 requires l7
        l9: send 4b to 1 tag 1 cpu 1
        l9 requires l8
        l10: calc 0 cpu 1
        l10 requires l9
        }

        rank 1 {
        l1: calc 5000
        l2: calc 0 cpu 1
        l2 requires l1
        l3: send 5b to 0 tag 0 cpu 1
        l3 requires l2
        l4: recv 5b from 0 tag 0 cpu 1
        l4 requires l2
        l5: send 5b to 0 tag 0 cpu 1
        l5 requires l4
        l6: recv 5b from 0 tag 0 cpu 1
        l6 requires l4
        l7: calc 0 cpu 1
        l7 requires l3
        l7 requires l5
        l7 requires l6
        l8: calc 0 cpu 1
        l8 requires l7
        l9: recv 4b from 0 tag 1 cpu 1
        l9 requires l8
        l10: calc 0 cpu 1
        l10 requires l9
        }

        """)
  }

  @Test("Chakra: nodes, sizes and dependencies, as another encoder writes them")
  func chakra() throws {
    let directory = try TemporaryDirectory()
    let notes = try Exporter.write(Self.workload(), as: .chakra, to: directory.path)
    #expect(notes == ["all-to-alls of unequal parts became sends and receives (calls: 2)"])
    let gpu: [(String, ChakraFixture.Value)] = [("is_cpu_op", .bool(false))]
    let end: [(String, ChakraFixture.Value)] = [
      ("refract.duration_ns", .int64(0)), ("stream", .int64(8)),
    ]
    let expected = ChakraFixture.file(
      ChakraFixture.node(0, type: 4, name: "gemm", micros: 5, gpu + [("stream", .int64(7))]),
      ChakraFixture.node(
        1, type: 7, name: "reduce", after: [0], micros: 3,
        gpu + [
          ("stream", .int64(8)), ("comm_type", .int64(0)), ("comm_size", .int64(10)),
          ("pg_name", .text("1")), ("refract.sequence", .int64(0)),
        ]),
      ChakraFixture.node(
        2, type: 5, name: "exchange", after: [1],
        gpu + [
          ("comm_size", .int64(4)), ("comm_src", .int64(0)), ("comm_dst", .int64(1)),
          ("comm_tag", .int64(1)),
        ]),
      ChakraFixture.node(3, type: 4, name: "exchange: end", after: [2], gpu + end))
    #expect(try bytes(of: directory.file("trace.0.et")) == expected)
    let groups = String(decoding: try bytes(of: directory.file("groups.json")), as: UTF8.self)
    #expect(groups.filter { !$0.isWhitespace } == #"{"1":[0,1]}"#)
  }

  @Test("every message of a collective has its counterpart, whatever the group's size")
  func counterparts() throws {
    let kinds: [CollectiveKind] = [
      .allReduce, .reduceScatter, .allGather, .broadcast, .reduce, .gather, .scatter, .barrier,
    ]
    for kind in kinds {
      for count in 1...9 {
        for root in Set([0, count - 1]) {
          let payload: CollectiveInstance.Payload =
            kind == .barrier ? .none : .buffer(ByteCount(Int64(5)))
          let instance = CollectiveInstance(
            kind: kind, group: 0, sequence: 0, payload: payload, root: root,
            capturedDuration: .zero)
          var notes = ExportNotes()
          var sent: [[Int64]] = Array(repeating: [], count: count * count)
          var received = sent
          for own in 0..<count {
            for message in GoalMessages(instance, own: own, count: count, notes: &notes).all {
              if message.isSend {
                sent[own * count + message.peer].append(message.bytes)
              } else {
                received[message.peer * count + own].append(message.bytes)
              }
            }
          }
          #expect(sent == received, "\(kind) over \(count), root \(root)")
        }
      }
    }
  }

  @Test("an export replaces its like and nothing else")
  func replaces() throws {
    let directory = try TemporaryDirectory()
    let workload = try Self.workload()
    _ = try Exporter.write(workload, as: .chakra, to: directory.path)
    _ = try Exporter.write(workload, as: .goal, to: directory.path)
    #expect(try directory.entries() == [".refract-export", "schedule.goal"])
    try directory.write("mine", "x")
    #expect(throws: Diagnostic.self) {
      try Exporter.write(workload, as: .chakra, to: directory.path)
    }
    #expect(try directory.entries() == [".refract-export", "mine", "schedule.goal"])
  }
}
