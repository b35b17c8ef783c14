public import Fabric
public import Trace

/// What can be said of a placement without a replay: how far the logical bytes of a step go, which
/// groups are whole, and how much the busiest link has to carry.
///
/// Bytes are those that a workload asks to move, laid on pairs of ranks as `TrafficMatrix` lays them,
/// each pair's over its own route: no algorithm, no deduplication. They rank placements; what a step
/// takes is for a replay to say.
public struct PlacementFigures: Sendable {
  /// The communication of one kind in the groups of one family.
  public struct Row: Sendable {
    /// The groups' family.
    public var family: String
    /// The kind.
    public var kind: CollectiveKind
    /// How many groups.
    public var groups: Int
    /// How many ranks the largest has.
    public var largest: Int
    /// How many calls, all groups together.
    public var calls: Int
    /// Logical bytes by how far they go.
    public var bytes: TierBytes
    /// Links that a byte crosses on average.
    public var meanLinks: Double
  }

  /// How whole the groups of a family are.
  public struct Spread: Sendable {
    /// The family.
    public var family: String
    /// How many groups.
    public var groups: Int
    /// How many ranks the largest has.
    public var largest: Int
    /// How many are in one node.
    public var inNode: Int
    /// How many are in one pod.
    public var inPod: Int
    /// How many have all ranks on one rail.
    public var onRail: Int
    /// The most nodes that one lies over.
    public var mostNodes: Int
    /// The most pods that one lies over.
    public var mostPods: Int
  }

  /// A link, and what it has to carry.
  public struct LinkLoad: Sendable {
    /// The link.
    public var link: Link
    /// Bytes.
    public var bytes: Double
    /// How long it takes for them at its bandwidth.
    public var seconds: Double
  }

  /// By family and kind, in the order of the groups, then of kinds.
  public internal(set) var rows: [Row] = []
  /// By family, in the order of the groups; groups of one rank left out.
  public internal(set) var spreads: [Spread] = []
  /// For each group of the workload its bytes.
  public internal(set) var bytesOfGroup: [TierBytes] = []
  /// The links that take longest, at most ten.
  public internal(set) var busiest: [LinkLoad] = []
  /// How many links carry something.
  public internal(set) var usedLinks = 0
  /// The most links that a pair's bytes cross.
  public internal(set) var mostLinks = 0
  /// Of each member so many peers stand for all, where pairs are too many to lay each on its links;
  /// `nil` where every pair is. Tiers are exact either way.
  public internal(set) var sampledPeers: Int?
  /// Bytes of pairs between which every way is lost.
  public internal(set) var lostBytes = 0.0
  /// How many nodes have a rank.
  public internal(set) var nodes = 0
  /// How many pods have a rank.
  public internal(set) var pods = 0

  /// All bytes by how far they go.
  public var total: TierBytes { rows.reduce(TierBytes()) { $0 + $1.bytes } }

  /// Links that a byte crosses on average; 0 of nothing.
  public var meanLinks: Double {
    let crossed = rows.reduce(0) { $0 + $1.meanLinks * $1.bytes.total }
    return total.total > 0 ? crossed / total.total : 0
  }

  /// The share of all bytes that cross the link which takes longest; 0 of nothing.
  public var busiestLinkShare: Double {
    total.total > 0 ? (busiest.first?.bytes ?? 0) / total.total : 0
  }
}
