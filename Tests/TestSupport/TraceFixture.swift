import Quantities
public import Trace

/// Builds small traces by hand: times in microseconds, one call an event.
public struct RankFixture {
  /// The rank in the making.
  public var rank: RankTrace
  private var events: [TraceEvent] = []

  /// A rank with a host thread (lane 0) and GPU streams (lanes from 1 on).
  public init(_ number: Int, streams: Int = 1, originMicroseconds: Int64 = 0) {
    rank = RankTrace(
      rank: RankID(index: number), rankSource: "content",
      originNanoseconds: originMicroseconds * 1000)
    rank.lanes =
      [Lane(kind: .thread, name: "1")]
      + (0..<streams).map { Lane(kind: .stream, name: String(7 + $0)) }
  }

  /// Adds an event and gives its index; events must be added in order of start.
  @discardableResult
  public mutating func add(
    _ kind: EventKind, lane: Int, at start: Int64, for duration: Int64, name: String = "work",
    launchedBy: Int? = nil, _ call: Communication? = nil
  ) -> Int {
    var event = TraceEvent(
      kind: kind, lane: lane, start: .nanoseconds(start * 1000),
      duration: .nanoseconds(duration * 1000), name: rank.names.intern(name),
      launchedBy: launchedBy)
    if let call {
      event.communication = rank.communications.count
      rank.communications.append(call)
    }
    rank.events.append(event)
    return rank.events.count - 1
  }

  /// An all-reduce of so many bytes on group 0.
  public static func allReduce(_ bytes: Int64, group: Int = 0) -> Communication {
    var call = Communication(kind: .allReduce, group: group)
    call.sendBytes = ByteCount(bytes)
    call.receiveBytes = ByteCount(bytes)
    return call
  }

  /// An all-to-all with splits in bytes on group 0.
  public static func allToAll(send: [Int64], receive: [Int64]) -> Communication {
    var call = Communication(kind: .allToAll, group: 0)
    call.sendBytes = ByteCount(send.reduce(0, +))
    call.receiveBytes = ByteCount(receive.reduce(0, +))
    call.sendSplits = send
    call.receiveSplits = receive
    return call
  }

  /// A group of all ranks.
  public static func world(_ size: Int) -> ProcessGroup {
    ProcessGroup(name: "0", purpose: "default_pg", ranks: (0..<size).map(RankID.init(index:)))
  }

  /// The trace of ranks in one group of all.
  public static func trace(_ ranks: [RankFixture], worldSize: Int? = nil) -> Trace {
    let size = worldSize ?? ranks.count
    return Trace(worldSize: size, groups: [world(size)], ranks: ranks.map(\.rank))
  }
}
