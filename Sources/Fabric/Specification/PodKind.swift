extension FabricSpecification {
  /// Pods that are alike.
  public struct PodKind: Sendable, Equatable {
    /// How many follow one another.
    public var count: Int
    /// GPUs a pod.
    public var gpus: Int
    /// GPUs a node, where pods have nodes.
    public var gpusPerNode: Int?
    /// GPUs a package, where a package holds several.
    public var gpusPerPackage: Int?
    /// GPUs a rack, where racks have a network of their own.
    public var gpusPerRack: Int?
    /// The network within a rack, where racks have one.
    public var rack: Network?
    /// The network within the pod.
    public var scaleUp: Network
  }
}
