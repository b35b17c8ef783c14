public import Quantities

/// What a rendezvous turns into flow by flow: each pair of members that exchanges bytes a flow of
/// its own.
public final class LoweredFlows: Sendable {
  /// Bytes of one member for another.
  public struct Flow: Sendable, Equatable {
    /// The position of the sender in `members`.
    public var source: Int32
    /// The position of the receiver.
    public var target: Int32
    /// Its bytes, more than 0.
    public var bytes: Double
    /// Time before the first byte arrives.
    public var latency: SimDuration
    /// Where its links stand in `links`.
    public var route: Range<Int>
    /// The one of `caps` that it draws on; `nil` for none.
    public var cap: Int?

    /// A flow.
    public init(
      source: Int32, target: Int32, bytes: Double, latency: SimDuration, route: Range<Int>,
      cap: Int? = nil
    ) {
      self.source = source
      self.target = target
      self.bytes = bytes
      self.latency = latency
      self.route = route
      self.cap = cap
    }
  }

  /// When flows start, and when members go on.
  public enum Order: Sendable, Equatable {
    /// A flow starts when both its ends have arrived; a member goes on when its own flows are over.
    case byPair
    /// All start when all have arrived and a time has passed, and all members go on together: data
    /// is handed on from member to member.
    case together(latency: SimDuration)
  }

  /// The ranks that meet, by position.
  public let members: [Int]
  /// The flows.
  public let flows: [Flow]
  /// The links of all flows.
  public let links: [LinkID]
  /// For each of `links` the share of its flow that crosses it; empty where that is all, everywhere.
  public let weights: [Double]
  /// What some flows share beside links, in bytes per second: the means of a rank to inject.
  public let caps: [Double]
  /// The fair share of each flow.
  public let share: Double
  /// When flows start, and when members go on.
  public let order: Order
  /// The latency of all flows, where it is one.
  let commonLatency: SimDuration?
  /// By position, the flows of a member, in and out.
  let flowsOf: [[Int32]]
  let positionOfRank: [Int: Int]

  /// A collective of flows among `members`.
  public init(
    members: [Int], flows: [Flow], links: [LinkID], weights: [Double] = [], caps: [Double] = [],
    share: Double = 1, order: Order = .byPair
  ) {
    self.members = members
    self.flows = flows
    precondition(weights.isEmpty || weights.count == links.count, "one weight a link")
    self.links = links
    self.weights = weights
    self.caps = caps
    self.share = share
    self.order = order
    let first = flows.first?.latency ?? .zero
    commonLatency = flows.allSatisfy { $0.latency == first } ? first : nil
    var flowsOf = [[Int32]](repeating: [], count: members.count)
    for (index, flow) in flows.enumerated() {
      flowsOf[Int(flow.source)].append(Int32(index))
      flowsOf[Int(flow.target)].append(Int32(index))
    }
    self.flowsOf = flowsOf
    positionOfRank = Dictionary(uniqueKeysWithValues: members.enumerated().map { ($1, $0) })
  }
}

/// When one flow of a rendezvous went.
public struct FlowOutcome: Sendable, Equatable {
  /// The sending rank.
  public var source: Int
  /// The receiving rank.
  public var target: Int
  /// Its bytes.
  public var bytes: Double
  /// When both ends had arrived.
  public var start: SimTime
  /// When its last byte arrived.
  public var end: SimTime
}
