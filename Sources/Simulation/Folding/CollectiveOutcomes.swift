/// How the rendezvous of a replay went; of a folded one, those of the whole plan.
public struct CollectiveOutcomes: RandomAccessCollection, Sendable {
  /// Of what was replayed.
  var own: [CollectiveOutcome]
  var fold: Fold?

  init(_ own: [CollectiveOutcome] = [], fold: Fold? = nil) {
    self.own = own
    self.fold = fold
  }

  /// 0.
  public var startIndex: Int { 0 }

  /// The number of rendezvous.
  public var endIndex: Int { fold?.whole.participants.count ?? own.count }

  /// How one went. O(1), O(log groups) of a folded replay.
  public subscript(position: Int) -> CollectiveOutcome {
    _read {
      guard let fold else {
        yield own[position]
        return
      }
      var outcome = own[fold.standIn(forRendezvous: position)]
      if outcome.lowered != nil { outcome.lowered = fold.whole(position) }
      yield outcome
    }
    _modify {
      precondition(fold == nil, "what a folded replay found is not changed")
      yield &own[position]
    }
  }
}

extension CollectiveOutcomes {
  /// A number that only groups share whose rendezvous went alike and were alike on the links: of what was
  /// not folded each group has its own. O(1).
  public func likeness(ofGroup group: Int) -> Int {
    guard let fold else { return group }
    return Int(fold.groupClass[group])
  }

  /// What the rendezvous numbered `range`, all of one group, were on the links, and how many of them
  /// each was, in order of the first.
  public func lowered(in range: Range<Int>) -> [(lowered: LoweredCollective, count: Int)] {
    var places: [ObjectIdentifier: Int] = [:]
    var counts: [(lowered: LoweredCollective, count: Int)] = []
    func add(_ lowered: LoweredCollective, _ count: Int) {
      let place = places[ObjectIdentifier(lowered)] ?? counts.count
      if place == counts.count {
        places[ObjectIdentifier(lowered)] = place
        counts.append((lowered, 0))
      }
      counts[place].count += count
    }
    if let fold, let first = range.first {
      for (lowered, count) in fold.shapes(ofGroup: fold.whole.group(ofRendezvous: first)) {
        add(lowered, count)
      }
    } else {
      for rendezvous in range { if let lowered = own[rendezvous].lowered { add(lowered, 1) } }
    }
    return counts
  }
}

extension Replayer {
  /// After `run` on a folded plan, what the whole one comes to.
  public func unfolded(_ fold: Fold) -> ReplayResult {
    var whole = result
    let observed = 0..<fold.whole.observedRanks
    whole.parts = observed.map { result.parts[Int(fold.rankClass[$0])] }
    whole.exposedBySlot = observed.map { result.exposedBySlot[Int(fold.rankClass[$0])] }
    whole.links = fold.linkClass.map { result.links[Int($0)] }
    whole.collectives = CollectiveOutcomes(result.collectives.own, fold: fold)
    whole.criticalPath = criticalPath(of: fold.whole) { Int(fold.rankClass[$0]) }
    return whole
  }
}
