import Diagnostics
import Quantities
import TestSupport
import Testing

@testable import Trace

@Suite("Scrubbing")
struct ScrubbingTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Two ranks of hosts that have been up for different times, with a word for everything.
  private static func trace() -> Trace {
    let ranks = [0, 1].map { number in
      var rank = RankFixture(number, streams: 2)
      rank.rank.originNanoseconds = number == 0 ? 1_716_884_221_123_456_789 : 77_000_000_000
      rank.rank.host = "gpu-\(number).acme.example"
      rank.rank.device = "NVIDIA H800"
      rank.rank.rankSource = "acme's launcher"
      rank.rank.lanes[0].name = "/home/alice/train.py: worker"
      rank.add(.step, lane: 0, at: 0, for: 100, name: "ProfilerStep#41")
      let launch = rank.add(.launch, lane: 0, at: 1, for: 2, name: "cudaLaunchKernel")
      rank.add(.hostOperation, lane: 0, at: 4, for: 2, name: "train.py(7): forward \"secret\"")
      let both =
        number == 0 ? ["acme_gemm<80>", "acme_softmax"] : ["acme_softmax", "acme_gemm<80>"]
      rank.add(.kernel, lane: 1, at: 5, for: 10, name: both[0], launchedBy: launch)
      rank.add(.kernel, lane: 1, at: 16, for: 1, name: both[1])
      var call = RankFixture.allReduce(1 << 20, group: 1)
      call.label = "acme fused reduction"
      call.assumedBy = "acme-rules"
      rank.add(.kernel, lane: 2, at: 18, for: 3, name: "ncclDevKernel_AllReduce", call)
      var known = RankFixture.allReduce(1 << 20, group: 0)
      known.label = "combine"
      rank.add(.kernel, lane: 2, at: 22, for: 3, name: "acme_gemm<80>", known)
      return rank.rank
    }
    let members = [RankID(0), RankID(1)]
    return Trace(
      worldSize: 2,
      groups: [
        ProcessGroup(name: "expert parallel of Acme@0", purpose: "expert parallel", ranks: members),
        ProcessGroup(name: "acme dense@4711", purpose: "expert parallel", ranks: members),
        ProcessGroup(name: "acme dense:tail:1", ranks: members),
      ], ranks: ranks,
      assumptions: [
        Assumption("world-size", "as alice said"), Assumption("acme", "secret of alice"),
        Assumption("flight-recorder", "calls only"),
      ])
  }

  @Test("names become a word and a number, the same the same one on all ranks")
  func names() {
    let scrubbed = ScrubbedTrace(Self.trace()).trace
    let names = scrubbed.ranks.map { rank in
      rank.events.indices.map { rank.names[rank.events[$0].name] }
    }
    #expect(
      names[0] == [
        "step 41", "launch 0", "host work 0", "compute 0", "compute 1", "all_reduce 0", "compute 0",
      ])
    #expect(
      names[1] == [
        "step 41", "launch 0", "host work 0", "compute 1", "compute 0", "all_reduce 0", "compute 0",
      ])
    let rank = scrubbed.ranks[1]
    #expect(rank.host == "host 1" && rank.device == nil && rank.rankSource == "manifest")
    #expect(rank.lanes.map(\.label) == ["thread 0", "stream 0", "stream 1"])
    #expect(rank.communications.map(\.label) == ["label 0", "combine"])
    #expect(rank.communications.map(\.assumedBy) == ["rules 0", nil])
    #expect(rank.steps.map(\.number) == [41])
  }

  @Test("groups that belong together still do")
  func groups() {
    let groups = ScrubbedTrace(Self.trace()).trace.groups
    // 0 is a rank, 4711 is none of this job.
    #expect(groups.map(\.name) == ["g0@0", "g1@2", "g1:x0:x1"])
    #expect(groups.map(\.purpose) == ["p0", "p0", ""])
    #expect(groups.map(\.family) == ["p0", "p0", "g1"])
    var trace = Self.trace()
    trace.groups[0].name = "expert parallel@1"
    #expect(ScrubbedTrace(trace).trace.groups[0].name == "p0@1")
  }

  @Test("clocks keep what lies between them, and no date")
  func clocks() {
    let day: Int64 = 86_400_000_000_000
    let gap = Int64(NeutralClocks.gap)
    func origins(_ recorded: [Int64]) -> [Int64] {
      NeutralClocks.origins(
        recorded.map { RankTrace(rank: RankID(0), rankSource: "", originNanoseconds: $0) })
    }
    #expect(origins([1_716_884_221_000_000_007, 1_716_884_221_000_000_000]) == [7, 0])
    // Clocks that count from boot: that they differ stays, by how much goes.
    #expect(origins([900 * day, 5, 900 * day + 3]) == [gap, 0, gap + 3])
    #expect(origins([.max, .min]) == [gap, 0])
    #expect(origins(origins([.max, 0, 3, .min])) == origins([.max, 0, 3, .min]))
  }

  @Test("assumptions keep their codes where these are known, and lose their words")
  func assumptions() {
    let assumptions = ScrubbedTrace(Self.trace()).trace.assumptions
    #expect(assumptions.map(\.code) == ["world-size", "assumed", "flight-recorder"])
    #expect(assumptions.allSatisfy { !$0.text.isEmpty && !$0.text.contains("alice") })
  }

  @Test("scrubbing what is scrubbed changes nothing, and has nothing to hide")
  func idempotent() throws {
    let once = ScrubbedTrace(Self.trace())
    let twice = ScrubbedTrace(once.trace)
    #expect(!once.secrets.isEmpty && twice.secrets.isEmpty && twice.counts.isEmpty)
    try NativeTraceWriter.write(once.trace, to: directory.file("a"))
    try NativeTraceWriter.write(twice.trace, to: directory.file("b"))
    for file in ["manifest.json", "rank-00000.jsonl.zst", "rank-00001.jsonl.zst"] {
      #expect(try bytes(of: directory.file("a/" + file)) == bytes(of: directory.file("b/" + file)))
    }
  }

  @Test("what is written differs in names alone, and a look for all of them finds none")
  func clean() throws {
    let scrubbed = ScrubbedTrace(Self.trace())
    try NativeTraceWriter.write(scrubbed.trace, to: directory.path)
    let read = try NativeTraceReader.read(directory: directory.path)
    #expect(TraceLikeness.difference(Self.trace(), read) == nil)
    let search = SecretSearch(scrubbed.secrets)
    #expect(search.count > 20)
    try search.check(directory: directory.path, shownAs: "t")
  }

  private static let changes: [(String, @Sendable (inout Trace) -> Void)] = [
    ("the number of ranks", { $0.worldSize = 3 }),
    ("the members of groups", { $0.groups[1].ranks.reverse() }),
    ("the traced ranks", { $0.ranks.removeLast() }),
    ("which names groups share", { $0.groups[1].name = $0.groups[0].name }),
    ("what groups are for", { $0.groups[0].purpose = "" }),
    ("which ranks share a host", { $0.ranks[1].host = $0.ranks[0].host }),
    ("rank 0: its lanes", { $0.ranks[0].lanes[1].kind = .thread }),
    ("rank 0: how far it had come", { $0.ranks[0].progress = [GroupProgress(group: 0)] }),
    ("rank 0: recorded dependencies", { $0.ranks[0].edges = [EventEdge(event: 4, after: 3)] }),
    ("rank 0: whether times were made up", { $0.ranks[0].isScheduled = true }),
    (
      "rank 1: event 3",
      {
        $0.ranks[1].change(3) { event, _ in event.duration += .nanoseconds(1) }
      }
    ),
    (
      "rank 1: which events have the name of event 4",
      { $0.ranks[1].change(4) { event, rank in event.name = rank.events[3].name } }
    ),
    ("rank 1: the call of event 5", { $0.ranks[1].communications[0].sendBytes = ByteCount(7) }),
    ("rank 1: the call of event 6", { $0.ranks[1].communications[1].label = nil }),
    ("rank 1: the marks of steps", { $0.ranks[1].change(0) { $0.name = $1.events[1].name } }),
  ]

  @Test("a difference besides names is found and named", arguments: changes.indices)
  func likeness(_ index: Int) {
    let (words, change) = Self.changes[index]
    var changed = ScrubbedTrace(Self.trace()).trace
    change(&changed)
    #expect(TraceLikeness.difference(Self.trace(), changed) == words)
  }

  // MARK: The search

  private struct Find: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var secret: Secret
    var name: String
    var isFound = true
  }

  private static let finds = [
    Find(testDescription: "whole", secret: Secret("acme_gemm<80>", .event), name: "acme_gemm<80>"),
    Find(
      testDescription: "a word of it", secret: Secret("void acme<float>", .event), name: "x acme 7"),
    Find(testDescription: "in capitals", secret: Secret("acme", .host), name: "ACME"),
    Find(
      testDescription: "with quotes", secret: Secret("a \"b\" secret", .event), name: "\"b\" Secret"
    ),
    Find(
      testDescription: "a date", secret: Secret("1716884221123456789", .date),
      name: "at 1716884221123456789"),
    Find(
      testDescription: "digits within others", secret: Secret("716884221123", .date),
      name: "at 1716884221123456789", isFound: false),
    Find(
      testDescription: "digits that are forbidden", secret: Secret("71688", .forbidden),
      name: "at 1716884221123456789"),
    Find(
      testDescription: "few digits", secret: Secret("4711", .lane), name: "4711", isFound: false),
    Find(testDescription: "few letters", secret: Secret("ep", .group), name: "ep", isFound: false),
    Find(testDescription: "few that are forbidden", secret: Secret("eq", .forbidden), name: "xEQx"),
    Find(
      testDescription: "words of the format", secret: Secret("send_bytes: launch", .event),
      name: "send_bytes: launch", isFound: false),
    Find(
      testDescription: "a neutral name", secret: Secret("compute 12", .event), name: "compute 12",
      isFound: false),
    Find(testDescription: "beyond ASCII", secret: Secret("größe", .event), name: "größe"),
  ]

  @Test("secrets are found in compressed files, and what tells nothing is passed", arguments: finds)
  private func search(_ find: Find) throws {
    var rank = RankFixture(0)
    for time in 0..<100 { rank.add(.kernel, lane: 1, at: Int64(time), for: 1, name: "compute 0") }
    rank.add(.kernel, lane: 1, at: 100, for: 1, name: find.name)
    try NativeTraceWriter.write(RankFixture.trace([rank]), to: directory.path)
    let diagnostic = thrownDiagnostic {
      try SecretSearch([find.secret]).check(directory: directory.path, shownAs: "out")
    }
    #expect((diagnostic?.code == .secretRemains) == find.isFound)
    guard find.isFound else { return }
    #expect(diagnostic?.location == SourceLocation(file: "out/rank-00000.jsonl.zst", line: 101))
    #expect(diagnostic?.problem.contains("'\(find.secret.text)'") == true)
  }

  @Test("secrets are found in the names of files")
  func fileNames() throws {
    try directory.write("acme.txt", "nothing")
    let diagnostic = thrownDiagnostic {
      try SecretSearch([Secret("acme", .path)]).check(directory: directory.path, shownAs: "out")
    }
    #expect(diagnostic?.location == SourceLocation(file: "out/acme.txt"))
  }
}

extension RankTrace {
  fileprivate mutating func change(
    _ place: Int, _ body: (inout TraceEvent, RankTrace) -> Void
  ) {
    let whole = self
    events = EventTable()
    for index in whole.events.indices {
      var event = whole.events[index]
      if index == place { body(&event, whole) }
      events.append(event)
    }
  }
}
