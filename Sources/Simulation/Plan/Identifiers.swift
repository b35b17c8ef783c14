/// A link by number: an index into capacities.
public struct LinkID: Hashable, Comparable, Sendable {
  /// The number.
  public var raw: Int32

  /// The link numbered `raw`.
  @inlinable
  public init(_ raw: Int32) { self.raw = raw }

  /// The link at an index.
  @inlinable
  public init(index: Int) { raw = Int32(index) }

  /// The number as an index.
  @inlinable
  public var index: Int { Int(raw) }

  /// Order by number.
  @inlinable
  public static func < (lhs: LinkID, rhs: LinkID) -> Bool { lhs.raw < rhs.raw }
}

/// A transfer in the solver, by number; numbers are used again after removal.
public struct VariableID: Hashable, Comparable, Sendable {
  /// The number.
  public var raw: Int32

  @inlinable
  init(index: Int) { raw = Int32(index) }

  /// The number as an index.
  @inlinable
  public var index: Int { Int(raw) }

  /// Order by number.
  @inlinable
  public static func < (lhs: VariableID, rhs: VariableID) -> Bool { lhs.raw < rhs.raw }
}
