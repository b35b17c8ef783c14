import Quantities

/// What the links of a pod without faults carry from some of its GPUs to the others, at least, by how
/// many GPUs those are; bytes a second, one direction.
///
/// For switches, leaf switches, racks and meshes that is a sum of parts of which each depends on
/// counts of GPUs alone and is least where the GPUs are the first ones of the pod, so that the first
/// ones attain the least of the sum too:
///
/// - a switch stands on the side where it costs less: min(x, g − x) · U;
/// - leaf switches of l GPUs with C to the spines: with the spines on the other side a leaf with y of
///   the GPUs costs min(y · U, (l − y) · U + C), a concave function of y, so that the sum is least where
///   at most one leaf is parted; the spines stand on the side where that costs less;
/// - racks of h: the same with one switch each; in a mesh x · (g − x) links are cut;
/// - what all share carries both directions: g · U / 2u at most.
struct CutProfile {
  /// A GPU's bandwidth.
  var port: Double
  var gpus: Int

  /// A switch, or a leaf, on its own side or the other.
  func star(_ sending: Int) -> Double { Double(min(sending, gpus - sending)) * port }

  /// Leaf switches below spines.
  ///
  /// - Parameter leaf: GPUs a leaf, a divisor of all.
  func leaves(_ sending: Int, leaf: Int, oversubscription: Double) -> Double {
    let up = Double(leaf) * port / oversubscription
    func far(_ sending: Int) -> Double {
      min(Double(sending) * port, Double(leaf - sending) * port + up)
    }
    func spinesThere(_ sending: Int) -> Double {
      Double(sending / leaf) * far(leaf) + far(sending % leaf)
    }
    return min(spinesThere(sending), spinesThere(gpus - sending))
  }
}

extension FabricSpecification.PodKind {
  /// The least that crosses from so many GPUs of a pod to its others; `nil` where it takes more than
  /// counting.
  func cut(sending: Int) -> Double? {
    let port = scaleUp.injection
    let profile = CutProfile(port: port, gpus: gpus)
    var sum: Double
    switch scaleUp.topology {
    case .switch, .rails: sum = profile.star(sending)
    case .leafSpine(let leaf):
      sum = profile.leaves(sending, leaf: leaf.gpus, oversubscription: leaf.oversubscription)
    case .direct(.mesh):
      sum = Double(sending) * Double(gpus - sending) * port / Double(max(1, gpus - 1))
    case .direct, .circuits: return nil
    }
    if scaleUp.oversubscription > 1, sending > 0, sending < gpus {
      sum = min(sum, Double(gpus) * port / (2 * scaleUp.oversubscription))
    }
    if let rack, let gpusPerRack {
      sum += CutProfile(port: rack.injection, gpus: gpusPerRack).star(sending % gpusPerRack)
    }
    return sum
  }
}

extension FabricSpecification.Network {
  /// What a GPU has of it, efficiency applied, in bytes a second.
  var injection: Double { bandwidth.bytesPerSecond * efficiency }
}
