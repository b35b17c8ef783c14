/// Bytes over a set of links: a flow of one pair, or a coflow of a whole phase.
public struct Transfer: Sendable {
  /// The bytes that the transfer delivers.
  public var bytes: Double
  /// The links that it crosses, each once.
  public var links: [LinkID]
  /// For each of `links` the share of `bytes` that crosses it: 1 for the links of a flow.
  public var weights: [Double]
  /// How many flows it stands for: its claim where links are shared. More than 0.
  public var fairShare: Double
  /// The most bytes per second that its ends can do, links aside; infinite where nothing limits.
  public var rateBound: Double

  /// A transfer.
  public init(
    bytes: Double, links: [LinkID], weights: [Double], fairShare: Double = 1,
    rateBound: Double = .infinity
  ) {
    precondition(links.count == weights.count, "one weight a link")
    precondition(fairShare > 0 && bytes >= 0, "a transfer has bytes and a share")
    self.bytes = bytes
    self.links = links
    self.weights = weights
    self.fairShare = fairShare
    self.rateBound = rateBound
  }

  /// The rate that it would have alone: min over its links of capacity / weight, and its bound.
  public func loneRate(capacities: [Double]) -> Double {
    zip(links, weights).reduce(rateBound) { rate, link in
      link.1 > 0 ? min(rate, capacities[link.0.index] / link.1) : rate
    }
  }

  /// The link that would hold it back alone; `nil` where its own bound does, or nothing. At a tie
  /// the link.
  public func tightestLink(capacities: [Double]) -> LinkID? {
    let rate = loneRate(capacities: capacities)
    return zip(links, weights).first {
      $1 > 0 && capacities[$0.index] / $1 <= rate * (1 + 1e-9)
    }?.0
  }
}
