import Quantities

extension CutSearch {
  /// The links of some pods, as they are, and of the network between them.
  ///
  /// - Parameter pods: together of at most `most` GPUs.
  init(_ fabric: Fabric, pods: Range<Int>, withScaleOut: Bool) {
    let all = pods.flatMap { fabric.gpus(inPod: $0) }
    gpus = all.indices.reduce(0) { $0 | (fabric.isHealthy(gpu: all[$1]) ? 1 << UInt32($1) : 0) }
    var first = 0
    for pod in pods {
      addPod(fabric, pod, first: first, all)
      first += fabric.gpus(inPod: pod).count
    }
    if withScaleOut { addScaleOut(fabric, all, pods) }
  }

  private mutating func addPod(_ fabric: Fabric, _ pod: Int, first: Int, _ all: [Int]) {
    let run = fabric.layout.run(ofPod: pod)
    let members = first..<first + run.gpus
    let ends = all.map { Fabric.End($0, fabric) }
    if !run.graphs.isEmpty {
      let (lit, base) = fabric.litEdges(run, pod: pod)
      let graph = run.graphs[lit]
      for gpu in 0..<run.gpus {
        for edge in graph.edges(from: gpu) {
          edges.append(
            (
              first + gpu, first + Int(graph.targets[edge]),
              fabric.bandwidth(FabricLinkID(index: base + edge))
            ))
        }
      }
    }
    for start in stride(from: first, to: members.upperBound, by: run.gpusPerRack)
    where !run.rackClasses.isEmpty {
      let rack = start..<start + run.gpusPerRack
      let planes = run.rackClasses.indices.map { bundle in
        Self.ports(fabric, ends, rack, .rack, [bundle])
      }
      networks.append(Shared(gpus: Self.bits(rack), bandwidth: .infinity, switches: planes))
    }
    guard !run.upClasses.isEmpty else { return }
    let planes = run.upClasses.indices.map { bundle in
      var plane = Self.ports(fabric, ends, members, .scaleUp, [bundle])
      guard case .leafSpine(let leaf) = fabric.scaleUp(ofPod: pod).topology else { return plane }
      plane.leaves = all.indices.map { members.contains($0) ? ($0 - first) / leaf.gpus : 0 }
      (plane.up, plane.down) = (
        fabric.leaves(ends[first], bundle, isUp: true),
        fabric.leaves(ends[first], bundle, isUp: false)
      )
      return plane
    }
    let isShared = fabric.scaleUp(ofPod: pod).oversubscription > 1
    networks.append(
      Shared(
        gpus: Self.bits(members),
        bandwidth: isShared ? fabric.bandwidth(fabric.sharedID(ends[first])) : .infinity,
        switches: planes))
  }

  private mutating func addScaleOut(_ fabric: Fabric, _ all: [Int], _ pods: Range<Int>) {
    let (specification, layout) = (fabric.specification, fabric.layout)
    let ends = all.map { Fabric.End($0, fabric) }
    var core = Self.ports(
      fabric, ends, all.indices, .scaleOut, Array(layout.outClasses.indices))
    let leaves = all.compactMap { LinkLayout.outLeaf(ofGPU: $0, specification)?.leaf }
    if leaves.count == all.count {
      core.leaves = leaves
      let count = LinkLayout.outLeafCount(specification)
      (core.up, core.down) = (
        (0..<count).map { fabric.bandwidth(.init(index: layout.firstOutLeaf + 2 * $0)) },
        (0..<count).map { fabric.bandwidth(.init(index: layout.firstOutLeaf + 2 * $0 + 1)) }
      )
    } else if LinkLayout.hasTrunks(specification) {
      core.trunks = ends.map { $0.pod - pods.lowerBound }
      (core.out, core.into) = (
        pods.map { fabric.bandwidth(.init(index: layout.firstTrunk + 2 * $0)) },
        pods.map { fabric.bandwidth(.init(index: layout.firstTrunk + 2 * $0 + 1)) }
      )
    }
    networks.append(Shared(gpus: Self.bits(all.indices), bandwidth: .infinity, switches: [core]))
  }

  private static func bits(_ gpus: Range<Int>) -> UInt32 {
    gpus.reduce(0) { $0 | 1 << UInt32($1) }
  }

  /// What some GPUs have of a network over some bundles; the others nothing.
  private static func ports(
    _ fabric: Fabric, _ ends: [Fabric.End], _ members: Range<Int>, _ network: Health.Network,
    _ bundles: [Int]
  ) -> Switches {
    func sum(_ gpu: Int, isEgress: Bool) -> Double {
      guard members.contains(gpu) else { return 0 }
      return bundles.reduce(0) {
        $0 + fabric.bandwidth(ends[gpu].port(network, $1, isEgress: isEgress))
      }
    }
    return Switches(
      egress: ends.indices.map { sum($0, isEgress: true) },
      ingress: ends.indices.map { sum($0, isEgress: false) })
  }

  /// By how many GPUs send the least that crosses from them to the others. O(2^GPUs · links).
  func profile() -> [Double] {
    var least = Array(repeating: Double.infinity, count: gpus.nonzeroBitCount + 1)
    var set = gpus
    while true {
      let count = set.nonzeroBitCount
      least[count] = min(least[count], cut(set))
      if set == 0 { return least }
      set = (set - 1) & gpus
    }
  }
}

extension Fabric {
  fileprivate func bandwidth(_ id: FabricLinkID) -> Double { link(id).bandwidth.bytesPerSecond }

  fileprivate func leaves(_ end: End, _ bundle: Int, isUp: Bool) -> [Double] {
    (0..<leafCount(end.run)).map { bandwidth(leafID(end, $0, bundle, isUp: isUp)) }
  }
}
