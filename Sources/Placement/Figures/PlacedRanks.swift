public import Fabric

/// Where each rank of a placement is.
public struct PlacedRanks: Sendable {
  /// For each rank its node.
  public let nodeOfRank: [Int]
  /// For each rank its pod.
  public let podOfRank: [Int]
  /// For each rank its rail: the GPU's place in its node.
  public let railOfRank: [Int]

  /// - Complexity: O(GPUs + ranks).
  public init(_ placement: Placement, on fabric: Fabric) {
    let layout = FabricLayout(fabric)
    var nodeOfGPU = Array(repeating: 0, count: fabric.gpuCount)
    for (number, node) in layout.nodes.enumerated() {
      for gpu in node.gpus { nodeOfGPU[gpu] = number }
    }
    nodeOfRank = placement.gpuOfRank.map { nodeOfGPU[$0] }
    podOfRank = nodeOfRank.map { layout.nodes[$0].pod }
    railOfRank = zip(placement.gpuOfRank, nodeOfRank).map { gpu, node in
      gpu - layout.nodes[node].gpus.lowerBound
    }
  }
}

/// How many of equal values there are, of each that is there.
func multiplicities(_ values: some Sequence<Int>) -> [Int] {
  var counts: [Int] = []
  var last: Int?
  for value in values.sorted() {
    if value == last { counts[counts.count - 1] += 1 } else { counts.append(1) }
    last = value
  }
  return counts
}
