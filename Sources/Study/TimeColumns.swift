import Quantities
import Workload

/// Time cut into columns of equal width, each of which can show one thing.
///
/// What is shorter than a column is neither lost nor widened: each column shows what most time is
/// owed to, counting what earlier columns left over. So everything keeps its share of the whole to
/// within a column or two, and its place nearly so.
struct TimeColumns {
  private let column: Int64
  private let count: Int

  /// Columns of `column` picoseconds over a length.
  init(length: SimDuration, column: Int64) {
    self.column = max(1, column)
    count = Int((length.picoseconds + self.column - 1) / self.column)
  }

  /// For each of several disjoint sets, which start at zero, the columns that show it.
  ///
  /// - Complexity: O(intervals + columns · sets).
  func runs(of sets: [IntervalSet]) -> [[Range<Int>]] {
    let covered = sets.map(coverage)
    // The last is what no set covers.
    var owed = Array(repeating: Int64(0), count: sets.count + 1)
    var runs: [[Range<Int>]] = Array(repeating: [], count: sets.count)
    for place in 0..<count {
      var rest = column
      for set in sets.indices {
        owed[set] += covered[set][place]
        rest -= covered[set][place]
      }
      owed[sets.count] += rest
      let shown = owed.indices.max { (owed[$0], $1) < (owed[$1], $0) } ?? sets.count
      owed[shown] -= column
      guard shown < sets.count else { continue }
      if let last = runs[shown].last, last.upperBound == place {
        runs[shown][runs[shown].count - 1] = last.lowerBound..<place + 1
      } else {
        runs[shown].append(place..<place + 1)
      }
    }
    return runs
  }

  /// For each column how much of it a set covers.
  private func coverage(_ set: IntervalSet) -> [Int64] {
    var covered = Array(repeating: Int64(0), count: count)
    for interval in set.intervals where count > 0 {
      let first = max(0, min(count - 1, Int(interval.lowerBound / column)))
      let last = max(first, min(count - 1, Int((interval.upperBound - 1) / column)))
      for place in first...last {
        let start = Int64(place) * column
        covered[place] +=
          max(0, min(interval.upperBound, start + column) - max(interval.lowerBound, start))
      }
    }
    return covered
  }
}
