public import Fabric
import Trace
public import Workload

/// Finds the figures of a placement.
public struct PlacementAnalysis {
  private let workload: Workload
  private let placement: Placement
  private let ranks: PlacedRanks
  private var loads: LinkLoads
  private var figures = PlacementFigures()
  /// Peers of a member that stand for all; `nil` for each by itself.
  private var peers: Int?
  /// The row of each family and kind, and bytes times links in it.
  private var rowOf: [RowKey: Int] = [:]
  private var crossings: [Double] = []

  private struct RowKey: Hashable {
    var family: String
    var kind: CollectiveKind
  }

  /// The most pairs of ranks that are laid on links one by one.
  static let pairLimit = 1 << 24
  /// Of more, so many peers of each member stand for all.
  static let peerSample = 64

  /// An analysis of a workload as placed.
  public init(_ workload: Workload, _ placement: Placement, on fabric: Fabric) {
    self.workload = workload
    self.placement = placement
    ranks = PlacedRanks(placement, on: fabric)
    loads = LinkLoads(fabric)
  }

  /// The figures of all communication, or of that in the groups, or of the kind, that a word means.
  ///
  /// - Complexity: O(ranks · families + pairs), pairs being those of all groups, or 64 a member where
  ///   there are more than 2^24 of them, and the entries of all split matrices.
  public consuming func figures(of word: String? = nil) -> PlacementFigures {
    let job = PlacementJob(workload)
    let kind = word.flatMap(CollectiveKind.init(rawValue:))
    let chosen = word.map { Set(GroupChoice(job).groups($0)) }
    let instances = Self.instancesOfGroup(workload) { instance in
      (kind == nil || instance.kind == kind) && chosen?.contains(instance.group) ?? true
    }
    let pairs = instances.indices.reduce(0) { sum, group in
      let n = instances[group].isEmpty ? 0 : workload.groups[group].ranks.count
      return sum + n * n
    }
    peers = pairs > Self.pairLimit ? Self.peerSample : nil
    figures.sampledPeers = peers
    figures.bytesOfGroup = Array(repeating: TierBytes(), count: workload.groups.count)
    for (group, calls) in instances.enumerated() where !calls.isEmpty { add(calls, group) }
    for row in figures.rows.indices {
      let bytes = figures.rows[row].bytes.total
      figures.rows[row].meanLinks = bytes > 0 ? crossings[row] / bytes : 0
    }
    figures.spreads = spreads(chosen)
    figures.busiest = loads.busiest(10)
    figures.usedLinks = loads.bytes.count { $0 > 0 }
    figures.mostLinks = loads.mostLinks
    figures.lostBytes = loads.lostBytes
    figures.nodes = multiplicities(ranks.nodeOfRank).count
    figures.pods = multiplicities(ranks.podOfRank).count
    return figures
  }

  private static func instancesOfGroup(
    _ workload: Workload, where isChosen: (CollectiveInstance) -> Bool
  ) -> [[CollectiveInstance]] {
    var ofGroup = workload.groups.map { _ in [CollectiveInstance]() }
    for instance in workload.instances where isChosen(instance) {
      ofGroup[instance.group].append(instance)
    }
    return ofGroup
  }

  // MARK: Groups

  private mutating func add(_ calls: [CollectiveInstance], _ group: Int) {
    let members = workload.groups[group].ranks.map(\.index)
    guard members.count > 1 else { return }
    let even = evenPairs(members, calls)
    for kind in CollectiveKind.allCases {
      let calls = calls.filter { $0.kind == kind }
      guard !calls.isEmpty else { continue }
      let row = row(group, kind, calls.count)
      var sums = PairSums(members.count)
      var share = 0.0
      for call in calls {
        if let each = call.evenShare(size: members.count) {
          share += each
        } else {
          call.forEachPair(size: members.count) { sums.add($2, from: $0, to: $1) }
        }
      }
      var bytes = even.tiers * share
      crossings[row] += even.crossings * share
      sums.forEach { i, j, amount in
        ranks.add(amount, from: members[i], to: members[j], to: &bytes)
        crossings[row] += amount * put(amount, members[i], members[j])
      }
      figures.rows[row].bytes = figures.rows[row].bytes + bytes
      figures.bytesOfGroup[group] = figures.bytesOfGroup[group] + bytes
    }
  }

  /// What every pair of a group moves alike is laid on the links once for all its calls.
  ///
  /// - Returns: pairs by tier, and links crossed, for one byte a pair.
  private mutating func evenPairs(
    _ members: [Int], _ calls: [CollectiveInstance]
  ) -> (tiers: TierBytes, crossings: Double) {
    let share = calls.reduce(0) { $0 + ($1.evenShare(size: members.count) ?? 0) }
    guard share > 0 else { return (TierBytes(), 0) }
    let n = members.count
    let steps = min(peers ?? n - 1, n - 1)
    let weight = Double(n - 1) / Double(steps)
    var crossings = 0.0
    for i in 0..<n {
      for step in 0..<steps {
        let j = (i + 1 + step * (n - 1) / steps) % n
        crossings += weight * put(share * weight, members[i], members[j])
      }
    }
    return (ranks.pairs(members), crossings)
  }

  private mutating func put(_ bytes: Double, _ source: Int, _ target: Int) -> Double {
    loads.add(
      bytes, from: placement.gpuOfRank[source], to: placement.gpuOfRank[target])
  }

  private mutating func row(_ group: Int, _ kind: CollectiveKind, _ calls: Int) -> Int {
    let key = RowKey(family: workload.groups[group].family, kind: kind)
    let size = workload.groups[group].ranks.count
    let place = rowOf[key] ?? figures.rows.count
    if place == figures.rows.count {
      rowOf[key] = place
      crossings.append(0)
      figures.rows.append(
        PlacementFigures.Row(
          family: key.family, kind: kind, groups: 0, largest: 0, calls: 0, bytes: TierBytes(),
          meanLinks: 0))
    }
    figures.rows[place].groups += 1
    figures.rows[place].calls += calls
    figures.rows[place].largest = max(figures.rows[place].largest, size)
    return place
  }

  private func spreads(_ chosen: Set<Int>?) -> [PlacementFigures.Spread] {
    var spreads: [PlacementFigures.Spread] = []
    var placeOf: [String: Int] = [:]
    for (index, group) in workload.groups.enumerated()
    where group.ranks.count > 1 && chosen?.contains(index) ?? true {
      let place = placeOf[group.family] ?? spreads.count
      if place == spreads.count {
        placeOf[group.family] = place
        spreads.append(
          PlacementFigures.Spread(
            family: group.family, groups: 0, largest: 0, inNode: 0, inPod: 0, onRail: 0,
            mostNodes: 0, mostPods: 0))
      }
      let members = group.ranks.map(\.index)
      let nodes = multiplicities(members.lazy.map { ranks.nodeOfRank[$0] }).count
      let pods = multiplicities(members.lazy.map { ranks.podOfRank[$0] }).count
      let rails = multiplicities(members.lazy.map { ranks.railOfRank[$0] }).count
      spreads[place].groups += 1
      spreads[place].largest = max(spreads[place].largest, members.count)
      spreads[place].inNode += nodes == 1 ? 1 : 0
      spreads[place].inPod += pods == 1 ? 1 : 0
      spreads[place].onRail += rails == 1 ? 1 : 0
      spreads[place].mostNodes = max(spreads[place].mostNodes, nodes)
      spreads[place].mostPods = max(spreads[place].mostPods, pods)
    }
    return spreads
  }
}
