import Quantities

extension Fabric {
  /// What stands at a link's number.
  private enum LinkRole {
    case port(run: Int, pod: Int, gpu: Int, Health.Network, bundle: Int, isEgress: Bool)
    case trunk(pod: Int, isEgress: Bool)
    case shared(pod: Int)
    case leaf(run: Int, pod: Int, leaf: Int, bundle: Int, isUp: Bool)
    case outLeaf(Int, isUp: Bool)
    case direct(run: Int, pod: Int, configuration: Int, edge: Int)
  }

  /// The number of links.
  public var linkCount: Int { layout.linkCount }

  /// A link by number. O(log(runs of like pods)).
  public func link(_ id: FabricLinkID) -> Link {
    switch role(id) {
    case .port(let run, let pod, let gpu, let network, let bundle, let isEgress):
      return port(run, pod, gpu, network, bundle, isEgress: isEgress)
    case .trunk(let pod, let isEgress):
      let direction = isEgress ? "egress" : "ingress"
      return podLink(
        "pod\(pod)/scale-out/\(direction)", tier: .scaleOut, pod: pod,
        network: specification.scaleOut ?? specification.scaleUp,
        left: health.trunk(.scaleOut, pod: pod, isEgress: isEgress))
    case .shared(let pod):
      return podLink(
        "pod\(pod)/scale-up/shared", tier: .scaleUp, pod: pod, network: scaleUp(ofPod: pod),
        left: health.trunk(.shared, pod: pod, isEgress: nil))
    case .leaf(let run, let pod, let leaf, let bundle, let isUp):
      return leafLink(run, pod, leaf, bundle, isUp: isUp)
    case .outLeaf(let leaf, let isUp): return outLeafLink(leaf, isUp: isUp)
    case .direct(let run, let pod, let configuration, let edge):
      return direct(run, pod, configuration, edge)
    }
  }

  private func role(_ id: FabricLinkID) -> LinkRole {
    let (section, place) = layout.section(ofLink: id.index)
    switch section {
    case .ports(let index): return portRole(index, place)
    case .trunks: return .trunk(pod: place / 2, isEgress: place % 2 == 0)
    case .shared(let index): return .shared(pod: layout.runs[index].pods.lowerBound + place)
    case .leaves(let index):
      let run = layout.runs[index]
      let bundle = place / 2 % run.upClasses.count
      let leaf = place / 2 / run.upClasses.count
      let leaves = leafCount(run)
      return .leaf(
        run: index, pod: run.pods.lowerBound + leaf / leaves, leaf: leaf % leaves, bundle: bundle,
        isUp: place % 2 == 0)
    case .outLeaves: return .outLeaf(place / 2, isUp: place % 2 == 0)
    case .direct(let index):
      let run = layout.runs[index]
      var (edge, configuration) = (place % run.edgesPerPod, 0)
      while edge >= run.graphs[configuration].edgeCount {
        edge -= run.graphs[configuration].edgeCount
        configuration += 1
      }
      return .direct(
        run: index, pod: run.pods.lowerBound + place / run.edgesPerPod,
        configuration: configuration, edge: edge)
    }
  }

  private func portRole(_ index: Int, _ place: Int) -> LinkRole {
    let run = layout.runs[index]
    let gpu = place / run.portsPerGPU
    var bundle = place % run.portsPerGPU / 2
    var network = Health.Network.rack
    if bundle >= run.rackClasses.count {
      bundle -= run.rackClasses.count
      network = .scaleUp
      if bundle >= run.upClasses.count {
        bundle -= run.upClasses.count
        network = .scaleOut
      }
    }
    return .port(
      run: index, pod: run.pods.lowerBound + gpu / run.gpus, gpu: gpu % run.gpus, network,
      bundle: bundle, isEgress: place % 2 == 0)
  }

  /// The first GPU of a kind of pods.
  public func firstGPU(ofKind kind: Int) -> Int {
    let before = specification.podKinds[..<kind]
    return before.reduce(0) { $0 + $1.count * $1.gpus }
  }

  func scaleUp(ofPod pod: Int) -> FabricSpecification.Network {
    specification.podKinds[layout.run(ofPod: pod).kind].scaleUp
  }

  func leafCount(_ run: PodRun) -> Int {
    guard case .leafSpine(let leaf) = specification.podKinds[run.kind].scaleUp.topology
    else { return 1 }
    return run.gpus / leaf.gpus
  }

  /// A network of a pod, its planes told apart by faults, and what its bundles are called.
  func network(
    _ network: Health.Network, _ run: PodRun
  ) -> (of: FabricSpecification.Network?, classes: [PlaneClass], tier: Tier, word: String) {
    let kind = specification.podKinds[run.kind]
    switch network {
    case .rack: return (kind.rack, run.rackClasses, .rack, "rack-plane")
    case .scaleUp: return (kind.scaleUp, run.upClasses, .scaleUp, "plane")
    case .scaleOut: return (specification.scaleOut, layout.outClasses, .scaleOut, "nic")
    }
  }
}

// MARK: One link

extension Fabric {
  private func port(
    _ index: Int, _ pod: Int, _ gpu: Int, _ which: Health.Network, _ bundle: Int, isEgress: Bool
  ) -> Link {
    let found = network(which, layout.runs[index])
    let network = found.of ?? specification.scaleUp
    let planes = found.classes[bundle]
    let left = portShare(
      layout.runs[index], pod, gpu, which, planes.planes[0], isEgress: isEgress)
    return link(
      name: "pod\(pod)/gpu\(gpu)/\(planes.name(found.word, of: network.planes))/"
        + (isEgress ? "egress" : "ingress"),
      tier: found.tier, network: network, connections: planes.planes.count,
      share: Double(planes.planes.count) / Double(network.planes) * left)
  }

  /// What is left of a GPU's port on a plane.
  func portShare(
    _ run: PodRun, _ pod: Int, _ gpu: Int, _ which: Health.Network, _ plane: Int, isEgress: Bool
  ) -> Double {
    guard !health.isWhole else { return 1 }
    let lanes = network(which, run).of?.lanes ?? 1
    return health.port(
      pod: pod, gpu: gpu, which, plane: plane, leaf: leaf(run, pod, gpu, which),
      isEgress: isEgress, lanes: lanes)
  }

  /// The leaf switch of a GPU, where the network has leaves.
  private func leaf(_ run: PodRun, _ pod: Int, _ gpu: Int, _ which: Health.Network) -> Int? {
    switch which {
    case .rack: return nil
    case .scaleUp:
      if case .leafSpine(let leaf) = specification.podKinds[run.kind].scaleUp.topology {
        return gpu / leaf.gpus
      }
      return nil
    case .scaleOut:
      let global = run.firstGPU + (pod - run.pods.lowerBound) * run.gpus + gpu
      return LinkLayout.outLeaf(ofGPU: global, specification)?.leaf
    }
  }

  /// What all GPUs of a pod share. The GPUs' own hops hold the network's latency and energy; this
  /// only narrows it.
  private func podLink(
    _ name: String, tier: Tier, pod: Int, network: FabricSpecification.Network, left: Double
  ) -> Link {
    let gpus = layout.run(ofPod: pod).gpus
    var link = link(
      name: name, tier: tier, network: network, connections: network.planes * gpus,
      share: Double(gpus))
    link.bandwidth.bytesPerSecond /= network.oversubscription
    if left < 1 { link.bandwidth.bytesPerSecond *= left }
    link.latency = .zero
    if link.energyPicojoulesPerBit != nil { link.energyPicojoulesPerBit = 0 }
    link.staticPowerWatts = nil
    return link
  }

  private func leafLink(_ index: Int, _ pod: Int, _ leaf: Int, _ bundle: Int, isUp: Bool) -> Link {
    let run = layout.runs[index]
    let network = specification.podKinds[run.kind].scaleUp
    guard case .leafSpine(let tier) = network.topology else { preconditionFailure("no leaves") }
    let planes = run.upClasses[bundle]
    let left = health.leaf(pod: pod, leaf: leaf, plane: planes.planes[0], isUp: isUp)
    return leafLink(
      "pod\(pod)/leaf\(leaf)/\(planes.name("plane", of: network.planes))", tier, network, .scaleUp,
      gpus: tier.gpus, planes: planes.planes.count, left: left, isUp: isUp)
  }

  private func outLeafLink(_ leaf: Int, isUp: Bool) -> Link {
    let network = specification.scaleOut ?? specification.scaleUp
    let left = health.leaf(pod: nil, leaf: leaf, plane: nil, isUp: isUp)
    switch network.topology {
    case .leafSpine(let tier):
      let gpus = min(tier.gpus, gpuCount - leaf * tier.gpus)
      return leafLink(
        "leaf\(leaf)", tier, network, .scaleOut, gpus: gpus, planes: network.planes, left: left,
        isUp: isUp)
    case .rails(let tier, _):
      let rails = specification.gpusPerNode ?? 1
      let gpus = min(tier.gpus, gpuCount / rails - leaf / rails * tier.gpus)
      return leafLink(
        "leaf\(leaf)", tier, network, .scaleOut, gpus: gpus, planes: network.planes, left: left,
        isUp: isUp)
    case .switch, .direct, .circuits: preconditionFailure("no leaves")
    }
  }

  private func leafLink(
    _ name: String, _ leaf: FabricSpecification.Leaf, _ network: FabricSpecification.Network,
    _ tier: Tier, gpus: Int, planes: Int, left: Double, isUp: Bool
  ) -> Link {
    var link = link(
      name: name + (isUp ? "/up" : "/down"), tier: tier, network: network,
      connections: gpus * planes,
      share: Double(gpus) * Double(planes) / Double(network.planes) / leaf.oversubscription * left)
    link.technology = leaf.technology
    link.latency = leaf.hopLatency
    link.energyPicojoulesPerBit = leaf.energyPicojoulesPerBit
    link.staticPowerWatts = nil
    return link
  }

  private func direct(_ index: Int, _ pod: Int, _ configuration: Int, _ edge: Int) -> Link {
    let run = layout.runs[index]
    let graph = run.graphs[configuration]
    let (source, target) = (graph.source(ofEdge: edge), Int(graph.targets[edge]))
    var name = "pod\(pod)/gpu\(source)/to-gpu\(target)"
    if let circuits = specification.circuits {
      name = "\(name)/\(circuits.configurations[configuration].name)"
    }
    let count = Int(graph.links[edge])
    return link(
      name: name, tier: .scaleUp, network: specification.podKinds[run.kind].scaleUp,
      connections: count,
      share: Double(count) * graph.linkShare * health.direct(pod: pod, from: source, to: target))
  }

  private func link(
    name: String, tier: Tier, network: FabricSpecification.Network, connections: Int,
    share: Double
  ) -> Link {
    Link(
      name: name, tier: tier, technology: network.technology,
      bandwidth: Bandwidth(
        bytesPerSecond: network.bandwidth.bytesPerSecond * network.efficiency * share),
      multiplicity: connections, latency: network.hopLatency,
      energyPicojoulesPerBit: network.energyPicojoulesPerBit,
      staticPowerWatts: network.staticPowerWatts.map { $0 * Double(connections) })
  }
}
