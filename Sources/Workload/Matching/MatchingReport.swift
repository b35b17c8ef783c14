public import Trace

/// How the calls of all ranks match, over all that was captured, and what that says of a job that hung.
///
/// Nothing here fails: what does not match is what the report is about.
public struct MatchingReport: Sendable {
  /// Groups in which collectives are called, in the trace's order.
  public var groups: [GroupMatching]
  /// Pairs that send, in order of group, sender, receiver.
  public var pairs: [PairMatching]
  /// What members disagree on.
  public var disagreements: [Disagreement]
  /// Calls that had not ended when the capture was written.
  public var openCalls: Int
  /// Ranks on which calls had not ended that peers had ended.
  public var lagging: [Lag]
  /// Who waits for whom; `nil` where nobody waits for a rank that never came.
  public var hang: HangDiagnosis?
  /// The clock at the first call, in nanoseconds: times of the report count from it.
  public var originNanoseconds: Int64

  /// A rank behind its peers.
  public struct Lag: Sendable {
    /// The rank.
    public var rank: RankID
    /// The first call of which that is so: its group and number.
    public var group: Int
    /// The number of that call.
    public var sequence: Int64
    /// Its kind.
    public var kind: CollectiveKind
    /// Members on which it had ended.
    public var finished: [RankID]
    /// How many calls it is so of, over all groups.
    public var calls: Int
  }

  /// Matches a trace. O(calls × members).
  public init(_ trace: Trace) {
    let table = CallTable(trace)
    let traced = Set(trace.ranks.map(\.rank))
    groups = Self.groups(of: trace, table)
    pairs = table.pairs.map {
      PairMatching(
        group: $0.channel.group, from: $0.channel.from, to: $0.channel.to, sends: $0.sends.count,
        receives: $0.receives.count,
        isTraced: traced.contains($0.channel.from) && traced.contains($0.channel.to))
    }
    disagreements = groups.flatMap { $0.instances.flatMap(CallChecks.disagreements) }
    for pair in table.pairs where pair.sends.count == pair.receives.count {
      disagreements += zip(pair.sends, pair.receives).compactMap(CallChecks.disagreement)
    }
    openCalls = table.open.count
    originNanoseconds = table.origin
    lagging = table.open.isEmpty ? [] : Self.lagging(groups)
    hang =
      table.open.isEmpty
      ? nil
      : HangFinder(
        table: table, groups: groups, conflicts: disagreements.filter(\.isOpen), traced: traced,
        progress: trace.ranks.map { ($0.rank, $0.progress) },
        untrusted: Set(lagging.map(\.rank))
      ).diagnosis()
  }

  /// The groups of a trace in which collectives are called, each matched.
  static func groups(of trace: Trace, _ table: CallTable) -> [GroupMatching] {
    let traced = Set(trace.ranks.map(\.rank))
    return trace.groups.indices.filter { !table.collectives[$0].isEmpty }.map { group in
      GroupMatcher(
        group: group, ranks: trace.groups[group].ranks, calls: table.collectives[group],
        traced: traced, progress: progress(in: group, trace, table)
      ).match()
    }
  }

  /// The progress of ranks in a group, where it tells about collectives: in a group that also sends
  /// from rank to rank it may be the number of a send, which counts apart.
  private static func progress(
    in group: Int, _ trace: Trace, _ table: CallTable
  ) -> [RankID: GroupProgress] {
    guard !table.hasPairs[group] else { return [:] }
    var progress: [RankID: GroupProgress] = [:]
    for rank in trace.ranks {
      guard let known = rank.progress.first(where: { $0.group == group }) else { continue }
      let latest = table.collectives[group][rank.rank]?.compactMap(\.communication.sequence).max()
      guard latest ?? -1 <= known.lastEnqueued ?? -1 else { continue }
      progress[rank.rank] = known
    }
    return progress
  }

  private static func lagging(_ groups: [GroupMatching]) -> [Lag] {
    var lags: [RankID: Lag] = [:]
    var starts: [RankID: Int64] = [:]
    for instance in groups.lazy.flatMap(\.instances) {
      let unfinished = instance.unfinished
      let finished = unfinished.isEmpty ? [] : instance.finished
      guard !finished.isEmpty else { continue }
      for member in unfinished {
        guard let start = member.call?.start else { continue }
        let calls = (lags[member.rank]?.calls ?? 0) + 1
        if starts[member.rank].map({ start < $0 }) ?? true {
          starts[member.rank] = start
          lags[member.rank] = Lag(
            rank: member.rank, group: instance.group, sequence: instance.sequence,
            kind: instance.kind, finished: finished, calls: calls)
        }
        lags[member.rank]?.calls = calls
      }
    }
    return lags.values.sorted { $0.rank < $1.rank }
  }
}
