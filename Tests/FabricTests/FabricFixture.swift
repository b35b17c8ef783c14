import JSON

@testable import Fabric

/// Fabrics from a few words of JSON.
enum FabricFixture {
  static func make(_ text: String) throws -> Fabric {
    try Fabric(FabricSpecification(JSONNode(parsing: Array(text.utf8), file: "fabric.json")))
  }

  /// One pod, or several, with this in its scale-up besides 800 Gb/s and 100 ns.
  static func pods(
    _ count: Int = 1, gpus: Int, scaleUp: String = "", pod: String = "", scaleOut: String = "",
    more: String = ""
  ) throws -> Fabric {
    let out =
      count > 1 || !scaleOut.isEmpty
      ? """
      , "scale_out": {"bandwidth_gbps": 400, "hop_latency_ns": 1000\(scaleOut)}
      """ : ""
    return try make(
      """
      {"schema": "refract.fabric/1", "name": "test", "pods": \(count),
       "pod": {"gpus": \(gpus)\(pod),
               "scale_up": {"bandwidth_gbps": 800, "hop_latency_ns": 100\(scaleUp)}}\(out)\(more)}
      """)
  }
}

extension Fabric {
  /// All its links.
  var links: [Link] { (0..<linkCount).map { link(FabricLinkID(index: $0)) } }

  /// The names of the links between two GPUs.
  func names(_ from: Int, _ to: Int) -> [String] {
    route(from: from, to: to).links.map { link($0).name }
  }

  /// Bytes on each link when every GPU of some sends one to every other, by name.
  func loads(among gpus: [Int]) -> [Double] {
    var loads = Array(repeating: 0.0, count: linkCount)
    for source in gpus {
      for target in gpus where source != target {
        let route = route(from: source, to: target)
        for (link, share) in zip(route.links, route.shares) { loads[link.index] += share }
      }
    }
    return loads
  }
}
