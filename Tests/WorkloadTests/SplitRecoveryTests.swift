import Diagnostics
import Quantities
import TestSupport
import Testing
import Trace

@testable import Workload

/// All-to-alls of which some lists are lost: recovered exactly, or refused.
@Suite("Lost splits")
struct SplitRecoveryTests {
  /// What each rank sends to each.
  private static let matrix: [[Int64]] = [[1, 2, 3], [40, 50, 60], [700, 800, 900]]

  /// A job of one call; `send` and `receive` name the ranks that lost their lists.
  private static func trace(lostSends: Set<Int>, lostReceives: Set<Int>) -> Trace {
    let ranks = matrix.indices.map { number in
      var rank = RankFixture(number)
      var call = RankFixture.allToAll(
        send: matrix[number], receive: matrix.map { $0[number] })
      if lostSends.contains(number) {
        call.sendSplits = nil
        call.sizes = .lost
      }
      if lostReceives.contains(number) {
        call.receiveSplits = nil
        call.receiveSplitsAreLost = true
      }
      rank.add(.kernel, lane: 1, at: 0, for: 10, call)
      return rank
    }
    return RankFixture.trace(ranks)
  }

  private static func assemble(
    _ trace: Trace, fill: LostSplits? = nil
  ) throws -> Workload {
    var options = WorkloadOptions()
    options.fillsLost = fill
    return try WorkloadAssembler(trace, options: options).assemble()
  }

  @Test("whatever is lost: the recorded matrix, or none")
  func neverAWrongNumber() throws {
    func subsets() -> [Set<Int>] {
      (0..<8).map { bits in Set((0..<3).filter { bits >> $0 & 1 == 1 }) }
    }
    var recovered = 0
    for sends in subsets() {
      for receives in subsets() {
        let trace = Self.trace(lostSends: sends, lostReceives: receives)
        let isKnown = sends.isEmpty || receives.count <= 1
        guard isKnown else {
          #expect(thrownDiagnostic { try Self.assemble(trace) }?.code == .splitsLost)
          continue
        }
        let workload = try Self.assemble(trace)
        #expect(workload.instances[0].payload == .matrix(.rows(Self.matrix)))
        #expect(workload.sizes.recovered(from: .peers) == sends.count)
        #expect(workload.sizes.recorded == 3 - sends.count)
        recovered += sends.count
      }
    }
    // Of 7 sets of lost rows with 12 ranks in all, each with no list of receivers lost, or one.
    #expect(recovered == 12 * 4)
  }

  @Test("what is lost is refused by rank, group, call and number, with the ways out")
  func refusal() {
    let trace = Self.trace(lostSends: [1, 2], lostReceives: [0, 1])
    let diagnostic = thrownDiagnostic { try Self.assemble(trace) }
    #expect(
      diagnostic?.problem
        == "group 'default_pg (0)', sequence 0: all_to_all on rank 1: the capture lost its splits, "
        + "and those of 1 more call of this step")
    #expect(diagnostic?.remedy?.contains("--fill-lost even") == true)
    #expect(diagnostic?.exitStatus == .badInput)
  }

  @Test("--fill-lost even spreads what nobody states, and says so")
  func fill() throws {
    let workload = try Self.assemble(
      Self.trace(lostSends: [1], lostReceives: [0, 1]), fill: .even)
    // Rank 2 says that it gets 60 of the 150 bytes.
    #expect(
      workload.instances[0].payload
        == .matrix(.rows([[1, 2, 3], [45, 45, 60], [700, 800, 900]])))
    #expect(workload.instances[0].assumedBy == "--fill-lost even")
    #expect(workload.sizes.assumed == 1)
    #expect(workload.assumptions.contains { $0.code == "splits-filled" })
  }

  @Test("receivers that get more, or less, than is sent are refused")
  func contradiction() {
    for change: Int64 in [-1, 1] {
      var trace = Self.trace(lostSends: [1], lostReceives: [])
      trace.ranks[1].communications[0].sendBytes = ByteCount(150 + change)
      let diagnostic = thrownDiagnostic { try Self.assemble(trace) }
      #expect(diagnostic?.code == .collectiveMismatch)
      #expect(diagnostic?.problem.contains("the others get 150 of it") == true)
    }
  }

  @Test("balanced extrapolation needs no splits; rotated does")
  func extrapolated() throws {
    var trace = Self.trace(lostSends: [0], lostReceives: [0])
    trace.ranks = [trace.ranks[0]]
    var options = WorkloadOptions()
    options.fillsLost = .even
    options.extrapolation = Extrapolation(splits: .balanced)
    let workload = try WorkloadAssembler(trace, options: options).assemble()
    #expect(workload.instances[0].payload == .matrix(.rows([[2, 2, 2], [2, 2, 2], [2, 2, 2]])))
    options.fillsLost = nil
    let refusal = thrownDiagnostic { try WorkloadAssembler(trace, options: options).assemble() }
    #expect(
      refusal?.problem.contains("on rank 0: the capture lost its splits, and those of no other")
        == true)
  }
}
