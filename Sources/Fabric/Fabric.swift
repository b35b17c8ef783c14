import Quantities

/// GPUs in pods and the links between them.
///
/// Every GPU has a bundle of links into its pod's switch planes and one out of them, over which
/// traffic is sprayed evenly, and where there is a scale-out network the same for its NICs. The
/// switches themselves are non-blocking, unless oversubscribed: then a scale-up has one link that all
/// traffic within the pod crosses, and a scale-out a link out of each pod and one into it. Links are
/// computed from their numbers, so that a fabric of any size costs nothing.
public struct Fabric: Sendable {
  /// What it was made from.
  public let specification: FabricSpecification

  /// A fabric.
  public init(_ specification: FabricSpecification) { self.specification = specification }

  /// The name.
  public var name: String { specification.name }

  /// The number of GPUs.
  public var gpuCount: Int { specification.gpuCount }

  /// The pod of a GPU.
  public func pod(ofGPU gpu: Int) -> Int { gpu / specification.gpusPerPod }

  /// The node of a GPU; its pod's number where pods have no nodes.
  public func node(ofGPU gpu: Int) -> Int {
    gpu / (specification.gpusPerNode ?? specification.gpusPerPod)
  }

  /// `pod0/gpu12`: the pod, and the place in it.
  public func gpuName(_ gpu: Int) -> String {
    "pod\(pod(ofGPU: gpu))/gpu\(gpu % specification.gpusPerPod)"
  }

  /// The GPU of a name that `gpuName` gives; `nil` where there is none.
  public func gpu(named name: String) -> Int? {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].hasPrefix("pod"), parts[1].hasPrefix("gpu"),
      // A sign is no part of a name.
      parts.allSatisfy({ $0.dropFirst(3).utf8.allSatisfy { 0x30...0x39 ~= $0 } }),
      let pod = Int(parts[0].dropFirst(3)), let place = Int(parts[1].dropFirst(3)),
      (0..<specification.pods).contains(pod), (0..<specification.gpusPerPod).contains(place)
    else { return nil }
    return pod * specification.gpusPerPod + place
  }
}

// MARK: Links

extension Fabric {
  /// What stands at a link's number.
  private enum LinkRole {
    case gpu(Int, Tier, isEgress: Bool)
    case pod(Int, isEgress: Bool)
    case shared(Int)
  }

  private var isOversubscribed: Bool {
    specification.pods > 1 && (specification.scaleOut?.oversubscription ?? 1) > 1
  }

  private var isShared: Bool { specification.scaleUp.oversubscription > 1 }

  private var linksPerGPU: Int { specification.scaleOut == nil ? 2 : 4 }

  /// The number of links.
  public var linkCount: Int {
    firstShared + (isShared ? specification.pods : 0)
  }

  /// The number of the first pod's shared link: behind all others.
  private var firstShared: Int {
    gpuCount * linksPerGPU + (isOversubscribed ? 2 * specification.pods : 0)
  }

  private func role(_ id: FabricLinkID) -> LinkRole {
    if id.index >= firstShared { return .shared(id.index - firstShared) }
    let gpuLinks = gpuCount * linksPerGPU
    if id.index >= gpuLinks {
      let place = id.index - gpuLinks
      return .pod(place / 2, isEgress: place % 2 == 0)
    }
    let place = id.index % linksPerGPU
    return .gpu(
      id.index / linksPerGPU, place < 2 ? .scaleUp : .scaleOut, isEgress: place % 2 == 0)
  }

  /// A link by number. O(1).
  public func link(_ id: FabricLinkID) -> Link {
    switch role(id) {
    case .gpu(let gpu, let tier, let isEgress):
      let network = tier == .scaleUp ? specification.scaleUp : specification.scaleOut
      return link(
        name: "\(gpuName(gpu))/\(Self.bundleName(tier, network?.planes ?? 1))/"
          + (isEgress ? "egress" : "ingress"),
        tier: tier, network: network ?? specification.scaleUp, gpus: 1)
    case .pod(let pod, let isEgress):
      return podLink(
        "pod\(pod)/scale-out/" + (isEgress ? "egress" : "ingress"), tier: .scaleOut,
        network: specification.scaleOut ?? specification.scaleUp)
    case .shared(let pod):
      return podLink(
        "pod\(pod)/scale-up/shared", tier: .scaleUp, network: specification.scaleUp)
    }
  }

  /// What all GPUs of a pod share. The GPUs' own hops hold the network's latency and energy; this
  /// only narrows it.
  private func podLink(
    _ name: String, tier: Tier, network: FabricSpecification.Network
  ) -> Link {
    var link = link(name: name, tier: tier, network: network, gpus: specification.gpusPerPod)
    link.bandwidth.bytesPerSecond /= network.oversubscription
    link.latency = .zero
    if link.energyPicojoulesPerBit != nil { link.energyPicojoulesPerBit = 0 }
    return link
  }

  private static func bundleName(_ tier: Tier, _ planes: Int) -> String {
    let name = tier == .scaleUp ? "plane" : "nic"
    return planes == 1 ? name : "\(name)s[0-\(planes - 1)]"
  }

  private func link(
    name: String, tier: Tier, network: FabricSpecification.Network, gpus: Int
  ) -> Link {
    Link(
      name: name, tier: tier, technology: network.technology,
      bandwidth: Bandwidth(
        bytesPerSecond: network.bandwidth.bytesPerSecond * network.efficiency * Double(gpus)),
      multiplicity: network.planes * gpus, latency: network.hopLatency,
      energyPicojoulesPerBit: network.energyPicojoulesPerBit)
  }

  private func gpuLink(_ gpu: Int, _ tier: Tier, isEgress: Bool) -> FabricLinkID {
    FabricLinkID(index: gpu * linksPerGPU + (tier == .scaleUp ? 0 : 2) + (isEgress ? 0 : 1))
  }

  private func podLink(_ pod: Int, isEgress: Bool) -> FabricLinkID {
    FabricLinkID(index: gpuCount * linksPerGPU + 2 * pod + (isEgress ? 0 : 1))
  }

  private func sharedLink(_ pod: Int) -> FabricLinkID { FabricLinkID(index: firstShared + pod) }
}

// MARK: Routes

extension Fabric {
  /// The way from one GPU to another: through the planes of their pod, or out of one pod and into
  /// the other. What the GPUs of an oversubscribed pod share adds no latency of its own. O(1).
  public func route(from source: Int, to target: Int) -> Route {
    guard source != target else { return Route(links: [], latency: .zero) }
    let (from, to) = (pod(ofGPU: source), pod(ofGPU: target))
    if from == to {
      let (out, into) = (
        gpuLink(source, .scaleUp, isEgress: true), gpuLink(target, .scaleUp, isEgress: false)
      )
      return Route(
        links: isShared ? [out, sharedLink(from), into] : [out, into],
        latency: specification.scaleUp.hopLatency * 2)
    }
    var links = [gpuLink(source, .scaleOut, isEgress: true)]
    if isOversubscribed {
      links += [podLink(from, isEgress: true), podLink(to, isEgress: false)]
    }
    links.append(gpuLink(target, .scaleOut, isEgress: false))
    return Route(links: links, latency: (specification.scaleOut?.hopLatency ?? .zero) * 2)
  }
}
