/// Clocks that say when ranks ran beside one another, and nothing of the date.
///
/// The earliest origin becomes 0. Origins that lie too far apart for one clock keep only that: the gap
/// between them becomes `gap`, for it would tell how long machines had been up.
enum NeutralClocks {
  /// In nanoseconds: more than the longest trace and its own times, so that nobody takes clocks that
  /// lie so far apart for one.
  static let gap: UInt64 = 4 * UInt64(longestTraceNanoseconds)

  /// The origins of ranks, in their order.
  static func origins(_ ranks: [RankTrace]) -> [Int64] {
    let sorted = Set(ranks.map(\.originNanoseconds)).sorted()
    var neutral: [Int64: Int64] = [:]
    var time: UInt64 = 0
    for (index, origin) in sorted.enumerated() {
      if index > 0 {
        let (sum, overflow) = time.addingReportingOverflow(
          min(UInt64(bitPattern: origin &- sorted[index - 1]), gap))
        // More machines than a clock can count with gaps between: then as recorded, from the first.
        guard !overflow, sum <= UInt64(Int64.max) else {
          return ranks.map { $0.originNanoseconds &- sorted[0] }
        }
        time = sum
      }
      neutral[origin] = Int64(time)
    }
    return ranks.map { neutral[$0.originNanoseconds] ?? 0 }
  }
}
