import Diagnostics
public import Fabric
import Quantities
public import Synthesis

extension TwoTierFabric {
  /// What the closed form knows of a fabric: bandwidths of a GPU, efficiency applied, and pods that are all
  /// alike.
  ///
  /// - Throws: a `Diagnostic` where pods differ, something of it has failed, or there is no network
  ///   between pods.
  public init(_ fabric: Fabric) throws {
    let specification = fabric.specification
    guard specification.podKinds.count == 1, specification.faults.isEmpty,
      let between = specification.scaleOut
    else {
      throw Diagnostic(
        .usage,
        "the closed form is of pods that are alike and whole, and of a network between them, which "
          + "'\(fabric.name)' is not",
        remedy: "replay the trace instead")
    }
    func injection(_ network: FabricSpecification.Network) -> Bandwidth {
      Bandwidth(bytesPerSecond: network.bandwidth.bytesPerSecond * network.efficiency)
    }
    self.init(
      scaleUp: injection(specification.scaleUp), scaleOut: injection(between),
      gpusPerPod: specification.gpusPerPod)
  }
}
