import Quantities
import Trace

/// A job's trace, made in memory: on each rank one host thread that launches, a compute stream and a
/// communication stream, in blocks of kernels, a collective that waits for them, and kernels that wait for
/// the collective. Now and then the host synchronises. Each call is of all ranks or of half of them.
struct GraphTrace {
  let trace: Trace

  private static let kernelsOfBlock = 47
  /// Kernels and the collective, each with its launch, and two stream waits; synchronises not counted.
  private static let eventsOfBlock = 2 * (kernelsOfBlock + 1) + 2

  /// - Parameter events: how many there are at least, over all ranks.
  init(ranks count: Int, events: Int) {
    var random = SeededGenerator(seed: 1)
    let names = [
      "gemm", "all_to_all", "cudaLaunchKernel", "cudaStreamWaitEvent", "cudaDeviceSynchronize",
    ]
    var ranks = (0..<count).map { number in
      var rank = RankTrace(
        rank: RankID(index: number), rankSource: "content", originNanoseconds: 0)
      rank.lanes = [
        Lane(kind: .thread, name: "1"), Lane(kind: .stream, name: "7"),
        Lane(kind: .stream, name: "27"),
      ]
      for name in names { _ = rank.names.intern(name) }
      return rank
    }
    var drafts: [[TraceEvent]] = ranks.map { _ in [] }
    let blocks = (events + count * Self.eventsOfBlock - 1) / (count * Self.eventsOfBlock)
    var start: Int64 = 0
    for block in 0..<blocks {
      start = Self.block(block, from: start, &ranks, &drafts, &random)
    }
    for index in ranks.indices { ranks[index].events = Self.table(drafts[index]) }
    let all = (0..<count).map(RankID.init(index:))
    trace = Trace(
      worldSize: count,
      groups: [
        ProcessGroup(name: "0", purpose: "default_pg", ranks: all),
        ProcessGroup(name: "1", purpose: "ep", ranks: Array(all.prefix(count / 2))),
        ProcessGroup(name: "2", purpose: "ep", ranks: Array(all.dropFirst(count / 2))),
      ], ranks: ranks)
  }

  /// Adds a block to all ranks; gives when the last of it ends, in nanoseconds.
  private static func block(
    _ block: Int, from start: Int64, _ ranks: inout [RankTrace], _ drafts: inout [[TraceEvent]],
    _ random: inout SeededGenerator
  ) -> Int64 {
    var arrivals: [Int64] = []
    for index in ranks.indices {
      var host = start
      var free = start + 20_000
      for _ in 0..<kernelsOfBlock {
        let launch = add(.launch, 0, host, 3_000, 2, &drafts[index])
        free = max(free, host + 5_000)
        let duration = Int64.random(in: 5_000...15_000, using: &random)
        add(.kernel, 1, free, duration, 0, launchedBy: launch, &drafts[index])
        free += duration + 1_000
        host += 4_000
      }
      add(.streamWait, 0, host, 1_000, 3, &drafts[index])
      arrivals.append(free + 2_000)
    }
    var ends = arrivals
    for index in ranks.indices {
      let members = block % 2 == 0 ? ranks.indices : half(of: index, ranks.count)
      let last = members.map { arrivals[$0] }.max() ?? 0
      ends[index] = last + 50_000
      let host = start + Int64(kernelsOfBlock) * 4_000 + 2_000
      let launch = add(.launch, 0, host, 3_000, 2, &drafts[index])
      add(
        .kernel, 2, arrivals[index], ends[index] - arrivals[index], 1, launchedBy: launch,
        communication: ranks[index].communications.count, &drafts[index])
      add(.streamWait, 0, host + 4_000, 1_000, 3, &drafts[index])
      if block % 8 == 7 {
        add(.synchronize, 0, host + 6_000, ends[index] - host, 4, &drafts[index])
      }
      var call = Communication(
        kind: .allToAll, group: block % 2 == 0 ? 0 : members.lowerBound == 0 ? 1 : 2)
      call.sendBytes = ByteCount(Int64(members.count) << 20)
      call.receiveBytes = call.sendBytes
      ranks[index].communications.append(call)
    }
    return (ends.max() ?? start) + 3_000
  }

  private static func half(of rank: Int, _ count: Int) -> Range<Int> {
    rank < count / 2 ? 0..<count / 2 : count / 2..<count
  }

  @discardableResult
  private static func add(
    _ kind: EventKind, _ lane: Int, _ start: Int64, _ duration: Int64, _ name: Int32,
    launchedBy: Int? = nil, communication: Int? = nil, _ drafts: inout [TraceEvent]
  ) -> Int {
    drafts.append(
      TraceEvent(
        kind: kind, lane: lane, start: .nanoseconds(start), duration: .nanoseconds(duration),
        name: name, launchedBy: launchedBy, communication: communication))
    return drafts.count - 1
  }

  /// The events by start, launches named by their places there.
  private static func table(_ drafts: [TraceEvent]) -> EventTable {
    let order = drafts.indices.sorted {
      (drafts[$0].start, drafts[$0].lane, $0) < (drafts[$1].start, drafts[$1].lane, $1)
    }
    var place = [Int](repeating: 0, count: order.count)
    for (new, old) in order.enumerated() { place[old] = new }
    var table = EventTable()
    for old in order {
      var event = drafts[old]
      event.launchedBy = event.launchedBy.map { place[$0] }
      table.append(event)
    }
    return table
  }
}
