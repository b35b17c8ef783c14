import Diagnostics
import Quantities
import TestSupport
import Testing

@testable import Trace

@Suite("Native format")
struct NativeFormatTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// A trace with everything that the format can say.
  private static func fullTrace() -> Trace {
    var rank = RankFixture(1, streams: 2, originMicroseconds: 1_700_000_000_000_000)
    rank.rank.host = "node1"
    rank.rank.device = "GPU"
    rank.add(.step, lane: 0, at: 0, for: 100, name: "ProfilerStep#4")
    let launch = rank.add(.launch, lane: 0, at: 1, for: 2, name: "launch \"quoted\"")
    var call = RankFixture.allToAll(send: [1, 2], receive: [3, 2])
    call.sequence = 12
    call.injectionCap = .gigabitsPerSecond(1240)
    call.hostWaits = true
    call.label = "dispatch"
    call.assumedBy = "rules"
    call.state = .started
    var progress = GroupProgress(group: 1)
    progress.lastEnqueued = 9
    progress.lastCompleted = 7
    rank.rank.progress = [GroupProgress(group: 0), progress]
    rank.add(.kernel, lane: 1, at: 5, for: 10, launchedBy: launch, call)
    var routed = Communication(kind: .allToAll, group: 1)
    routed.routing = TokenRouting(
      direction: .combine, tokens: 4096, tokenBytes: 14336, expertsPerToken: 8, experts: 256,
      expertGroups: 8, groupsPerToken: 4)
    rank.add(.kernel, lane: 2, at: 6, for: 10, routed)
    var send = Communication(kind: .send, group: 0)
    send.peer = RankID(0)
    send.sendBytes = ByteCount(77)
    rank.add(.kernel, lane: 2, at: 17, for: 1, send)
    for sizes in [
      SizeProvenance.lost, .assumed, .recovered(from: .splitsFile),
      .recovered(from: .executionTrace), .recovered(from: .peers), .recovered(from: .routing),
    ] {
      var call = Communication(kind: .allToAll, group: 0)
      call.sendBytes = ByteCount(8)
      call.sizes = sizes
      call.receiveSplitsAreLost = sizes == .lost
      rank.add(.kernel, lane: 2, at: 18, for: 1, call)
    }
    for kind in [EventKind.memcpy, .memset, .hostOperation, .synchronize, .poll, .hostCollective] {
      rank.add(kind, lane: 0, at: 20, for: 1, name: kind.rawValue)
    }
    rank.rank.recordsOnlyWaits = true
    rank.rank.edges = [
      EventEdge(event: 2, after: 3), EventEdge(event: 4, after: 2), EventEdge(event: 4, after: 3),
    ]
    return Trace(
      worldSize: 4,
      groups: [
        ProcessGroup(name: "0", purpose: "default_pg", ranks: [RankID(0), RankID(1)]),
        ProcessGroup(name: "ep", ranks: [RankID(3), RankID(1)]),
      ], ranks: [rank.rank], assumptions: [Assumption("code", "text")])
  }

  @Test("what is written is read")
  func roundTrip() throws {
    let trace = Self.fullTrace()
    try NativeTraceWriter.write(trace, to: directory.file("t"))
    let read = try NativeTraceReader.read(directory: directory.file("t"))
    #expect(read.worldSize == 4)
    #expect(read.groups == trace.groups)
    #expect(read.assumptions == trace.assumptions)
    let (a, b) = (trace.ranks[0], read.ranks[0])
    #expect(a.rank == b.rank && a.rankSource == b.rankSource)
    #expect(a.originNanoseconds == b.originNanoseconds)
    #expect(a.host == b.host && a.device == b.device && a.lanes == b.lanes)
    #expect(a.events == b.events && a.edges == b.edges)
    #expect(a.recordsOnlyWaits && b.recordsOnlyWaits)
    #expect(a.communications == b.communications)
    #expect(a.progress == b.progress)
    #expect(a.names == b.names)
  }

  @Test("the vocabulary of the format holds every key that is written")
  func vocabulary() throws {
    try NativeTraceWriter.write(Self.fullTrace(), to: directory.path)
    let rank = try Tool.run("zstd", ["-dc", directory.file("rank-00001.jsonl.zst")])
    let manifest = String(
      decoding: try bytes(of: directory.file("manifest.json")), as: UTF8.self)
    let keys = (rank.output + manifest).matches(of: /"([a-z_]+)":/).map { String($0.output.1) }
    #expect(Set(keys).count > 40)
    #expect(Set(keys).subtracting(NativeFormat.keys) == [])
    #expect(NativeFormat.rankSources.contains("content"))
  }

  @Test("equal traces make equal bytes")
  func deterministic() throws {
    for name in ["a", "b"] {
      try NativeTraceWriter.write(Self.fullTrace(), to: directory.file(name))
    }
    for file in ["manifest.json", "rank-00001.jsonl.zst"] {
      #expect(try bytes(of: directory.file("a/" + file)) == bytes(of: directory.file("b/" + file)))
    }
  }

  private static let manifest = """
    {"schema": "refract.trace/1", "world_size": 2, "groups": [{"name": "0", "ranks": [0, 1]}],
     "ranks": [{"rank": 0, "file": "r0", "events": 1, "origin_ns": 0,
                "lanes": [{"kind": "stream", "name": "7"}]}]}
    """
  private static let event = #"{"kind":"kernel","lane":0,"start_ns":0,"duration_ns":5,"name":"k"}"#

  private struct Refusal: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var code: Diagnostic.Code
    var manifest = NativeFormatTests.manifest
    var events = NativeFormatTests.event
    var keyPath: String?
    var line: Int?
  }

  private static func replacing(_ old: String, _ new: String) -> String {
    manifest.replacing(old, with: new)
  }

  private static let malformed: [Refusal] = [
    Refusal(
      testDescription: "a version to come", code: .unsupportedVersion,
      manifest: replacing("trace/1", "trace/2"), keyPath: "schema"),
    Refusal(
      testDescription: "an unknown key", code: .unknownKey,
      manifest: replacing("\"world_size\"", "\"x\": 1, \"world_size\""), keyPath: "x"),
    Refusal(
      testDescription: "a rank outside the job", code: .valueOutOfRange,
      manifest: replacing("\"rank\": 0", "\"rank\": 2"), keyPath: "ranks[0].rank"),
    Refusal(
      testDescription: "a group's rank outside the job", code: .valueOutOfRange,
      manifest: replacing("[0, 1]", "[0, 7]"), keyPath: "groups[0].ranks[1]"),
    Refusal(
      testDescription: "a file elsewhere", code: .valueOutOfRange,
      manifest: replacing("\"r0\"", "\"../r0\""), keyPath: "ranks[0].file"),
    Refusal(
      testDescription: "fewer events than promised", code: .truncated,
      manifest: replacing("\"events\": 1", "\"events\": 2")),
    Refusal(
      testDescription: "broken JSON", code: .malformedJSON, events: #"{"kind":"#, line: 1),
    Refusal(
      testDescription: "an unknown kind", code: .valueOutOfRange,
      events: event.replacing("kernel", with: "knell"), keyPath: "kind", line: 1),
    Refusal(
      testDescription: "a lane that is not there", code: .valueOutOfRange,
      events: event.replacing("\"lane\":0", with: "\"lane\":1"), keyPath: "lane", line: 1),
    Refusal(
      testDescription: "a negative duration", code: .valueOutOfRange,
      events: event.replacing(":5", with: ":-5"), keyPath: "duration_ns", line: 1),
    Refusal(
      testDescription: "time running backwards", code: .malformedEvent,
      manifest: replacing("\"events\": 1", "\"events\": 2"),
      events: event.replacing("\"start_ns\":0", with: "\"start_ns\":9") + "\n" + event, line: 2),
    Refusal(
      testDescription: "a launch that is none", code: .malformedEvent,
      events: event.replacing("\"name\"", with: "\"launched_by\":0,\"name\""),
      keyPath: "launched_by"),
    Refusal(
      testDescription: "splits for another group", code: .valueOutOfRange,
      events: event.replacing(
        "}", with: #","communication":{"kind":"all_to_all","group":0,"send_splits_bytes":[1]}}"#),
      keyPath: "communication.send_splits_bytes", line: 1),
  ]

  private static func call(_ words: String) -> String {
    event.replacing("}", with: #","communication":{"kind":"all_to_all","group":0,\#(words)}}"#)
  }

  private static let lost: [Refusal] = [
    Refusal(
      testDescription: "sizes from nowhere", code: .valueOutOfRange,
      events: call(#""sizes_from":"dreams""#), keyPath: "communication.sizes_from", line: 1),
    Refusal(
      testDescription: "splits that are lost and stated", code: .valueOutOfRange,
      events: call(#""send_splits_bytes":[1,2],"sizes_from":"lost""#), keyPath: "communication",
      line: 1),
    Refusal(
      testDescription: "received splits that are lost and stated", code: .valueOutOfRange,
      events: call(#""receive_splits_bytes":[1,2],"receive_splits_lost":true"#),
      keyPath: "communication", line: 1),
    Refusal(
      testDescription: "lost splits of a kind that has none", code: .valueOutOfRange,
      events: call(#""sizes_from":"lost""#).replacing("all_to_all", with: "all_reduce"),
      keyPath: "communication", line: 1),
  ]

  private static let impossible: [Refusal] = [
    Refusal(
      testDescription: "a start past 11 days", code: .valueOutOfRange,
      events: event.replacing("\"start_ns\":0", with: "\"start_ns\":1000000000000001"),
      keyPath: "start_ns", line: 1),
    Refusal(
      testDescription: "a launch in a file of no events", code: .valueOutOfRange,
      manifest: replacing("\"events\": 1", "\"events\": 0"),
      events: event.replacing("\"name\"", with: "\"launched_by\":3,\"name\""),
      keyPath: "launched_by", line: 1),
    Refusal(
      testDescription: "a call on a group of others", code: .groupUnknown,
      manifest: replacing("[0, 1]", "[1]"),
      events: event.replacing("}", with: #","communication":{"kind":"barrier","group":0}}"#),
      keyPath: "communication.group", line: 1),
    Refusal(
      testDescription: "two groups of one name", code: .valueOutOfRange,
      manifest: replacing(
        #"{"name": "0", "ranks": [0, 1]}"#,
        #"{"name": "0", "ranks": [0, 1]}, {"name": "0", "ranks": [0]}"#), keyPath: "groups[1]"),
    Refusal(
      testDescription: "an unknown key of a lane", code: .unknownKey,
      manifest: replacing("\"name\": \"7\"", "\"name\": \"7\", \"x\": 1"),
      keyPath: "ranks[0].lanes[0].x"),
  ]

  @Test(
    "what breaks the format is refused, with its place", arguments: malformed + impossible + lost)
  private func refusal(_ refusal: Refusal) throws {
    try directory.write("manifest.json", refusal.manifest)
    try directory.write("r0", refusal.events + "\n")
    let diagnostic = thrownDiagnostic { try NativeTraceReader.read(directory: directory.path) }
    #expect(diagnostic?.code == refusal.code, "\(String(describing: diagnostic))")
    #expect(diagnostic?.location?.keyPath == refusal.keyPath)
    #expect(diagnostic?.location?.line == refusal.line)
  }

  @Test("launches are named by their lines, whichever of them are left out")
  func salvagedLaunches() throws {
    let lines = [
      #"{"kind":"launch","lane":0,"start_ns":0,"duration_ns":5,"name":"l"}"#,
      #"{"kind":"launch","lane":0,"start_ns":1,"duration_ns":-5,"name":"l"}"#,
      #"{"kind":"launch","lane":0,"start_ns":2,"duration_ns":5,"name":"m"}"#,
      #"{"kind":"kernel","lane":0,"start_ns":8,"duration_ns":5,"name":"k","launched_by":2,"after":[0]}"#,
      #"{"kind":"kernel","lane":0,"start_ns":9,"duration_ns":5,"name":"k","launched_by":1,"after":[3,1]}"#,
      #"{"kind":"kernel","lane":0,"start_ns":9,"duration_ns":5,"name":"k","launched_by":0}"#,
    ]
    try directory.write(
      "manifest.json", Self.manifest.replacing("\"events\": 1", with: "\"events\": 6"))
    try directory.write("r0", lines.joined(separator: "\n"))
    #expect(
      thrownDiagnostic { try NativeTraceReader.read(directory: directory.path) }?.location?.line
        == 2)
    let trace = try NativeTraceReader.read(directory: directory.path, salvages: true)
    let events = trace.ranks[0].events
    #expect(events.indices.map { events[$0].launchedBy } == [nil, nil, 1, nil, 0])
    #expect(
      trace.ranks[0].edges == [EventEdge(event: 2, after: 0), EventEdge(event: 3, after: 2)])
    #expect(trace.isSalvaged)
    #expect(trace.log.entries.map(\.severity) == [.dataLoss])
  }

  @Test("the plain case of that table is fine")
  func accepted() throws {
    try directory.write("manifest.json", Self.manifest)
    try directory.write("r0", Self.event + "\n")
    #expect(try NativeTraceReader.read(directory: directory.path).ranks[0].events.count == 1)
  }
}
