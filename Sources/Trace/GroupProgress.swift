/// How far a rank had come in a group when the capture was written, by the numbers of its calls: a
/// flight recorder keeps these beside its entries, and they outlast them.
public struct GroupProgress: Sendable, Hashable {
  /// Index of the group in the trace's list of groups.
  public var group: Int
  /// The number of the last call that the host issued; `nil` for none.
  public var lastEnqueued: Int64?
  /// The number of the last call that was seen to run; `nil` where that was not watched.
  public var lastStarted: Int64?
  /// The number of the last call that was seen to end; `nil` for none.
  public var lastCompleted: Int64?

  /// Nothing known yet of a group.
  public init(group: Int) { self.group = group }
}
