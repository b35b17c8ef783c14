import Quantities
import TestSupport
import Testing

@testable import Simulation

/// Folded replays against those of every rank by itself.
@Suite("Folding")
struct FoldTests {
  /// A random plan and several copies of it, ranks shuffled: links of their own, and one that all cross.
  struct Tiled {
    var whole: Plan
    var table: [LoweredCollective]
    /// For each rank of the base its copies.
    var copies: [[Int]]
    var copyCount: Int
    var linksPerCopy: Int

    init(_ random: inout SeededGenerator) {
      let base = RandomPlanTests.plan(&random)
      let copyCount = Int.random(in: 2...4, using: &random)
      let links = Int.random(in: 1...3, using: &random)
      self.copyCount = copyCount
      linksPerCopy = links
      let places = (0..<base.programOfRank.count * copyCount).shuffled(using: &random)
      copies = base.programOfRank.indices.map { rank in
        (0..<copyCount).map { places[rank * copyCount + $0] }
      }
      whole = base
      let groups = base.firstRendezvous.count
      whole.programOfRank = Array(repeating: 0, count: places.count)
      whole.groupsOfRank = Array(repeating: [], count: places.count)
      for (rank, ranks) in copies.enumerated() {
        for (copy, place) in ranks.enumerated() {
          whole.programOfRank[place] = base.programOfRank[rank]
          whole.groupsOfRank[place] = base.groupsOfRank[rank].map { $0 + copy * groups }
        }
      }
      whole.observedRanks = places.count
      whole.firstRendezvous = (0..<copyCount).flatMap { copy in
        base.firstRendezvous.map { $0 + copy * base.participants.count }
      }
      whole.participants = (0..<copyCount).flatMap { _ in base.participants }
      let own = (0..<links).map { _ in Double(Int.random(in: 1...4, using: &random)) * 1e9 }
      whole.capacities = (0..<copyCount).flatMap { _ in own } + [8e9]
      table = Self.table(base, copies: copyCount, links: links, &random)
    }

    /// Weights are eighths, so that sums of a few are exact whatever their order.
    private static func table(
      _ base: Plan, copies: Int, links: Int, _ random: inout SeededGenerator
    ) -> [LoweredCollective] {
      struct Draft {
        var bytes: Double
        var weights: [Double]
        var shared: Double
        var latency: Int64
      }
      let drafts = base.participants.map { _ in
        Draft(
          bytes: Double(Int.random(in: 1...64, using: &random) * 8),
          weights: (0..<links).map { _ in Double(Int.random(in: 1...8, using: &random)) / 8 },
          shared: Double(Int.random(in: 0...8, using: &random)) / 8,
          latency: Int64.random(in: 0...9, using: &random))
      }
      return (0..<copies).flatMap { copy in
        drafts.map { draft in
          let transfer = Transfer(
            bytes: draft.bytes,
            links: (0..<links).map { LinkID(index: copy * links + $0) }
              + [LinkID(index: copies * links)], weights: draft.weights + [draft.shared])
          return LoweredCollective(
            algorithm: "test",
            phases: [
              LoweredCollective.Phase(
                latency: .nanoseconds(draft.latency), transfers: [transfer])
            ])
        }
      }
    }

    var lowering: TableLowering { TableLowering(table: table) }
  }

  /// Every rank's tasks, the links, the rendezvous and the path, folded and not.
  private func expectSame(_ tiled: Tiled, _ fold: Fold, _ place: String) throws {
    var plain = Replayer(tiled.whole, lowering: tiled.lowering)
    let whole = try plain.run()
    var folded = Replayer(fold.folded, lowering: fold.lowering)
    _ = try folded.run()
    let result = folded.unfolded(fold)
    for rank in tiled.whole.programOfRank.indices {
      let spans = folded.spans(ofRank: fold.standIn(forRank: rank))
      #expect(spans == plain.spans(ofRank: rank), "\(place), rank \(rank)")
    }
    #expect(result.parts == whole.parts, "\(place)")
    #expect(result.exposedBySlot == whole.exposedBySlot, "\(place)")
    // Where several of a class cross a link, sums are products: they round otherwise.
    for (one, other) in zip(result.links, whole.links) {
      let difference = abs(one.bytes - other.bytes)
      #expect(difference <= 1e-9 * other.bytes, "\(place)")
      let peaks = abs(one.peakUsage - other.peakUsage)
      #expect(peaks <= 1e-9 * other.peakUsage, "\(place)")
    }
    #expect(result.links.count == whole.links.count)
    #expect(result.criticalPath.steps == whole.criticalPath.steps, "\(place)")
    for (one, other) in zip(result.collectives, whole.collectives) {
      #expect(one.firstArrival == other.firstArrival && one.end == other.end, "\(place)")
      #expect(one.lastArrival == other.lastArrival && one.lowered === other.lowered, "\(place)")
    }
  }

  @Test("copies of a plan fold to one, and nothing else changes")
  func copies() throws {
    let seed: UInt64 = 4096
    var random = SeededGenerator(seed: seed)
    var meetings = 0
    for run in 0..<400 {
      let tiled = Tiled(&random)
      let fold = try #require(try Fold(tiled.whole, tiled.lowering))
      let place = "seed \(seed), run \(run)"
      #expect(fold.folded.programOfRank.count <= tiled.copies.count, "\(place)")
      for ranks in tiled.copies {
        #expect(Set(ranks.map { fold.standIn(forRank: $0) }).count == 1, "\(place)")
      }
      meetings += tiled.table.count
      try expectSame(tiled, fold, place)
    }
    #expect(meetings > 1000)
  }

  @Test("a link that is wider by the least bit tells its copy apart")
  func oneBit() throws {
    var random = SeededGenerator(seed: 17)
    var told = 0
    for run in 0..<200 {
      var tiled = Tiled(&random)
      guard tiled.copyCount > 2, !tiled.table.isEmpty else { continue }
      tiled.whole.capacities[0] = tiled.whole.capacities[0].nextUp
      let fold = try Fold(tiled.whole, tiled.lowering)
      let odd = tiled.copies.filter { ranks in
        tiled.whole.groupsOfRank[ranks[0]].contains { group in
          !tiled.whole.rendezvous(ofGroup: group).isEmpty
        }
      }
      guard let fold else { continue }
      for ranks in odd {
        let stand = ranks.map { fold.standIn(forRank: $0) }
        #expect(!stand.dropFirst().contains(stand[0]), "run \(run)")
        #expect(Set(stand.dropFirst()).count == 1, "run \(run)")
        told += 1
      }
      try expectSame(tiled, fold, "run \(run)")
    }
    #expect(told > 20)
  }

  @Test("nothing is folded where every rank has a program of its own")
  func nothingAlike() throws {
    var random = SeededGenerator(seed: 3)
    let plan = RandomPlanTests.plan(&random)
    let table = plan.participants.map { _ in LoweredCollective(algorithm: "test", phases: []) }
    #expect(try Fold(plan, TableLowering(table: table)) == nil)
  }

  @Test("a ring of equals folds to one rank, which meets itself from both sides")
  func ring() throws {
    var fixture = ProgramFixture()
    fixture.lane()
    fixture.task(.compute, for: 10)
    fixture.lane()
    fixture.task(.rendezvous, after: [0], slot: 0)
    fixture.lane()
    fixture.task(.rendezvous, after: [0], slot: 1)
    let n = 6
    let plan = Plan(
      programs: [fixture.program], programOfRank: Array(repeating: 0, count: n),
      groupsOfRank: (0..<n).map { [$0, ($0 + n - 1) % n] }, firstRendezvous: Array(0..<n),
      participants: Array(repeating: 2, count: n), capacities: Array(repeating: 1e9, count: n))
    let table = (0..<n).map { pair in
      LoweredCollective(
        algorithm: "send",
        phases: [
          LoweredCollective.Phase(
            latency: .zero,
            transfers: [
              Transfer(
                bytes: 100, links: [LinkID(index: pair), LinkID(index: (pair + 1) % n)],
                weights: [1, 1])
            ])
        ])
    }
    let fold = try #require(try Fold(plan, TableLowering(table: table)))
    #expect(fold.folded.programOfRank.count == 1)
    #expect(fold.folded.participants == [2])
    var replayer = Replayer(fold.folded, lowering: fold.lowering)
    // Two sends cross each link: 200 bytes at 1 GB/s after 10 ns.
    #expect(try replayer.run().stepTime == .nanoseconds(210))
  }
}
