import Diagnostics
import JSON
import Quantities
import TestSupport
import Testing
import Trace

@testable import Ingest

@Suite("Flight recorder dumps")
struct FlightRecorderTests {
  /// A dump of one rank of two, as JSON; `entries` are its elements.
  static func dump(
    _ entries: String, groups: String = #""0":{"name":"0","desc":"default_pg","ranks":"[0, 1]"}"#,
    status: String = ""
  ) -> String {
    #"{"version":"2.9","nccl_version":"2.27.3","pg_config":{\#(groups)},"#
      + #""pg_status":{\#(status)},"entries":[\#(entries)]}"#
  }

  static func entry(_ number: Int, _ more: String = "", state: String = "completed") -> String {
    #"{"pg_id":0,"process_group":["0","default_pg"],"collective_seq_id":\#(number),"#
      + #""p2p_seq_id":0,"profiling_name":"nccl:all_reduce","time_created_ns":\#(1000 * number),"#
      + #""input_sizes":[[3,5]],"input_dtypes":["BFloat16"],"output_sizes":[[3,5]],"#
      + #""output_dtypes":["BFloat16"],"state":"\#(state)","is_p2p":false\#(more)}"#
  }

  private static func trace(_ dumps: [String: String]) throws -> Trace {
    let directory = try TemporaryDirectory()
    for (name, text) in dumps { try directory.write(name, text) }
    return try Ingestor().ingest([directory.path])
  }

  @Test("times: issued, as seen by the watchdog, as measured")
  func times() throws {
    let trace = try Self.trace([
      "_dump_1": Self.dump(
        [
          Self.entry(1),
          Self.entry(
            2, #","time_discovered_started_ns":2500,"time_discovered_completed_ns":2700"#),
          Self.entry(3, #","duration_ms":0.25,"time_discovered_started_ns":null"#),
        ].joined(separator: ","))
    ])
    let rank = trace.ranks[0]
    #expect(rank.rank == RankID(1) && rank.rankSource == "file name" && trace.worldSize == 2)
    #expect(rank.originNanoseconds == 1000)
    #expect(
      rank.events.indices.map { rank.events[$0].start.nanosecondsRounded } == [0, 1500, 2000])
    #expect(
      rank.events.indices.map { rank.events[$0].duration.nanosecondsRounded } == [0, 200, 250_000])
    #expect(rank.communications.map(\.sendBytes) == Array(repeating: ByteCount(30), count: 3))
    #expect(rank.communications.map(\.sequence) == [1, 2, 3])
    #expect(trace.assumptions.contains { $0.code == "flight-recorder-times" })
    #expect(trace.groups.map(\.label) == ["default_pg (0)"])
  }

  @Test("a rank in the content outdoes the file's name")
  func rankInContent() throws {
    let text = Self.dump(Self.entry(1)).replacing("{\"version\"", with: "{\"rank\":1,\"version\"")
    let rank = try Self.trace(["_dump_0": text]).ranks[0]
    #expect(rank.rank == RankID(1) && rank.rankSource == "content")
  }

  @Test(
    "names of files tell the rank",
    arguments: [
      ("_dump_12", 12), ("nccl_trace_rank_3", 3), ("dump-7.json", 7), ("rank3_dump_9", 3),
      ("dump", nil), ("3", nil),
    ])
  func names(_ name: String, _ rank: Int?) {
    #expect(rankInName(name)?.index == rank)
  }

  @Test("progress of groups of which the dump holds no entry is told by their order")
  func progress() throws {
    let groups =
      #""7":{"name":"7","desc":"ep","ranks":"[0, 1]"},"#
      + #""0":{"name":"0","desc":"default_pg","ranks":"[0, 1]"},"#
      + #""30":{"name":"30","desc":"tp","ranks":"[0, 1]"}"#
    let status =
      #""0":{"last_enqueued_collective":9,"last_started_collective":-1,"#
      + #""last_completed_collective":8},"11":{"last_enqueued_collective":5,"#
      + #""last_started_collective":5,"last_completed_collective":-1},"#
      + #""2":{"last_enqueued_collective":-1,"last_started_collective":-1,"#
      + #""last_completed_collective":-1}"#
    let trace = try Self.trace(["_dump_0": Self.dump("", groups: groups, status: status)])
    let rank = trace.ranks[0]
    #expect(rank.events.count == 0)
    let progress = Dictionary(
      uniqueKeysWithValues: rank.progress.map { (trace.groups[$0.group].name, $0) })
    #expect(progress["0"]?.lastEnqueued == 9 && progress["0"]?.lastCompleted == 8)
    #expect(progress["0"]?.lastStarted == nil)
    #expect(progress["7"]?.lastEnqueued == nil)
    #expect(progress["30"]?.lastStarted == 5 && progress["30"]?.lastCompleted == nil)
    #expect(trace.log.entries.map(\.code) == [.emptyInput])
  }

  @Test("names that are no communication are left out, and counted")
  func unknownNames() throws {
    let coalesced = Self.entry(2).replacing("nccl:all_reduce", with: "nccl:coalesced")
    let trace = try Self.trace(["_dump_0": Self.dump(Self.entry(1) + "," + coalesced)])
    #expect(trace.ranks[0].communications.count == 1)
    #expect(trace.log.entries.map(\.severity) == [.warning])
    #expect(trace.log.entries[0].problem.contains("'nccl:coalesced'"))
  }

  @Test("--salvage leaves out an entry that can't be read")
  func salvage() throws {
    let directory = try TemporaryDirectory()
    try directory.write(
      "_dump_0", Self.dump(Self.entry(1) + "," + Self.entry(2, state: "lost")))
    #expect(thrownDiagnostic { try Ingestor().ingest([directory.path]) }?.code == .valueOutOfRange)
    let trace = try Ingestor(salvages: true).ingest([directory.path])
    #expect(trace.ranks[0].communications.count == 1 && trace.isSalvaged)
  }
}

@Suite(
  "Real flight recorder dumps", .enabled(if: SharedFiles.arePresent, "\(SharedFiles.reason)"))
struct RealFlightRecorderTests {
  static func folder(_ job: String) -> String {
    SharedFiles.path("captures/flight-recorder-moe16/" + job)
  }

  private static func groupSizes(_ trace: Trace, _ purpose: String) -> [Int] {
    trace.groups.filter { $0.purpose == purpose }.map(\.ranks.count)
  }

  @Test("gpu_error_1st: 16 ranks, 289 entries, 44 all-to-alls, TP2 PP4 DP2 EP4")
  func gpuError() throws {
    let trace = try Ingestor().ingest([Self.folder("gpu_error_1st")])
    #expect(trace.worldSize == 16)
    #expect(trace.ranks.map(\.rank.index) == Array(0..<16))
    #expect(trace.ranks.allSatisfy { $0.rankSource == "file name" })
    #expect(
      trace.ranks.map(\.events.count)
        == [20, 20, 20, 20, 8, 8, 8, 8, 19, 19, 19, 19, 27, 16, 43, 15])
    let calls = trace.ranks.flatMap(\.communications)
    #expect(calls.count == 289)
    #expect(calls.count { $0.kind == .allToAll } == 44)
    #expect(calls.allSatisfy { $0.state == .scheduled })
    #expect(Self.groupSizes(trace, "TENSOR_MODEL_PARALLEL_GROUP") == Array(repeating: 2, count: 8))
    #expect(Self.groupSizes(trace, "PIPELINE_MODEL_PARALLEL_GROUP") == [4, 4, 4, 4])
    #expect(Self.groupSizes(trace, "DATA_PARALLEL_GROUP_WITH_CP") == Array(repeating: 2, count: 8))
    #expect(Self.groupSizes(trace, "EXPERT_MODEL_PARALLEL_GROUP") == [4, 4, 4, 4])
    // Rank 0's first entry, 'nccl:send 0->3' in the group of ranks 0, 4, 8, 12.
    let send = trace.ranks[0].communications[0]
    #expect(send.kind == .send && send.peer == RankID(12) && send.sequence == 11981)
    #expect(send.sendBytes.bytes == 4096 * 5120 * 2 && send.receiveBytes == .zero)
    #expect(trace.log.entries.isEmpty)
    #expect(trace.assumptions.contains { $0.code == "splits-lost" })
    // Rank 12's progress in its expert group, as its dump states it.
    let progress = trace.ranks[12].progress.first { trace.groups[$0.group].name == "74" }
    #expect(progress?.lastEnqueued == 20536 && progress?.lastCompleted == 20529)
  }

  @Test("lock_gil_1st: 142 entries, ranks 9 and 14 empty and known")
  func lockGIL() throws {
    let trace = try Ingestor().ingest([Self.folder("lock_gil_1st")])
    #expect(trace.ranks.map(\.rank.index) == Array(0..<16))
    #expect(trace.ranks.flatMap(\.communications).count == 142)
    #expect(
      trace.ranks.filter { $0.events.count == 0 }.map(\.rank.index) == [9, 14])
    #expect(trace.log.entries.map(\.code) == [.emptyInput, .emptyInput])
    // In the default group names are of global ranks: 'nccl:recv 5<-13'.
    let receive = trace.ranks[5].communications.first { $0.kind == .receive }
    #expect(receive?.peer == RankID(13))
    // Ranks without entries know how far they came.
    let progress = trace.ranks[9].progress.first { trace.groups[$0.group].name == "72" }
    #expect(progress?.lastEnqueued == 45264 && progress?.lastCompleted == 45264)
  }

  @Test(
    "JSON of the same content, packed or not, is the same trace",
    arguments: [
      "gpu_error_1st", "lock_gil_1st",
    ])
  func json(_ job: String) throws {
    let directory = try TemporaryDirectory()
    for rank in 0..<16 {
      let path = Self.folder(job) + "/_dump_\(rank)"
      var json = JSONWriter(indented: rank % 2 == 0)
      json.value(try PickleReader(bytes(of: path), path: path).read())
      try directory.write("_dump_\(rank)", json.bytes)
    }
    _ = try Tool.run("gzip", ["-q", "-S", "", directory.file("_dump_3")])
    _ = try Tool.run("zstd", ["-q", "--rm", directory.file("_dump_4")])
    expectEqual(
      try Ingestor().ingest([directory.path]), try Ingestor().ingest([Self.folder(job)]))
  }

  @Test(
    "the native format gives back the same trace",
    arguments: [
      "gpu_error_1st", "lock_gil_1st",
    ])
  func native(_ job: String) throws {
    let directory = try TemporaryDirectory()
    let trace = try Ingestor().ingest([Self.folder(job)])
    try NativeTraceWriter.write(trace, to: directory.path)
    expectEqual(try Ingestor().ingest([directory.path]), trace)
  }

  @Test("pickles are read from a packed file too")
  func packed() throws {
    let directory = try TemporaryDirectory()
    for rank in 0..<16 {
      try directory.write(
        "_dump_\(rank)", bytes(of: Self.folder("gpu_error_1st") + "/_dump_\(rank)"))
      _ = try Tool.run("zstd", ["-q", "--rm", directory.file("_dump_\(rank)")])
    }
    expectEqual(
      try Ingestor().ingest([directory.path]),
      try Ingestor().ingest([Self.folder("gpu_error_1st")]))
  }
}

/// Two traces that say the same of every rank.
func expectEqual(
  _ one: Trace, _ other: Trace, sourceLocation: Testing.SourceLocation = #_sourceLocation
) {
  #expect(one.worldSize == other.worldSize, sourceLocation: sourceLocation)
  #expect(one.groups == other.groups, sourceLocation: sourceLocation)
  #expect(one.assumptions == other.assumptions, sourceLocation: sourceLocation)
  #expect(one.ranks.count == other.ranks.count, sourceLocation: sourceLocation)
  for (a, b) in zip(one.ranks, other.ranks) {
    #expect(a.rank == b.rank && a.rankSource == b.rankSource, sourceLocation: sourceLocation)
    #expect(a.originNanoseconds == b.originNanoseconds, sourceLocation: sourceLocation)
    #expect(a.host == b.host && a.device == b.device, sourceLocation: sourceLocation)
    #expect(a.lanes == b.lanes, sourceLocation: sourceLocation)
    #expect(a.names.strings == b.names.strings, sourceLocation: sourceLocation)
    #expect(a.events == b.events, sourceLocation: sourceLocation)
    #expect(a.communications == b.communications, sourceLocation: sourceLocation)
    #expect(a.progress == b.progress, sourceLocation: sourceLocation)
  }
}
