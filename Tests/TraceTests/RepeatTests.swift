import Diagnostics
import Quantities
import TestSupport
import Testing

@testable import Trace

@Suite("Ranks that do the same as others")
struct RepeatTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private static func group(_ name: String, _ ranks: Int...) -> ProcessGroup {
    ProcessGroup(name: name, ranks: ranks.map(RankID.init(index:)))
  }

  /// Four ranks in two pairs, of which the first two are written and tell one another's pair.
  static func trace() -> Trace {
    func rank(_ number: Int) -> RankTrace {
      var rank = RankFixture(number)
      var reduce = RankFixture.allReduce(64, group: 1)
      reduce.sequence = 0
      rank.add(.kernel, lane: 1, at: 0, for: 5, reduce)
      var broadcast = Communication(kind: .broadcast, group: 1)
      broadcast.sendBytes = ByteCount(8)
      broadcast.peer = RankID(1)
      rank.add(.kernel, lane: 1, at: 5, for: 5, broadcast)
      var message = Communication(kind: number == 0 ? .send : .receive, group: 0)
      message.peer = RankID(index: 1 - number)
      rank.add(.kernel, lane: 1, at: 10, for: 5, message)
      return rank.rank
    }
    var trace = Trace(
      worldSize: 4,
      groups: [group("all", 0, 1, 2, 3), group("a", 0, 1), group("b", 2, 3), group("c", 3, 2)],
      ranks: [rank(0), rank(1)])
    trace.repeats = [
      RankRepeat(rank: RankID(2), source: RankID(0), groups: [0, 2]),
      RankRepeat(rank: RankID(3), source: RankID(1), groups: [0, 2]),
    ]
    return trace
  }

  @Test("are written by their sources and read as written")
  func roundTrip() throws {
    let trace = Self.trace()
    try NativeTraceWriter.write(trace, to: directory.file("t"))
    let manifest = String(
      decoding: try bytes(of: directory.file("t/manifest.json")), as: UTF8.self)
    #expect(manifest.contains("\"of\": 1,\n      \"ranks\": [3],\n      \"groups\": [[0, 2]]"))
    let read = try NativeTraceReader.read(directory: directory.file("t"))
    #expect(read.repeats == trace.repeats)
    #expect(TraceLikeness.difference(trace, read) == nil)
    #expect(TraceSummary(read).missingRanks.isEmpty && TraceSummary(read).repeatedRanks == 2)
  }

  @Test("scrubbing keeps them, and a trace that lacks one differs")
  func scrubbed() {
    let trace = Self.trace()
    var scrubbed = ScrubbedTrace(trace).trace
    #expect(scrubbed.repeats == trace.repeats)
    #expect(TraceLikeness.difference(trace, scrubbed) == nil)
    scrubbed.repeats[0].groups = [0, 3]
    #expect(TraceLikeness.difference(trace, scrubbed) == "which ranks do the same as others")
  }

  @Test("written out, peers lie as far away, and roots stand at the same place")
  func writtenOut() throws {
    let whole = try Self.trace().writingRepeats()
    #expect(whole.repeats.isEmpty && whole.ranks.map(\.rank.raw) == [0, 1, 2, 3])
    let third = whole.ranks[2]
    #expect(third.communications.map(\.group) == [2, 2, 0])
    #expect(third.communications.map(\.peer) == [nil, RankID(3), RankID(3)])
    #expect(whole.ranks[3].communications.map(\.peer) == [nil, RankID(3), RankID(2)])
    #expect(third.events == whole.ranks[0].events)
    let refusal = thrownDiagnostic { try Self.trace().writingRepeats(limit: 5) }
    #expect(refusal?.code == .limitExceeded)
  }

  @Test("salvaged, ranks whose source is lost are left out with it")
  func salvaged() throws {
    try NativeTraceWriter.write(Self.trace(), to: directory.file("t"))
    try directory.write("t/rank-00001.jsonl.zst", "no frame")
    let read = try NativeTraceReader.read(directory: directory.file("t"), salvages: true)
    #expect(read.ranks.map(\.rank) == [RankID(0)])
    #expect(read.repeats.map(\.rank) == [RankID(2)])
    #expect(
      read.assumptions.contains {
        $0.text.contains("ranks that did the same as one that is left out are left out with it: 1")
      })
  }

  struct Slip: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var repeats: String
    var code: Diagnostic.Code = .valueOutOfRange
    var keyPath: String
    var words: String
  }

  private static let slips = [
    Slip(
      testDescription: "an unknown key", repeats: #"[{"of": 0, "ranks": [2], "group": [[0, 2]]}]"#,
      code: .unknownKey, keyPath: "repeats[0].group", words: "'group' is not known"),
    Slip(
      testDescription: "no source", repeats: #"[{"ranks": [2], "groups": [[0, 2]]}]"#,
      code: .missingKey, keyPath: "repeats[0].of", words: "missing"),
    Slip(
      testDescription: "a source beyond the job",
      repeats: #"[{"of": 4, "ranks": [2], "groups": [[0, 2]]}]"#,
      keyPath: "repeats[0].of", words: "4 is not within 0...3"),
    Slip(
      testDescription: "a source without events",
      repeats: #"[{"of": 3, "ranks": [2], "groups": [[0, 2]]}]"#,
      keyPath: "repeats[0].of", words: "rank 3 has no events that others could share"),
    Slip(
      testDescription: "a source twice",
      repeats:
        #"[{"of": 0, "ranks": [2], "groups": [[0, 2]]}, {"of": 0, "ranks": [3], "groups": [[0, 2]]}]"#,
      code: .duplicateRank, keyPath: "repeats[1].of", words: "a second time"),
    Slip(
      testDescription: "no ranks", repeats: #"[{"of": 0, "ranks": [], "groups": []}]"#,
      keyPath: "repeats[0].ranks", words: "holds no ranks"),
    Slip(
      testDescription: "a rank beyond the job",
      repeats: #"[{"of": 0, "ranks": [2, 4], "groups": [[0, 2], [0, 2]]}]"#,
      keyPath: "repeats[0].ranks[1]", words: "4 is not within 0...3"),
    Slip(
      testDescription: "a rank twice",
      repeats: #"[{"of": 0, "ranks": [2, 2], "groups": [[0, 2], [0, 2]]}]"#, code: .duplicateRank,
      keyPath: "repeats[0].ranks[1]", words: "rank 2 stands here a second time"),
    Slip(
      testDescription: "a rank that has events",
      repeats: #"[{"of": 0, "ranks": [1], "groups": [[0, 1]]}]"#, code: .duplicateRank,
      keyPath: "repeats[0].ranks[0]", words: "rank 1 has events of its own"),
    Slip(
      testDescription: "a peer beyond the job",
      repeats: #"[{"of": 0, "ranks": [2, 3], "groups": [[0, 2], [0, 2]]}]"#,
      keyPath: "repeats[0].ranks[1]",
      words: "rank 3 would send to or receive from rank 4, and the job has 4 ranks"),
    Slip(
      testDescription: "too few lists", repeats: #"[{"of": 0, "ranks": [2], "groups": []}]"#,
      keyPath: "repeats[0].groups", words: "holds 0 lists of groups for 1 ranks"),
    Slip(
      testDescription: "too few groups", repeats: #"[{"of": 0, "ranks": [2], "groups": [[0]]}]"#,
      keyPath: "repeats[0].groups[0]", words: "holds 1 groups, and rank 0 has calls on 2"),
    Slip(
      testDescription: "a group that is not there",
      repeats: #"[{"of": 0, "ranks": [2], "groups": [[0, 4]]}]"#,
      keyPath: "repeats[0].groups[0][1]", words: "4 is not within 0...3"),
    Slip(
      testDescription: "a group of others",
      repeats: #"[{"of": 0, "ranks": [2], "groups": [[0, 1]]}]"#, code: .groupUnknown,
      keyPath: "repeats[0].groups[0][1]", words: "rank 2 is no member of group 'a'"),
    Slip(
      testDescription: "a group of another size",
      repeats: #"[{"of": 0, "ranks": [2], "groups": [[3, 2]]}]"#, code: .groupUnknown,
      keyPath: "repeats[0].groups[0][0]", words: "'c' has 2 ranks, and 'all'"),
    Slip(
      testDescription: "a group twice",
      repeats: #"[{"of": 0, "ranks": [2], "groups": [[0, 0]]}]"#, code: .groupUnknown,
      keyPath: "repeats[0].groups[0][1]", words: "'all' stands here a second time"),
    Slip(
      testDescription: "no number", repeats: #"[{"of": 0, "ranks": ["2"], "groups": [[0, 2]]}]"#,
      code: .wrongType, keyPath: "repeats[0].ranks[0]", words: "a whole number"),
    Slip(
      testDescription: "no list", repeats: #"{"of": 0}"#, code: .wrongType, keyPath: "repeats",
      words: "an array"),
  ]

  @Test("a mistake is refused with its key", arguments: slips)
  func refusal(_ slip: Slip) throws {
    var trace = Self.trace()
    trace.repeats = []
    try NativeTraceWriter.write(trace, to: directory.file("t"))
    let path = directory.file("t/manifest.json")
    let manifest = String(decoding: try bytes(of: path), as: UTF8.self)
    let changed = manifest.replacing(
      "\"assumptions\":", with: "\"repeats\": \(slip.repeats), \"assumptions\":")
    try #require(changed != manifest)
    try directory.write("t/manifest.json", changed)
    let diagnostic = thrownDiagnostic {
      try NativeTraceReader.read(directory: directory.file("t"))
    }
    #expect(diagnostic?.code == slip.code)
    #expect(diagnostic?.location?.keyPath == slip.keyPath)
    #expect(
      diagnostic?.problem.contains(slip.words) == true, "\(diagnostic?.problem ?? "nothing")")
  }

  @Test("what is known of one rank alone can't be repeated")
  func unrepeatable() throws {
    for change in [
      { $0.ranks[0].communications[0].sendSplits = [32, 32] } as (inout Trace) -> Void,
      { $0.ranks[0].communications[0].state = .started },
      { $0.ranks[0].progress = [GroupProgress(group: 0)] },
    ] {
      var trace = Self.trace()
      change(&trace)
      try NativeTraceWriter.write(trace, to: directory.file("t"))
      let diagnostic = thrownDiagnostic {
        try NativeTraceReader.read(directory: directory.file("t"))
      }
      #expect(diagnostic?.code == .valueOutOfRange)
      #expect(diagnostic?.problem.contains("rank 0 can't be repeated") == true)
      #expect(diagnostic?.location?.keyPath == "repeats[0].of")
    }
  }
}
