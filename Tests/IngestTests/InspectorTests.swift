import Diagnostics
import Quantities
import TestSupport
import Testing
import Trace

@testable import Ingest

@Suite("NCCL Inspector files")
struct InspectorTests {
  /// A line: a call of a function on a communicator, as its rank wrote it.
  static func line(
    _ communicator: String, rank: Int, of size: Int, _ function: String, _ number: Int,
    bytes: String = "1000", time: String = "50", more: String = "", dumped: Int = 2_000_000
  ) -> String {
    let prefix = function == "Send" || function == "Recv" ? "p2p" : "coll"
    return #"{"header":{"id":"\#(communicator)","rank":\#(rank),"n_ranks":\#(size),"nnodes":1},"#
      + #""metadata":{"inspector_output_format_version":"v4.0","git_rev":"","#
      + #""rec_mechanism":"profiler_plugin","dump_timestamp_us":\#(dumped),"hostname":"host-a","#
      + #""pid":7},"\#(prefix)_perf":{"\#(prefix)":"\#(function)","\#(prefix)_sn":\#(number),"#
      + #""\#(prefix)_msg_size_bytes":\#(bytes),"\#(prefix)_exec_time_us":\#(time)\#(more)}}"#
      + "\n"
  }

  private static func trace(_ files: [(name: String, text: String)]) throws -> Trace {
    let directory = try TemporaryDirectory()
    for file in files { try directory.write(file.name, file.text) }
    return try Ingestor().ingest([directory.path])
  }

  /// Four ranks of one communicator, two and two of others: ranks 0 and 2, ranks 1 and 3.
  private static var job: [(name: String, text: String)] {
    (0..<4).map { rank in
      (
        "host-a-pid\(100 + rank).log",
        line("0xff", rank: rank, of: 4, "AllReduce", 3)
          + line("0xff", rank: rank, of: 4, "AllGather", 3, dumped: 2_000_100)
          + line("0xa\(rank % 2)", rank: rank / 2, of: 2, "ReduceScatter", 1, dumped: 2_000_200)
      )
    }
  }

  @Test("ranks are places in the largest communicator, members of the others their files' ranks")
  func ranks() throws {
    let trace = try Self.trace(Self.job)
    #expect(trace.worldSize == 4)
    #expect(trace.ranks.map(\.rank.index) == [0, 1, 2, 3])
    #expect(trace.ranks.allSatisfy { $0.host == "host-a" })
    let members = trace.groups.map { "\($0.name) \($0.ranks.map(\.raw))" }
    #expect(
      members == [
        "0xff/AllGather [0, 1, 2, 3]", "0xff/AllReduce [0, 1, 2, 3]",
        "0xa0/ReduceScatter [0, 2]", "0xa1/ReduceScatter [1, 3]",
      ])
    #expect(
      trace.assumptions.map(\.code)
        == ["communication-only", "communicator-ranks", "inspector-times"])
    #expect(trace.log.entries.isEmpty)
  }

  @Test("sizes are one rank's part of what is gathered or scattered; calls end when written")
  func sizes() throws {
    let rank = try Self.trace(Self.job).ranks[2]
    #expect(rank.communications.map(\.sendBytes.bytes) == [1000, 1000, 2000])
    #expect(rank.communications.map(\.receiveBytes.bytes) == [1000, 4000, 1000])
    #expect(rank.communications.map(\.sequence) == [3, 3, 1])
    #expect(rank.originNanoseconds == 1_999_950_000)
    #expect(
      rank.events.indices.map { rank.events[$0].duration.nanosecondsRounded }
        == [50_000, 50_000, 50_000])
    #expect(rank.lanes.map(\.name) == ["0xff", "0xa0"])
  }

  @Test("verbose files state starts; numbers may be whole or not")
  func verbose() throws {
    let stamps =
      #","event_trace_ts":{"coll_start_ts":1000,"kernel_events":[{"kernel_start_ts":1500},"#
      + #"{"kernel_start_ts":1400},{"kernel_start_ts":0}]}"#
    let rank = try Self.trace([
      (
        "a.log",
        Self.line(
          "0x1", rank: 0, of: 1, "AllReduce", 0, bytes: "17179869184.0", time: "61974.5",
          more: stamps)
      )
    ]).ranks[0]
    #expect(rank.originNanoseconds == 1_400_000)
    #expect(rank.events[0].duration.nanosecondsRounded == 61_974_500)
    #expect(rank.communications[0].sendBytes.bytes == 17_179_869_184)
  }

  @Test("sends and receives name places of their communicator")
  func pairs() throws {
    let world = (0..<4).map { Self.line("0xff", rank: $0, of: 4, "AllReduce", 0) }
    let trace = try Self.trace([
      ("a.log", world[0]), ("b.log", world[1]),
      (
        "c.log",
        world[2] + Self.line("0xb", rank: 0, of: 2, "Send", 0, more: #","p2p_peer":1"#)
      ),
      (
        "d.log",
        world[3] + Self.line("0xb", rank: 1, of: 2, "Recv", 0, more: #","p2p_peer":0"#)
      ),
    ])
    let (send, receive) = (trace.ranks[2].communications, trace.ranks[3].communications)
    #expect(send.last?.kind == .send && send.last?.peer == RankID(3))
    #expect(receive.last?.kind == .receive && receive.last?.peer == RankID(2))
  }

  @Test("members without a file: of the largest communicator they are known, of others not")
  func missingFiles() throws {
    let trace = try Self.trace(Array(Self.job.prefix(2)))
    #expect(trace.worldSize == 4 && trace.ranks.count == 2)
    #expect(trace.groups.map(\.ranks.count) == [4, 4, 1, 1])
    #expect(
      trace.assumptions.filter { $0.code == "communicator-members" }.map(\.text) == [
        "group '0xa0/ReduceScatter' has 2 ranks, of which 1 are known by their files; it is taken "
          + "for those",
        "group '0xa1/ReduceScatter' has 2 ranks, of which 1 are known by their files; it is taken "
          + "for those",
      ])
  }

  @Test("functions that are none, calls that stand twice and lost records are counted")
  func findings() throws {
    let trace = try Self.trace([
      (
        "rank0.log",
        Self.line("0x1", rank: 0, of: 1, "AllReduce", 0)
          + Self.line("0x1", rank: 0, of: 1, "AllReduce", 0)
          + Self.line("0x1", rank: 0, of: 1, "Gossip", 0)
          + #"{"header":{"id":"0x1","rank":0,"n_ranks":1},"metadata":{},"#
          + #""dump_stats":{"num_dropped_coll_records":4,"num_dropped_p2p_records":1}}"#
      )
    ])
    #expect(trace.ranks[0].communications.count == 1)
    #expect(
      trace.log.entries.map(\.problem) == [
        "'Gossip' is no communication known here; its records are left out: 1",
        "calls that stand in the file a second time are left out: 1",
        "the plugin lost records before it wrote them: 5",
      ])
    #expect(trace.ranks[0].rankSource == "file name")
  }
}
