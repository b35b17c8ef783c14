import Diagnostics

/// What is left of a fabric's parts.
struct Health: Sendable {
  private let specification: FabricSpecification
  private let faults: [FabricFault]

  /// Which network of a GPU a port is one of.
  enum Network: Sendable { case rack, scaleUp, scaleOut }

  init(_ specification: FabricSpecification) {
    self.specification = specification
    faults = specification.faults
  }

  /// Whether nothing is missing.
  var isWhole: Bool { faults.isEmpty }

  /// Whether a fault may touch a pod.
  func touches(pod: Int) -> Bool {
    faults.contains { $0.pattern.pods.contains(pod) }
  }

  /// The faults, by number, that tell a plane of a pod's network apart from others.
  func faults(touching plane: Int, of network: Network, pod: Int?) -> [Int] {
    faults.indices.filter { index in
      let pattern = faults[index].pattern
      guard pod.map({ pattern.pods.contains($0) }) ?? true else { return false }
      return selector(pattern, network).map { $0.contains(plane) } ?? false
    }
  }

  private func selector(_ pattern: FabricPattern, _ network: Network) -> Selector? {
    switch network {
    case .scaleOut: pattern.nics
    case .scaleUp: pattern.isRack ? nil : pattern.planes
    case .rack: pattern.isRack ? pattern.planes : nil
    }
  }

  /// What is left of a GPU's port on a plane, as a share.
  ///
  /// - Parameter leaf: the leaf switch that it is on, if any: by its number in the pod, or in the
  ///   whole scale-out.
  func port(
    pod: Int, gpu: Int, _ network: Network, plane: Int, leaf: Int?, isEgress: Bool, lanes: Int
  ) -> Double {
    var left = 1.0
    for fault in faults {
      let pattern = fault.pattern
      guard pattern.pods.contains(pod), pattern.trunk == nil, pattern.peers == nil,
        pattern.gpus?.contains(gpu) ?? true, pattern.isEgress.map({ $0 == isEgress }) ?? true
      else { continue }
      let namesPlanes = pattern.planes != nil || pattern.nics != nil
      if namesPlanes, !(selector(pattern, network)?.contains(plane) ?? false) { continue }
      if let leaves = pattern.leaves {
        // A leaf by itself is lost with all ports on it; its links up and down are no ports.
        guard pattern.isEgress == nil, let leaf, leaves.contains(leaf),
          pattern.namesPod == (network == .scaleUp)
        else { continue }
      }
      left *= share(fault, lanes: lanes)
    }
    return left
  }

  /// What is left of a leaf switch's links to the spines.
  func leaf(pod: Int?, leaf: Int, plane: Int?, isUp: Bool) -> Double {
    var left = 1.0
    for fault in faults {
      let pattern = fault.pattern
      guard pattern.trunk == nil, pattern.peers == nil, pattern.gpus == nil, pattern.nics == nil,
        !pattern.isRack, pattern.isEgress.map({ $0 == isUp }) ?? true
      else { continue }
      if let pod {
        guard pattern.pods.contains(pod), pattern.leaves?.contains(leaf) ?? (pattern.planes != nil),
          pattern.planes.map({ $0.contains(plane ?? 0) }) ?? true,
          pattern.leaves == nil || pattern.namesPod
        else { continue }
      } else {
        guard !pattern.namesPod, let leaves = pattern.leaves, leaves.contains(leaf),
          pattern.planes == nil
        else { continue }
      }
      left *= fault.factor
    }
    return left
  }

  /// What is left of a pod's own links: out of it and into it, or those that all of it share.
  func trunk(_ trunk: FabricPattern.Trunk, pod: Int, isEgress: Bool?) -> Double {
    faults.reduce(1) { left, fault in
      let pattern = fault.pattern
      guard pattern.trunk == trunk, pattern.pods.contains(pod),
        isEgress == nil || pattern.isEgress.map({ $0 == isEgress }) ?? true
      else { return left }
      return left * fault.factor
    }
  }

  /// What is left of the links from one GPU of a pod to a neighbour.
  func direct(pod: Int, from source: Int, to target: Int) -> Double {
    var left = 1.0
    for fault in faults {
      let pattern = fault.pattern
      guard pattern.pods.contains(pod), pattern.trunk == nil, pattern.planes == nil,
        pattern.nics == nil, pattern.leaves == nil
      else { continue }
      let isIt: Bool
      if let peers = pattern.peers {
        isIt = (pattern.gpus?.contains(source) ?? true) && peers.contains(target)
      } else if let gpus = pattern.gpus {
        isIt =
          (gpus.contains(source) && pattern.isEgress != false)
          || (gpus.contains(target) && pattern.isEgress != true)
      } else {
        isIt = true
      }
      if isIt { left *= fault.factor }
    }
    return left
  }

  /// Whether a whole GPU is lost.
  func hasFailed(pod: Int, gpu: Int) -> Bool {
    faults.contains { fault in
      let pattern = fault.pattern
      guard fault.factor == 0, pattern.pods.contains(pod) else { return false }
      let isWholePod =
        pattern.namesPod && pattern.gpus == nil && pattern.leaves == nil && pattern.planes == nil
        && pattern.nics == nil && pattern.trunk == nil && pattern.peers == nil
        && pattern.isEgress == nil && pattern.lanes == nil
      return isWholePod || (pattern.namesGPUs && pattern.gpus?.contains(gpu) ?? false)
    }
  }

  /// Of some lanes only so much is lost as they carry.
  private func share(_ fault: FabricFault, lanes: Int) -> Double {
    guard let selected = fault.pattern.lanes else { return fault.factor }
    let lost = Double(selected.selected(of: lanes).count) / Double(lanes)
    return 1 - lost * (1 - fault.factor)
  }
}

// MARK: Names that mean nothing

extension Health {
  /// - Throws: a `Diagnostic` where a fault names what the fabric does not have.
  func check() throws {
    for fault in faults { try check(fault) }
  }

  /// - Throws: a `Diagnostic` where the fault names what the fabric does not have.
  func check(_ fault: FabricFault) throws {
    let pattern = fault.pattern
    try check(pattern, pattern.pods, specification.pods, "pods")
    let kinds = specification.podKinds
    try check(pattern, pattern.gpus, kinds.map(\.gpus).max() ?? 0, "GPUs of a pod")
    try check(pattern, pattern.peers, kinds.map(\.gpus).max() ?? 0, "GPUs of a pod")
    try check(pattern, pattern.nics, specification.scaleOut?.planes ?? 0, "NICs of a GPU")
    if let planes = pattern.planes {
      let networks = kinds.compactMap { pattern.isRack ? $0.rack : $0.scaleUp }
      let most = networks.map { Self.isDirect($0) ? 0 : $0.planes }.max() ?? 0
      try check(pattern, planes, most, pattern.isRack ? "planes of a rack" : "planes of a pod")
    }
    if let lanes = pattern.lanes {
      let network =
        pattern.nics != nil
        ? specification.scaleOut : pattern.isRack ? kinds[0].rack : kinds[0].scaleUp
      try check(pattern, lanes, network?.lanes ?? 1, "lanes of a connection")
    }
    try checkLeaves(pattern)
    try checkTrunk(pattern)
    if pattern.peers != nil, !kinds.contains(where: { Self.isDirect($0.scaleUp) }) {
      throw noPart(pattern, "its GPUs have no links to each other", "name a plane")
    }
  }

  static func isDirect(_ network: FabricSpecification.Network) -> Bool {
    switch network.topology {
    case .direct, .circuits: true
    case .switch, .leafSpine, .rails: false
    }
  }

  private func checkLeaves(_ pattern: FabricPattern) throws {
    guard let leaves = pattern.leaves else { return }
    if pattern.namesPod {
      let most = specification.podKinds.map { kind in
        if case .leafSpine(let leaf) = kind.scaleUp.topology { kind.gpus / leaf.gpus } else { 0 }
      }.max()
      try check(pattern, leaves, most ?? 0, "leaf switches of a pod")
    } else {
      try check(
        pattern, leaves, LinkLayout.outLeafCount(specification), "leaf switches of the scale-out")
    }
  }

  private func checkTrunk(_ pattern: FabricPattern) throws {
    switch pattern.trunk {
    case .scaleOut where !LinkLayout.hasTrunks(specification):
      throw noPart(
        pattern, "its scale-out is not oversubscribed, and so pods have no link of their own",
        "name NICs, as in pod0/nic")
    case .shared where !specification.podKinds.contains(where: { $0.scaleUp.oversubscription > 1 }):
      throw noPart(
        pattern, "its scale-up is not oversubscribed, and so pods share no link", "name planes")
    default: break
    }
  }

  private func check(
    _ pattern: FabricPattern, _ selector: Selector?, _ count: Int, _ what: String
  ) throws {
    guard let selector else { return }
    if count == 0 { throw noPart(pattern, "it has no \(what)", "see refract fabric show") }
    guard selector.selectsAny(of: count), (selector.highest ?? 0) < count else {
      throw noPart(
        pattern, "its \(what) are 0 to \(count - 1)", "name one of them, or several as in [0-3]")
    }
  }

  private func noPart(
    _ pattern: FabricPattern, _ problem: String, _ remedy: String
  ) -> Diagnostic {
    Diagnostic(
      .usage,
      "'\(pattern.text)' names no part of fabric '\(specification.name)': \(problem)",
      remedy: remedy)
  }
}
