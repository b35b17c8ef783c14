import Diagnostics
import Quantities

/// GPUs in pods and the links between them.
///
/// Through switches every GPU has a bundle of links into its pod's planes and one out of them, over
/// which traffic is spread, and where there is a scale-out network the same for its NICs. Without
/// switches it has links to neighbours. Links are computed from their numbers, so that a fabric of
/// any size costs nothing but what tells its pods apart.
public struct Fabric: Sendable {
  /// What it was made from.
  public let specification: FabricSpecification
  /// Which of its circuits are lit, where it has circuits: an index into their configurations.
  public private(set) var configuration = 0
  let layout: LinkLayout
  let health: Health

  /// A fabric.
  ///
  /// - Throws: a `Diagnostic` where a fault names what the fabric does not have.
  /// - Complexity: O(kinds of pods + pods with faults), and what direct links need for their ways.
  public init(_ specification: FabricSpecification) throws {
    self.specification = specification
    health = Health(specification)
    try health.check()
    layout = LinkLayout(specification, health)
  }

  /// The same with other circuits lit.
  public func lighting(configuration: Int) -> Fabric {
    var fabric = self
    fabric.configuration = configuration
    return fabric
  }

  /// The name.
  public var name: String { specification.name }

  /// The number of GPUs.
  public var gpuCount: Int { specification.gpuCount }

  /// The number of pods.
  public var podCount: Int { layout.podCount }

  /// The number of nodes; pods that have none count as one.
  public var nodeCount: Int { layout.nodeCount }

  /// The GPUs of a pod.
  public func gpus(inPod pod: Int) -> Range<Int> {
    let run = layout.run(ofPod: pod)
    let first = run.firstGPU + (pod - run.pods.lowerBound) * run.gpus
    return first..<first + run.gpus
  }

  /// The pod of a GPU.
  public func pod(ofGPU gpu: Int) -> Int {
    let run = layout.run(ofGPU: gpu)
    return run.pods.lowerBound + (gpu - run.firstGPU) / run.gpus
  }

  /// The node of a GPU; where pods have no nodes, the pod counts as one.
  public func node(ofGPU gpu: Int) -> Int {
    let run = layout.run(ofGPU: gpu)
    return run.firstNode + (gpu - run.firstGPU) / run.gpusPerNode
  }

  /// The rack of a GPU; where racks have no network of their own, the pod counts as one.
  public func rack(ofGPU gpu: Int) -> Int {
    let run = layout.run(ofGPU: gpu)
    return run.firstRack + (gpu - run.firstGPU) / run.gpusPerRack
  }

  /// Whether a GPU works.
  public func isHealthy(gpu: Int) -> Bool {
    guard !health.isWhole else { return true }
    let pod = pod(ofGPU: gpu)
    return !health.hasFailed(pod: pod, gpu: gpu - gpus(inPod: pod).lowerBound)
  }

  /// `pod0/gpu12`: the pod, and the place in it.
  public func gpuName(_ gpu: Int) -> String {
    let pod = pod(ofGPU: gpu)
    return "pod\(pod)/gpu\(gpu - gpus(inPod: pod).lowerBound)"
  }

  /// The GPU of a name that `gpuName` gives; `nil` where there is none.
  public func gpu(named name: String) -> Int? {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].hasPrefix("pod"), parts[1].hasPrefix("gpu"),
      // A sign is no part of a name.
      parts.allSatisfy({ $0.dropFirst(3).utf8.allSatisfy { 0x30...0x39 ~= $0 } }),
      let pod = Int(parts[0].dropFirst(3)), let place = Int(parts[1].dropFirst(3)),
      (0..<podCount).contains(pod), gpus(inPod: pod).indices.count > place
    else { return nil }
    return gpus(inPod: pod).lowerBound + place
  }
}
