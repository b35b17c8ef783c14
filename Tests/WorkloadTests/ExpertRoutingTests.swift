import Diagnostics
import Quantities
import TestSupport
import Testing
import Trace

@testable import Workload

/// Sizes that a routing file gives calls whose rules say tokens.
@Suite("Expert routing")
struct ExpertRoutingTests {
  private static let rows: [[Int64]] = [[1, 2, 3, 4], [5, 6, 7, 8]]

  /// A job whose ranks make calls of these titles, 10 bytes a token, each holding 10 copies.
  private static func trace(
    _ titles: [String], ranks: Int = 2, traced: Int? = nil
  ) -> Trace {
    let fixtures = (0..<(traced ?? ranks)).map { number in
      var rank = RankFixture(number)
      for (place, title) in titles.enumerated() {
        var call = Communication(kind: .allToAll, group: 0)
        call.routing = TokenRouting(
          direction: title.hasPrefix("combine") ? .combine : .dispatch, tokens: 5, tokenBytes: 10,
          expertsPerToken: 2, experts: 4)
        call.label = title
        call.assumedBy = "rules"
        call.sizes = .assumed
        rank.add(.kernel, lane: 1, at: Int64(20 * place), for: 10, call)
      }
      return rank
    }
    return RankFixture.trace(fixtures, worldSize: ranks)
  }

  private static func assemble(
    _ trace: Trace, _ layers: [[[Int64]]], repeats: Bool = false
  ) throws -> Workload {
    var options = WorkloadOptions()
    options.routing = ExpertRouting(file: "dir/routing.json", layers: layers, repeats: repeats)
    options.extrapolation = trace.ranks.count < trace.worldSize ? Extrapolation() : nil
    return try WorkloadAssembler(trace, options: options).assemble()
  }

  private static func matrices(_ workload: Workload) -> [[[Int64]]] {
    workload.instances.compactMap {
      if case .matrix(.rows(let rows)) = $0.payload { rows } else { nil }
    }
  }

  /// Rank 0 has experts 0 and 1, rank 1 has 2 and 3: [[3, 7], [11, 15]] tokens.
  @Test("by hand: dispatch as the matrix has it, combine transposed")
  func byHand() throws {
    let workload = try Self.assemble(Self.trace(["dispatch", "combine"]), [Self.rows])
    #expect(Self.matrices(workload) == [[[30, 70], [110, 150]], [[30, 110], [70, 150]]])
    let calls = workload.programs[1].calls.map(\.communication)
    #expect(calls.map(\.sendSplits) == [[110, 150], [70, 150]])
    #expect(calls.map(\.receiveSplits) == [[70, 150], [110, 150]])
    #expect(calls.map(\.sendBytes.bytes) == [260, 220])
    #expect(calls.allSatisfy { $0.routing == nil && $0.sizes == .recovered(from: .routing) })
    #expect(workload.sizes.recovered(from: .routing) == 4 && workload.sizes.assumed == 0)
  }

  @Test("what a result leans on is told: copies, the hottest rank, what rules say else")
  func assumption() throws {
    let workload = try Self.assemble(Self.trace(["dispatch", "combine"]), [Self.rows])
    // 22 of 36 tokens go to rank 1, of two.
    #expect(
      workload.assumptions.first { $0.code == "routing-file" }?.text
        == "sizes of all-to-all calls come from the routing file 'routing.json', in place of "
        + "balanced routing: 2 calls; a copy of a token for each of its experts goes straight to the "
        + "expert's rank, whatever --dedup says; the hottest rank gets 1.22 times the mean; its ranks "
        + "send 10 to 26 copies where rules say 10")
    #expect(workload.assumptions.contains { $0.text.contains("4 recovered from routing files") })
    // Where rules say the same, nothing is said of it.
    let agreed = try Self.assemble(Self.trace(["dispatch"]), [[[4, 6], [5, 5]]])
    #expect(agreed.assumptions.contains { $0.text.hasSuffix("gets 1.10 times the mean") })
  }

  @Test("matrices are taken in turn, title by title, by the backward pass from the last")
  func layers() throws {
    let layers: [[[Int64]]] = (1...3).map { [[$0, 0], [0, 0]] }
    let titles = ["dispatch", "combine", "dispatch", "dispatch", "dispatch"]
    let back = Array(repeating: "dispatch (backward)", count: 4)
    let workload = try Self.assemble(Self.trace(titles + back), layers)
    #expect(Self.matrices(workload).map { $0[0][0] } == [10, 10, 20, 30, 10, 30, 20, 10, 30])
    #expect(
      workload.assumptions.contains { $0.text.hasSuffix("; its 3 matrices are used in turn") })
  }

  @Test("ranks without a trace have rows of their own")
  func extrapolated() throws {
    let matrix: [[Int64]] = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    let workload = try Self.assemble(
      Self.trace(["dispatch"], ranks: 3, traced: 1), [matrix])
    #expect(Self.matrices(workload) == [matrix.map { $0.map { 10 * $0 } }])
    #expect(workload.sizes.recovered(from: .routing) == 1)
  }

  @Test("repeated for a larger group: each rank holds what it held, each repetition gets its part")
  func repeated() throws {
    let small: [[Int64]] = [[1, 2], [3, 4]]
    let workload = try Self.assemble(
      Self.trace(["dispatch"], ranks: 4), [small], repeats: true)
    let matrix = Self.matrices(workload)[0]
    #expect(matrix == [[10, 10, 0, 10], [20, 20, 10, 20], [0, 10, 10, 10], [10, 20, 20, 20]])
    #expect(matrix.map { $0.reduce(0, +) } == [30, 70, 30, 70])
    #expect((0..<4).map { column in matrix.reduce(0) { $0 + $1[column] } } == [40, 60, 40, 60])
    #expect(
      workload.assumptions.contains {
        $0.text.hasSuffix("; its matrix of 2 ranks is repeated for 4")
      })
    // Experts enough for the whole group: only who holds the tokens is repeated.
    let experts = try Self.assemble(
      Self.trace(["dispatch"], ranks: 4), [Self.rows], repeats: true)
    #expect(
      Self.matrices(experts)[0] == [
        [10, 20, 30, 40], [50, 60, 70, 80], [10, 20, 30, 40], [50, 60, 70, 80],
      ])
  }

  private struct Misfit: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var ranks: Int
    var matrix: [[Int64]]
    var repeats = false
    var offersRepeating = false
  }

  private static let misfits = [
    Misfit(
      testDescription: "a larger group", ranks: 4, matrix: [[1, 2], [3, 4]], offersRepeating: true),
    Misfit(testDescription: "no multiple", ranks: 3, matrix: [[1, 2], [3, 4]], repeats: true),
    Misfit(
      testDescription: "a smaller group", ranks: 1, matrix: [[1, 2], [3, 4]], repeats: true),
    Misfit(
      testDescription: "experts that don't divide", ranks: 2, matrix: [[1, 2, 3], [3, 4, 5]]),
    Misfit(
      testDescription: "fewer experts than ranks", ranks: 2, matrix: [[1], [3]], repeats: true),
  ]

  @Test("a matrix of another size is refused, and both sizes are named", arguments: misfits)
  private func misfit(_ misfit: Misfit) {
    let diagnostic = thrownDiagnostic {
      try Self.assemble(
        Self.trace(["dispatch"], ranks: misfit.ranks), [misfit.matrix], repeats: misfit.repeats)
    }
    #expect(diagnostic?.exitStatus == .badInput)
    #expect(diagnostic?.location?.file == "dir/routing.json")
    #expect(
      diagnostic?.problem
        == "has matrices of \(misfit.matrix.count) rows and \(misfit.matrix[0].count) columns, and "
        + "the group 'default_pg (0)' has \(misfit.ranks) ranks")
    #expect(diagnostic?.remedy?.contains("--routing-tile") == misfit.offersRepeating)
  }

  @Test("a file that sizes no call is refused")
  func unused() {
    var rank = RankFixture(0)
    rank.add(.kernel, lane: 1, at: 0, for: 10, RankFixture.allReduce(8))
    let diagnostic = thrownDiagnostic {
      try Self.assemble(RankFixture.trace([rank]), [[[1]]])
    }
    #expect(diagnostic?.code == .usage && diagnostic?.location?.file == "dir/routing.json")
  }
}
