import Trace

/// Whether two traces say the same: numbers of names may differ, what they stand for may not.
enum SameTrace {
  static func require(_ one: Trace, _ other: Trace) {
    Promise.require(one.worldSize == other.worldSize, "world sizes differ")
    Promise.require(one.groups == other.groups, "groups differ")
    Promise.require(one.assumptions == other.assumptions, "assumptions differ")
    Promise.require(one.ranks.count == other.ranks.count, "counts of ranks differ")
    for (one, other) in zip(one.ranks, other.ranks) { require(one, other) }
  }

  private static func require(_ one: RankTrace, _ other: RankTrace) {
    Promise.require(
      one.rank == other.rank && one.rankSource == other.rankSource
        && one.originNanoseconds == other.originNanoseconds && one.host == other.host
        && one.device == other.device && one.lanes == other.lanes
        && one.isScheduled == other.isScheduled, "heads of ranks differ: \(one) and \(other)")
    Promise.require(one.edges == other.edges, "dependencies differ")
    Promise.require(one.progress == other.progress, "progress differs")
    Promise.require(one.events.count == other.events.count, "counts of events differ")
    for index in one.events.indices { require(index, one, other) }
  }

  private static func require(_ index: Int, _ one: RankTrace, _ other: RankTrace) {
    var (a, b) = (one.events[index], other.events[index])
    Promise.require(one.names[a.name] == other.names[b.name], "names of event \(index) differ")
    let calls = (
      a.communication.map { one.communications[$0] },
      b.communication.map { other.communications[$0] }
    )
    Promise.require(calls.0 == calls.1, "calls of event \(index) differ: \(calls)")
    a.name = b.name
    (a.communication, b.communication) = (nil, nil)
    Promise.require(a == b, "events \(index) differ: \(a) and \(b)")
  }
}
