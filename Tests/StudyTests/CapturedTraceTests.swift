import Collectives
import Quantities
import Simulation
import TestSupport
import Testing
import Trace
import Workload

@testable import Study

/// The captured step that comes along: real routing and real order, on CPU and gloo.
@Suite("Captured trace")
struct CapturedTraceTests {
  private static let path = ProjectFiles.path("traces/captured-moe-ep4")

  @Test("send splits equal receive splits, pair by pair, over all calls of all groups")
  func splits() throws {
    let trace = try NativeTraceReader.read(directory: Self.path)
    #expect(trace.ranks.count == 8)
    var pairs = 0
    for (index, group) in trace.groups.enumerated() {
      let calls = group.ranks.map { rank in
        trace.ranks[rank.index].communications.filter {
          $0.group == index && $0.kind == .allToAll && $0.sendSplits != nil
        }
      }
      #expect(Set(calls.map(\.count)).count == 1)
      for number in calls[0].indices {
        for i in group.ranks.indices {
          for j in group.ranks.indices {
            #expect(calls[i][number].sendSplits?[j] == calls[j][number].receiveSplits?[i])
            pairs += 1
          }
        }
      }
    }
    // 2 groups of 4, 2 layers, dispatch and combine, forward and backward.
    #expect(pairs == 2 * 8 * 16)
  }

  @Test("every collective is matched over all ranks, and the self-check is nothing")
  func matched() throws {
    let prepared = try PreparedTrace.prepare(TraceSource(inputs: [Self.path]), name: "t")[0]
    let workload = prepared.workload
    #expect(workload.groups.count == 7)
    #expect(workload.instances.count { $0.kind == .allToAll } == 2 * (2 + 8))
    // 14 gradients of dense parameters, 16 of experts in each of the 4 pairs.
    #expect(workload.instances.count { $0.kind == .allReduce } == 14 + 4 * 16)
    #expect(workload.programs.count == 8)
    // Every instance holds one call of each member of its group, and no call is left over.
    var callers: [[Int]] = workload.instances.map { _ in [] }
    for rank in 0..<workload.worldSize {
      for call in workload.programs[workload.programOfRank[rank]].calls {
        let first = workload.instances.range(
          ofGroup: workload.groupsOfRank[rank][call.slot]
        ).lowerBound
        callers[first + call.position].append(rank)
      }
    }
    for (instance, ranks) in zip(workload.instances, callers) {
      #expect(ranks == workload.groups[instance.group].ranks.map(\.index))
    }
    #expect(prepared.evidence.selfCheckError == 0)
    #expect(workload.captured.parts.allSatisfy { $0.sum == workload.captured.stepTime })
  }

  @Test("with captured durations every rank spends its time as captured")
  func selfCheckByRank() throws {
    let workload = try PreparedTrace.prepare(TraceSource(inputs: [Self.path]), name: "t")[0]
      .workload
    let replayed = try replayPlan(
      PlanBuilder.plan(workload, capacities: []), workload, InstantLowering(), .recorded)
    #expect(replayed.parts.count == 8)
    for (rank, (replayed, captured)) in zip(replayed.parts, workload.captured.parts).enumerated() {
      #expect(replayed == captured, "rank \(rank)")
    }
  }
}
