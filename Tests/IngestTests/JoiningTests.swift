import Diagnostics
import Quantities
import TestSupport
import Testing
import Trace

@testable import Ingest

/// Several files of one rank are one capture: what one lacks another states, or nobody does.
@Suite("Joining")
struct JoiningTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  // MARK: A job of 64 ranks with skewed splits

  private static let count = 64
  /// Rows that rank i sends to rank j, in a call.
  private static func rows(_ i: Int, _ j: Int, call: Int) -> Int { (i * 7 + j * 3 + call) % 5 + 1 }

  private static func send(_ rank: Int, call: Int) -> [Int] {
    (0..<count).map { rows(rank, $0, call: call) }
  }

  private static func receive(_ rank: Int, call: Int) -> [Int] {
    (0..<count).map { rows($0, rank, call: call) }
  }

  /// How a profiler writes a list of 64.
  enum Cut: String, CaseIterable, Sendable {
    case quoted, unquoted, unquotedWithComma

    func text(_ list: [Int]) -> String {
      let shown = list.prefix(30).map(String.init).joined(separator: ", ")
      return switch self {
      case .quoted: "\"[\(shown), ...]\""
      case .unquoted: "[\(shown), ...]"
      case .unquotedWithComma: "[\(shown), ..., ]"
      }
    }
  }

  private static func ranks(_ cut: Cut) -> String { cut.text(Array(0..<count)) }

  /// Two calls of 4-byte rows, and an all-reduce before them.
  private static func kineto(_ rank: Int, _ cut: Cut) -> String {
    var fixture = KinetoFixture()
    let all = (0..<count).map(String.init).joined(separator: ", ")
    fixture.header =
      #""distributedInfo": {"rank": \#(rank), "world_size": \#(count), "pg_config": [{"pg_name": "#
      + #""0", "pg_desc": "default_pg", "ranks": [\#(all)]}]}"#
    fixture.kernel(
      1, at: 0, for: 5,
      extra: #", "Collective name": "allreduce", "dtype": "Float", "In msg nelems": 9, "#
        + #""Out msg nelems": 9, "Process Group Name": "0", "Process Group Ranks": \#(ranks(cut))"#)
    for call in 0..<2 {
      let (sent, received) = (send(rank, call: call), receive(rank, call: call))
      fixture.kernel(
        2 + call, at: 10 + Double(call) * 10, for: 5,
        extra: #", "Collective name": "all_to_allv", "dtype": "Float", "#
          + #""In msg nelems": \#(sent.reduce(0, +)), "Out msg nelems": \#(received.reduce(0, +)), "#
          + #""Process Group Name": "0", "In split size": \#(cut.text(sent)), "#
          + #""Out split size": \#(cut.text(received))"#)
    }
    return fixture.text
  }

  private static func executionTrace(_ rank: Int, changed: Bool = false) -> String {
    var fixture = ExecutionTraceFixture(rank: rank, worldSize: count)
    fixture.call("allreduce", send: 9, receive: 9)
    for call in 0..<2 {
      let (sent, received) = (send(rank, call: call), receive(rank, call: call))
      fixture.call(
        "all_to_allv", send: sent.reduce(changed ? 1 : 0, +), receive: received.reduce(0, +),
        sendSplits: "\(sent)", receiveSplits: "\(received)")
    }
    return fixture.text
  }

  private func allToAlls(_ trace: Trace, rank: Int = 0) -> [Communication] {
    trace.ranks[rank].communications.filter { $0.kind == .allToAll }
  }

  @Test("64 splits cut to 30 are recognised, quoted or not", arguments: Cut.allCases)
  func recognised(_ cut: Cut) throws {
    let trace = try Ingestor().ingest([
      directory.write("rank3.json", Self.kineto(3, cut))
    ])
    #expect(trace.ranks[0].communications.count == 3)
    for call in allToAlls(trace) {
      #expect(call.sizes == .lost && call.receiveSplitsAreLost)
      #expect(call.sendSplits == nil && call.receiveSplits == nil)
    }
    #expect(trace.groups.map(\.ranks.count) == [64])
    #expect(trace.log.entries.map(\.code) == [.splitsLost])
  }

  @Test("the execution trace has them whole", arguments: Cut.allCases)
  func recovered(_ cut: Cut) throws {
    try directory.write("kineto_rank3.json", Self.kineto(3, cut))
    try directory.write("et_rank3.json", Self.executionTrace(3))
    let trace = try Ingestor().ingest([directory.path])
    #expect(trace.ranks.count == 1 && trace.log.entries.isEmpty)
    for (number, call) in allToAlls(trace).enumerated() {
      #expect(call.sizes == .recovered(from: .executionTrace))
      #expect(call.sendSplits == Self.send(3, call: number).map { Int64($0) * 4 })
      #expect(call.receiveSplits == Self.receive(3, call: number).map { Int64($0) * 4 })
      #expect(!call.receiveSplitsAreLost)
    }
    #expect(trace.ranks[0].communications[0].sizes == .recorded)
  }

  @Test("a file that does not fit gives nothing, and that is said")
  func misfit() throws {
    try directory.write("kineto_rank3.json", Self.kineto(3, .quoted))
    try directory.write("et_rank3.json", Self.executionTrace(3, changed: true))
    // Sums that rows don't divide are damage; a size that divides and differs is a misfit.
    #expect(
      thrownDiagnostic { try Ingestor().ingest([directory.path]) }?.code == .valueOutOfRange)
    try directory.write("et_rank3.json", Self.executionTrace(3).replacing("Float", with: "Double"))
    let trace = try Ingestor().ingest([directory.path])
    #expect(allToAlls(trace).allSatisfy { $0.sizes == .lost })
    #expect(trace.log.entries.map(\.code) == [.collectiveMismatch, .splitsLost])
    #expect(
      trace.log.entries[0].problem.contains("nothing is taken from it: the capture has 1 calls"))
  }

  @Test("a file of more steps fits where only one place does")
  func shifted() throws {
    func alignment(_ own: [Int64], _ other: [Int64]) -> [Int?]? {
      func calls(_ sizes: [Int64]) -> [CallAlignment.Call] {
        sizes.map { CallAlignment.Call(communication: RankFixture.allReduce($0), group: "0") }
      }
      return try? CallAlignment(calls(own), calls(other)).places
    }
    #expect(alignment([1, 2], [1, 2]) == [0, 1])
    #expect(alignment([1, 2], [9, 1, 2, 9]) == [1, 2])
    #expect(alignment([1, 2], [1, 2, 1, 2]) == nil)
    #expect(alignment([1, 2], [1]) == nil)
    #expect(alignment([1, 2], [2, 1]) == nil)
    #expect(alignment([], [1]) == [])
  }

  @Test("one Kineto file and one execution trace of a rank are no rank twice; two of a kind are")
  func duplicates() throws {
    let first = try directory.write("kineto_rank3.json", Self.kineto(3, .quoted))
    let second = try directory.write("et_rank3.json", Self.executionTrace(3))
    #expect(try Ingestor().ingest([second, first]).ranks.count == 1)
    let again = try directory.write("et_rank3_again.json", Self.executionTrace(3))
    let twice = thrownDiagnostic { try Ingestor().ingest([again, first, second]) }
    #expect(twice?.code == .duplicateRank && twice?.location?.file == again)
  }

  @Test("the order of files decides nothing")
  func order() throws {
    let paths = try [
      directory.write("kineto_rank3.json", Self.kineto(3, .quoted)),
      directory.write("et_rank3.json", Self.executionTrace(3)),
      directory.write("et_rank5.json", Self.executionTrace(5)),
    ]
    for (number, order) in [paths, paths.reversed()].enumerated() {
      try NativeTraceWriter.write(
        Ingestor().ingest(order), to: directory.file("out\(number)"))
    }
    for file in ["manifest.json", "rank-00003.jsonl.zst", "rank-00005.jsonl.zst"] {
      #expect(
        try bytes(of: directory.file("out0/" + file)) == bytes(of: directory.file("out1/" + file)))
    }
  }

  // MARK: The capture kit

  /// A capture of ranks 3 and 5, as the kit writes one.
  private func writeKit(cutSplitsOf rank: Int? = nil) throws {
    let all = (0..<Self.count).map(String.init).joined(separator: ", ")
    let entries = [3, 5].map {
      #"{"rank": \#($0), "host": "node\#($0)", "process": 1, "device": "GPU", "clocks": [], "#
        + #""files": ["kineto_rank\#($0).json", "et_rank\#($0).json", "splits_rank\#($0).jsonl"], "#
        + #""groups": []}"#
    }
    try directory.write(
      "capture.json",
      #"{"schema": "refract.capture/1", "world_size": 64, "captured_ranks": [3, 5], "#
        + #""missing_ranks": [9], "backend": "nccl", "steps": [20], "versions": {}, "model": {}, "#
        + #""layout": {"ep": 64}, "groups": [{"name": "0", "purpose": "default_pg", "ranks": "#
        + #"[\#(all)]}], "ranks": [\#(entries.joined(separator: ", "))]}"#)
    for rank in [3, 5] {
      try directory.write("kineto_rank\(rank).json", Self.kineto(rank, .quoted))
      let lines = (0..<2).map { call in
        #"{"step": 20, "rank": \#(rank), "group": "0", "call": \#(call), "send_splits_bytes": "#
          + "\(Self.send(rank, call: call).map { $0 * 4 }), \"receive_splits_bytes\": "
          + "\(Self.receive(rank, call: call).map { $0 * 4 })}"
      }
      try directory.write(
        "splits_rank\(rank).jsonl", lines.joined(separator: "\n") + "\n")
    }
  }

  @Test("a kit's directory is one trace: splits, hosts and groups from where they stand best")
  func kit() throws {
    try writeKit()
    try directory.write("et_rank3.json", Self.executionTrace(3))
    let trace = try Ingestor().ingest([directory.path])
    #expect(trace.ranks.map(\.rank.raw) == [3, 5])
    #expect(trace.ranks.map(\.host) == ["node3", "node5"])
    for (rank, number) in [(0, 3), (1, 5)] {
      let calls = allToAlls(trace, rank: rank)
      #expect(calls.map(\.sizes) == [.recovered(from: .splitsFile), .recovered(from: .splitsFile)])
      #expect(calls[1].sendSplits == Self.send(number, call: 1).map { Int64($0) * 4 })
    }
    #expect(trace.log.entries.map(\.code) == [.ranksMissing])
    #expect(trace.log.entries[0].problem.contains("rank 9"))
  }

  @Test("a rank without all-to-alls has a splits file without lines")
  func emptySplits() throws {
    try writeKit()
    let empty = try directory.write("empty", "")
    _ = try Tool.run("zstd", ["-q", "--rm", empty, "-o", directory.file("splits_rank7.jsonl.zst")])
    #expect(try Ingestor().ingest([directory.path]).ranks.count == 2)
  }

  @Test("what was joined is written and read as it is")
  func roundTrip() throws {
    try writeKit()
    try directory.write("et_rank3.json", Self.executionTrace(3))
    try directory.write("et_rank6.json", Self.executionTrace(6))
    try directory.write("kineto_rank7.json", Self.kineto(7, .unquoted))
    let trace = try Ingestor().ingest([directory.path])
    #expect(Set(trace.ranks.flatMap(\.communications).map(\.sizes.word)).count == 3)
    let output = try TemporaryDirectory()
    try NativeTraceWriter.write(trace, to: output.path)
    let again = try Ingestor().ingest([output.path])
    #expect(again.worldSize == trace.worldSize && again.groups == trace.groups)
    #expect(again.assumptions == trace.assumptions)
    for (read, written) in zip(again.ranks, trace.ranks) {
      #expect(read.rank == written.rank && read.rankSource == written.rankSource)
      #expect(read.originNanoseconds == written.originNanoseconds && read.host == written.host)
      #expect(read.lanes == written.lanes && read.communications == written.communications)
      #expect(
        read.events.indices.map { read.events[$0].start }
          == written.events.indices.map { written.events[$0].start })
    }
  }
}
