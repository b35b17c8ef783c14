import Fabric

/// How a network is drawn. Each topology of a fabric file has its picture here, and `init` is the only
/// place that maps them.
enum DrawnTopology: Equatable {
  /// Planes of switches, every GPU connected to each.
  case `switch`(planes: Int)
  /// Leaf switches in a row below the planes' spines.
  case leafSpine(planes: Int, leaf: FabricSpecification.Leaf)
  /// GPUs on a circle, each link a line; so many links at most between two.
  case circle([FabricSpecification.Connection])
  /// One layer of a grid.
  case grid(TorusShape)
  /// GPUs as squares, their links in words.
  case summary(String)

  /// The most GPUs whose links are lines between points on a circle.
  private static let mostOnCircle = (mesh: 16, graph: 48)

  /// The picture of a pod's network, of its circuits the first configuration's.
  init(_ network: FabricSpecification.Network, gpus: Int) {
    switch network.topology {
    case .switch, .rails: self = .switch(planes: network.planes)
    case .leafSpine(let leaf): self = .leafSpine(planes: network.planes, leaf: leaf)
    case .direct(let shape): self.init(shape, gpus: gpus)
    case .circuits(let circuits): self.init(circuits.configurations[0].shape, gpus: gpus)
    }
  }

  private init(_ shape: FabricSpecification.DirectShape, gpus: Int) {
    switch shape {
    case .torus(let torus): self = .grid(torus)
    case .mesh where gpus <= Self.mostOnCircle.mesh:
      self = .circle(
        (0..<gpus).flatMap { one in
          (one + 1..<max(gpus, one + 1)).map {
            FabricSpecification.Connection(ends: [one, $0], count: 1)
          }
        })
    case .mesh: self = .summary("a link between every two of \(gpus) GPUs")
    case .connections(let connections) where gpus <= Self.mostOnCircle.graph:
      self = .circle(connections)
    case .connections(let connections):
      let links = connections.reduce(0) { $0 + $1.count }
      self = .summary("\(links) links between \(gpus) GPUs, as listed in its file")
    }
  }
}
