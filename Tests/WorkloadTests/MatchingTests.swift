import Diagnostics
import Quantities
import TestSupport
import Testing
import Trace

@testable import Workload

@Suite("Matching")
struct MatchingTests {
  private static func assemble(
    _ trace: Trace, _ change: (inout WorkloadOptions) -> Void = { _ in }
  ) throws -> Workload {
    var options = WorkloadOptions()
    change(&options)
    return try WorkloadAssembler(trace, options: options).assemble()
  }

  private static func expectFailure(
    _ code: Diagnostic.Code, _ words: [String], _ body: () throws -> Workload,
    sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) {
    let diagnostic = thrownDiagnostic(body)
    #expect(diagnostic?.code == code, sourceLocation: sourceLocation)
    for word in words {
      #expect(
        diagnostic?.problem.contains(word) == true,
        "'\(word)' in: \(diagnostic?.problem ?? "nothing")", sourceLocation: sourceLocation)
    }
  }

  private static func ranks(_ count: Int, _ body: (Int, inout RankFixture) -> Void) -> [RankFixture]
  {
    (0..<count).map { number in
      var fixture = RankFixture(number)
      body(number, &fixture)
      return fixture
    }
  }

  @Test("calls of a group meet in order, whatever the ranks' times")
  func order() throws {
    let ranks = Self.ranks(3) { number, rank in
      rank.add(.kernel, lane: 1, at: Int64(number) * 5, for: 10, RankFixture.allReduce(100))
      rank.add(.kernel, lane: 1, at: 40, for: 10, RankFixture.allReduce(200))
    }
    let workload = try Self.assemble(RankFixture.trace(ranks))
    #expect(
      workload.instances.map(\.payload) == [.buffer(ByteCount(100)), .buffer(ByteCount(200))])
    #expect(workload.instance(ofCall: 1, rank: 2) == 1)
    // The first ended at 10, 15 and 20; the last came at 10.
    #expect(
      workload.programs.map { $0.calls[0].afterLastArrival.nanosecondsRounded / 1000 }
        == [0, 5, 10])
  }

  @Test("recorded sequence numbers decide over order")
  func recordedSequence() throws {
    func call(_ bytes: Int64, _ sequence: Int64) -> Communication {
      var call = RankFixture.allReduce(bytes)
      call.sequence = sequence
      return call
    }
    let ranks = Self.ranks(2) { number, rank in
      let calls = [call(100, 7), call(200, 8)]
      for (index, call) in (number == 0 ? calls : calls.reversed()).enumerated() {
        rank.add(.kernel, lane: 1, at: Int64(index) * 20, for: 10, call)
      }
    }
    let workload = try Self.assemble(RankFixture.trace(ranks))
    #expect(workload.instances.map(\.sequence) == [7, 8])
  }

  @Test("a call that a rank lacks names group, sequence, ranks present and missing")
  func missingCall() {
    let ranks = Self.ranks(4) { number, rank in
      rank.add(.kernel, lane: 1, at: 0, for: 10, RankFixture.allReduce(100))
      if number != 2 { rank.add(.kernel, lane: 1, at: 20, for: 10, RankFixture.allReduce(100)) }
    }
    Self.expectFailure(
      .collectiveMismatch,
      ["group 'default_pg (0)'", "sequence 1", "ranks 0-1, 3", "missing on rank 2"]
    ) { try Self.assemble(RankFixture.trace(ranks)) }
  }

  @Test("different kinds in one place are named")
  func differentKinds() {
    let ranks = Self.ranks(2) { number, rank in
      var call = RankFixture.allReduce(100)
      if number == 1 { call.kind = .allGather }
      rank.add(.kernel, lane: 1, at: 0, for: 10, call)
    }
    Self.expectFailure(
      .collectiveMismatch, ["sequence 0", "all_reduce on rank 0", "all_gather on rank 1"]
    ) { try Self.assemble(RankFixture.trace(ranks)) }
  }

  @Test("different sizes are named")
  func differentSizes() {
    let ranks = Self.ranks(2) { number, rank in
      rank.add(.kernel, lane: 1, at: 0, for: 10, RankFixture.allReduce(number == 0 ? 100 : 104))
    }
    Self.expectFailure(
      .collectiveMismatch, ["rank 0 has 100 bytes", "rank 1 has 104"]
    ) { try Self.assemble(RankFixture.trace(ranks)) }
  }

  @Test("send splits must agree with the peers' receive splits")
  func splitsDisagree() {
    let ranks = Self.ranks(2) { number, rank in
      let call =
        number == 0
        ? RankFixture.allToAll(send: [10, 20], receive: [10, 30])
        : RankFixture.allToAll(send: [30, 40], receive: [21, 40])
      rank.add(.kernel, lane: 1, at: 0, for: 10, call)
    }
    Self.expectFailure(
      .collectiveMismatch, ["rank 0 sends 20 bytes to rank 1", "expects 21"]
    ) { try Self.assemble(RankFixture.trace(ranks)) }
  }

  @Test("sends meet receives, pair by pair")
  func pointToPoint() throws {
    let ranks = Self.ranks(3) { number, rank in
      func call(_ kind: CollectiveKind, _ peer: Int) -> Communication {
        var call = Communication(kind: kind, group: 0)
        call.peer = RankID(index: peer)
        call.sendBytes = ByteCount(kind == .send ? 64 : 0)
        call.receiveBytes = ByteCount(kind == .send ? 0 : 64)
        return call
      }
      if number > 0 { rank.add(.kernel, lane: 1, at: 0, for: 5, call(.receive, number - 1)) }
      if number < 2 { rank.add(.kernel, lane: 1, at: 6, for: 5, call(.send, number + 1)) }
    }
    let workload = try Self.assemble(RankFixture.trace(ranks))
    #expect(workload.instances.count == 2)
    #expect(workload.instances.allSatisfy { $0.payload == .buffer(ByteCount(64)) })
    #expect(
      Set(workload.instances.map { workload.groups[$0.group].ranks.map(\.raw) }) == [
        [0, 1], [1, 2],
      ])
  }

  @Test("a send without a peer is refused, not taken for a collective")
  func sendWithoutPeer() {
    let ranks = Self.ranks(2) { _, rank in
      rank.add(.kernel, lane: 1, at: 0, for: 5, Communication(kind: .send, group: 0))
    }
    Self.expectFailure(.collectiveMismatch, ["send does not say its peer"]) {
      try Self.assemble(RankFixture.trace(ranks))
    }
  }

  @Test("ranks that route their tokens differently are refused")
  func differentRouting() {
    let ranks = Self.ranks(2) { number, rank in
      var call = Communication(kind: .allToAll, group: 0)
      call.routing = TokenRouting(
        direction: .dispatch, tokens: Int64(number), tokenBytes: 1, expertsPerToken: 1, experts: 2)
      rank.add(.kernel, lane: 1, at: 0, for: 5, call)
    }
    Self.expectFailure(.collectiveMismatch, ["differently"]) {
      try Self.assemble(RankFixture.trace(ranks))
    }
  }

  @Test("the last step is the last that all ranks have")
  func commonStep() throws {
    let ranks = Self.ranks(2) { number, rank in
      for step in 0..<(number == 0 ? 2 : 3) {
        let start = Int64(step) * 100
        rank.add(.step, lane: 0, at: start, for: 90, name: "ProfilerStep#\(step)")
        rank.add(
          .kernel, lane: 1, at: start + 5, for: 10, RankFixture.allReduce(Int64(100 + step)))
      }
    }
    let workload = try Self.assemble(RankFixture.trace(ranks))
    #expect(workload.instances.map(\.payload) == [.buffer(ByteCount(101))])
  }

  @Test("extrapolated groups meet the like of traced ranks, whatever these are called")
  func extrapolatedGroups() throws {
    let members: [[Int32]] = [[0, 1], [2, 3]]
    let ranks = [0, 2].map { number -> RankFixture in
      var rank = RankFixture(number)
      rank.add(.kernel, lane: 1, at: 0, for: 5, RankFixture.allReduce(8, group: number / 2))
      return rank
    }
    let trace = Trace(
      worldSize: 4,
      groups: zip(["ep", "ep@2"], members).map { name, ranks in
        ProcessGroup(name: name, ranks: ranks.map { RankID($0) })
      }, ranks: ranks.map(\.rank))
    let workload = try Self.assemble(trace) { $0.extrapolation = Extrapolation() }
    #expect(workload.groups.map(\.name).sorted() == ["ep", "ep@2"])
    #expect(workload.instances.count == 2)
  }

  @Test("missing ranks are refused, and filled in when asked")
  func extrapolation() throws {
    let ranks = Self.ranks(1) { _, rank in
      rank.add(
        .kernel, lane: 1, at: 0, for: 10,
        RankFixture.allToAll(send: [10, 20, 30, 40], receive: [10, 25, 25, 25]))
    }
    let trace = RankFixture.trace(ranks, worldSize: 4)
    Self.expectFailure(.ranksMissing, ["4 ranks", "ranks 1-3"]) { try Self.assemble(trace) }
    let balanced = try Self.assemble(trace) { $0.extrapolation = Extrapolation() }
    #expect(balanced.programOfRank == [0, 0, 0, 0])
    #expect(
      balanced.instances[0].payload
        == .matrix(.rows([[10, 20, 30, 40]] + Array(repeating: [25, 25, 25, 25], count: 3))))
    let rotated = try Self.assemble(trace) {
      $0.extrapolation = Extrapolation(splits: .rotated)
    }
    #expect(
      rotated.instances[0].payload
        == .matrix(
          .rows([[10, 20, 30, 40], [40, 10, 20, 30], [30, 40, 10, 20], [20, 30, 40, 10]])))
    #expect(rotated.assumptions.contains { $0.code == "extrapolated" })
  }

  @Test("rotation starts from where the source stands in its own group, roots move along")
  func counterpartRowsAndRoots() throws {
    var rank = RankFixture(1)
    rank.add(
      .kernel, lane: 1, at: 0, for: 5, RankFixture.allToAll(send: [1, 2], receive: [1, 2]))
    var broadcast = Communication(kind: .broadcast, group: 0)
    broadcast.sendBytes = ByteCount(8)
    broadcast.peer = RankID(1)
    rank.add(.kernel, lane: 1, at: 10, for: 5, broadcast)
    let trace = Trace(
      worldSize: 4,
      groups: [ProcessGroup(name: "0", purpose: "ep", ranks: [RankID(0), RankID(1)])],
      ranks: [rank.rank])
    let workload = try Self.assemble(trace) { $0.extrapolation = Extrapolation(splits: .rotated) }
    #expect(
      workload.instances.map(\.payload) == [
        .matrix(.rows([[2, 1], [1, 2]])), .buffer(ByteCount(8)),
        .matrix(.rows([[2, 1], [1, 2]])), .buffer(ByteCount(8)),
      ])
    #expect(workload.instances.map(\.root) == [nil, 1, nil, 1])
  }

  @Test("members that name different roots are refused")
  func differentRoots() {
    let ranks = Self.ranks(2) { number, rank in
      var call = Communication(kind: .broadcast, group: 0)
      call.peer = RankID(index: number)
      rank.add(.kernel, lane: 1, at: 0, for: 5, call)
    }
    Self.expectFailure(.collectiveMismatch, ["rank 0 names rank 0 as the root", "rank 1"]) {
      try Self.assemble(RankFixture.trace(ranks))
    }
  }

  @Test("ranks take programs of their tensor-parallel and pipeline position")
  func sources() throws {
    // 8 ranks, TP 2, PP 2: stages 0-3 and 4-7.
    let sources = try RankSources(
      worldSize: 8, traced: [0, 1, 4, 5].map { RankID($0) },
      extrapolation: Extrapolation(tensorParallel: 2, pipelineParallel: 2))
    #expect(sources.programOfRank == [0, 1, 0, 1, 2, 3, 2, 3])
    #expect(throws: Diagnostic.self) {
      try RankSources(
        worldSize: 8, traced: [RankID(0)], extrapolation: Extrapolation(pipelineParallel: 2))
    }
  }

  @Test("counterparts of groups follow the group's stride and size")
  func counterparts() {
    func group(_ ranks: [Int32]) -> ProcessGroup {
      ProcessGroup(name: "g", ranks: ranks.map { RankID($0) })
    }
    func at(_ rank: Int32, _ ranks: [Int32]) -> [Int32]? {
      counterpart(of: group(ranks), source: RankID(ranks[0]), at: RankID(rank))?.map(\.raw)
    }
    #expect(at(2, [0, 1]) == [2, 3])
    #expect(at(3, [0, 1]) == [2, 3])
    #expect(at(5, [0, 4]) == [1, 5])
    #expect(at(11, [0, 2, 4, 6]) == [9, 11, 13, 15])
    #expect(at(3, [0, 1, 5]) == nil)
    #expect(at(3, [3]) == [3])
    #expect(at(4, [3]) == [4])
  }

  @Test("lists of ranks read as people write them")
  func lists() {
    #expect(rankList([RankID(3)]) == "rank 3")
    #expect(rankList([5, 0, 1, 2].map { RankID($0) }) == "ranks 0-2, 5")
  }
}
