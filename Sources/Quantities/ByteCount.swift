/// A number of bytes that a trace or a split list states: whole and never negative.
public struct ByteCount: Hashable, Comparable, Sendable {
  /// The number of bytes.
  public var bytes: Int64

  /// A number of bytes.
  @inlinable
  public init(_ bytes: Int64) { self.bytes = bytes }

  /// No bytes.
  public static let zero = ByteCount(0)

  /// Order by number.
  @inlinable
  public static func < (lhs: ByteCount, rhs: ByteCount) -> Bool { lhs.bytes < rhs.bytes }

  /// Sum of two counts.
  @inlinable
  public static func + (lhs: ByteCount, rhs: ByteCount) -> ByteCount {
    ByteCount(lhs.bytes + rhs.bytes)
  }
}
