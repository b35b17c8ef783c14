public import Quantities

/// Bisection bandwidth: the least bandwidth, in one direction, from one half of the GPUs to the
/// other, over all ways to halve them, while as much goes the other way. Of an odd number one half
/// has a GPU less. Efficiencies are applied.
///
/// With U and O what a GPU has of the scale-up and of the scale-out, g GPUs a pod, P pods, u and o
/// the oversubscriptions:
///
/// - a pod: min(⌊g/2⌋·U, g·U/(2u)); the shared link of an oversubscribed pod serves both directions;
/// - the whole: ⌊P/2⌋·g·O/o, for what a cut crosses is a concave function of how many GPUs of each
///   pod are in one half, so that the least is where at most one pod is cut. Where P is odd that pod
///   adds min(⌊g/2⌋·O, g·O/o), and its own bisection.
extension Fabric {
  /// Of the scale-up of one pod; `nil` where a pod is a single GPU. O(1).
  public var podBisectionBandwidth: Bandwidth? {
    let specification = specification
    return specification.gpusPerPod > 1
      ? Self.cut(of: specification.gpusPerPod, specification.scaleUp) : nil
  }

  /// Of all GPUs; `nil` where there is a single one. O(1).
  public var bisectionBandwidth: Bandwidth? {
    let (pods, gpus) = (specification.pods, specification.gpusPerPod)
    guard pods > 1, let network = specification.scaleOut else { return podBisectionBandwidth }
    let port = network.bandwidth.bytesPerSecond * network.efficiency
    let pod = Double(gpus) * port / network.oversubscription
    var sum = Double(pods / 2) * pod
    if pods % 2 == 1 {
      sum += min(Double(gpus / 2) * port, pod)
      sum += podBisectionBandwidth?.bytesPerSecond ?? 0
    }
    return Bandwidth(bytesPerSecond: sum)
  }

  private static func cut(
    of gpus: Int, _ network: FabricSpecification.Network
  ) -> Bandwidth {
    let port = network.bandwidth.bytesPerSecond * network.efficiency
    let shared = Double(gpus) * port / (2 * network.oversubscription)
    let half = Double(gpus / 2) * port
    return Bandwidth(bytesPerSecond: network.oversubscription > 1 ? min(half, shared) : half)
  }
}
