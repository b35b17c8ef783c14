public import Diagnostics

/// One thing that a placement has to keep to.
public struct PlacementRule: Sendable {
  /// What breaking it means.
  public enum Severity: String, Sendable, CaseIterable {
    /// The check fails.
    case error
    /// It is told, no more.
    case warning
  }

  /// Where groups are to be kept, or spread over.
  public enum Domain: String, Sendable, CaseIterable {
    case node, pod, rail
  }

  /// What can be limited.
  public enum Figure: String, Sendable, CaseIterable {
    /// The share of bytes that leave their node.
    case crossNodeShare = "cross_node_share"
    /// The share of bytes that leave their pod.
    case crossPodShare = "cross_pod_share"
    /// Of bytes that leave their node, the share that changes rails.
    case crossRailShare = "cross_rail_share"
    /// The share of bytes that cross the busiest link.
    case busiestLinkShare = "busiest_link_share"
    /// How long the busiest link takes at its bandwidth, in ms.
    case busiestLinkTime = "busiest_link_ms"
    /// Links that a byte crosses on average.
    case meanLinks = "mean_links"

    /// Whether it is a share, and so at most 1.
    public var isShare: Bool { rawValue.hasSuffix("_share") }
  }

  /// What it asks.
  public enum Requirement: Sendable {
    /// Every group of a kind within one of a domain.
    case keep(String, in: Domain)
    /// Every member of every group of a kind in one of its own.
    case spread(String, over: Domain)
    /// A figure, of the communication that a word means or of all, at most so much.
    case limit(Figure, of: String?, atMost: Double)
    /// A replayed step no more than so many percent longer than by another policy.
    case noWorse(than: PlacementPolicy, byPercent: Double)
    /// A replayed step at most so many ms.
    case stepTime(atMostMilliseconds: Double)
  }

  /// What people call it: as the file says, or what it asks.
  public var name: String
  /// What breaking it means.
  public var severity: Severity
  /// Whether it asks nothing of a trace without such groups.
  public var isOptional: Bool
  /// What it asks.
  public var requirement: Requirement
  /// Where it stands.
  public var location: SourceLocation

  /// The unit of its limit, where it has one.
  public var unit: String? {
    switch requirement {
    case .limit(.busiestLinkTime, _, _), .stepTime: "ms"
    case .noWorse: "%"
    case .keep, .spread, .limit: nil
    }
  }
}
