public import Quantities

/// Ways from one GPU to others that cross the same networks.
public struct PathClass: Sendable, Equatable {
  /// Whether the other GPU is of the same pod.
  public var staysInPod: Bool
  /// The least and the most links crossed.
  public var links: ClosedRange<Int>
  /// The least and the most latency.
  public var latency: ClosedRange<SimDuration>
  /// The least and the most energy of a bit, where every link's is known.
  public var energyPicojoulesPerBit: ClosedRange<Double>?
}

extension Fabric {
  /// The ways from the first GPU. O(GPUs).
  public var pathClasses: [PathClass] { pathClasses(from: 0) }

  /// The ways from a GPU to all others that there is one to: those within its pod, then those
  /// out of it. Where traffic takes several, their mean counts. O(GPUs).
  public func pathClasses(from source: Int) -> [PathClass] {
    var classes: [PathClass] = []
    for target in 0..<gpuCount where target != source {
      let route = route(from: source, to: target)
      guard route.isReachable else { continue }
      let energies = zip(route.links, route.shares).map { id, share in
        link(id).energyPicojoulesPerBit.map { $0 * share }
      }
      let energy = energies.contains(nil) ? nil : energies.reduce(0) { $0 + ($1 ?? 0) }
      let crossed = Int(route.shares.reduce(0, +).rounded())
      let path = PathClass(
        staysInPod: pod(ofGPU: target) == pod(ofGPU: source),
        links: crossed...crossed, latency: route.latency...route.latency,
        energyPicojoulesPerBit: energy.map { $0...$0 })
      if let place = classes.firstIndex(where: { $0.staysInPod == path.staysInPod }) {
        classes[place].merge(path)
      } else {
        classes.append(path)
      }
    }
    return classes
  }
}

extension PathClass {
  fileprivate mutating func merge(_ other: PathClass) {
    links = links.merging(other.links)
    latency = latency.merging(other.latency)
    if let one = energyPicojoulesPerBit, let two = other.energyPicojoulesPerBit {
      energyPicojoulesPerBit = one.merging(two)
    } else {
      energyPicojoulesPerBit = nil
    }
  }
}

extension ClosedRange {
  fileprivate func merging(_ other: Self) -> Self {
    Swift.min(lowerBound, other.lowerBound)...Swift.max(upperBound, other.upperBound)
  }
}
