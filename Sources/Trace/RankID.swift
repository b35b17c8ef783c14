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

/// The largest number of ranks that a job may have.
public let maximumWorldSize = 1 << 20
