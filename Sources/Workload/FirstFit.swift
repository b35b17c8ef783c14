import Quantities

/// Deals spans, which come by their starts, out over tracks on which none overlap: each goes to the
/// first track that is free, a new one where none is.
///
/// A tree of the earliest end under each node finds it in O(log tracks).
struct FirstFit {
  /// The root at 1, the children of n at 2n and 2n + 1; the tracks are the last half.
  private var earliest: [SimTime] = [never, never]
  private var count = 0
  /// Of a track that is not there yet.
  private static let never = SimTime(picoseconds: .max)

  /// The track of a span, which then is busy until `end`.
  mutating func place(from start: SimTime, until end: SimTime) -> Int {
    if count == earliest.count / 2 { grow() }
    let leaves = earliest.count / 2
    var node = 1
    if earliest[1] <= start {
      while node < leaves { node = earliest[2 * node] <= start ? 2 * node : 2 * node + 1 }
    } else {
      node = leaves + count
      count += 1
    }
    let track = node - leaves
    earliest[node] = end
    while node > 1 {
      node /= 2
      earliest[node] = min(earliest[2 * node], earliest[2 * node + 1])
    }
    return track
  }

  private mutating func grow() {
    let leaves = earliest.count / 2
    var grown = [SimTime](repeating: Self.never, count: 4 * leaves)
    for track in 0..<count { grown[2 * leaves + track] = earliest[leaves + track] }
    for node in stride(from: 2 * leaves - 1, to: 0, by: -1) {
      grown[node] = min(grown[2 * node], grown[2 * node + 1])
    }
    earliest = grown
  }
}
