import Quantities

/// Bisection bandwidth: the least bandwidth, in one direction, from one half of the GPUs to the
/// other, over all ways to halve them, while as much goes the other way. Of an odd number one half
/// has a GPU less. Efficiencies are applied, circuits are those that are lit, and GPUs that are lost
/// do not count.
///
/// It is the capacity of the links between the halves, switches standing on the side where that is
/// least. `CutProfile` and `TorusShape.bisection` say what is exact by formula; whatever is small is
/// tried halving by halving.
extension Fabric {
  /// Of the scale-up of one pod of a kind, the least of them where faults tell them apart; `nil` where
  /// a pod is a single GPU.
  public func podBisection(kind number: Int = 0) -> Bisection? {
    let kind = specification.podKinds[number]
    guard kind.gpus > 1 else { return nil }
    var found: [Bisection] = []
    var touched = 0
    for run in layout.runs where run.kind == number {
      guard touchesScaleUp(run.pods.lowerBound) else {
        found.append(wholePod(kind, run))
        continue
      }
      touched += 1
      guard kind.gpus <= CutSearch.most, touched << kind.gpus <= 1 << 22 else {
        return .notComputed("faults, in pods or a number of them too large to try all halvings")
      }
      let search = CutSearch(self, pods: run.pods, withScaleOut: false)
      guard search.gpus.nonzeroBitCount > 1 else { continue }
      found.append(.exact(Bandwidth(bytesPerSecond: search.least())))
    }
    return Self.least(found)
  }

  /// Of all GPUs; `nil` where there is a single one.
  public var bisection: Bisection? {
    guard gpuCount > 1 else { return nil }
    guard podCount > 1, let network = specification.scaleOut else { return podBisection() }
    let hasLeaves = LinkLayout.outLeafCount(specification) > 0
    if hasLeaves, LinkLayout.hasTrunks(specification) {
      return .notComputed("pods and leaf switches both narrow the way out")
    }
    if gpuCount <= CutSearch.most {
      let search = CutSearch(self, pods: 0..<podCount, withScaleOut: true)
      return search.gpus.nonzeroBitCount > 1
        ? .exact(Bandwidth(bytesPerSecond: search.least())) : nil
    }
    guard health.isWhole else {
      return .notComputed("faults, and more than \(CutSearch.most) GPUs to try all halvings of")
    }
    if specification.podKinds.count == 1 { return likePods(network) }
    guard !hasLeaves else {
      return .notComputed("pods of several kinds, and leaf switches between them")
    }
    return unlikePods(network)
  }

  /// Whether a fault may be in the network of a pod, and not only in that between pods.
  private func touchesScaleUp(_ pod: Int) -> Bool {
    specification.faults.contains { fault in
      let pattern = fault.pattern
      let isOutside =
        pattern.nics != nil || pattern.trunk == .scaleOut
        || (pattern.leaves != nil && !pattern.namesPod)
      return !isOutside && pattern.pods.contains(pod)
    }
  }

  private static func least(_ found: [Bisection]) -> Bisection? {
    var least: Bandwidth?
    var isExact = true
    for each in found {
      switch each {
      case .notComputed: return each
      case .atMost(let bandwidth):
        isExact = false
        least = min(least ?? bandwidth, bandwidth)
      case .exact(let bandwidth): least = min(least ?? bandwidth, bandwidth)
      }
    }
    return least.map { isExact ? .exact($0) : .atMost($0) }
  }
}

// MARK: One pod

extension Fabric {
  /// A pod that faults do not touch.
  private func wholePod(_ kind: FabricSpecification.PodKind, _ run: PodRun) -> Bisection {
    if let cut = kind.cut(sending: kind.gpus / 2) {
      return .exact(Bandwidth(bytesPerSecond: cut))
    }
    let pod = run.pods.lowerBound
    if kind.gpus <= CutSearch.most {
      let search = CutSearch(self, pods: pod..<pod + 1, withScaleOut: false)
      return .exact(Bandwidth(bytesPerSecond: search.least()))
    }
    guard kind.rack == nil else {
      return .notComputed("racks with a network of their own under links between GPUs")
    }
    let (lit, _) = litEdges(run, pod: pod)
    let link = kind.scaleUp.injection * run.graphs[lit].linkShare
    switch kind.scaleUp.topology {
    case .direct(let shape): return direct(shape, run.graphs[lit], link: link)
    case .circuits(let circuits):
      return direct(circuits.configurations[lit].shape, run.graphs[lit], link: link)
    case .switch, .leafSpine, .rails: preconditionFailure("counted")
    }
  }

  private func direct(
    _ shape: FabricSpecification.DirectShape, _ graph: DirectGraph, link: Double
  ) -> Bisection {
    switch shape {
    case .mesh:
      let half = graph.gpuCount / 2
      return .exact(Bandwidth(bytesPerSecond: Double(half * (graph.gpuCount - half)) * link))
    case .torus(let torus):
      let (links, isExact) = torus.bisection
      let cut = Bandwidth(bytesPerSecond: Double(links) * link)
      return isExact ? .exact(cut) : .atMost(cut)
    case .connections:
      return .atMost(Bandwidth(bytesPerSecond: Double(graph.leastWindow) * link))
    }
  }
}

extension DirectGraph {
  /// The fewest links cut, one direction, by halves of neighbouring numbers: at most 64 of them.
  fileprivate var leastWindow: Int {
    let half = gpuCount / 2
    let starts = stride(from: 0, to: gpuCount, by: max(1, gpuCount / 64))
    return starts.map { start in
      func isSending(_ gpu: Int) -> Bool { (gpu - start + gpuCount) % gpuCount < half }
      var cut = 0
      for gpu in 0..<gpuCount where isSending(gpu) {
        for edge in edges(from: gpu) where !isSending(Int(targets[edge])) {
          cut += Int(links[edge])
        }
      }
      return cut
    }.min() ?? 0
  }
}

// MARK: All pods

extension Fabric {
  /// Equal pods. Halving them in the order of their numbers parts one pod at most, and then it is that
  /// pod's own bisection that is added; what leaves the pods is concave in the GPUs of each, so that
  /// nothing is less, unless it is told of leaf switches that lie across.
  func likePods(_ network: FabricSpecification.Network) -> Bisection {
    let out = LeafCut(self, network).least
    guard podCount % 2 == 1 else { return out }
    guard let pod = podBisection() else { return out }
    if case .notComputed = pod { return pod }
    // Of links between GPUs only the cut in the middle is known: two pods cut elsewhere may be less.
    let isCounted = specification.podKinds[0].cut(sending: 0) != nil
    switch (out, pod) {
    case (.exact(let one), .exact(let two)) where isCounted:
      return .exact(Bandwidth(bytesPerSecond: one.bytesPerSecond + two.bytesPerSecond))
    case (.exact(let one), .exact(let two)), (.exact(let one), .atMost(let two)),
      (.atMost(let one), .exact(let two)), (.atMost(let one), .atMost(let two)):
      return .atMost(Bandwidth(bytesPerSecond: one.bytesPerSecond + two.bytesPerSecond))
    default: return pod
    }
  }

  /// Pods of several kinds: for every number of GPUs the least over the pods so far, pod by pod.
  func unlikePods(_ network: FabricSpecification.Network) -> Bisection {
    guard gpuCount <= 4096 else {
      return .notComputed("pods of several kinds, and more than 4096 GPUs")
    }
    let port = network.injection
    var within: [[Double]] = []
    for (number, kind) in specification.podKinds.enumerated() {
      let first = layout.runs.first { $0.kind == number }?.pods.lowerBound ?? 0
      if kind.cut(sending: 0) != nil {
        within.append((0...kind.gpus).map { kind.cut(sending: $0) ?? 0 })
      } else if kind.gpus <= CutSearch.most {
        within.append(CutSearch(self, pods: first..<first + 1, withScaleOut: false).profile())
      } else {
        return .notComputed(
          "pods of several kinds, of which one has links between more than \(CutSearch.most) GPUs")
      }
    }
    // The core of the scale-out stands on either side.
    let sums = [true, false].map { coreIsThere in
      var least = [0.0]
      for (kind, cuts) in zip(specification.podKinds, within) {
        let narrow =
          network.oversubscription > 1
          ? Double(kind.gpus) * port / network.oversubscription : .infinity
        let costs = cuts.indices.map { sending in
          cuts[sending]
            + min(Double(coreIsThere ? sending : kind.gpus - sending) * port, narrow)
        }
        for _ in 0..<kind.count { least = Self.joined(least, costs) }
      }
      // Either half is the one that sends.
      return min(least[gpuCount / 2], least[gpuCount - gpuCount / 2])
    }
    return .exact(Bandwidth(bytesPerSecond: min(sums[0], sums[1])))
  }

  /// By number of GPUs the least of two groups of them together.
  private static func joined(_ one: [Double], _ two: [Double]) -> [Double] {
    var sums = Array(repeating: Double.infinity, count: one.count + two.count - 1)
    for (a, first) in one.enumerated() {
      for (b, second) in two.enumerated() { sums[a + b] = min(sums[a + b], first + second) }
    }
    return sums
  }
}
