import Diagnostics
import JSON

/// Reads the ranks of a manifest that do the same as others.
///
/// They stand by the rank whose events they share: `{"of": 0, "ranks": [2, 4], "groups": [[1], [2]]}`.
struct NativeRepeatReader {
  private let trace: Trace
  /// Ranks whose files are left out: those that do the same are left out with them.
  private let lost: Set<RankID>
  private let indexOfRank: [RankID: Int]

  init(_ trace: Trace, lost: Set<RankID>) {
    self.trace = trace
    self.lost = lost
    indexOfRank = Dictionary(
      uniqueKeysWithValues: trace.ranks.enumerated().map { ($1.rank, $0) })
  }

  /// Adds what `node` holds to a trace.
  ///
  /// - Throws: a `Diagnostic` with the key path of the first mistake.
  /// - Complexity: O(ranks · groups in use · members).
  func read(_ node: JSONNode, into trace: inout Trace) throws {
    var isTaken = [Bool](repeating: false, count: trace.worldSize)
    for rank in trace.ranks.map(\.rank) + lost.sorted() { isTaken[rank.index] = true }
    var sources: Set<Int> = []
    var leftOut = 0
    for entry in try node.elements() {
      try entry.allow(keys: ["of", "ranks", "groups"])
      let of = try entry.required("of")
      let source = try of.int(in: 0...trace.worldSize - 1)
      guard sources.insert(source).inserted else {
        throw of.diagnostic(
          .duplicateRank, "the ranks that do the same as rank \(source) stand here a second time",
          remedy: "put them into one entry")
      }
      let ranks = try ranks(entry.required("ranks"), &isTaken)
      guard !lost.contains(RankID(index: source)) else {
        leftOut += ranks.count
        continue
      }
      guard let index = indexOfRank[RankID(index: source)] else {
        throw of.diagnostic(
          .valueOutOfRange, "rank \(source) has no events that others could share",
          remedy: "name a rank that stands in 'ranks'")
      }
      trace.repeats += try repeats(ranks, of: trace.ranks[index], at: entry)
    }
    trace.repeats.sort { $0.rank < $1.rank }
    if leftOut > 0 { trace.assumptions.append(Salvage.repeatsLeftOut(leftOut)) }
  }

  /// The ranks of an entry, none of which has been seen before.
  private func ranks(_ node: JSONNode, _ isTaken: inout [Bool]) throws -> [Int] {
    let ranks = try node.ints(in: 0...trace.worldSize - 1)
    guard !ranks.isEmpty else {
      throw node.diagnostic(
        .valueOutOfRange, "holds no ranks", remedy: "leave the entry out, or name its ranks")
    }
    for (place, rank) in ranks.enumerated() {
      guard !isTaken[rank] else {
        let element = try node.elements()[place]
        let hasEvents =
          indexOfRank[RankID(index: rank)] != nil || lost.contains(RankID(index: rank))
        throw element.diagnostic(
          .duplicateRank,
          hasEvents
            ? "rank \(rank) has events of its own" : "rank \(rank) stands here a second time",
          remedy: "name each rank once")
      }
      isTaken[rank] = true
    }
    return ranks
  }

  private func repeats(
    _ ranks: [Int], of source: RankTrace, at entry: JSONNode
  ) throws -> [RankRepeat] {
    if let reason = source.unrepeatable {
      throw try entry.required("of").diagnostic(
        .valueOutOfRange, "rank \(source.rank.raw) can't be repeated: \(reason)",
        remedy: "write the ranks that do the same with events of their own")
    }
    try checkPeers(ranks, of: source, at: entry)
    let lists = try entry.required("groups")
    let nodes = try lists.elements()
    guard nodes.count == ranks.count else {
      throw lists.diagnostic(
        .valueOutOfRange, "holds \(nodes.count) lists of groups for \(ranks.count) ranks",
        remedy: "give each rank a list")
    }
    let inUse = source.groupsInUse
    return try zip(ranks, nodes).map { rank, node in
      let rank = RankID(index: rank)
      return RankRepeat(
        rank: rank, source: source.rank,
        groups: try groups(node, of: rank, for: inUse, source: source.rank))
    }
  }

  private func checkPeers(_ ranks: [Int], of source: RankTrace, at entry: JSONNode) throws {
    guard let reach = source.peerReach else { return }
    for (place, rank) in ranks.enumerated() {
      let peer =
        rank + reach.lowerBound < 0 ? rank + reach.lowerBound : rank + reach.upperBound
      guard !(0..<trace.worldSize).contains(peer) else { continue }
      throw try entry.required("ranks").elements()[place].diagnostic(
        .valueOutOfRange,
        "rank \(rank) would send to or receive from rank \(peer), and the job has "
          + "\(trace.worldSize) ranks",
        remedy: "a peer lies as far from the rank as it does from rank \(source.rank.raw)")
    }
  }

  private func groups(
    _ node: JSONNode, of rank: RankID, for inUse: [Int], source: RankID
  ) throws -> [Int] {
    let groups = try node.ints(in: 0...max(0, trace.groups.count - 1))
    guard groups.count == inUse.count else {
      throw node.diagnostic(
        .valueOutOfRange,
        "holds \(groups.count) groups, and rank \(source.raw) has calls on \(inUse.count)",
        remedy: "name one for each, in ascending order of rank \(source.raw)'s")
    }
    for (place, group) in groups.enumerated() {
      if let problem = problem(group, of: rank, for: inUse[place], among: groups[..<place]) {
        throw try node.elements()[place].diagnostic(.groupUnknown, problem)
      }
    }
    return groups
  }

  /// What is wrong with a group in the place of the source's `replaced`; `nil` where nothing is.
  private func problem(
    _ group: Int, of rank: RankID, for replaced: Int, among before: ArraySlice<Int>
  ) -> String? {
    let (here, there) = (trace.groups[group], trace.groups[replaced])
    if before.contains(group) { return "the group '\(here.name)' stands here a second time" }
    if !here.ranks.contains(rank) {
      return "rank \(rank.raw) is no member of group '\(here.name)'"
    }
    if here.ranks.count != there.ranks.count {
      return
        "the group '\(here.name)' has \(here.ranks.count) ranks, and '\(there.name)', in whose "
        + "place it stands, has \(there.ranks.count)"
    }
    return nil
  }
}
