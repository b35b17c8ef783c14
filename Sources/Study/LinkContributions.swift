import Simulation

/// Which groups put most bytes on each link.
///
/// Exact in fixed memory: groups are added up one after the other, and a link keeps the three that
/// were most, however many there are.
struct LinkContributions {
  /// A group's bytes on a link.
  struct Share {
    var group: Int
    var bytes: Double
  }

  /// How many a link keeps.
  static let kept = 3

  /// By link its places, the most first.
  private var places: [Share]
  private var counts: [UInt8]
  /// Of the group in hand.
  private var sums: [Double]
  private var touched: [Int32] = []

  /// Nothing on any of `links` links yet.
  init(links: Int) {
    places = Array(repeating: Share(group: 0, bytes: 0), count: links * Self.kept)
    counts = Array(repeating: 0, count: links)
    sums = Array(repeating: 0, count: links)
  }

  /// The groups that put most bytes on a link, the most first; of those that put as much, the first.
  func shares(ofLink link: Int) -> ArraySlice<Share> {
    places[link * Self.kept..<link * Self.kept + Int(counts[link])]
  }

  /// Adds what a transfer, as often as that, puts on its links to the group in hand.
  mutating func add(_ transfer: Transfer, times: Int) {
    for (link, weight) in zip(transfer.links, transfer.weights) where weight > 0 {
      if sums[link.index] == 0 { touched.append(link.raw) }
      sums[link.index] += weight * transfer.bytes * Double(times)
    }
  }

  /// Ends the group in hand; groups come in the order of their numbers.
  mutating func close(_ group: Int) {
    for link in touched {
      insert(Share(group: group, bytes: sums[Int(link)]), at: Int(link))
      sums[Int(link)] = 0
    }
    touched.removeAll(keepingCapacity: true)
  }

  private mutating func insert(_ share: Share, at link: Int) {
    let first = link * Self.kept
    var rank = Int(counts[link])
    while rank > 0, places[first + rank - 1].bytes < share.bytes {
      if rank < Self.kept { places[first + rank] = places[first + rank - 1] }
      rank -= 1
    }
    guard rank < Self.kept else { return }
    places[first + rank] = share
    counts[link] = min(counts[link] + 1, UInt8(Self.kept))
  }
}
