public import Quantities

/// A link of a fabric by number.
public struct FabricLinkID: Hashable, Comparable, Sendable {
  /// The number: what `Fabric.link` takes.
  public var raw: Int32

  /// The link at an index.
  public init(index: Int) { raw = Int32(index) }

  /// The number as an index.
  public var index: Int { Int(raw) }

  /// Order by number.
  public static func < (lhs: FabricLinkID, rhs: FabricLinkID) -> Bool { lhs.raw < rhs.raw }
}

/// Which network of a fabric a link is part of.
public enum Tier: String, Sendable {
  /// Within a rack of a pod, where racks have a network of their own.
  case rack
  /// Within a pod.
  case scaleUp = "scale_up"
  /// Between pods.
  case scaleOut = "scale_out"
}

/// What a link is made of.
public enum LinkTechnology: String, Sendable, CaseIterable {
  case electrical, optical
}

/// One direction of a connection, or of a bundle of equal ones that traffic is sprayed over.
public struct Link: Sendable, Equatable {
  /// A name that says where it is: `pod0/gpu12/planes[0-79]/egress`.
  public var name: String
  /// Its network.
  public var tier: Tier
  /// What it is made of.
  public var technology: LinkTechnology
  /// What all of the bundle carries, efficiency included, in one direction.
  public var bandwidth: Bandwidth
  /// The number of connections in the bundle.
  public var multiplicity: Int
  /// The time that a byte needs over it.
  public var latency: SimDuration
  /// Energy of moving a bit over it, in pJ, where known.
  public var energyPicojoulesPerBit: Double?
  /// What the bundle draws whether it carries something or not, in W, where known.
  public var staticPowerWatts: Double?
}

/// The way from one GPU to another, or the ways that their traffic is spread over.
public struct Route: Sendable, Equatable {
  /// The links, in order; empty from a GPU to itself.
  public var links: [FabricLinkID]
  /// For each of `links` the share of the traffic that crosses it: 1 where there is one way.
  public var shares: [Double]
  /// The sum of the latencies along the longest way.
  public var latency: SimDuration
  /// Whether there is a way.
  public var isReachable = true

  /// No way at all.
  static let none = Route(links: [], shares: [], latency: .zero, isReachable: false)

  /// This, and another behind it.
  func followed(by next: Route) -> Route {
    Route(
      links: links + next.links, shares: shares + next.shares, latency: latency + next.latency,
      isReachable: isReachable && next.isReachable)
  }
}
