import Diagnostics

extension Trace {
  /// The most events that ranks which do the same as others may come to, written out.
  public static let writtenEventLimit = 1 << 22

  /// The same trace with events for each of its ranks, so that none only does the same as another: for
  /// what looks at every rank by itself.
  ///
  /// - Throws: a `Diagnostic` where that would be more than `limit` events.
  /// - Complexity: O(events of all ranks).
  public func writingRepeats(limit: Int = writtenEventLimit) throws -> Trace {
    guard !repeats.isEmpty else { return self }
    let sources = Dictionary(uniqueKeysWithValues: ranks.map { ($0.rank, $0) })
    let events = repeats.reduce(0) { $0 + (sources[$1.source]?.events.count ?? 0) }
    guard events <= limit else {
      throw Diagnostic(
        .limitExceeded,
        "the trace's \(repeats.count) ranks that do the same as others would come to \(events) events, "
          + "and \(limit) are the most that are looked at one by one",
        remedy: "replay and place need no more than what is written")
    }
    var whole = self
    whole.repeats = []
    for copy in repeats {
      guard let source = sources[copy.source] else { continue }
      whole.ranks.append(written(copy, source))
    }
    whole.ranks.sort { $0.rank < $1.rank }
    return whole
  }

  private func written(_ copy: RankRepeat, _ source: RankTrace) -> RankTrace {
    var rank = source
    rank.rank = copy.rank
    rank.host = nil
    rank.device = nil
    let inUse = source.groupsInUse
    let replaced = Dictionary(uniqueKeysWithValues: zip(inUse, copy.groups))
    for index in rank.communications.indices {
      let group = rank.communications[index].group
      let other = replaced[group] ?? group
      rank.communications[index].group = other
      rank.communications[index].peer = rank.communications[index].peer.map { peer in
        guard !rank.communications[index].kind.isPointToPoint else {
          return RankID(peer.raw + copy.rank.raw - copy.source.raw)
        }
        return groups[group].ranks.firstIndex(of: peer).map { groups[other].ranks[$0] } ?? peer
      }
    }
    return rank
  }
}
