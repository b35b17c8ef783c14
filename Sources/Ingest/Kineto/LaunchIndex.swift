/// Which event stands for the launch under a correlation id; 12 bytes a launch.
struct LaunchIndex {
  private var correlations: [Int64] = []
  private var events: [Int32] = []
  private var isSorted = true

  /// No launches.
  init() {}

  /// Whether there are none.
  var isEmpty: Bool { events.isEmpty }

  /// Adds a launch; of several under one id the last counts.
  mutating func append(_ correlation: Int64, event: Int) {
    if let last = correlations.last, last > correlation { isSorted = false }
    correlations.append(correlation)
    events.append(Int32(event))
  }

  /// To be called once, behind the last launch. O(n log n); O(n) for ids in ascending order.
  mutating func sort() {
    guard !isSorted else { return }
    let order = correlations.indices.sorted {
      (correlations[$0], $0) < (correlations[$1], $1)
    }
    correlations = order.map { correlations[$0] }
    events = order.map { events[$0] }
    isSorted = true
  }

  /// The event that launched `correlation`. O(log n).
  subscript(correlation: Int64) -> Int? {
    let behind = correlations.partitionPoint { $0 > correlation }
    guard behind > 0, correlations[behind - 1] == correlation else { return nil }
    return Int(events[behind - 1])
  }
}

extension Array {
  /// In a list in which those that `isBehind` holds for are the last: the index of the first of
  /// them. O(log n).
  func partitionPoint(_ isBehind: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
