import Diagnostics
import Quantities
import TestSupport
import Testing
import Trace

@testable import Workload

/// A job that stands several times on a fabric must be that many jobs, each by itself.
@Suite("Replicas")
struct ReplicaTests {
  /// Two ranks that exchange unequal splits and reduce.
  private static func trace() -> Trace {
    let group = ProcessGroup(
      name: "ep@0", purpose: "ep", ranks: [RankID(index: 0), RankID(index: 1)])
    let ranks = (0..<2).map { number in
      var rank = RankFixture(number)
      var exchange = Communication(kind: .allToAll, group: 0)
      exchange.sendSplits = [10, 20 + Int64(number)]
      exchange.receiveSplits = number == 0 ? [10, 10] : [20, 21]
      exchange.sendBytes = ByteCount(30 + Int64(number))
      exchange.receiveBytes = ByteCount(number == 0 ? 20 : 41)
      rank.add(.kernel, lane: 1, at: 0, for: 5, exchange)
      rank.add(.kernel, lane: 1, at: 30, for: 5, RankFixture.allReduce(64, group: 0))
      rank.rank.host = "node\(number)"
      return rank.rank
    }
    return Trace(worldSize: 2, groups: [group], ranks: ranks)
  }

  private static func assemble(replicas: Int) throws -> Workload {
    var options = WorkloadOptions()
    options.replicas = replicas
    return try WorkloadAssembler(trace(), options: options).assemble()
  }

  @Test("each does in groups of its own what the job does")
  func each() throws {
    let once = try Self.assemble(replicas: 1)
    let thrice = try Self.assemble(replicas: 3)
    #expect(thrice.worldSize == 6 && thrice.repeatedRanks == 4)
    #expect(thrice.programs.count == once.programs.count)
    #expect(thrice.programOfRank == [0, 1, 0, 1, 0, 1])
    #expect(
      thrice.groups.map(\.name) == ["ep@0", "ep@0@replica1", "ep@0@replica2"])
    #expect(thrice.groups.allSatisfy { $0.family == "ep" })
    #expect(thrice.groups.map { $0.ranks.map(\.raw) } == [[0, 1], [2, 3], [4, 5]])
    #expect(thrice.groupsOfRank == [[0], [0], [1], [1], [2], [2]])
    #expect(thrice.instances.count == 3 * once.instances.count)
    for replica in 0..<3 {
      for (index, instance) in once.instances.enumerated() {
        let like = thrice.instances[replica * once.instances.count + index]
        #expect(like.payload == instance.payload && like.kind == instance.kind)
        #expect(like.group == replica)
      }
      for rank in 0..<2 {
        for call in 0..<2 {
          #expect(
            thrice.instance(ofCall: call, rank: 2 * replica + rank)
              == once.instance(ofCall: call, rank: rank) + replica * once.instances.count)
        }
      }
    }
    #expect(
      thrice.hosts == [
        "node0", "node1", "node0, replica 1", "node1, replica 1", "node0, replica 2",
        "node1, replica 2",
      ])
    #expect(TrafficMatrix(thrice).total == 3 * TrafficMatrix(once).total)
    #expect(thrice.assumptions.filter { $0.code == "replicas" }.count == 1)
    #expect(!once.assumptions.contains { $0.code == "replicas" })
  }

  @Test("more ranks than any fabric has are refused", arguments: [1 << 20, Int.max])
  func tooMany(replicas: Int) throws {
    let diagnostic = thrownDiagnostic { try Self.assemble(replicas: replicas) }
    #expect(diagnostic?.code == .limitExceeded)
    #expect(diagnostic?.problem.contains("replicas of 2 ranks") == true)
  }
}
