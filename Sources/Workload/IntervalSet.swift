public import Quantities

/// A set of instants, as disjoint half-open intervals in order.
public struct IntervalSet: Sendable, Equatable {
  /// Picoseconds from the origin.
  public private(set) var intervals: [Range<Int64>] = []

  /// The union of intervals in any order; empty ones vanish. O(n log n).
  public init(_ unordered: [Range<Int64>]) {
    for interval in unordered.sorted(by: { $0.lowerBound < $1.lowerBound }) where !interval.isEmpty
    {
      if let last = intervals.last, interval.lowerBound <= last.upperBound {
        intervals[intervals.count - 1] =
          last.lowerBound..<max(last.upperBound, interval.upperBound)
      } else {
        intervals.append(interval)
      }
    }
  }

  /// The time it covers.
  public var measure: SimDuration {
    SimDuration(picoseconds: intervals.reduce(0) { $0 + $1.upperBound - $1.lowerBound })
  }

  /// What is in this set and not in `other`. O(n + m).
  public func subtracting(_ other: IntervalSet) -> IntervalSet {
    var rest: [Range<Int64>] = []
    var cut = 0
    for interval in intervals {
      var from = interval.lowerBound
      while cut < other.intervals.count, other.intervals[cut].upperBound <= from { cut += 1 }
      var scan = cut
      while scan < other.intervals.count, other.intervals[scan].lowerBound < interval.upperBound {
        let hole = other.intervals[scan]
        if hole.lowerBound > from { rest.append(from..<hole.lowerBound) }
        from = max(from, hole.upperBound)
        scan += 1
      }
      if from < interval.upperBound { rest.append(from..<interval.upperBound) }
    }
    return IntervalSet(rest)
  }

  /// How much of an interval is in the set. O(log n), and the intervals that it meets.
  public func overlap(_ span: Range<Int64>) -> SimDuration {
    var (low, high) = (0, intervals.count)
    while low < high {
      let middle = (low + high) / 2
      if intervals[middle].upperBound <= span.lowerBound { low = middle + 1 } else { high = middle }
    }
    var sum: Int64 = 0
    for interval in intervals[low...] {
      guard interval.lowerBound < span.upperBound else { break }
      sum += interval.clamped(to: span).upperBound - interval.clamped(to: span).lowerBound
    }
    return SimDuration(picoseconds: sum)
  }

  /// What is in either set.
  public func union(_ other: IntervalSet) -> IntervalSet {
    IntervalSet(intervals + other.intervals)
  }

  /// The same, `offset` picoseconds earlier.
  public func earlier(by offset: Int64) -> IntervalSet {
    IntervalSet(intervals.map { $0.lowerBound - offset..<$0.upperBound - offset })
  }
}
