/// A rank that does what a rank with events of its own does, in groups of its own.
///
/// Ranks of a large job that do the same are written once. The calls of such a rank are its source's:
/// of the same sizes, in the same order, at the same times, each group replaced by one that stands in
/// its place. The peer of a send or receive is as far from the rank as the source's is from the source,
/// and the root of a rooted collective is the member at the same place.
public struct RankRepeat: Sendable, Hashable {
  /// The rank.
  public var rank: RankID
  /// The rank that it does the same as, which has events.
  public var source: RankID
  /// For each group that the source's calls are on (`RankTrace.groupsInUse`) the index of the group in
  /// its place, in the trace's list of groups.
  public var groups: [Int]

  /// A rank that does the same as `source`.
  public init(rank: RankID, source: RankID, groups: [Int]) {
    self.rank = rank
    self.source = source
    self.groups = groups
  }
}

extension RankTrace {
  /// The groups that its calls are on, by their index in the trace's list of groups: each once, in
  /// ascending order. O(calls).
  public var groupsInUse: [Int] { Set(communications.map(\.group)).sorted() }

  /// What keeps other ranks from doing the same as it, `nil` where nothing does.
  ///
  /// What is known of one rank alone can't be said of others: splits, and how far it had come.
  var unrepeatable: String? {
    if !progress.isEmpty { return "how far it had come in its groups is said of it alone" }
    for call in communications {
      if call.sendSplits != nil || call.receiveSplits != nil || call.sizes == .lost
        || call.receiveSplitsAreLost
      {
        return "it has calls with splits of its own"
      }
      if call.state != .completed { return "it has calls that had not ended" }
    }
    return nil
  }

  /// How far the peers of its sends and receives lie from it, at least and at most; `nil` without any.
  var peerReach: ClosedRange<Int>? {
    let distances = communications.compactMap { call in
      call.kind.isPointToPoint ? call.peer.map { $0.index - rank.index } : nil
    }
    guard let least = distances.min(), let most = distances.max() else { return nil }
    return least...most
  }
}
