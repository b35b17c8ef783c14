import JSON
import Quantities

/// A fabric as some other tool's file describes it, before it becomes a fabric file.
struct ImportedFabric: Equatable {
  /// What is known of a network.
  struct Network: Equatable {
    /// What a GPU has of it, one direction.
    var gigabits: Double
    /// The equal parts of it.
    var parts = 1
    /// Latency of a hop in ns.
    var hopLatency: Double
    /// What its links are made of.
    var technology: LinkTechnology
    /// What its links form.
    var topology = FabricSpecification.Topology.switch
  }

  /// Pods in a row that are alike.
  struct Pods: Equatable {
    var count: Int
    var gpus: Int
  }

  var name: String
  var description: String
  var source: String
  /// What was neither read nor given.
  var assumed: [String]
  var pods: [Pods]
  var gpusPerNode: Int?
  var scaleUp: Network
  var scaleOut: Network?

  /// Hop latencies that are assumed where a file states none: those of the presets of hosts, and the
  /// scale-up's for what a leaf switch adds.
  static let assumedHopLatency = (scaleUp: 250.0, scaleOut: 1000.0, leaf: 250.0)

  /// Pods by their numbers of GPUs, equal ones in a row counted together.
  static func runs(_ gpus: [Int]) -> [Pods] {
    var runs: [Pods] = []
    for count in gpus {
      if runs.last?.gpus == count {
        runs[runs.count - 1].count += 1
      } else {
        runs.append(Pods(count: 1, gpus: count))
      }
    }
    return runs
  }

  /// Leaf switches of nodes in a row, for a fabric file: all equally large, but that the last one may be
  /// smaller; `nil` where they are not, or are a single one.
  ///
  /// - Parameter gpus: by leaf switch, in the order of the nodes.
  static func leaf(
    _ gpus: [Int], oversubscription: Double = 1, hopLatency: Double? = nil
  ) -> FabricSpecification.Leaf? {
    guard gpus.count > 1, gpus.dropLast().allSatisfy({ $0 == gpus[0] }),
      gpus[gpus.count - 1] <= gpus[0]
    else { return nil }
    return FabricSpecification.Leaf(
      gpus: gpus[0], oversubscription: oversubscription,
      hopLatency: SimDuration.rounding(seconds: (hopLatency ?? assumedHopLatency.leaf) * 1e-9)
        ?? .zero, technology: .optical)
  }

  /// The number of pods.
  var podCount: Int { pods.reduce(0) { $0 + $1.count } }
}

extension ImportedFabric {
  /// The fabric file, `refract.fabric/1`.
  var document: JSONValue {
    let status =
      assumed.isEmpty ? "imported" : "imported; assumed: " + assumed.joined(separator: ", ")
    var members: [JSONValue.Member] = [
      .init(key: "schema", value: .string("refract.fabric/1")),
      .init(key: "name", value: .string(name)),
      .init(key: "description", value: .string(description)),
      .init(key: "source", value: .string(source)),
      .init(key: "status", value: .string(status)),
    ]
    if pods.count == 1 {
      members.append(.init(key: "pods", value: .integer(Int64(pods[0].count))))
    } else {
      let runs = pods.map { run in
        JSONValue.object([
          .init(key: "count", value: .integer(Int64(run.count))),
          .init(key: "gpus", value: .integer(Int64(run.gpus))),
        ])
      }
      members.append(.init(key: "pods", value: .array(runs)))
    }
    var pod: [JSONValue.Member] = [
      .init(key: "gpus", value: .integer(Int64(pods.first?.gpus ?? 0)))
    ]
    if let gpusPerNode {
      pod.append(.init(key: "gpus_per_node", value: .integer(Int64(gpusPerNode))))
    }
    pod.append(.init(key: "scale_up", value: Self.value(scaleUp, partsKey: "planes")))
    members.append(.init(key: "pod", value: .object(pod)))
    if let scaleOut {
      members.append(.init(key: "scale_out", value: Self.value(scaleOut, partsKey: "nics")))
    }
    return .object(members)
  }

  private static func value(_ network: Network, partsKey: String) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init(key: "bandwidth_gbps", value: .number(network.gigabits)),
      .init(key: partsKey, value: .integer(Int64(network.parts))),
      .init(key: "hop_latency_ns", value: .number(network.hopLatency)),
      .init(key: "technology", value: .string(network.technology.rawValue)),
    ]
    if network.topology != .switch {
      members.append(.init(key: "topology", value: .string(network.topology.word)))
    }
    switch network.topology {
    case .leafSpine(let leaf): members.append(.init(key: "leaf", value: value(leaf)))
    case .direct(.connections(let connections)):
      members.append(.init(key: "connections", value: .array(connections.map(value))))
    case .switch, .rails, .direct, .circuits: break
    }
    return .object(members)
  }

  private static func value(_ leaf: FabricSpecification.Leaf) -> JSONValue {
    .object([
      .init(key: "gpus", value: .integer(Int64(leaf.gpus))),
      .init(key: "oversubscription", value: .number(leaf.oversubscription)),
      .init(key: "hop_latency_ns", value: .number(leaf.hopLatency.seconds * 1e9)),
      .init(key: "technology", value: .string(leaf.technology.rawValue)),
    ])
  }

  private static func value(_ connection: FabricSpecification.Connection) -> JSONValue {
    .array((connection.ends + [connection.count]).map { .integer(Int64($0)) })
  }
}
