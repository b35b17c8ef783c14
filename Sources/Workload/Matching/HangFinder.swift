import Trace

/// Finds out who waits for whom from calls that had not ended.
struct HangFinder {
  let table: CallTable
  let groups: [GroupMatching]
  let conflicts: [Disagreement]
  let traced: Set<RankID>
  let progress: [(rank: RankID, progress: [GroupProgress])]
  /// Ranks whose open calls have ended on their peers: what they show as open tells nothing.
  let untrusted: Set<RankID>

  /// The diagnosis; `nil` where all members of all open calls are there and agree.
  func diagnosis() -> HangDiagnosis? {
    let waits = merged(collectiveWaits() + pairWaits())
    guard !waits.isEmpty || !conflicts.isEmpty else { return nil }
    var awaitedBy: [RankID: Set<RankID>] = [:]
    for wait in waits {
      for rank in wait.waiting { awaitedBy[rank, default: []].formUnion(wait.awaited) }
    }
    let awaited = Set(waits.flatMap(\.awaited))
    let roots = awaited.filter { awaitedBy[$0] == nil }
    let direct = Set(
      waits.filter { !roots.isDisjoint(with: $0.awaited) }.flatMap(\.waiting))
    let behind = heldUp(behind: roots.union(direct), awaitedBy).subtracting(roots)
    let ordered = waits.sorted { rank($0, roots) < rank($1, roots) }
    return HangDiagnosis(
      waits: ordered,
      culprits: roots.sorted().map { culprit($0, ordered) }, conflicts: conflicts,
      waiting: direct.sorted(), heldUp: behind.subtracting(direct).sorted())
  }

  /// Lower explains more.
  private func rank(
    _ wait: HangDiagnosis.Wait, _ roots: Set<RankID>
  ) -> (Int, Int, Int64, Int, Int64) {
    (
      roots.isDisjoint(with: wait.awaited) ? 1 : 0, -wait.waiting.count, wait.since, wait.group,
      wait.sequence
    )
  }

  // MARK: Waits

  private func collectiveWaits() -> [HangDiagnosis.Wait] {
    groups.lazy.flatMap(\.instances).filter(\.isOpen).compactMap { call in
      let (missing, untraced) = (call.absent, call.untraced)
      guard !missing.isEmpty || !untraced.isEmpty else { return nil }
      return HangDiagnosis.Wait(
        group: call.group, kind: call.kind, sequence: call.sequence,
        waiting: call.unfinished.map(\.rank).sorted(), missing: missing.sorted(),
        untraced: untraced.sorted(), since: call.calls.map(\.start).min() ?? 0, later: 0)
    }
  }

  /// Open sends and receives of a pair, taken in order: those that one side has more of wait for the
  /// other.
  private func pairWaits() -> [HangDiagnosis.Wait] {
    table.pairs.compactMap { pair in
      let sends = pair.sends.filter { $0.communication.state != .completed }
      let receives = pair.receives.filter { $0.communication.state != .completed }
      guard sends.count != receives.count else { return nil }
      let isSender = sends.count > receives.count
      let excess = isSender ? sends[receives.count...] : receives[sends.count...]
      let other = isSender ? pair.channel.to : pair.channel.from
      guard let first = excess.first, !untrusted.contains(first.rank) else { return nil }
      return HangDiagnosis.Wait(
        group: pair.channel.group, kind: first.communication.kind,
        sequence: first.communication.sequence ?? 0, waiting: [first.rank],
        missing: traced.contains(other) ? [other] : [],
        untraced: traced.contains(other) ? [] : [other], since: first.start,
        later: excess.count - 1)
    }
  }

  /// Calls of a group in which the same wait for the same are one wait, at the first of them.
  private func merged(_ waits: [HangDiagnosis.Wait]) -> [HangDiagnosis.Wait] {
    struct Key: Hashable {
      var group: Int
      var waiting: [RankID]
      var awaited: [RankID]
      var isPair: Bool
    }
    var places: [Key: Int] = [:]
    var merged: [HangDiagnosis.Wait] = []
    for wait in waits {
      let key = Key(
        group: wait.group, waiting: wait.waiting, awaited: wait.awaited,
        isPair: wait.kind.isPointToPoint)
      if let place = places[key] {
        merged[place].later += wait.later + 1
      } else {
        places[key] = merged.count
        merged.append(wait)
      }
    }
    return merged
  }

  // MARK: Ranks

  /// All ranks that wait for one of `ranks`, or that have an open call together with one, and so on.
  private func heldUp(
    behind ranks: Set<RankID>, _ awaitedBy: [RankID: Set<RankID>]
  ) -> Set<RankID> {
    var links: [RankID: Set<RankID>] = awaitedBy
    func link(_ one: RankID, _ other: RankID) {
      links[one, default: []].insert(other)
    }
    for call in groups.lazy.flatMap(\.instances) where call.isOpen {
      // Through the first of them all reach all.
      let members = call.unfinished.map(\.rank)
      for member in members {
        link(member, members[0])
        link(members[0], member)
      }
    }
    for pair in table.pairs {
      let isOpen = (pair.sends + pair.receives).contains { $0.communication.state != .completed }
      guard isOpen, !pair.sends.isEmpty, !pair.receives.isEmpty else { continue }
      link(pair.channel.from, pair.channel.to)
      link(pair.channel.to, pair.channel.from)
    }
    var reached = ranks
    var grew = true
    while grew {
      let next = links.filter { !reached.contains($0.key) && !reached.isDisjoint(with: $0.value) }
      reached.formUnion(next.keys)
      grew = !next.isEmpty
    }
    return reached
  }

  private func culprit(
    _ rank: RankID, _ waits: [HangDiagnosis.Wait]
  ) -> HangDiagnosis.Culprit {
    let group = waits.first { $0.awaited.contains(rank) }?.group
    let known = progress.first { $0.rank == rank }?.progress
    return HangDiagnosis.Culprit(
      rank: rank, isTraced: traced.contains(rank),
      last: table.last[rank].map {
        HangDiagnosis.LastCall(
          group: $0.communication.group, kind: $0.communication.kind,
          sequence: $0.communication.sequence, state: $0.communication.state, start: $0.start)
      },
      progress: known?.first { $0.group == group })
  }
}
