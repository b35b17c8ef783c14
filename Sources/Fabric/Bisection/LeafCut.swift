import Quantities

/// What the network between equal pods carries from half of the GPUs to the others.
struct LeafCut {
  private let fabric: Fabric
  private let port: Double
  private let network: FabricSpecification.Network
  private var half: Int { fabric.gpuCount / 2 }

  init(_ fabric: Fabric, _ network: FabricSpecification.Network) {
    self.fabric = fabric
    self.network = network
    port = network.injection
  }

  /// The least of all halvings, or that of the one in the order of the GPUs' numbers, which parts one
  /// pod at most.
  var least: Bisection {
    switch network.topology {
    case .leafSpine(let leaf): leaves(leaf, rails: 1)
    case .rails(let leaf, _): leaves(leaf, rails: fabric.specification.gpusPerNode ?? 1)
    case .switch, .direct, .circuits:
      .exact(Bandwidth(bytesPerSecond: min(pods(half), pods(all - half))))
    }
  }

  private var all: Int { fabric.gpuCount }

  /// Pods, each with a way out of its own, as many of them whole as can be.
  private func pods(_ sending: Int) -> Double {
    let gpus = fabric.specification.gpusPerPod
    guard network.oversubscription > 1 else { return Double(sending) * port }
    let narrow = Double(gpus) * port / network.oversubscription
    return Double(sending / gpus) * narrow + min(Double(sending % gpus) * port, narrow)
  }

  /// Leaf switches. The halves by number are the cheapest where they part one leaf at most and leaves
  /// are equally large; else they are a bound.
  private func leaves(_ leaf: FabricSpecification.Leaf, rails: Int) -> Bisection {
    let sizes = counts(leaf, rails: rails, below: all)
    let sending = counts(leaf, rails: rails, below: half)
    var (there, here) = (0.0, 0.0)
    for (size, count) in zip(sizes, sending) {
      let up = Double(size) * port / leaf.oversubscription
      let (out, into) = (Double(count) * port, Double(size - count) * port)
      there += min(out, into + up)
      here += min(into, out + up)
    }
    let found = Bandwidth(bytesPerSecond: min(there, here))
    let parted = zip(sizes, sending).count { $1 > 0 && $1 < $0 }
    let areEqual = sizes.allSatisfy { $0 == sizes[0] }
    return areEqual && parted <= 1 ? .exact(found) : .atMost(found)
  }

  /// By leaf how many of its GPUs have a lower number.
  private func counts(_ leaf: FabricSpecification.Leaf, rails: Int, below limit: Int) -> [Int] {
    let block = leaf.gpus * rails
    return (0..<LinkLayout.outLeafCount(fabric.specification)).map { number in
      let inBlock = min(max(0, limit - number / rails * block), block)
      return (inBlock + rails - 1 - number % rails) / rails
    }
  }
}
