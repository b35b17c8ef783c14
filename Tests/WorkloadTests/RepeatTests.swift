import Diagnostics
import Quantities
import TestSupport
import Testing
import Trace

@testable import Workload

/// Ranks that do the same as written ones must meet as they would if all were written.
@Suite("Repeated ranks")
struct RepeatTests {
  /// Two stages of `replicas` ranks: each sends to its like in the next stage, and reduces with its own.
  private static func trace(replicas: Int) -> Trace {
    let groups =
      [
        ProcessGroup(name: "dp@0", purpose: "dp", ranks: (0..<replicas).map(RankID.init(index:))),
        ProcessGroup(
          name: "dp@\(replicas)", purpose: "dp",
          ranks: (replicas..<2 * replicas).map(RankID.init(index:))),
      ]
      + (0..<replicas).map { replica in
        ProcessGroup(
          name: "pp@\(replica)", purpose: "pp",
          ranks: [RankID(index: replica), RankID(index: replica + replicas)])
      }
    func stage(_ stage: Int) -> RankTrace {
      var rank = RankFixture(stage * replicas)
      for number in 0..<2 {
        var message = Communication(kind: stage == 0 ? .send : .receive, group: 2)
        message.peer = RankID(index: (1 - stage) * replicas)
        message.sequence = Int64(number)
        message.sendBytes = ByteCount(stage == 0 ? 100 : 0)
        message.receiveBytes = ByteCount(stage == 0 ? 0 : 100)
        rank.add(.kernel, lane: 1, at: Int64(number) * 10, for: 5, message)
      }
      rank.add(.kernel, lane: 1, at: 30, for: 5, RankFixture.allReduce(64, group: stage))
      rank.rank.isScheduled = true
      return rank.rank
    }
    var trace = Trace(worldSize: 2 * replicas, groups: groups, ranks: [stage(0), stage(1)])
    trace.repeats = (0..<2).flatMap { stage in
      (1..<replicas).map { replica in
        RankRepeat(
          rank: RankID(index: stage * replicas + replica), source: RankID(index: stage * replicas),
          groups: [stage, 2 + replica])
      }
    }
    return trace
  }

  private static func assemble(_ trace: Trace) throws -> Workload {
    try WorkloadAssembler(trace, options: WorkloadOptions()).assemble()
  }

  @Test("meet as if each were written")
  func asWritten() throws {
    let trace = Self.trace(replicas: 4)
    let shared = try Self.assemble(trace)
    let written = try Self.assemble(trace.writingRepeats())
    #expect(shared.programs.count == 2 && written.programs.count == 8)
    #expect(shared.groups == written.groups)
    #expect(shared.groupsOfRank == written.groupsOfRank)
    #expect(shared.instances.firstOfGroup == written.instances.firstOfGroup)
    #expect(shared.instances.map(\.payload) == written.instances.map(\.payload))
    #expect(shared.instances.map(\.kind) == written.instances.map(\.kind))
    #expect(shared.instances.map(\.sequence) == written.instances.map(\.sequence))
    #expect(shared.instances.count == 2 + 4 * 2)
    for rank in 0..<8 {
      for call in 0..<3 {
        #expect(
          shared.instance(ofCall: call, rank: rank) == written.instance(ofCall: call, rank: rank))
      }
    }
    #expect(shared.repeatedRanks == 6)
    #expect(
      shared.assumptions.contains {
        $0.code == "repeated" && $0.text.hasPrefix("6 of 8 ranks do the same as one of 2")
      })
    #expect(!shared.assumptions.contains { $0.code == "extrapolated" })
  }

  @Test("a rank that nobody speaks for is still missing, and can be filled in")
  func missing() throws {
    var trace = Self.trace(replicas: 4)
    trace.repeats.removeLast()
    let diagnostic = thrownDiagnostic { try Self.assemble(trace) }
    #expect(diagnostic?.code == .ranksMissing)
    #expect(diagnostic?.problem.contains("no trace of rank 7") == true)
    var options = WorkloadOptions()
    options.extrapolation = Extrapolation(pipelineParallel: 2)
    let filled = try WorkloadAssembler(trace, options: options).assemble()
    #expect(
      filled.assumptions.contains {
        $0.code == "extrapolated" && $0.text.hasPrefix("1 of 8 ranks take")
      })
    #expect(filled.instances.count == 2 + 4 * 2)
  }

  @Test("a job of 32,768 ranks finds its groups at once")
  func large() throws {
    let trace = Self.trace(replicas: 16_384)
    let sources = try RankSources(
      worldSize: trace.worldSize, traced: trace.ranks.map(\.rank), repeats: trace.repeats,
      extrapolation: nil)
    let clock = ContinuousClock()
    let took = clock.measure {
      var numbers = SlotNumbers(trace)
      var program = RankProgram(source: RankID(0))
      program.channels = [
        SlotNumbers.Channel(group: 2, from: RankID(0), to: RankID(16_384)),
        SlotNumbers.Channel(group: 0),
      ]
      for rank in 0..<16_384 {
        for channel in numbers.channels(of: program, at: rank) ?? [] {
          if numbers[channel] == nil { numbers[channel] = rank }
        }
      }
      #expect(
        numbers[SlotNumbers.Channel(group: 16_385, from: RankID(16_383), to: RankID(32_767))]
          == 16_383)
      #expect(numbers[SlotNumbers.Channel(group: 0)] == 0)
    }
    #expect(sources.programOfRank.count == 32_768)
    // Looked at member by member it would take minutes.
    #expect(took < .seconds(3))
  }
}
