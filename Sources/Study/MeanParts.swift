public import Quantities

/// Mean parts over ranks in whole nanoseconds, rounded so that they add up to the whole.
public struct MeanParts: Sendable, Equatable {
  /// Compute, exposed transfer, waiting, lag.
  public let nanoseconds: [Int64]

  /// Largest remainders are rounded up first (Hamilton's method); ties go to the earlier part.
  public init(_ parts: [TimeParts], total: SimDuration) {
    let sums = [
      parts.reduce(Int128(0)) { $0 + Int128($1.compute.picoseconds) },
      parts.reduce(Int128(0)) { $0 + Int128($1.exposedTransfer.picoseconds) },
      parts.reduce(Int128(0)) { $0 + Int128($1.waiting.picoseconds) },
      parts.reduce(Int128(0)) { $0 + Int128($1.lag.picoseconds) },
    ]
    // Over a million ranks the sums leave 64 bits; the means do not.
    let unit = 1000 * Int128(max(1, parts.count))
    var whole = sums.map { Int64($0 / unit) }
    let missing = total.nanosecondsRounded - whole.reduce(0, +)
    let order = sums.indices.sorted { (-(sums[$0] % unit), $0) < (-(sums[$1] % unit), $1) }
    for index in order.prefix(Int(max(0, min(4, missing)))) { whole[index] += 1 }
    nanoseconds = whole
  }
}
