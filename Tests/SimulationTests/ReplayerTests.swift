import Quantities
import Testing

@testable import Simulation

/// Gives each rendezvous the collective at its number.
struct TableLowering: Lowering {
  var table: [LoweredCollective]

  var flows: [LoweredFlows] = []

  func lower(_ rendezvous: Int) -> LoweredCollective { table[rendezvous] }

  func lowerToFlows(_ rendezvous: Int) -> LoweredFlows { flows[rendezvous] }
}

/// Builds programs one task at a time, lanes in order.
struct ProgramFixture {
  var program = PlanProgram()

  mutating func lane() { program.laneRanges.append(program.taskCount..<program.taskCount) }

  mutating func task(
    _ activity: Activity, for nanoseconds: Int64 = 0, lag: Int64 = 0, after: [Int] = [],
    slot: Int = 0, position: Int = 0, afterLastArrival: Int64 = 0, leavesEarly: Bool = false
  ) {
    let lane = program.laneRanges.count - 1
    program.lane.append(Int32(lane))
    program.lag.append(.nanoseconds(lag))
    program.duration.append(.nanoseconds(nanoseconds))
    program.activity.append(activity)
    program.rendezvous.append(RendezvousReference(slot: slot, position: position))
    program.afterLastArrival.append(.nanoseconds(afterLastArrival))
    program.leavesEarly.append(leavesEarly)
    let start = program.predecessors.count
    program.predecessors += after.map(Int32.init)
    program.predecessorRanges.append(start..<program.predecessors.count)
    program.laneRanges[lane] = program.laneRanges[lane].lowerBound..<program.taskCount
  }
}

@Suite("Replayer")
struct ReplayerTests {
  private static func collective(_ bytes: Double, link: Int = 0, latency: Int64 = 0)
    -> LoweredCollective
  {
    LoweredCollective(
      algorithm: "test",
      phases: [
        LoweredCollective.Phase(
          latency: .nanoseconds(latency),
          transfers: [Transfer(bytes: bytes, links: [LinkID(index: link)], weights: [1])])
      ])
  }

  private static func plan(
    _ programs: [PlanProgram], groups: [[Int]], meetings: Int = 1, capacities: [Double] = [1e9]
  ) -> Plan {
    let groupCount = (groups.flatMap(\.self).max() ?? 0) + 1
    let participants = (0..<groupCount).flatMap { group in
      Array(repeating: groups.count { $0.contains(group) }, count: meetings)
    }
    return Plan(
      programs: programs, programOfRank: Array(programs.indices), groupsOfRank: groups,
      firstRendezvous: (0..<groupCount).map { $0 * meetings }, participants: participants,
      capacities: capacities)
  }

  private static func run(_ plan: Plan, _ table: [LoweredCollective]) throws -> ReplayResult {
    var replayer = Replayer(plan, lowering: TableLowering(table: table))
    return try replayer.run()
  }

  @Test("lanes run in order, edges hold, lags are paid")
  func dependencies() throws {
    var fixture = ProgramFixture()
    fixture.lane()
    fixture.task(.compute, for: 10)
    fixture.task(.compute, for: 20, lag: 5)
    fixture.lane()
    fixture.task(.compute, for: 7, lag: 1, after: [0])
    fixture.task(.compute, for: 1, after: [1])
    let result = try Self.run(Self.plan([fixture.program], groups: [[]]), [])
    // 10 + 5 + 20, then 1 more after both lanes; only from 10 to 11 does nothing run.
    #expect(result.stepTime == .nanoseconds(36))
    #expect(result.parts[0].compute == .nanoseconds(35))
    #expect(result.parts[0].lag == .nanoseconds(1))
    #expect(result.criticalPath.steps.map(\.task) == [0, 1, 3])
    #expect(result.criticalPath.lag == .nanoseconds(5))
    #expect(result.criticalPath.compute == .nanoseconds(31))
  }

  @Test("transfer starts with the last arrival; before it is waiting, not transfer")
  func waitingIsNotTransfer() throws {
    var early = ProgramFixture()
    early.lane()
    early.task(.compute, for: 10)
    early.task(.rendezvous)
    var late = ProgramFixture()
    late.lane()
    late.task(.compute, for: 60)
    late.task(.rendezvous)
    let result = try Self.run(
      Self.plan([early.program, late.program], groups: [[0], [0]]),
      [Self.collective(100, latency: 3)])
    // 100 bytes at 1 byte/ns.
    #expect(result.stepTime == .nanoseconds(163))
    #expect(result.parts[0].waiting == .nanoseconds(50))
    #expect(result.parts[0].exposedTransfer == .nanoseconds(103))
    #expect(result.parts[1].waiting == .zero)
    #expect(result.collectives[0].lastArrival == .nanoseconds(60))
    #expect(result.collectives[0].end == .nanoseconds(163))
    #expect(result.links[0].bytes == 100)
    // The path goes through the rank that came last.
    #expect(result.criticalPath.steps.map(\.rank) == [1, 0])
    #expect(result.criticalPath.transfer == .nanoseconds(103))
  }

  @Test("two collectives on one link share it, and each gets what the other leaves")
  func contention() throws {
    var fixture = ProgramFixture()
    fixture.lane()
    fixture.task(.rendezvous, slot: 0)
    fixture.lane()
    fixture.task(.rendezvous, lag: 50, slot: 1)
    let program = fixture.program
    let result = try Self.run(
      Self.plan([program, program], groups: [[0, 1], [0, 1]]),
      [Self.collective(100), Self.collective(100)])
    // 50 alone, 100 at half rate, the other's last 50 alone.
    #expect(result.collectives[0].end == .nanoseconds(150))
    #expect(result.collectives[1].end == .nanoseconds(200))
    #expect((result.links[0].bytes - 200).magnitude < 1e-6)
    #expect(result.links[0].peakUsage == 1e9)
  }

  @Test(
    "a transfer of hours or days ends, where seconds in Double are coarser than picoseconds",
    arguments: [4_503.1, 12_345.678_9, 86_400.3, 640_000.7, 2_199_000.9])
  func longTransfers(seconds: Double) throws {
    var fixture = ProgramFixture()
    fixture.lane()
    fixture.task(.rendezvous, lag: 7)
    fixture.task(.rendezvous, lag: 13, position: 1)
    let bytes = 3e6 * seconds / 7
    let plan = Self.plan(
      [fixture.program, fixture.program], groups: [[0], [0]], meetings: 2, capacities: [3e6 / 7])
    guard seconds < 1e6 else {
      #expect(throws: (any Error).self) {
        _ = try Self.run(plan, [Self.collective(bytes), Self.collective(2 * bytes)])
      }
      return
    }
    let result = try Self.run(plan, [Self.collective(bytes), Self.collective(bytes / 3)])
    let error = (result.stepTime.seconds / (seconds * 4 / 3) - 1).magnitude
    #expect(error < 1e-9)
  }

  @Test("phases follow one another, empty ones cost their latency")
  func phases() throws {
    var fixture = ProgramFixture()
    fixture.lane()
    fixture.task(.rendezvous)
    let phases = [
      LoweredCollective.Phase(latency: .nanoseconds(5), transfers: []),
      Self.collective(10, latency: 2).phases[0],
      LoweredCollective.Phase(latency: .nanoseconds(1), transfers: []),
    ]
    let result = try Self.run(
      Self.plan([fixture.program, fixture.program], groups: [[0], [0]]),
      [LoweredCollective(algorithm: "test", phases: phases)])
    #expect(result.stepTime == .nanoseconds(18))
  }

  @Test("recorded timing: an end is so long after the last arrival, or needs nobody")
  func recordedTiming() throws {
    var early = ProgramFixture()
    early.lane()
    early.task(.rendezvous, for: 4, afterLastArrival: -6)
    var late = ProgramFixture()
    late.lane()
    late.task(.compute, for: 10)
    late.task(.rendezvous, for: 8, afterLastArrival: 8)
    var replayer = Replayer(
      Self.plan([early.program, late.program], groups: [[0], [0]]), lowering: InstantLowering(),
      timing: .recorded)
    let result = try replayer.run()
    #expect(result.stepTime == .nanoseconds(18))
    #expect(result.parts[0].exposedTransfer == .nanoseconds(4))
    #expect(result.parts[0].waiting == .zero)
  }

  @Test("a buffered send goes on; the receive ends when the bytes are there")
  func leavingEarly() throws {
    // Both send to each other first, then receive: no deadlock where sends are buffered.
    let programs = [(0, 1), (1, 0)].map { mine, other in
      var fixture = ProgramFixture()
      fixture.lane()
      fixture.task(.rendezvous, for: 5, slot: mine, leavesEarly: true)
      fixture.task(.rendezvous, slot: other)
      return fixture.program
    }
    let result = try Self.run(
      Self.plan(programs, groups: [[0, 1], [0, 1]], capacities: [1e9, 1e9]),
      [Self.collective(100, link: 0), Self.collective(100, link: 1)])
    #expect(result.stepTime == .nanoseconds(105))
    #expect(result.parts.allSatisfy { $0.exposedTransfer == .nanoseconds(105) })
  }

  @Test("parts add up to the window on every rank, idle ranks included")
  func partsAddUp() throws {
    var busy = ProgramFixture()
    busy.lane()
    busy.task(.compute, for: 100)
    busy.lane()
    busy.task(.localCommunication, for: 30, lag: 90)
    var host = ProgramFixture()
    host.lane()
    host.task(.host, for: 500)
    let result = try Self.run(
      Self.plan([busy.program, host.program], groups: [[], []]), [])
    #expect(result.stepTime == .nanoseconds(120))
    #expect(result.parts.allSatisfy { $0.sum == result.stepTime })
    #expect(result.parts[0].exposedTransfer == .nanoseconds(20))
    #expect(result.parts[1].lag == .nanoseconds(120))
  }

  @Test("crossed rendezvous are a diagnosis, not a hang")
  func deadlock() throws {
    var first = ProgramFixture()
    first.lane()
    first.task(.rendezvous, slot: 0)
    first.task(.rendezvous, slot: 1)
    var second = ProgramFixture()
    second.lane()
    second.task(.rendezvous, slot: 1)
    second.task(.rendezvous, slot: 0)
    let plan = Self.plan([first.program, second.program], groups: [[0, 1], [0, 1]])
    do {
      _ = try Self.run(plan, [Self.collective(1), Self.collective(1)])
      Issue.record("a deadlock went unnoticed")
    } catch ReplayFailure.deadlock(let blocked, let chain) {
      #expect(
        blocked == [
          BlockedTask(rank: 0, task: 0, reason: .rendezvous(0, missing: 1)),
          BlockedTask(rank: 1, task: 0, reason: .rendezvous(1, missing: 1)),
        ])
      #expect(chain.tasks == blocked)
      #expect(chain.end == .cycle)
    }
  }

  @Test("a cycle is told without what merely waits for it; a rank that never comes is named")
  func chains() throws {
    // 0 and 1 wait for each other; 2 waits for 1, in a group of the two.
    func program(_ slots: [Int]) -> PlanProgram {
      var fixture = ProgramFixture()
      fixture.lane()
      for slot in slots { fixture.task(.rendezvous, slot: slot) }
      return fixture.program
    }
    let programs = [program([0, 1]), program([1, 0, 2]), program([0])]
    let plan = Plan(
      programs: programs, programOfRank: [2, 0, 1], groupsOfRank: [[2], [0, 1], [0, 1, 2]],
      firstRendezvous: [0, 1, 2], participants: [2, 2, 2], capacities: [1e9])
    do {
      _ = try Self.run(plan, Array(repeating: Self.collective(1), count: 3))
      Issue.record("a deadlock went unnoticed")
    } catch ReplayFailure.deadlock(let blocked, let chain) {
      #expect(blocked.map(\.rank) == [0, 1, 2])
      #expect(chain.tasks.map(\.rank) == [2, 1])
      #expect(chain.end == .cycle)
    }
    let alone = Plan(
      programs: [program([0]), program([])], programOfRank: [0, 1], groupsOfRank: [[0], [0]],
      firstRendezvous: [0], participants: [2], capacities: [1e9])
    do {
      _ = try Self.run(alone, [Self.collective(1)])
      Issue.record("a missing rank went unnoticed")
    } catch ReplayFailure.deadlock(_, let chain) {
      #expect(chain.end == .neverComes(rank: 1))
    }
  }

  @Test("a ring of edges is a diagnosis, not a hang")
  func edgeCycle() throws {
    var fixture = ProgramFixture()
    fixture.lane()
    fixture.task(.compute, for: 1, after: [1])
    fixture.lane()
    fixture.task(.compute, for: 1, after: [0])
    #expect(throws: ReplayFailure.self) {
      try Self.run(Self.plan([fixture.program], groups: [[]]), [])
    }
  }

  @Test("a link without capacity is a diagnosis")
  func stalled() throws {
    var fixture = ProgramFixture()
    fixture.lane()
    fixture.task(.rendezvous)
    #expect(throws: ReplayFailure.self) {
      try Self.run(
        Self.plan([fixture.program, fixture.program], groups: [[0], [0]], capacities: [0]),
        [Self.collective(1)])
    }
  }
}
