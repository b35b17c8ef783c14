import Diagnostics
public import JSON

/// A fabric as a file describes it: compact, however many GPUs it has.
public struct FabricSpecification: Sendable, Equatable {
  /// The name.
  public var name: String
  /// What it is.
  public var description: String
  /// Where its numbers come from.
  public var source: String
  /// How far the source is to be trusted.
  public var status: String
  /// The pods, kind after kind; at least one.
  public var podKinds: [PodKind]
  /// The network between pods, where there is one.
  public var scaleOut: Network?
  /// What has failed, is degraded, or is taken by others.
  public var faults: [FabricFault] = []

  /// The number of pods.
  public var pods: Int { podKinds.reduce(0) { $0 + $1.count } }
  /// GPUs a pod, of the first kind.
  public var gpusPerPod: Int { podKinds[0].gpus }
  /// GPUs a node, where pods have nodes; of the first kind.
  public var gpusPerNode: Int? { podKinds[0].gpusPerNode }
  /// The network within a pod, of the first kind.
  public var scaleUp: Network { podKinds[0].scaleUp }
  /// The number of GPUs.
  public var gpuCount: Int { podKinds.reduce(0) { $0 + $1.count * $1.gpus } }

  /// The circuits that pods are connected by, where they are; all pods alike.
  public var circuits: Circuits? {
    if case .circuits(let circuits) = scaleUp.topology { circuits } else { nil }
  }

  /// The most GPUs that a fabric may have.
  static let maximumGPUs = 1 << 20

  /// Reads a document.
  ///
  /// - Throws: a `Diagnostic` with the key path of what is wrong.
  public init(_ root: JSONNode) throws {
    let schema = try root.required("schema")
    guard try schema.string() == "refract.fabric/1" else {
      throw schema.diagnostic(
        .unsupportedVersion, "is '\(try schema.string())', and this version reads refract.fabric/1")
    }
    try root.allow(keys: [
      "schema", "name", "description", "source", "status", "pods", "pod", "scale_out", "fail",
      "degrade", "load",
    ])
    name = try root.required("name").string()
    description = try root.optional("description")?.string() ?? ""
    source = try root.optional("source")?.string() ?? ""
    status = try root.optional("status")?.string() ?? ""
    podKinds = try PodReader(root).kinds()
    scaleOut = try root.optional("scale_out").map {
      try NetworkReader($0, place: .scaleOut(podKinds)).network()
    }
    guard gpuCount <= Self.maximumGPUs else {
      throw root.diagnostic(
        .limitExceeded, "\(gpuCount) GPUs are more than \(Self.maximumGPUs)",
        remedy: "lower 'pods' or 'pod.gpus'")
    }
    if pods > 1, scaleOut == nil {
      throw root.diagnostic(
        .missingKey, "there are \(pods) pods and no 'scale_out' between them",
        remedy: "add 'scale_out', or make it one pod")
    }
    let named = try FaultReader(root).faults()
    faults = named.map(\.fault)
    // Here, where it is known which line names a part that is not there.
    let health = Health(self)
    for fault in named { try fault.check(health) }
  }
}
