/// Pods that follow one another and whose links are numbered alike.
struct PodRun: Sendable {
  var pods: Range<Int>
  var kind: Int
  var firstGPU: Int
  /// GPUs a pod.
  var gpus: Int
  var firstNode: Int
  var gpusPerNode: Int
  var firstRack: Int
  var gpusPerRack: Int
  /// Planes of the racks' network, told apart by faults; empty where racks have none.
  var rackClasses: [PlaneClass] = []
  /// Planes of the scale-up, likewise; empty where GPUs are linked directly.
  var upClasses: [PlaneClass] = []
  /// By configuration the links between GPUs; one where circuits do not switch, none for switches.
  var graphs: [DirectGraph] = []
  /// By configuration how traffic finds its way over them.
  var routers: [DirectRouter] = []
  /// Numbers of links: of the first GPU's first port, and of what stands behind all ports.
  var firstPort = 0
  var portsPerGPU = 0
  var firstShared = 0
  var firstLeaf = 0
  var firstDirect = 0

  /// Edges of all configurations of a pod.
  var edgesPerPod: Int { graphs.reduce(0) { $0 + $1.edgeCount } }

  func contains(gpu: Int) -> Bool { gpu >= firstGPU && gpu < firstGPU + pods.count * gpus }
}

/// How traffic finds its way over links between GPUs.
enum DirectRouter: Sendable {
  case mesh
  case torus(TorusShape)
  case graph(GraphRouter)
}
