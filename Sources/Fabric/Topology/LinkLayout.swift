/// How the links of a fabric are numbered: the ports of all GPUs, then what pods share, leaf
/// switches, and links between GPUs.
struct LinkLayout: Sendable {
  /// Links that are numbered alike.
  enum Section: Sendable {
    case ports(run: Int)
    case trunks
    case shared(run: Int)
    case leaves(run: Int)
    case outLeaves
    case direct(run: Int)
  }

  private(set) var runs: [PodRun] = []
  /// Planes of the scale-out, told apart by faults: NICs.
  private(set) var outClasses: [PlaneClass] = []
  /// Ascending by first number.
  private(set) var sections: [(first: Int, section: Section)] = []
  private(set) var linkCount = 0
  private(set) var firstTrunk = 0
  private(set) var firstOutLeaf = 0
  private(set) var podCount = 0
  private(set) var nodeCount = 0

  init(_ specification: FabricSpecification, _ health: Health) {
    if let network = specification.scaleOut {
      outClasses = PlaneClass.classes(of: network) {
        health.faults(touching: $0, of: .scaleOut, pod: nil)
      }
    }
    makeRuns(specification, health)
    number(specification)
  }

  /// The run of a GPU.
  ///
  /// - Complexity: O(log runs).
  func run(ofGPU gpu: Int) -> PodRun { runs[last { runs[$0].firstGPU <= gpu }] }

  /// The run of a pod.
  func run(ofPod pod: Int) -> PodRun { runs[last { runs[$0].pods.lowerBound <= pod }] }

  /// The section of a link, and its place there.
  func section(ofLink link: Int) -> (section: Section, place: Int) {
    var (low, high) = (0, sections.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if sections[middle].first <= link { low = middle } else { high = middle }
    }
    return (sections[low].section, link - sections[low].first)
  }

  private func last(_ holds: (Int) -> Bool) -> Int {
    var (low, high) = (0, runs.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if holds(middle) { low = middle } else { high = middle }
    }
    return low
  }
}

// MARK: Making it

extension LinkLayout {
  private mutating func makeRuns(_ specification: FabricSpecification, _ health: Health) {
    var (pod, gpu, node, rack) = (0, 0, 0, 0)
    for (number, kind) in specification.podKinds.enumerated() {
      let end = pod + kind.count
      while pod < end {
        // Pods that faults touch are numbered each for itself, all others together.
        let touched = health.touches(pod: pod)
        var next = pod + 1
        while !touched, next < end, !health.touches(pod: next) { next += 1 }
        let (perNode, perRack) = (kind.gpusPerNode ?? kind.gpus, kind.gpusPerRack ?? kind.gpus)
        var run = PodRun(
          pods: pod..<next, kind: number, firstGPU: gpu, gpus: kind.gpus, firstNode: node,
          gpusPerNode: perNode, firstRack: rack, gpusPerRack: perRack)
        fill(&run, kind, health, isTouched: touched)
        runs.append(run)
        gpu += run.pods.count * kind.gpus
        node += run.pods.count * kind.gpus / perNode
        rack += run.pods.count * kind.gpus / perRack
        pod = next
      }
    }
    (podCount, nodeCount) = (pod, node)
  }

  private func fill(
    _ run: inout PodRun, _ kind: FabricSpecification.PodKind, _ health: Health, isTouched: Bool
  ) {
    let pod = run.pods.lowerBound
    if let rack = kind.rack {
      run.rackClasses = PlaneClass.classes(of: rack) {
        health.faults(touching: $0, of: .rack, pod: pod)
      }
    }
    let shapes: [FabricSpecification.DirectShape]
    switch kind.scaleUp.topology {
    case .switch, .leafSpine, .rails:
      run.upClasses = PlaneClass.classes(of: kind.scaleUp) {
        health.faults(touching: $0, of: .scaleUp, pod: pod)
      }
      return
    case .direct(let shape): shapes = [shape]
    case .circuits(let circuits): shapes = circuits.configurations.map(\.shape)
    }
    for shape in shapes {
      let graph = DirectGraph(shape, gpus: kind.gpus)
      run.graphs.append(graph)
      run.routers.append(
        isTouched ? Self.router(graph, health, pod: pod) : Self.router(shape, graph))
    }
  }

  private static func router(
    _ shape: FabricSpecification.DirectShape, _ graph: DirectGraph
  ) -> DirectRouter {
    switch shape {
    case .mesh: .mesh
    case .torus(let torus): .torus(torus)
    case .connections: .graph(GraphRouter(graph))
    }
  }

  /// Around what is lost.
  private static func router(_ graph: DirectGraph, _ health: Health, pod: Int) -> DirectRouter {
    var works = Array(repeating: true, count: graph.edgeCount)
    for gpu in 0..<graph.gpuCount {
      for edge in graph.edges(from: gpu) {
        let target = Int(graph.targets[edge])
        works[edge] =
          health.direct(pod: pod, from: gpu, to: target) > 0
          && !health.hasFailed(pod: pod, gpu: gpu) && !health.hasFailed(pod: pod, gpu: target)
      }
    }
    return .graph(GraphRouter(graph, works: works))
  }

  private mutating func number(_ specification: FabricSpecification) {
    func add(_ section: Section, _ count: Int) -> Int {
      if count > 0 { sections.append((linkCount, section)) }
      defer { linkCount += count }
      return linkCount
    }
    for index in runs.indices {
      let run = runs[index]
      let bundles = run.rackClasses.count + run.upClasses.count + outClasses.count
      runs[index].portsPerGPU = 2 * bundles
      runs[index].firstPort = add(
        .ports(run: index), 2 * bundles * run.gpus * run.pods.count)
    }
    if Self.hasTrunks(specification) { firstTrunk = add(.trunks, 2 * podCount) }
    for (index, run) in runs.enumerated()
    where specification.podKinds[run.kind].scaleUp.oversubscription > 1 {
      runs[index].firstShared = add(.shared(run: index), run.pods.count)
    }
    for (index, run) in runs.enumerated() {
      guard case .leafSpine(let leaf) = specification.podKinds[run.kind].scaleUp.topology
      else { continue }
      let count = run.pods.count * (run.gpus / leaf.gpus) * run.upClasses.count * 2
      runs[index].firstLeaf = add(.leaves(run: index), count)
    }
    firstOutLeaf = add(.outLeaves, 2 * Self.outLeafCount(specification))
    for (index, run) in runs.enumerated() where !run.graphs.isEmpty {
      runs[index].firstDirect = add(.direct(run: index), run.edgesPerPod * run.pods.count)
    }
  }

  /// Whether pods have links of their own towards the others.
  static func hasTrunks(_ specification: FabricSpecification) -> Bool {
    specification.pods > 1 && (specification.scaleOut?.oversubscription ?? 1) > 1
  }

  /// Leaf switches of the scale-out, all pods' together.
  static func outLeafCount(_ specification: FabricSpecification) -> Int {
    switch specification.scaleOut?.topology {
    case .leafSpine(let leaf): (specification.gpuCount + leaf.gpus - 1) / leaf.gpus
    case .rails(let leaf, _):
      railBlocks(specification, leaf) * (specification.gpusPerNode ?? 1)
    default: 0
    }
  }

  /// Runs of nodes that share their rails' leaf switches.
  private static func railBlocks(
    _ specification: FabricSpecification, _ leaf: FabricSpecification.Leaf
  ) -> Int {
    let block = leaf.gpus * (specification.gpusPerNode ?? 1)
    return (specification.gpuCount + block - 1) / block
  }

  /// The leaf switch of a GPU in the scale-out, and how many GPUs it serves.
  static func outLeaf(ofGPU gpu: Int, _ specification: FabricSpecification) -> (
    leaf: Int, gpus: Int
  )? {
    let count = specification.gpuCount
    switch specification.scaleOut?.topology {
    case .leafSpine(let leaf):
      let number = gpu / leaf.gpus
      return (number, min(leaf.gpus, count - number * leaf.gpus))
    case .rails(let leaf, _):
      let rails = specification.gpusPerNode ?? 1
      let block = gpu / (leaf.gpus * rails)
      let nodes = min(leaf.gpus, count / rails - block * leaf.gpus)
      return (block * rails + gpu % rails, nodes)
    default: return nil
    }
  }
}
