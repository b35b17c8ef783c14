import Trace

/// Keeps groups together: each whole in a node where it fits into one, else in a pod, over as few nodes
/// as can be; larger ones over as few pods as can be.
///
/// Groups are taken by size, the largest first, then by their first rank; a group that fits goes to the
/// first node, or pod, with room. A rank that an earlier group has seated stays there. Ranks of no group
/// take what is left, in order.
struct GroupFirst {
  private let job: PlacementJob
  private var seating: Seating
  /// Of each node the first seat that may be free, and how many are.
  private var nextSeat: [Int]
  private var freeInNode: [Int]
  private var freeInPod: [Int]
  private var overNodes = SplitGroups()
  private var overPods = SplitGroups()

  init(_ seats: Seats, _ job: PlacementJob) {
    self.job = job
    seating = Seating(seats, ranks: job.worldSize)
    nextSeat = seats.nodes.map(\.seats.lowerBound)
    freeInNode = seats.nodes.map(\.seats.count)
    freeInPod = seats.pods.map(\.seats.count)
  }

  /// The GPUs, and what could not be kept.
  ///
  /// - Complexity: O(ranks + groups · (log groups + nodes of the pod that a group goes to)), and once
  ///   over nodes and pods for each size of group.
  mutating func place(_ groups: [Int]) -> (gpus: [Int], notes: [String]) {
    let ordered = groups.map { (index: $0, ranks: job.groups[$0].ranks.map(\.index)) }
      .sorted { a, b in
        (b.ranks.count, a.ranks.min() ?? 0, a.index) < (a.ranks.count, b.ranks.min() ?? 0, b.index)
      }
    // Among groups of one size, where one did not fit the next won't.
    var (size, firstNode, firstPod) = (0, 0, 0)
    for group in ordered {
      let ranks = group.ranks.filter { !seating.isSeated($0) }
      if ranks.count != size { (size, firstNode, firstPod) = (ranks.count, 0, 0) }
      if ranks.isEmpty { continue }
      if let node = freeInNode[firstNode...].firstIndex(where: { $0 >= ranks.count }) {
        firstNode = node
        seat(ranks, inNode: node)
        continue
      }
      firstNode = freeInNode.count
      if let pod = freeInPod[firstPod...].firstIndex(where: { $0 >= ranks.count }) {
        firstPod = pod
        overNodes.add(job.groups[group.index], parts: seat(ranks[...], inPod: pod))
      } else {
        firstPod = freeInPod.count
        overPods.add(job.groups[group.index], parts: seatOverPods(ranks))
      }
    }
    let rest = seating.seatTheRest()
    let notes = [
      overPods.note("pods", free: seating.seats.pods.map(\.seats.count)),
      overNodes.note("nodes", free: seating.seats.nodes.map(\.seats.count)),
      rest > 0 ? "\(counted(rest, "rank")) in no such group: on GPUs that are left" : nil,
    ]
    return (seating.gpus, notes.compactMap(\.self))
  }

  private mutating func seat(_ ranks: some Sequence<Int>, inNode node: Int) {
    for rank in ranks {
      seating.seat(rank, at: nextSeat[node])
      nextSeat[node] += 1
      freeInNode[node] -= 1
      freeInPod[seating.seats.nodes[node].pod] -= 1
    }
  }

  /// Fills the emptiest nodes of a pod first.
  ///
  /// - Returns: how many nodes it took.
  @discardableResult
  private mutating func seat(_ ranks: ArraySlice<Int>, inPod pod: Int) -> Int {
    var rest = ranks
    var parts = 0
    let nodes = seating.seats.pods[pod].nodes.filter { freeInNode[$0] > 0 }
      .sorted { (freeInNode[$1], $0) < (freeInNode[$0], $1) }
    for node in nodes where !rest.isEmpty {
      let part = rest.prefix(freeInNode[node])
      seat(part, inNode: node)
      rest = rest.dropFirst(part.count)
      parts += 1
    }
    return parts
  }

  private mutating func seatOverPods(_ ranks: [Int]) -> Int {
    var rest = ranks[...]
    var parts = 0
    let pods = freeInPod.indices.filter { freeInPod[$0] > 0 }
      .sorted { (freeInPod[$1], $0) < (freeInPod[$0], $1) }
    for pod in pods where !rest.isEmpty {
      let part = rest.prefix(freeInPod[pod])
      seat(part, inPod: pod)
      rest = rest.dropFirst(part.count)
      parts += 1
    }
    return parts
  }
}

/// Groups that a policy could not keep whole.
private struct SplitGroups {
  private var labels: [String] = []
  private var sizes: [Int] = []
  private var parts: [Int] = []

  mutating func add(_ group: ProcessGroup, parts count: Int) {
    labels.append(group.label)
    sizes.append(group.ranks.count)
    parts.append(count)
  }

  /// A sentence, or none where all are whole.
  func note(_ places: String, free: [Int]) -> String? {
    guard let most = parts.max(), let size = sizes.max() else { return nil }
    let shown = labels.prefix(4).joined(separator: ", ") + (labels.count > 4 ? ", …" : "")
    return
      "\(counted(labels.count, "group")) of up to \(size) ranks over up to \(most) \(places), of which "
      + "the largest has \(counted(free.max() ?? 0, "free GPU")): \(shown)"
  }
}
