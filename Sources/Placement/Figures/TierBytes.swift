/// Logical bytes by how far they go.
public struct TierBytes: Sendable, Equatable {
  /// Between GPUs of a node.
  public var inNode = 0.0
  /// Between nodes of a pod.
  public var inPod = 0.0
  /// Between pods.
  public var crossPod = 0.0
  /// Of those between nodes, in a pod or not, what goes from one rail to another.
  public var crossRail = 0.0

  /// All.
  public var total: Double { inNode + inPod + crossPod }

  /// The share that leaves its node; 0 of nothing.
  public var crossNodeShare: Double { total > 0 ? (inPod + crossPod) / total : 0 }
  /// The share that leaves its pod; 0 of nothing.
  public var crossPodShare: Double { total > 0 ? crossPod / total : 0 }
  /// Of what leaves its node, the share that changes rails; 0 of nothing.
  public var crossRailShare: Double {
    inPod + crossPod > 0 ? crossRail / (inPod + crossPod) : 0
  }

  /// None.
  public init() {}

  /// The sum, tier by tier.
  static func + (a: TierBytes, b: TierBytes) -> TierBytes {
    var sum = a
    sum.inNode += b.inNode
    sum.inPod += b.inPod
    sum.crossPod += b.crossPod
    sum.crossRail += b.crossRail
    return sum
  }

  /// So many times as much, tier by tier.
  static func * (a: TierBytes, factor: Double) -> TierBytes {
    var product = a
    product.inNode *= factor
    product.inPod *= factor
    product.crossPod *= factor
    product.crossRail *= factor
    return product
  }
}

extension PlacedRanks {
  /// Adds bytes from one rank to another.
  func add(_ bytes: Double, from source: Int, to target: Int, to tiers: inout TierBytes) {
    guard nodeOfRank[source] != nodeOfRank[target] else {
      tiers.inNode += bytes
      return
    }
    if podOfRank[source] == podOfRank[target] {
      tiers.inPod += bytes
    } else {
      tiers.crossPod += bytes
    }
    if railOfRank[source] != railOfRank[target] { tiers.crossRail += bytes }
  }

  /// Ordered pairs of distinct members, by how far apart they are: bytes where each moves one.
  ///
  /// With c of n members in a node, pod or on a rail, Σc(c−1) pairs are within nodes, Σc² over pods less
  /// Σc² over nodes between nodes of a pod, n² less Σc² over pods between pods; Σc² over rails less n
  /// stay on their rail.
  ///
  /// - Complexity: O(members · log members).
  func pairs(_ members: [Int]) -> TierBytes {
    func squares(_ places: [Int]) -> Double {
      multiplicities(members.lazy.map { places[$0] }).reduce(0) { $0 + Double($1) * Double($1) }
    }
    let n = Double(members.count)
    let (nodes, pods) = (squares(nodeOfRank), squares(podOfRank))
    var tiers = TierBytes()
    tiers.inNode = nodes - n
    tiers.inPod = pods - nodes
    tiers.crossPod = n * n - pods
    tiers.crossRail = n * n - nodes - (squares(railOfRank) - n)
    return tiers
  }
}
