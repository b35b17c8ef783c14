/// A global rank of a job.
public struct RankID: Hashable, Comparable, Sendable {
  /// The number of the rank, from 0.
  public var raw: Int32

  /// The rank numbered `raw`.
  @inlinable
  public init(_ raw: Int32) { self.raw = raw }

  /// The rank numbered `index`.
  @inlinable
  public init(index: Int) { raw = Int32(index) }

  /// The number as an index into per-rank arrays.
  @inlinable
  public var index: Int { Int(raw) }

  /// Order by number.
  @inlinable
  public static func < (lhs: RankID, rhs: RankID) -> Bool { lhs.raw < rhs.raw }
}

/// The longest that a trace may last, and that clocks of its ranks may lie apart: 11 days in
/// nanoseconds. Sums of a few of these stay within what picoseconds in 64 bits can hold.
public let longestTraceNanoseconds: Int64 = 1_000_000_000_000_000

/// The largest number of ranks that a job may have.
public let maximumWorldSize = 1 << 20
