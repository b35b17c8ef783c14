import Fabric

/// How a network is drawn. Each topology of a fabric file has its picture here, and `init` is the only
/// place that maps them.
enum DrawnTopology: Equatable {
  /// Planes of switches, every GPU connected to each.
  case `switch`(planes: Int)

  /// The picture of a pod's network.
  init(_ network: FabricSpecification.Network) { self = .switch(planes: network.planes) }
}
