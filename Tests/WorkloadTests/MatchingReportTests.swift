import Diagnostics
import Quantities
import TestSupport
import Testing
import Trace

@testable import Workload

@Suite("Matching report")
struct MatchingReportTests {
  /// A trace of ranks in one group of all; each body adds calls.
  private static func report(
    _ count: Int, worldSize: Int? = nil, _ body: (Int, inout RankFixture) -> Void
  ) -> MatchingReport {
    MatchingReport(trace(count, worldSize: worldSize, body))
  }

  private static func trace(
    _ count: Int, worldSize: Int? = nil, _ body: (Int, inout RankFixture) -> Void
  ) -> Trace {
    RankFixture.trace(
      (0..<count).map { number in
        var fixture = RankFixture(number)
        body(number, &fixture)
        return fixture
      }, worldSize: worldSize)
  }

  private static func reduce(
    _ sequence: Int64?, _ state: CallState = .completed, group: Int = 0
  ) -> Communication {
    var call = RankFixture.allReduce(100, group: group)
    call.sequence = sequence
    call.state = state
    return call
  }

  private static func pair(
    _ kind: CollectiveKind, _ peer: Int, _ bytes: Int64 = 8, _ state: CallState = .completed
  ) -> Communication {
    var call = Communication(kind: kind, group: 0)
    call.peer = RankID(index: peer)
    call.sendBytes = ByteCount(kind == .send ? bytes : 0)
    call.receiveBytes = ByteCount(kind == .send ? 0 : bytes)
    call.state = state
    return call
  }

  private static func add(_ calls: [Communication], to rank: inout RankFixture) {
    for (index, call) in calls.enumerated() {
      rank.add(.kernel, lane: 1, at: Int64(index) * 10, for: 5, call)
    }
  }

  @Test("where all is there, nothing diverges")
  func complete() {
    let report = Self.report(3) { _, rank in Self.add([Self.reduce(4), Self.reduce(5)], to: &rank) }
    let group = report.groups[0]
    #expect(group.isNumbered && group.callCount == 6 && group.instances.count == 2)
    #expect(group.completeCount == 2 && group.partialCount == 0)
    #expect(group.firstDivergence == nil && group.missing.isEmpty)
    #expect(report.disagreements.isEmpty && report.hang == nil && report.openCalls == 0)
  }

  @Test("a ring that lost its oldest entries is aligned by number, and its rank has gone by")
  func ring() {
    let report = Self.report(2) { number, rank in
      Self.add((number == 0 ? 3...6 : 5...6).map { Self.reduce($0) }, to: &rank)
    }
    let group = report.groups[0]
    #expect(group.instances.map(\.sequence) == [3, 4, 5, 6])
    #expect(group.completeCount == 2 && group.partialCount == 2)
    #expect(group.instances[0].passed == [RankID(1)] && group.instances[0].absent.isEmpty)
    #expect(group.firstDivergence == nil)
  }

  @Test("of flight recorders, what all rings hold is replayed, and the rest counted")
  func ringReplay() throws {
    var trace = Self.trace(2) { number, rank in
      Self.add((number == 0 ? 3...6 : 5...6).map { Self.reduce($0) }, to: &rank)
    }
    func refusal() -> Diagnostic? {
      thrownDiagnostic { try WorkloadAssembler(trace, options: .init()).assemble() }
    }
    #expect(refusal()?.code == .collectiveMismatch)
    trace.assumptions = [Assumption("flight-recorder", "as flight recorders read")]
    let workload = try WorkloadAssembler(trace, options: .init()).assemble()
    #expect(workload.instances.map(\.sequence) == [5, 6])
    #expect(
      workload.assumptions.first { $0.code == "ring" }?.text
        == "calls that the flight recorders' rings no longer hold on all members are left out: 2")
  }

  @Test("a number that is missing in the middle or at the end was never called")
  func gap() {
    let report = Self.report(2) { number, rank in
      Self.add((number == 0 ? [3, 4, 5, 6] : [3, 5]).map { Self.reduce($0) }, to: &rank)
    }
    let group = report.groups[0]
    #expect(group.firstDivergence?.sequence == 4 && group.missing == [RankID(1)])
    #expect(group.instances.filter { !$0.absent.isEmpty }.map(\.sequence) == [4, 6])
  }

  @Test("without numbers order decides")
  func order() {
    let report = Self.report(2) { number, rank in
      Self.add((0..<(number == 0 ? 3 : 2)).map { _ in Self.reduce(nil) }, to: &rank)
    }
    let group = report.groups[0]
    #expect(!group.isNumbered && group.instances.count == 3)
    #expect(group.firstDivergence?.sequence == 2 && group.missing == [RankID(1)])
  }

  @Test("rows are held against columns: which pair, which bytes")
  func pairsOfAllToAll() {
    let report = Self.report(3) { number, rank in
      var receive: [Int64] = [1, 2, 3].map { $0 * 10 }
      if number == 2 { receive[1] = 7 }
      let send = [Int64](repeating: Int64(number + 1) * 10, count: 3)
      Self.add([RankFixture.allToAll(send: send, receive: receive)], to: &rank)
    }
    #expect(report.disagreements.count == 1)
    let found = report.disagreements.first
    #expect(found?.subject == .pair && found?.ranks == [RankID(1), RankID(2)])
    #expect(found?.bytes == [20, 7] && found?.more == 0)
    #expect(found?.text == "rank 1 sends 20 bytes to rank 2, which expects 7")
  }

  @Test("without splits, what goes in must come out")
  func totals() {
    let report = Self.report(2) { number, rank in
      var call = Communication(kind: .allToAll, group: 0)
      call.sendBytes = ByteCount(number == 0 ? 10 : 20)
      call.receiveBytes = ByteCount(15)
      Self.add([call], to: &rank)
      call.receiveBytes = ByteCount(16)
      rank.add(.kernel, lane: 1, at: 90, for: 5, call)
    }
    #expect(report.disagreements.map(\.subject) == [.total])
    #expect(report.disagreements[0].sequence == 1 && report.disagreements[0].bytes == [30, 32])
  }

  @Test("kinds, sizes and roots are told apart")
  func subjects() {
    let report = Self.report(2) { number, rank in
      var gather = Communication(kind: .allGather, group: 0)
      gather.receiveBytes = ByteCount(100)
      var small = RankFixture.allReduce(number == 0 ? 100 : 90)
      small.sequence = nil
      var root = Communication(kind: .broadcast, group: 0)
      root.peer = RankID(index: number)
      Self.add([number == 0 ? Self.reduce(nil) : gather, small, root], to: &rank)
    }
    #expect(report.disagreements.map(\.subject) == [.kind, .size, .root])
    #expect(report.disagreements[0].text == "all_reduce on rank 0, all_gather on rank 1")
    #expect(report.groups[0].firstDivergence?.sequence == 0)
  }

  @Test("sends meet receives in order, and their bytes are compared where there are as many")
  func pairs() {
    let report = Self.report(2) { number, rank in
      Self.add(
        number == 0
          ? [Self.pair(.send, 1, 8), Self.pair(.send, 1, 8)]
          : [Self.pair(.receive, 0, 8), Self.pair(.receive, 0, 9)], to: &rank)
    }
    #expect(report.pairs.map(\.sends) == [2] && report.pairs.map(\.receives) == [2])
    #expect(report.disagreements.map(\.bytes) == [[8, 9]])
  }

  // MARK: Jobs that hung

  @Test("who never came, who waits, who is behind those")
  func hang() throws {
    // Rank 2 stops after number 4. Ranks 0 and 1 wait in 5; rank 3 waits for rank 0 to send.
    let trace = Self.trace(4) { number, rank in
      var calls = [Self.reduce(4)]
      if number < 2 { calls.append(Self.reduce(5, .scheduled)) }
      if number == 3 { calls += [Self.reduce(5, .scheduled), Self.pair(.receive, 0, 8, .started)] }
      Self.add(calls, to: &rank)
    }
    let hang = try #require(MatchingReport(trace).hang)
    #expect(hang.culprits.map(\.rank) == [RankID(2)])
    #expect(hang.culprits[0].last?.sequence == 4)
    #expect(hang.waits[0].sequence == 5 && hang.waits[0].missing == [RankID(2)])
    #expect(hang.waits[0].waiting == [0, 1, 3].map { RankID($0) })
    #expect(hang.waits[1].kind == .receive && hang.waits[1].missing == [RankID(0)])
    #expect(
      hang.sentence(trace.groups)
        == "rank 2 never came to all_reduce 5 of group 'default_pg (0)', in which ranks 0-1, 3 wait"
    )
    let refusal = thrownDiagnostic { try WorkloadAssembler(trace, options: .init()).assemble() }
    #expect(refusal?.code == .jobHung && refusal?.exitStatus == .badInput)
  }

  @Test("a call that ended on one member holds nobody up; those that still show it are behind")
  func behind() {
    let report = Self.report(3) { number, rank in
      let state = number == 1 ? CallState.scheduled : .completed
      Self.add([Self.reduce(4, state), Self.reduce(5, state)], to: &rank)
    }
    #expect(report.hang == nil && report.openCalls == 2)
    #expect(report.lagging.map(\.rank) == [RankID(1)])
    #expect(report.lagging[0].calls == 2 && report.lagging[0].sequence == 4)
    #expect(report.lagging[0].finished == [RankID(0), RankID(2)])
  }

  @Test("a rank without a capture may be the one that never came")
  func untraced() throws {
    let trace = Self.trace(2, worldSize: 3) { _, rank in
      Self.add([Self.reduce(4, .started)], to: &rank)
    }
    let hang = try #require(MatchingReport(trace).hang)
    #expect(hang.culprits.map(\.rank) == [RankID(2)] && hang.culprits.map(\.isTraced) == [false])
    #expect(
      hang.sentence(trace.groups)
        == "there is no capture of rank 2 to say whether it came to all_reduce 4 of group "
        + "'default_pg (0)', in which ranks 0-1 wait")
  }

  @Test("ranks that call in different order wait for each other")
  func cycle() throws {
    var trace = Self.trace(2) { number, rank in
      Self.add([Self.reduce(1, .started, group: number)], to: &rank)
    }
    trace.groups.append(ProcessGroup(name: "1", ranks: [RankID(0), RankID(1)]))
    let hang = try #require(MatchingReport(trace).hang)
    #expect(hang.culprits.isEmpty && hang.waits.count == 2)
    #expect(
      hang.sentence(trace.groups).hasSuffix(
        "every rank that is waited for waits itself: the ranks call in different order"))
  }

  @Test("members that call differently hang in the same call")
  func conflict() throws {
    let trace = Self.trace(2) { number, rank in
      var call = Self.reduce(9, .started)
      if number == 1 { call.kind = .allGather }
      Self.add([call], to: &rank)
    }
    let hang = try #require(MatchingReport(trace).hang)
    #expect(
      hang.sentence(trace.groups)
        == "members of group 'default_pg (0)' disagree on call 9: all_reduce on rank 0, "
        + "all_gather on rank 1")
  }

  @Test("progress tells a rank that has gone by from one that never came")
  func progress() throws {
    func trace(enqueued: Int64, completed: Int64) -> Trace {
      var trace = Self.trace(2) { number, rank in
        if number == 0 { Self.add([Self.reduce(7, .scheduled)], to: &rank) }
      }
      var progress = GroupProgress(group: 0)
      (progress.lastEnqueued, progress.lastCompleted) = (enqueued, completed)
      trace.ranks[1].progress = [progress]
      return trace
    }
    func standing(_ trace: Trace) -> MatchedCall.Standing {
      MatchingReport(trace).groups[0].instances[0].members[1].standing
    }
    #expect(standing(trace(enqueued: 8, completed: 7)) == .completedUnrecorded)
    #expect(standing(trace(enqueued: 7, completed: 6)) == .issuedUnrecorded)
    #expect(standing(trace(enqueued: 6, completed: 6)) == .absent)
    #expect(MatchingReport(trace(enqueued: 8, completed: 7)).hang == nil)
    #expect(MatchingReport(trace(enqueued: 6, completed: 6)).hang?.culprits.count == 1)
  }
}
