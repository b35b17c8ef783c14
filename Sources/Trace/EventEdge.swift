/// A dependency that a capture records: an event of a rank that can't start before another of the same
/// rank has ended.
public struct EventEdge: Sendable, Hashable, Comparable {
  /// Index of the event that waits.
  public var event: Int32
  /// Index of the event that it waits for.
  public var after: Int32

  /// An edge.
  public init(event: Int, after: Int) {
    self.event = Int32(event)
    self.after = Int32(after)
  }

  /// Order by the event that waits, then by what it waits for.
  public static func < (lhs: EventEdge, rhs: EventEdge) -> Bool {
    (lhs.event, lhs.after) < (rhs.event, rhs.after)
  }
}
