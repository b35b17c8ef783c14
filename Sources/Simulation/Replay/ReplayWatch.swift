public import Quantities

/// Looks at a replay from time to time while it runs, and may end it by throwing. It changes no result.
public struct ReplayWatch: Sendable {
  /// How far a replay has come.
  public struct Reading: Sendable {
    /// Events taken.
    public var events: Int
    /// The simulated time.
    public var now: SimTime
    /// Tasks of the ranks that are looked at that have ended, and all of them.
    public var tasks: (done: Int, all: Int)
  }

  /// Events between two looks.
  public static let interval = 1 << 16

  let look: @Sendable (Reading) throws -> Void

  /// - Parameter look: what is done every `interval` events.
  public init(_ look: @escaping @Sendable (Reading) throws -> Void) { self.look = look }
}

extension Plan {
  /// The bytes that replaying it takes at least, besides the plan and the transfers in flight: a start
  /// and an end a task of a rank, a lane's head, what is measured of a rank, how each rendezvous went,
  /// and for each link what it carries and what the solver keeps.
  public var replayBytes: Int {
    let tasks = programOfRank.reduce(0) { $0 + programs[$1].taskCount }
    let lanes = programOfRank.reduce(0) { $0 + programs[$1].laneRanges.count }
    return tasks * 2 * MemoryLayout<SimTime>.stride + lanes * 5
      + programOfRank.count * MemoryLayout<RankMeters>.stride
      + participants.count * (MemoryLayout<CollectiveOutcome>.stride + MemoryLayout<Int>.stride)
      + capacities.count * (MemoryLayout<LinkOutcome>.stride + 128)
  }
}
