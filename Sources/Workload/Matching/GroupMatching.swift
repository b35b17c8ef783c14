public import Trace

/// How the calls of one group match over its members.
public struct GroupMatching: Sendable {
  /// Index of the group in the trace's list of groups.
  public var group: Int
  /// Whether calls are matched by recorded numbers; else by their order on each rank.
  public var isNumbered: Bool
  /// Calls recorded, over all ranks.
  public var callCount: Int
  /// Collectives, in order.
  public var instances: [MatchedCall]

  /// Those that all members' captures hold.
  public var completeCount: Int { instances.count { $0.isComplete } }
  /// Those that some member's capture lacks: it never came, has gone by, or is not there.
  public var partialCount: Int { instances.count - completeCount }
  /// The first to which a member never came, or which members call differently.
  public var firstDivergence: MatchedCall? { instances.first { $0.isDivergent } }
  /// Members that never came to some collective.
  public var missing: [RankID] {
    Array(Set(instances.flatMap(\.absent))).sorted()
  }
}

/// Matches the collectives of one group.
struct GroupMatcher {
  private let group: Int
  private let ranks: [RankID]
  private let calls: [RankID: [RecordedCall]]
  private let traced: Set<RankID>
  private let progress: [RankID: GroupProgress]

  /// - Parameters:
  ///   - calls: of each rank, in order of start.
  ///   - progress: of ranks of which it tells about these calls.
  init(
    group: Int, ranks: [RankID], calls: [RankID: [RecordedCall]], traced: Set<RankID>,
    progress: [RankID: GroupProgress]
  ) {
    self.group = group
    self.ranks = ranks
    self.calls = calls
    self.traced = traced
    self.progress = progress
  }

  /// A call's place in its group: its number, and which of the calls with that number it is.
  private struct Key: Hashable, Comparable {
    var sequence: Int64
    var occurrence: Int

    static func < (lhs: Key, rhs: Key) -> Bool {
      (lhs.sequence, lhs.occurrence) < (rhs.sequence, rhs.occurrence)
    }
  }

  /// The instances. O(calls × log calls + instances × members).
  func match() -> GroupMatching {
    let all = calls.values.joined()
    let isNumbered = all.allSatisfy { $0.communication.sequence != nil }
    var placed: [RankID: [Key: RecordedCall]] = [:]
    var ends: [RankID: (first: Int64, last: Int64)] = [:]
    var keys: Set<Key> = []
    for rank in ranks {
      var occurrences: [Int64: Int] = [:]
      for (position, call) in (calls[rank] ?? []).enumerated() {
        let sequence = (isNumbered ? call.communication.sequence : nil) ?? Int64(position)
        let key = Key(sequence: sequence, occurrence: occurrences[sequence, default: 0])
        occurrences[sequence, default: 0] += 1
        placed[rank, default: [:]][key] = call
        keys.insert(key)
        let known = ends[rank] ?? (sequence, sequence)
        ends[rank] = (min(known.first, sequence), max(known.last, sequence))
      }
    }
    let instances = keys.sorted().map { key in
      MatchedCall(
        group: group, sequence: key.sequence,
        members: ranks.map { rank in
          let call = placed[rank]?[key]
          return MatchedCall.Member(
            rank: rank,
            standing: call.map { .recorded($0.communication.state) }
              ?? standing(of: rank, at: key.sequence, first: isNumbered ? ends[rank]?.first : nil),
            call: call)
        })
    }
    return GroupMatching(
      group: group, isNumbered: isNumbered, callCount: all.count, instances: instances)
  }

  /// What is known of a rank whose capture lacks a call. A ring of entries loses its oldest, so what
  /// lies before the first entry has gone by; progress knows better where there is any.
  private func standing(
    of rank: RankID, at sequence: Int64, first: Int64?
  ) -> MatchedCall.Standing {
    guard traced.contains(rank) else { return .untraced }
    if let progress = progress[rank] {
      if let completed = progress.lastCompleted, sequence <= completed {
        return .completedUnrecorded
      }
      if let enqueued = progress.lastEnqueued, sequence <= enqueued { return .issuedUnrecorded }
      return .absent
    }
    if let first, sequence < first { return .completedUnrecorded }
    return .absent
  }
}
