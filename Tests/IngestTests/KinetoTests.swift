import Diagnostics
import Quantities
import TestSupport
import Testing

@testable import Ingest
@testable import Trace

@Suite("Kineto")
struct KinetoTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func ingest(
    _ fixture: KinetoFixture, name: String = "trace.json", rules: [KernelRules] = []
  ) throws -> Trace {
    try Ingestor(rules: rules).ingest([directory.write(name, fixture.text)])
  }

  private static let allReduce =
    #", "Collective name": "allreduce", "dtype": "BFloat16", "In msg nelems": 100, "#
    + #""Out msg nelems": 100, "Process Group Name": "0", "Process Group Ranks": "[0, 1]", "#
    + #""In split size": "[]", "Out split size": "[]", "Seq": 4"#

  @Test("kernels, their launches and their metadata", arguments: [false, true])
  func modern(headerLast: Bool) throws {
    var fixture = KinetoFixture()
    fixture.headerLast = headerLast
    fixture.launch(5, at: 10.25)
    fixture.launch(99, at: 11)
    fixture.launch(1, at: 12, name: "cudaEventQuery")
    fixture.kernel(5, at: 20.5, for: 30.125, name: "ncclDevKernel_AllReduce", extra: Self.allReduce)
    fixture.kernel(7, at: 60, for: 1)
    let trace = try ingest(fixture)
    let rank = trace.ranks[0]
    #expect(trace.worldSize == 2)
    #expect(rank.rank == RankID(0) && rank.rankSource == "content")
    #expect(rank.events.indices.map { rank.events[$0].kind } == [.launch, .kernel, .kernel])
    #expect(rank.events[1].launchedBy == 0)
    #expect(rank.events[1].start == .nanoseconds(10_250))
    #expect(rank.events[1].duration == .nanoseconds(30_125))
    #expect(rank.events[2].launchedBy == nil)
    let call = rank.communications[0]
    #expect(call.kind == .allReduce && call.sequence == 4)
    #expect(call.sendBytes == ByteCount(200))
    #expect(
      trace.groups == [
        ProcessGroup(name: "0", purpose: "default_pg", ranks: [RankID(0), RankID(1)])
      ])
  }

  private static func allToAll(_ send: String, _ receive: String) -> String {
    #", "Collective name": "all_to_allv", "dtype": "Float", "In msg nelems": 60, "#
      + #""Out msg nelems": 40, "Process Group Name": "0", "In split size": \#(send), "#
      + #""Out split size": \#(receive)"#
  }

  @Test(
    "splits count rows, as arrays or as text; empty means even",
    arguments: [("[1, 2]", "[3, 1]"), ("\"[1, 2]\"", "\"[3, 1]\"")])
  func splits(send: String, receive: String) throws {
    var fixture = KinetoFixture()
    fixture.kernel(1, at: 0, for: 5, extra: Self.allToAll(send, receive))
    fixture.kernel(2, at: 9, for: 5, extra: Self.allToAll("\"[]\"", "[]"))
    let calls = try ingest(fixture).ranks[0].communications
    #expect(calls[0].sendSplits == [80, 160] && calls[0].receiveSplits == [120, 40])
    #expect(calls[1].sendSplits == nil && calls[1].sendBytes == ByteCount(240))
  }

  @Test("a cut list is never taken for whole")
  func cutSplits() throws {
    var fixture = KinetoFixture()
    fixture.kernel(1, at: 0, for: 5, extra: Self.allToAll("\"[1, 2, ...]\"", "\"[1, 2, ...]\""))
    let trace = try ingest(fixture)
    let call = trace.ranks[0].communications[0]
    #expect(call.sendSplits == nil && call.sizes == .lost)
    #expect(call.receiveSplits == nil && call.receiveSplitsAreLost)
    #expect(trace.log.entries.map(\.code) == [.splitsLost])
    #expect(trace.log.entries[0].severity == .warning)
  }

  @Test("rows that do not divide the tensor, and negative ones, are refused")
  func badSplits() {
    for rows in ["[1, 6]", "[-1, 2]"] {
      var fixture = KinetoFixture()
      fixture.kernel(1, at: 0, for: 5, extra: Self.allToAll(rows, "[3, 1]"))
      #expect(thrownDiagnostic { try ingest(fixture) }?.code == .valueOutOfRange)
    }
  }

  @Test("kernels that look like communication and carry nothing are counted, not dropped")
  func unsized() throws {
    var fixture = KinetoFixture()
    fixture.kernel(1, at: 0, for: 5, name: "void deep_ep::intranode::dispatch<4>(int)")
    fixture.kernel(2, at: 6, for: 5, name: "void deep_ep::intranode::dispatch<4>(int)")
    let log = try ingest(fixture).log
    #expect(log.entries.map(\.code) == [.collectiveUnsized])
    #expect(log.entries[0].problem.contains("'deep_ep::intranode::dispatch'"))
    #expect(log.entries[0].problem.contains("(kernels: 2)"))
    #expect(log.entries[0].remedy?.contains("--rules deepep") == true)
  }

  @Test("the rank comes from content, else from the name, else it is assumed")
  func rankSources() throws {
    var fixture = KinetoFixture()
    fixture.kernel(1, at: 0, for: 5)
    fixture.header = #""schemaVersion": 1"#
    let named = try ingest(fixture, name: "kineto_rank_3.json")
    #expect(named.ranks[0].rank == RankID(3) && named.ranks[0].rankSource == "file name")
    #expect(named.worldSize == 4)
    let unknown = try ingest(fixture, name: "trace.json")
    #expect(unknown.ranks[0].rank == RankID(0) && unknown.ranks[0].rankSource == "assumed")
    #expect(unknown.assumptions.contains { $0.code == "rank" })
  }

  private func write(rank: Int, worldSize: Int = 2, name: String) throws -> String {
    var fixture = KinetoFixture()
    fixture.kernel(1, at: Double(rank), for: 5, extra: Self.allReduce)
    fixture.header = fixture.header.replacing("\"rank\": 0", with: "\"rank\": \(rank)")
      .replacing("\"world_size\": 2", with: "\"world_size\": \(worldSize)")
    return try directory.write(name, fixture.text)
  }

  @Test("the order of files decides nothing")
  func fileOrder() throws {
    let paths = try [write(rank: 0, name: "b.json"), write(rank: 1, name: "a.json")]
    for (index, order) in [paths, paths.reversed()].enumerated() {
      try NativeTraceWriter.write(
        Ingestor().ingest(order), to: directory.file("out\(index)"))
    }
    for file in ["manifest.json", "rank-00000.jsonl.zst", "rank-00001.jsonl.zst"] {
      #expect(
        try bytes(of: directory.file("out0/" + file)) == bytes(of: directory.file("out1/" + file)))
    }
  }

  @Test("threads decide nothing: neither the trace nor which error is reported")
  func threads() throws {
    var fixture = KinetoFixture()
    fixture.header = #""distributedInfo": {"world_size": 9}"#
    fixture.kernel(1, at: 0, for: 5)
    let text = fixture.text
    var paths = try (0..<9).map { try directory.write("rank\($0).json", text) }
    func written(_ threads: Int) throws -> [[UInt8]] {
      let out = directory.file("threads\(threads)")
      try NativeTraceWriter.write(Ingestor(threads: threads).ingest(paths), to: out)
      return try (0..<9).map { try bytes(of: out + "/rank-0000\($0).jsonl.zst") }
        + [bytes(of: out + "/manifest.json")]
    }
    let alone = try written(1)
    for threads in [2, 3, 16] { #expect(try written(threads) == alone) }
    for broken in [6, 3] { paths[broken] = try directory.write("broken\(broken)", "hello") }
    for threads in [1, 2, 9] {
      let diagnostic = thrownDiagnostic { try Ingestor(threads: threads).ingest(paths) }
      #expect(diagnostic?.location?.file == paths[3])
      let salvaged = try Ingestor(salvages: true, threads: threads).ingest(paths)
      #expect(salvaged.ranks.map(\.rank.raw) == [0, 1, 2, 4, 5, 7, 8])
    }
  }

  @Test("a trace may be its events alone, and what comes behind them counts all the same")
  func bareEvents() throws {
    var fixture = KinetoFixture()
    fixture.launch(1, at: 0)
    fixture.kernel(1, at: 3, for: 5)
    let bare = try Ingestor().ingest([
      directory.write("rank0.json", "[" + fixture.events.joined(separator: ",\n") + "]")
    ])
    #expect(try bare.ranks.map(\.events) == ingest(fixture).ranks.map(\.events))
  }

  @Test("two files of one rank, or of two jobs, are refused")
  func conflicts() throws {
    let first = try write(rank: 0, name: "a.json")
    let again = try write(rank: 0, name: "b.json")
    let other = try write(rank: 1, worldSize: 4, name: "c.json")
    let twice = thrownDiagnostic { try Ingestor().ingest([first, again]) }
    #expect(twice?.code == .duplicateRank && twice?.location?.file == again)
    #expect(
      thrownDiagnostic { try Ingestor().ingest([first, other]) }?.code == .collectiveMismatch)
  }

  @Test("broken events are refused at their byte")
  func brokenEvents() throws {
    for (event, code) in [
      (
        #"{"ph": "X", "cat": "kernel", "name": "k", "tid": 7, "ts": 5, "dur": -1}"#,
        Diagnostic.Code.malformedEvent
      ),
      (
        #"{"ph": "X", "cat": "kernel", "name": "k", "tid": 7, "ts": "soon", "dur": 1}"#,
        .malformedEvent
      ),
      (#"{"ph": "X", "cat" "kernel"}"#, .malformedJSON),
    ] {
      var fixture = KinetoFixture()
      fixture.events = [event]
      let diagnostic = thrownDiagnostic { try ingest(fixture) }
      #expect(diagnostic?.code == code, "\(event)")
      #expect((diagnostic?.location?.byteOffset ?? 0) > 100)
    }
  }

  @Test("what is in no known format is refused", arguments: ["hello", "{\"nodes\": []}", "[1]"])
  func unknownFormat(text: String) throws {
    let path = try directory.write("x", text)
    #expect(thrownDiagnostic { try Ingestor().ingest([path]) }?.code == .unknownFormat)
  }

  @Test("a kernel that names a collective and no sizes is counted, not taken for empty")
  func namedButUnsized() throws {
    var fixture = KinetoFixture()
    fixture.kernel(
      1, at: 0, for: 5, name: "mine",
      extra: #", "Collective name": "allreduce", "Process Group Name": "0", "dtype": "Float""#)
    let trace = try ingest(fixture)
    #expect(trace.ranks[0].communications.isEmpty)
    #expect(trace.log.entries.map(\.code) == [.collectiveUnsized])
  }

  @Test("the default group has several names; a sequence of -1 is none")
  func defaultGroup() throws {
    var fixture = KinetoFixture()
    fixture.header = fixture.header.replacing(
      "\"pg_name\": \"0\"", with: "\"pg_name\": \"default_pg\"")
    fixture.kernel(
      1, at: 0, for: 5,
      extra: Self.allReduce.replacing("\"Seq\": 4", with: "\"Seq\": -1")
        .replacing(#""Process Group Name": "0""#, with: #""Process Group Name": "undefined""#))
    let trace = try ingest(fixture)
    #expect(trace.groups.map(\.name) == ["0"])
    #expect(trace.ranks[0].communications[0].sequence == nil)
  }

  @Test("a group of unknown ranks hurts only where it is used")
  func unknownGroup() throws {
    var fixture = KinetoFixture()
    fixture.header = fixture.header.replacing(
      "}]}", with: #"}, {"pg_name": "9", "pg_desc": "x", "ranks": "[0, 1, ...]"}]}"#)
    fixture.kernel(1, at: 0, for: 5, extra: Self.allReduce)
    #expect(try ingest(fixture).groups.map(\.name) == ["0"])
    fixture.kernel(
      2, at: 9, for: 5,
      extra: Self.allReduce.replacing(
        #""Process Group Name": "0""#, with: #""Process Group Name": "9""#
      )
      .replacing(#""Process Group Ranks": "[0, 1]", "#, with: ""))
    #expect(thrownDiagnostic { try ingest(fixture) }?.code == .groupUnknown)
  }

  @Test("events further apart than any trace lasts are refused")
  func farApart() {
    var fixture = KinetoFixture()
    fixture.kernel(1, at: 0, for: 5)
    fixture.kernel(2, at: 4e15, for: 5)
    #expect(thrownDiagnostic { try ingest(fixture) }?.code == .malformedEvent)
  }

  @Test("a bare cut list is mended and nothing else is")
  func bareEllipses() throws {
    func mended(_ text: String) -> String? {
      Array(text.utf8).withUnsafeBytes { quotingBareEllipses($0) }
        .map { String(decoding: $0, as: UTF8.self) }
    }
    #expect(mended(#"{"a": [0, 1, ...]}"#) == #"{"a": [0, 1, "..."]}"#)
    #expect(mended(#"{"a": [0, 1, ..., ]}"#) == #"{"a": [0, 1, "..." ]}"#)
    #expect(mended(#"{"a": [0, ..., 9]}"#) == #"{"a": [0, "...", 9]}"#)
    #expect(mended(#"{"a": "...", "b": "\"..."}"#) == nil)
    #expect(mended(#"{"a": [0, 1 2]}"#) == nil)
  }
}
