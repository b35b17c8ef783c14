import JSON

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

  /// Hop latencies that are assumed where a file states none: those of the presets of hosts.
  static let assumedHopLatency = (scaleUp: 250.0, scaleOut: 1000.0)

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
    .object([
      .init(key: "bandwidth_gbps", value: .number(network.gigabits)),
      .init(key: partsKey, value: .integer(Int64(network.parts))),
      .init(key: "hop_latency_ns", value: .number(network.hopLatency)),
      .init(key: "technology", value: .string(network.technology.rawValue)),
    ])
  }
}
