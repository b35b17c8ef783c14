import Quantities
import TestSupport
import Testing
import Trace

@testable import Workload

@Suite("Traffic from rank to rank")
struct TrafficMatrixTests {
  private static func workload(
    _ ranks: Int, _ call: (Int) -> Communication
  ) throws -> Workload {
    let fixtures = (0..<ranks).map { number in
      var rank = RankFixture(number)
      rank.add(.kernel, lane: 1, at: 0, for: 10, call(number))
      return rank
    }
    return try WorkloadAssembler(RankFixture.trace(fixtures), options: WorkloadOptions())
      .assemble()
  }

  private static func call(_ kind: CollectiveKind) -> Communication {
    var call = Communication(kind: kind, group: 0)
    call.sendBytes = ByteCount(1200)
    call.receiveBytes = ByteCount(1200)
    if [.broadcast, .reduce, .gather, .scatter].contains(kind) { call.peer = RankID(index: 1) }
    return call
  }

  private static func logical(_ workload: Workload) -> Double {
    workload.instances.reduce(0) {
      $0 + $1.logicalBytes(size: workload.groups[$1.group].ranks.count)
    }
  }

  @Test(
    "the pairs add up to the logical bytes, whatever the kind and however few the rows",
    arguments: [
      .allReduce, .allGather, .reduceScatter, .broadcast, .reduce, .allToAll, .barrier,
    ] as [CollectiveKind], [1, 2, 3, 64])
  func sums(_ kind: CollectiveKind, _ limit: Int) throws {
    let workload = try Self.workload(6) { _ in Self.call(kind) }
    let traffic = TrafficMatrix(workload, limit: limit)
    let logical = Self.logical(workload)
    #expect(abs(traffic.total - logical) <= 1e-9 * logical)
    #expect(traffic.bytes.count == min(6, limit))
    #expect(traffic.ranks(ofCell: traffic.bytes.count - 1).upperBound == 5)
    #expect(abs(traffic.sent.reduce(0, +) - traffic.received.reduce(0, +)) <= 1e-9 * logical)
    if limit == 64 {
      for rank in 0..<6 { #expect(traffic.bytes[rank][rank] == 0, "nothing to itself") }
    }
  }

  @Test("splits lie where they were sent")
  func splits() throws {
    let rows: [[Int64]] = [[7, 10, 20], [30, 7, 40], [50, 60, 7]]
    let workload = try Self.workload(3) { number in
      RankFixture.allToAll(send: rows[number], receive: rows.map { $0[number] })
    }
    let traffic = TrafficMatrix(workload)
    #expect(traffic.bytes == [[0, 10, 20], [30, 0, 40], [50, 60, 0]])
    #expect(TrafficMatrix(workload, limit: 2).bytes == [[40, 60], [110, 0]])
  }

  @Test("from and to the root")
  func rooted() throws {
    let broadcast = TrafficMatrix(try Self.workload(3) { _ in Self.call(.broadcast) })
    #expect(broadcast.bytes == [[0, 0, 0], [1200, 0, 1200], [0, 0, 0]])
    let reduce = TrafficMatrix(try Self.workload(3) { _ in Self.call(.reduce) })
    #expect(reduce.bytes == [[0, 1200, 0], [0, 0, 0], [0, 1200, 0]])
  }
}
