import Quantities

extension Fabric {
  /// The way from one GPU to another: through the network of their rack, where racks have one, else
  /// that of their pod, else out of one pod and into the other. Where the inner network has lost the
  /// way, the next one out is taken. What the GPUs of an oversubscribed pod share adds no latency of
  /// its own.
  ///
  /// - Complexity: O(log(runs of like pods) + links of the route).
  public func route(from source: Int, to target: Int) -> Route {
    guard source != target else { return Route(links: [], shares: [], latency: .zero) }
    let (a, b) = (End(source, self), End(target, self))
    if !health.isWhole, !isHealthy(gpu: source) || !isHealthy(gpu: target) { return .none }
    if a.pod == b.pod {
      if !a.run.rackClasses.isEmpty, rack(ofGPU: source) == rack(ofGPU: target),
        let route = switched(.rack, a, b)
      {
        return route
      }
      if let route = scaleUp(a, b) { return route }
    }
    return scaleOut(a, b, mayForward: true) ?? .none
  }

  /// Where a GPU is.
  struct End {
    let gpu: Int
    let run: PodRun
    let pod: Int
    /// Its place in the pod.
    let place: Int

    /// Borrowed: an initializer else takes a copy, and routes are asked for by the million.
    init(_ gpu: Int, _ fabric: borrowing Fabric) {
      self.gpu = gpu
      run = fabric.layout.run(ofGPU: gpu)
      let offset = gpu - run.firstGPU
      pod = run.pods.lowerBound + offset / run.gpus
      place = offset % run.gpus
    }

    /// The number of one of its ports.
    func port(_ network: Health.Network, _ bundle: Int, isEgress: Bool) -> FabricLinkID {
      var slot = bundle
      switch network {
      case .rack: break
      case .scaleUp: slot += run.rackClasses.count
      case .scaleOut: slot += run.rackClasses.count + run.upClasses.count
      }
      return FabricLinkID(
        index: run.firstPort + (gpu - run.firstGPU) * run.portsPerGPU + 2 * slot
          + (isEgress ? 0 : 1))
    }
  }

  private func scaleUp(_ a: End, _ b: End) -> Route? {
    a.run.graphs.isEmpty ? switched(.scaleUp, a, b) : direct(a, b)
  }

  // MARK: Switches within a pod

  /// Through the planes that both ends have, each part of the traffic on one plane from end to end.
  private func switched(_ which: Health.Network, _ a: End, _ b: End) -> Route? {
    let (network, classes, _, _) = network(which, a.run)
    guard let network else { return nil }
    let leaves = self.leaves(which, network, a, b)
    let shares = shares(which, network, classes, a, b, leaves)
    guard !shares.isEmpty else { return nil }
    var route = Route(links: [], shares: [], latency: network.hopLatency * 2)
    if let leaves { route.latency += leaves.hopLatency * 2 }
    for (bundle, share) in shares {
      route.add(a.port(which, bundle, isEgress: true), share)
      if let leaves {
        route.add(leafID(a, leaves.from, bundle, isUp: true), share)
        route.add(leafID(a, leaves.to, bundle, isUp: false), share)
      }
      if shares.count == 1, which == .scaleUp, network.oversubscription > 1 {
        route.add(sharedID(a), share)
      }
      route.add(b.port(which, bundle, isEgress: false), share)
    }
    if shares.count > 1, which == .scaleUp, network.oversubscription > 1 {
      route.add(sharedID(a), 1)
    }
    return route
  }

  /// The leaf switches of two GPUs, where they differ.
  private func leaves(
    _ which: Health.Network, _ network: FabricSpecification.Network, _ a: End, _ b: End
  ) -> (from: Int, to: Int, hopLatency: SimDuration)? {
    guard which == .scaleUp, case .leafSpine(let leaf) = network.topology else { return nil }
    let (from, to) = (a.place / leaf.gpus, b.place / leaf.gpus)
    return from == to ? nil : (from, to, leaf.hopLatency)
  }

  /// Which bundles of planes the traffic of a pair is spread over, and how.
  private func shares(
    _ which: Health.Network, _ network: FabricSpecification.Network, _ classes: [PlaneClass],
    _ a: End, _ b: End, _ leaves: (from: Int, to: Int, hopLatency: SimDuration)?
  ) -> [(bundle: Int, share: Double)] {
    if health.isWhole, classes.count == 1 { return [(0, 1)] }
    let left = classes.map { planes -> Double in
      guard !health.isWhole else { return 1 }
      let plane = planes.planes[0]
      var left = min(
        portShare(a.run, a.pod, a.place, which, plane, isEgress: true),
        portShare(b.run, b.pod, b.place, which, plane, isEgress: false))
      if let leaves {
        left = min(
          left, health.leaf(pod: a.pod, leaf: leaves.from, plane: plane, isUp: true),
          health.leaf(pod: a.pod, leaf: leaves.to, plane: plane, isUp: false))
      }
      return left
    }
    return spread(left, classes, network.balancing, salt: Self.salt(a.gpu, b.gpu))
  }

  /// Spreads a pair's traffic over bundles of which so much is left.
  private func spread(
    _ left: [Double], _ classes: [PlaneClass], _ balancing: FabricSpecification.Balancing,
    salt: UInt64
  ) -> [(bundle: Int, share: Double)] {
    let usable = left.indices.filter { left[$0] > 0 }
    guard usable.count > 1 else { return usable.map { ($0, 1) } }
    switch balancing {
    case .hash: return [(usable[Int(salt % UInt64(usable.count))], 1)]
    case .spray, .adaptive:
      let weights = usable.map {
        Double(classes[$0].planes.count) * (balancing == .adaptive ? left[$0] : 1)
      }
      let sum = weights.reduce(0, +)
      return zip(usable, weights).map { ($0, $1 / sum) }
    }
  }

  /// A number that pairs of GPUs are spread over planes by: SplitMix64's mixing of the two (Steele,
  /// Lea and Flood, OOPSLA 2014), so that it is the same everywhere.
  static func salt(_ source: Int, _ target: Int) -> UInt64 {
    var z = UInt64(source) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(target) &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  func leafID(_ end: End, _ leaf: Int, _ bundle: Int, isUp: Bool) -> FabricLinkID {
    let number = (end.pod - end.run.pods.lowerBound) * leafCount(end.run) + leaf
    return FabricLinkID(
      index: end.run.firstLeaf + 2 * (number * end.run.upClasses.count + bundle) + (isUp ? 0 : 1))
  }

  func sharedID(_ end: End) -> FabricLinkID {
    FabricLinkID(index: end.run.firstShared + end.pod - end.run.pods.lowerBound)
  }

  // MARK: Links between GPUs

  /// Which configuration of a pod's links is lit, and the number of its first link.
  func litEdges(_ run: PodRun, pod: Int) -> (configuration: Int, first: Int) {
    let lit = run.graphs.count > 1 ? configuration : 0
    let before = run.graphs[..<lit].reduce(0) { $0 + $1.edgeCount }
    return (lit, run.firstDirect + (pod - run.pods.lowerBound) * run.edgesPerPod + before)
  }

  private func direct(_ a: End, _ b: End) -> Route? {
    let run = a.run
    let (lit, base) = litEdges(run, pod: a.pod)
    let graph = run.graphs[lit]
    let edges: [(edge: Int, share: Double)]
    let length: Int
    switch run.routers[lit] {
    case .mesh:
      edges = graph.edge(from: a.place, to: b.place).map { [($0, 1)] } ?? []
      length = 1
    case .torus(let torus):
      let found = torus.hops(from: a.place, to: b.place)
      edges = found.hops.compactMap { hop in
        graph.edge(from: hop.source, to: hop.target).map { ($0, hop.share) }
      }
      length = found.length
    case .graph(let router):
      guard let found = router.edges(from: a.place, to: b.place) else { return nil }
      (edges, length) = found
    }
    return Route(
      links: edges.map { FabricLinkID(index: base + $0.edge) }, shares: edges.map(\.share),
      latency: specification.podKinds[run.kind].scaleUp.hopLatency * length)
  }

  // MARK: Between pods

  private func scaleOut(_ a: End, _ b: End, mayForward: Bool) -> Route? {
    guard let network = specification.scaleOut else { return nil }
    let (from, to) = (
      LinkLayout.outLeaf(ofGPU: a.gpu, specification)?.leaf,
      LinkLayout.outLeaf(ofGPU: b.gpu, specification)?.leaf
    )
    if mayForward, from != to, let route = forwarded(network, a, b) { return route }
    let (out, into) = (nics(a, b, isEgress: true), nics(a, b, isEgress: false))
    guard !out.isEmpty, !into.isEmpty else { return nil }
    var route = Route(links: [], shares: [], latency: network.hopLatency * 2)
    for (bundle, share) in out { route.add(a.port(.scaleOut, bundle, isEgress: true), share) }
    if LinkLayout.hasTrunks(specification), a.pod != b.pod {
      guard health.trunk(.scaleOut, pod: a.pod, isEgress: true) > 0,
        health.trunk(.scaleOut, pod: b.pod, isEgress: false) > 0
      else { return nil }
      route.add(FabricLinkID(index: layout.firstTrunk + 2 * a.pod), 1)
      route.add(FabricLinkID(index: layout.firstTrunk + 2 * b.pod + 1), 1)
    }
    if let from, let to, from != to {
      guard
        health.isWhole
          || (health.leaf(pod: nil, leaf: from, plane: nil, isUp: true) > 0
            && health.leaf(pod: nil, leaf: to, plane: nil, isUp: false) > 0)
      else { return nil }
      route.add(FabricLinkID(index: layout.firstOutLeaf + 2 * from), 1)
      route.add(FabricLinkID(index: layout.firstOutLeaf + 2 * to + 1), 1)
      route.latency += spineLatency(network) * 2
    }
    for (bundle, share) in into { route.add(b.port(.scaleOut, bundle, isEgress: false), share) }
    return route
  }

  private func spineLatency(_ network: FabricSpecification.Network) -> SimDuration {
    switch network.topology {
    case .leafSpine(let leaf), .rails(let leaf, _): leaf.hopLatency
    case .switch, .direct, .circuits: .zero
    }
  }

  /// Over the sender's node to the GPU on the receiver's rail, and from there on that rail.
  private func forwarded(_ network: FabricSpecification.Network, _ a: End, _ b: End) -> Route? {
    guard case .rails(_, crossRail: .forward) = network.topology else { return nil }
    let rails = specification.gpusPerNode ?? 1
    let relay = End(a.gpu - a.gpu % rails + b.gpu % rails, self)
    guard relay.gpu != a.gpu, relay.pod == a.pod, isHealthy(gpu: relay.gpu),
      let inside = scaleUp(a, relay), let outside = scaleOut(relay, b, mayForward: false)
    else { return nil }
    return inside.followed(by: outside)
  }

  /// The NICs that a pair's traffic is spread over at one end.
  private func nics(_ a: End, _ b: End, isEgress: Bool) -> [(bundle: Int, share: Double)] {
    let classes = layout.outClasses
    if health.isWhole, classes.count == 1 { return [(0, 1)] }
    let end = isEgress ? a : b
    let left = classes.map {
      portShare(end.run, end.pod, end.place, .scaleOut, $0.planes[0], isEgress: isEgress)
    }
    let salt = Self.salt(a.gpu, b.gpu)
    return spread(
      left, classes, specification.scaleOut?.balancing ?? .spray,
      salt: isEgress ? salt : salt >> 32)
  }
}

extension Route {
  fileprivate mutating func add(_ link: FabricLinkID, _ share: Double) {
    links.append(link)
    shares.append(share)
  }
}

// MARK: What a job can use

extension Fabric {
  /// All links that traffic between some GPUs can cross, ascending, and perhaps a few more.
  ///
  /// - Complexity: O(GPUs + links of their pods where those have no switches).
  public func links(reachedFrom gpus: [Int]) -> [FabricLinkID] {
    var used = LinksInUse(self)
    for gpu in gpus { used.add(gpu) }
    return used.links()
  }

  /// Gathers them.
  private struct LinksInUse {
    private let fabric: Fabric
    private var byPod: [Int: [Int]] = [:]

    init(_ fabric: Fabric) { self.fabric = fabric }

    mutating func add(_ gpu: Int) { byPod[fabric.pod(ofGPU: gpu), default: []].append(gpu) }

    func links() -> [FabricLinkID] {
      var found: Set<FabricLinkID> = []
      // With faults, traffic inside a pod may have to leave it.
      let leaves = byPod.count > 1 || !fabric.health.isWhole
      for (pod, gpus) in byPod {
        if gpus.count > 1 { inside(pod, gpus, &found) }
        if leaves, fabric.specification.scaleOut != nil { outside(pod, gpus, &found) }
      }
      return found.sorted()
    }

    private func inside(_ pod: Int, _ gpus: [Int], _ found: inout Set<FabricLinkID>) {
      let run = fabric.layout.run(ofPod: pod)
      for gpu in gpus { ports(gpu, [.rack, .scaleUp], &found) }
      let inRun = pod - run.pods.lowerBound
      for edge in edges(run) {
        found.insert(FabricLinkID(index: run.firstDirect + inRun * run.edgesPerPod + edge))
      }
      let network = fabric.scaleUp(ofPod: pod)
      if network.oversubscription > 1 {
        found.insert(FabricLinkID(index: run.firstShared + inRun))
      }
      guard case .leafSpine(let leaf) = network.topology else { return }
      let first = fabric.gpus(inPod: pod).lowerBound
      let used = Set(gpus.map { ($0 - first) / leaf.gpus })
      guard used.count > 1 else { return }
      let perLeaf = 2 * run.upClasses.count
      for number in used {
        let start = run.firstLeaf + (inRun * fabric.leafCount(run) + number) * perLeaf
        for link in start..<start + perLeaf { found.insert(FabricLinkID(index: link)) }
      }
    }

    /// Those of the circuits that are lit, or of all where they change on the way.
    private func edges(_ run: PodRun) -> Range<Int> {
      guard run.graphs.count > 1, fabric.specification.circuits?.switching != .phase else {
        return 0..<run.edgesPerPod
      }
      let first = run.graphs[..<fabric.configuration].reduce(0) { $0 + $1.edgeCount }
      return first..<first + run.graphs[fabric.configuration].edgeCount
    }

    private func outside(_ pod: Int, _ gpus: [Int], _ found: inout Set<FabricLinkID>) {
      let specification = fabric.specification
      var senders = Set(gpus)
      if case .rails(_, crossRail: .forward) = specification.scaleOut?.topology {
        // Whoever shares a node may send on.
        let rails = specification.gpusPerNode ?? 1
        for gpu in gpus { senders.formUnion(gpu - gpu % rails..<gpu - gpu % rails + rails) }
        inside(pod, senders.sorted(), &found)
      }
      for gpu in senders {
        ports(gpu, [.scaleOut], &found)
        if let leaf = LinkLayout.outLeaf(ofGPU: gpu, specification)?.leaf {
          let first = fabric.layout.firstOutLeaf + 2 * leaf
          found.formUnion([FabricLinkID(index: first), FabricLinkID(index: first + 1)])
        }
      }
      if LinkLayout.hasTrunks(specification), byPod.count > 1 {
        let first = fabric.layout.firstTrunk + 2 * pod
        found.formUnion([FabricLinkID(index: first), FabricLinkID(index: first + 1)])
      }
    }

    private func ports(
      _ gpu: Int, _ networks: [Health.Network], _ found: inout Set<FabricLinkID>
    ) {
      let end = End(gpu, fabric)
      for network in networks {
        let classes = fabric.network(network, end.run).classes
        for bundle in classes.indices {
          found.insert(end.port(network, bundle, isEgress: true))
          found.insert(end.port(network, bundle, isEgress: false))
        }
      }
    }
  }
}
