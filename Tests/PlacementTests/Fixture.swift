import Fabric
import JSON
import Trace

/// Small fabrics and groups.
enum Fixture {
  /// Equal pods of equal nodes.
  static func fabric(pods: Int, gpus: Int, node: Int? = nil) throws -> Fabric {
    let nodes = node.map { "\"gpus_per_node\": \($0)," } ?? ""
    let text = """
      { "schema": "refract.fabric/1", "name": "f", "pods": \(pods),
        "pod": { "gpus": \(gpus), \(nodes)
          "scale_up": { "bandwidth_gbps": 800, "hop_latency_ns": 250 } },
        "scale_out": { "bandwidth_gbps": 80, "hop_latency_ns": 1000 } }
      """
    return try Fabric(FabricSpecification(JSONNode(parsing: Array(text.utf8), file: "f.json")))
  }

  /// The groups of a dimension: all ranks of a job, parted.
  static func groups(
    _ purpose: String, stride: Int, size: Int, of ranks: Int
  ) -> [ProcessGroup] {
    (0..<ranks).filter { $0 / stride % size == 0 }.map { first in
      ProcessGroup(
        name: "\(purpose)@\(first)", purpose: purpose,
        ranks: (0..<size).map { RankID(index: first + $0 * stride) })
    }
  }
}
