import Trace

/// Puts ranks with the same place in their groups on the same rail: the same GPU of their nodes.
///
/// A *rail* is a GPU's place in its node. The rank at place p of its group goes to a rail ρ with
/// ρ ≡ p modulo m, m being the smaller of the group's size and the node's: of groups as large as a node,
/// or larger, p mod m is the rail; several smaller groups share a node, and the classes of rails keep
/// places apart. Groups are taken by their first rank; each rank has the first free GPU of its class.
struct RailAlignment {
  private let job: PlacementJob
  private var seating: Seating
  /// For each modulus in use, and each class of rails, the seats in order and how far they are gone.
  private var classes: [Int: [(seats: [Int], next: Int)]] = [:]

  init(_ seats: Seats, _ job: PlacementJob) {
    self.job = job
    seating = Seating(seats, ranks: job.worldSize)
  }

  /// The GPUs, and what could not be kept.
  ///
  /// - Complexity: O(ranks + GPUs · distinct sizes of groups).
  mutating func place(_ groups: [Int]) -> (gpus: [Int], notes: [String]) {
    let nodeSize = seating.seats.nodes.map(\.gpus.count).max() ?? 1
    let ordered = groups.map { (first: job.groups[$0].ranks.map(\.index).min() ?? 0, index: $0) }
      .sorted { ($0.first, $0.index) < ($1.first, $1.index) }
    var displaced = 0
    for (_, index) in ordered {
      let ranks = job.groups[index].ranks
      let modulus = min(ranks.count, nodeSize)
      for (place, rank) in ranks.enumerated() where !seating.isSeated(rank.index) {
        if let seat = nextSeat(modulus, class: place % modulus) {
          seating.seat(rank.index, at: seat)
        } else {
          displaced += 1
        }
      }
    }
    let outside = seating.seatTheRest() - displaced
    let notes = [
      displaced > 0
        ? "\(counted(displaced, "rank")) with no GPU left on the right rail: on others" : nil,
      outside > 0 ? "\(counted(outside, "rank")) in no such group: on GPUs that are left" : nil,
    ]
    return (seating.gpus, notes.compactMap(\.self))
  }

  private mutating func nextSeat(_ modulus: Int, class rail: Int) -> Int? {
    var queue = classes[modulus] ?? Self.classes(seating.seats, modulus)
    defer { classes[modulus] = queue }
    classes[modulus] = nil
    while queue[rail].next < queue[rail].seats.count {
      let seat = queue[rail].seats[queue[rail].next]
      queue[rail].next += 1
      if seating.isFree(seat) { return seat }
    }
    return nil
  }

  private static func classes(_ seats: Seats, _ modulus: Int) -> [(seats: [Int], next: Int)] {
    var classes = Array(repeating: (seats: [Int](), next: 0), count: modulus)
    for node in seats.nodes {
      for seat in node.seats {
        classes[(seats.free[seat] - node.gpus.lowerBound) % modulus].seats.append(seat)
      }
    }
    return classes
  }

  /// The kind of group to align where none is named: the family with the largest groups that fit into a
  /// node, or where none does that with the smallest; the first by name of several.
  static func family(_ seats: Seats, _ job: PlacementJob) -> String? {
    let nodeSize = seats.nodes.map(\.gpus.count).max() ?? 1
    var sizes: [String: Int] = [:]
    for group in job.groups where group.ranks.count > 1 {
      sizes[group.family] = max(sizes[group.family] ?? 0, group.ranks.count)
    }
    let ordered = sizes.sorted { ($0.key, $0.value) < ($1.key, $1.value) }
    let within = ordered.filter { $0.value <= nodeSize }
    let largest = within.map(\.value).max()
    let smallest = ordered.map(\.value).min()
    return within.first { $0.value == largest }?.key ?? ordered.first { $0.value == smallest }?.key
  }
}
