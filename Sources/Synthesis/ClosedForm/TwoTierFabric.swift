public import Quantities

/// What the closed form knows of a fabric: pods, and what a GPU has within and between them.
public struct TwoTierFabric: Sendable, Hashable {
  /// What a GPU has of the network within its pod, one way.
  public var scaleUp: Bandwidth
  /// What a GPU has of the network between pods, one way.
  public var scaleOut: Bandwidth
  /// GPUs of a pod.
  public var gpusPerPod: Int

  /// A fabric.
  public init(scaleUp: Bandwidth, scaleOut: Bandwidth, gpusPerPod: Int) {
    self.scaleUp = scaleUp
    self.scaleOut = scaleOut
    self.gpusPerPod = gpusPerPod
  }
}
