import Quantities
import TestSupport
import Testing

@testable import Simulation

/// Random small plans against a replay that is slow and obviously right.
@Suite("Random plans")
struct RandomPlanTests {
  /// A plan that can be carried out: a common order of meetings, and edges that follow it.
  static func plan(_ random: inout SeededGenerator) -> Plan {
    let ranks = Int.random(in: 1...4, using: &random)
    let groups: [[Int]] = (0..<Int.random(in: 1...3, using: &random)).map { group in
      group == 0 ? Array(0..<ranks) : (0..<ranks).filter { _ in Bool.random(using: &random) }
    }
    // Rounds: in each, work of its own, and perhaps a meeting of one group.
    let rounds = (0..<Int.random(in: 1...8, using: &random)).map { _ in
      Bool.random(using: &random) ? Int.random(in: 0..<groups.count, using: &random) : nil
    }
    var counts = groups.map { _ in 0 }
    let positions = rounds.map { group -> Int in
      guard let group else { return 0 }
      counts[group] += 1
      return counts[group] - 1
    }
    let programs = (0..<ranks).map { rank in
      program(rank, groups, rounds, positions, &random)
    }
    var first = 0
    var firstRendezvous: [Int] = []
    for count in counts {
      firstRendezvous.append(first)
      first += count
    }
    return Plan(
      programs: programs, programOfRank: Array(0..<ranks),
      groupsOfRank: (0..<ranks).map { rank in groups.indices.filter { groups[$0].contains(rank) } },
      firstRendezvous: firstRendezvous,
      participants: zip(groups, counts).flatMap { Array(repeating: $0.count, count: $1) },
      capacities: [])
  }

  private struct Draft {
    var activity: Activity
    var lane: Int
    var round: Int
    var slot = 0
    var position = 0
  }

  private static func program(
    _ rank: Int, _ groups: [[Int]], _ rounds: [Int?], _ positions: [Int],
    _ random: inout SeededGenerator
  ) -> PlanProgram {
    let lanes = Int.random(in: 1...3, using: &random)
    let slots = groups.indices.filter { groups[$0].contains(rank) }
    var drafts: [Draft] = []
    for (round, group) in rounds.enumerated() {
      for lane in 0..<lanes where Bool.random(using: &random) {
        let activity = [Activity.host, .compute, .localCommunication].randomElement(using: &random)
        drafts.append(Draft(activity: activity ?? .compute, lane: lane, round: round))
      }
      guard let group, let slot = slots.firstIndex(of: group) else { continue }
      drafts.append(
        Draft(
          activity: .rendezvous, lane: Int.random(in: 0..<lanes, using: &random), round: round,
          slot: slot, position: positions[round]))
    }
    let ordered = drafts.enumerated().sorted {
      ($0.element.lane, $0.offset) < ($1.element.lane, $1.offset)
    }
    var fixture = ProgramFixture()
    var lane = -1
    for draft in ordered {
      while lane < draft.element.lane {
        fixture.lane()
        lane += 1
      }
      // Only what came earlier in the common order: so no cycle.
      let earlier = ordered.indices.filter { ordered[$0].offset < draft.offset }
      let after = earlier.filter { _ in Int.random(in: 0..<4, using: &random) == 0 }
      fixture.task(
        draft.element.activity, for: Int64.random(in: 0...50, using: &random),
        lag: Int.random(in: 0..<3, using: &random) == 0
          ? Int64.random(in: 0...20, using: &random) : 0,
        after: after, slot: draft.element.slot, position: draft.element.position,
        afterLastArrival: Int64.random(in: 0...40, using: &random))
    }
    return fixture.program
  }

  @Test("every start and end is that of the slow replay, recorded and lowered")
  func startsAndEnds() throws {
    let seed: UInt64 = 611
    var random = SeededGenerator(seed: seed)
    for run in 0..<1500 {
      let plan = Self.plan(&random)
      let times = plan.participants.map { _ in
        SimDuration.nanoseconds(Int64.random(in: 0...60, using: &random))
      }
      let table = times.map { time in
        LoweredCollective(
          algorithm: "wait", phases: [LoweredCollective.Phase(latency: time, transfers: [])])
      }
      var recorded = Replayer(plan, lowering: InstantLowering(), timing: .recorded)
      _ = try recorded.run()
      let slowRecorded = NaiveReplay(plan) { _, program, task in
        plan.programs[program].afterLastArrival[task]
      }
      var lowered = Replayer(plan, lowering: TableLowering(table: table))
      _ = try lowered.run()
      let slowLowered = NaiveReplay(plan) { rendezvous, _, _ in times[rendezvous] }
      for rank in plan.programOfRank.indices {
        let place = "seed \(seed), run \(run), rank \(rank)"
        let spans = recorded.spans(ofRank: rank)
        #expect(spans.map(\.start) == slowRecorded.starts[rank], "\(place)")
        #expect(spans.map(\.end) == slowRecorded.ends[rank], "\(place)")
        let others = lowered.spans(ofRank: rank)
        #expect(others.map(\.start) == slowLowered.starts[rank], "\(place)")
        #expect(others.map(\.end) == slowLowered.ends[rank], "\(place)")
      }
    }
  }
}
