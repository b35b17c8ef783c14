public import Quantities
public import Trace

/// The matched calls of all members of a group with one sequence number.
public struct CollectiveInstance: Sendable {
  /// What moves.
  public enum Payload: Sendable, Equatable {
    /// Nothing but the knowledge of having arrived.
    case none
    /// The size of the whole buffer: what an all-reduce sums, an all-gather ends with, a
    /// reduce-scatter starts with, a broadcast or a send carries.
    case buffer(ByteCount)
    /// Bytes from each member to each.
    case matrix(SplitMatrix)
    /// Tokens to experts; an algorithm decides which copies travel where.
    case routed(TokenRouting)
  }

  /// The kind; a send and its receive are one instance of kind `send`.
  public var kind: CollectiveKind
  /// Index into the workload's groups.
  public var group: Int
  /// The recorded sequence number in the group, or the position in it where none is recorded.
  public var sequence: Int64
  /// What moves.
  public var payload: Payload
  /// The position of the root in the group, for kinds that have one.
  public var root: Int?
  /// The most that one member injects.
  public var injectionCap: Bandwidth?
  /// What people call it where its kind says too little.
  public var label: String?
  /// The rules that supplied its sizes.
  public var assumedBy: String?
  /// The longest captured duration over the traced members, waiting included.
  public var capturedDuration: SimDuration
  /// The shortest captured duration over the traced members: that of the one that came last, and
  /// waited for no one.
  public var capturedTransfer = SimDuration.zero
  /// How many members have a trace of their own.
  public var tracedMembers = 0

  /// Logical bytes: what the workload asks to move between different members, however an
  /// algorithm does it. `size` is the number of members.
  ///
  /// For all-reduce the bytes reduced, S·(n−1) as for reduce-scatter and all-gather; for gather and
  /// scatter all but the root's own part; for routed tokens one copy per token and expert on other
  /// ranks.
  public func logicalBytes(size n: Int) -> Double {
    let others = Double(n - 1)
    switch payload {
    case .none: return 0
    case .buffer(let bytes):
      switch kind {
      case .send: return Double(bytes.bytes)
      case .gather, .scatter: return Double(bytes.bytes) * others / Double(n)
      default: return Double(bytes.bytes) * others
      }
    case .matrix(.uniform(let bytes)): return bytes * Double(n) * others
    case .matrix(let matrix):
      var sum = 0.0
      for i in 0..<n { for j in 0..<n where i != j { sum += matrix[i, j] } }
      return sum
    case .routed(let routing):
      return routing.bytesWithAllCopies * others
    }
  }
}
