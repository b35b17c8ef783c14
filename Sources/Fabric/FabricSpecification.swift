import Diagnostics
public import JSON
public import Quantities

/// A fabric as a file describes it: compact, however many GPUs it has.
public struct FabricSpecification: Sendable, Equatable {
  /// One network: what each GPU has of it.
  public struct Network: Sendable, Equatable {
    /// Bandwidth of a GPU into it, one direction, all planes or NICs together, before efficiency.
    public var bandwidth: Bandwidth
    /// The equal parts that the bandwidth is spread over: switch planes or NICs.
    public var planes: Int
    /// Latency of one hop; a path has two, into the network and out of it.
    public var hopLatency: SimDuration
    /// The share of the bandwidth that a collective sees.
    public var efficiency: Double
    /// How many times the bandwidth of a pod's GPUs together exceeds what this network carries of
    /// it: within the pod, or out of it; 1 for non-blocking.
    public var oversubscription: Double
    /// What its links are made of.
    public var technology: LinkTechnology
    /// Energy of a bit over one hop, where known.
    public var energyPicojoulesPerBit: Double?
  }

  /// The name.
  public var name: String
  /// What it is.
  public var description: String
  /// Where its numbers come from.
  public var source: String
  /// How far the source is to be trusted.
  public var status: String
  /// The number of pods.
  public var pods: Int
  /// GPUs a pod.
  public var gpusPerPod: Int
  /// GPUs a node, where pods have nodes.
  public var gpusPerNode: Int?
  /// The network within a pod.
  public var scaleUp: Network
  /// The network between pods, where there is one.
  public var scaleOut: Network?

  /// The number of GPUs.
  public var gpuCount: Int { pods * gpusPerPod }

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
      "schema", "name", "description", "source", "status", "pods", "pod", "scale_out",
    ])
    name = try root.required("name").string()
    description = try root.optional("description")?.string() ?? ""
    source = try root.optional("source")?.string() ?? ""
    status = try root.optional("status")?.string() ?? ""
    pods = try root.optional("pods")?.int(in: 1...Self.maximumGPUs) ?? 1
    let pod = try root.required("pod")
    try pod.allow(keys: ["gpus", "gpus_per_node", "scale_up"])
    gpusPerPod = try pod.required("gpus").int(in: 1...Self.maximumGPUs)
    gpusPerNode = try pod.optional("gpus_per_node")?.int(in: 1...gpusPerPod)
    if let node = gpusPerNode, gpusPerPod % node != 0 {
      throw try pod.required("gpus_per_node").diagnostic(
        .valueOutOfRange, "nodes of \(node) don't divide a pod of \(gpusPerPod) GPUs",
        remedy: "give a divisor of 'pod.gpus', or leave it out")
    }
    scaleUp = try Self.network(pod.required("scale_up"), partsKey: "planes")
    scaleOut = try root.optional("scale_out").map { try Self.network($0, partsKey: "nics") }
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
  }

  private static func network(_ node: JSONNode, partsKey: String) throws -> Network {
    try node.allow(keys: [
      "bandwidth_gbps", partsKey, "hop_latency_ns", "efficiency", "oversubscription", "technology",
      "energy_pj_per_bit",
    ])
    let bandwidth = try node.required("bandwidth_gbps")
    let gigabits = try bandwidth.double(exclusive: true)
    guard 1e-6...1e9 ~= gigabits else {
      throw bandwidth.diagnostic(
        .valueOutOfRange, "\(gigabits) Gb/s is no bandwidth",
        remedy: "bandwidths are from 1e-6 to 1e9 Gb/s")
    }
    let efficiency = try node.optional("efficiency")
    let share = try efficiency?.double(exclusive: true) ?? 1
    if let efficiency, share > 1 {
      throw efficiency.diagnostic(.valueOutOfRange, "\(share) is more than 1")
    }
    let latency = try node.required("hop_latency_ns")
    let nanoseconds = try latency.double()
    guard nanoseconds <= 1e9, let hop = SimDuration.rounding(seconds: nanoseconds * 1e-9) else {
      throw latency.diagnostic(
        .valueOutOfRange, "\(nanoseconds) ns is no latency", remedy: "latencies are at most 1e9 ns")
    }
    var technology = LinkTechnology.electrical
    if let named = try node.optional("technology") {
      guard let known = LinkTechnology(rawValue: try named.string()) else {
        throw named.diagnostic(.valueOutOfRange, "must be 'electrical' or 'optical'")
      }
      technology = known
    }
    return Network(
      bandwidth: .gigabitsPerSecond(gigabits),
      planes: try node.optional(partsKey)?.int(in: 1...4096) ?? 1, hopLatency: hop,
      efficiency: share,
      oversubscription: try node.optional("oversubscription")?
        .double(atLeast: 1).within(node, "oversubscription") ?? 1,
      technology: technology,
      energyPicojoulesPerBit: try node.optional("energy_pj_per_bit")?
        .double().within(node, "energy_pj_per_bit"))
  }
}

extension Double {
  /// This, where it is at most a million: beyond that no network is meant.
  fileprivate func within(_ node: JSONNode, _ key: String) throws -> Double {
    guard self <= 1e6 else {
      throw try node.required(key).diagnostic(
        .valueOutOfRange, "is \(self) and must be at most 1e6")
    }
    return self
  }
}
