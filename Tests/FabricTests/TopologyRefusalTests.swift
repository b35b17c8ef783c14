import Diagnostics
import TestSupport
import Testing

@testable import Fabric

@Suite("Topologies that can't be")
struct TopologyRefusalTests {
  struct Refusal: Sendable, CustomTestStringConvertible {
    var keys: String
    var code: Diagnostic.Code
    var path: String
    var words: String
    var testDescription: String { keys }

    init(_ keys: String, _ code: Diagnostic.Code, _ path: String, _ words: String) {
      self.keys = keys
      self.code = code
      self.path = "pod.scale_up" + (path.isEmpty ? "" : "." + path)
      self.words = words
    }
  }

  private static let refusals = [
    Refusal(#""topology": "ring""#, .valueOutOfRange, "topology", "none of the words"),
    Refusal(
      #""topology": "rails", "leaf": {"gpus": 2}"#, .valueOutOfRange, "topology", "no topology"),
    Refusal(#""topology": "leaf-spine""#, .missingKey, "leaf", "is missing"),
    Refusal(
      #""topology": "leaf-spine", "leaf": {"gpus": 3}"#, .valueOutOfRange, "leaf.gpus",
      "do not divide a pod of 8"),
    Refusal(
      #""topology": "leaf-spine", "leaf": {"gpus": 4, "oversubscription": 0.5}"#,
      .valueOutOfRange, "leaf.oversubscription", "at least 1"),
    Refusal(
      #""topology": "leaf-spine", "leaf": {"gpu": 4}"#, .unknownKey, "leaf.gpu", "gpu"),
    Refusal(#""leaf": {"gpus": 4}"#, .unknownKey, "leaf", "says nothing"),
    Refusal(
      #""topology": "torus", "torus": {"dimensions": [2, 2]}"#, .valueOutOfRange,
      "torus.dimensions", "make 4 GPUs, and the pod has 8"),
    Refusal(
      #""topology": "torus", "torus": {"dimensions": []}"#, .valueOutOfRange,
      "torus.dimensions", "0 dimensions"),
    Refusal(
      #""topology": "torus", "torus": {"dimensions": [4, 2], "wrap": [true]}"#, .valueOutOfRange,
      "torus.wrap", "1 entries for 2 dimensions"),
    Refusal(
      #""topology": "mesh", "planes": 2"#, .valueOutOfRange, "planes", "have no planes"),
    Refusal(
      #""topology": "mesh", "oversubscription": 2"#, .valueOutOfRange, "oversubscription",
      "nothing is shared"),
    Refusal(
      #""topology": "mesh", "balancing": "hash""#, .valueOutOfRange, "balancing", "no planes"),
    Refusal(
      #""topology": "mesh", "in_network_reduction": true"#, .valueOutOfRange,
      "in_network_reduction", "no switch"),
    Refusal(
      #""topology": "graph", "connections": [[0, 1], [1]]"#, .valueOutOfRange, "connections[1]",
      "two GPUs"),
    Refusal(
      #""topology": "graph", "connections": [[0, 0]]"#, .valueOutOfRange, "connections[0]",
      "with itself"),
    Refusal(
      #""topology": "graph", "connections": [[0, 8]]"#, .valueOutOfRange, "connections[0][1]",
      "not within 0...7"),
    Refusal(
      #""topology": "graph", "connections": [[0, 1], [2, 3]]"#, .valueOutOfRange, "connections",
      "leave GPU 2 without a way"),
    Refusal(
      #""topology": "circuits", "reconfiguration_us": 1, "configurations": []"#, .valueOutOfRange,
      "configurations", "must be 1 to 64"),
    Refusal(
      #""topology": "circuits", "configurations": [{"name": "a", "mesh": {}}]"#, .missingKey,
      "reconfiguration_us", "is missing"),
    Refusal(
      #"""
      "topology": "circuits", "reconfiguration_us": 1,
      "configurations": [{"name": "a", "mesh": {}}, {"name": "a", "mesh": {}}]
      """#, .valueOutOfRange, "configurations", "two are called 'a'"),
    Refusal(
      #"""
      "topology": "circuits", "reconfiguration_us": 1, "configurations": [{"name": "a"}]
      """#, .missingKey, "configurations[0]", "must have one of"),
    Refusal(
      #"""
      "topology": "circuits", "reconfiguration_us": 1, "switching": "always",
      "configurations": [{"name": "a", "mesh": {}}]
      """#, .valueOutOfRange, "switching", "'none', 'step', 'phase'"),
    Refusal(#""lanes": 0"#, .valueOutOfRange, "lanes", "not within 1...64"),
    Refusal(#""propagation_ns_per_m": 5"#, .missingKey, "propagation_ns_per_m", "without a length"),
    Refusal(#""length_m": -1"#, .valueOutOfRange, "length_m", "at least 0"),
    Refusal(
      #""static_power_w": "much""#, .wrongType, "static_power_w", "where a number is expected"),
  ]

  @Test("are refused at their key path, in words", arguments: refusals)
  func refusal(_ refusal: Refusal) {
    let diagnostic = thrownDiagnostic {
      try FabricFixture.pods(gpus: 8, scaleUp: ", " + refusal.keys)
    }
    #expect(diagnostic?.code == refusal.code, "\(String(describing: diagnostic))")
    #expect(diagnostic?.location?.keyPath == refusal.path)
    let text = (diagnostic?.problem ?? "") + "; " + (diagnostic?.remedy ?? "")
    #expect(text.contains(refusal.words), "\(text)")
  }

  @Test("kinds of pods that don't fit together")
  func kinds() {
    func refused(_ pods: String, _ pod: String) -> Diagnostic? {
      thrownDiagnostic {
        try FabricFixture.make(
          """
          {"schema": "refract.fabric/1", "name": "test", "pods": \(pods),
           "pod": {"gpus": 8, "scale_up": {"bandwidth_gbps": 800, "hop_latency_ns": 1}\(pod)},
           "scale_out": {"bandwidth_gbps": 400, "hop_latency_ns": 1000}}
          """)
      }
    }
    #expect(refused("[]", "")?.location?.keyPath == "pods")
    #expect(refused("[{\"gpus\": 6}]", ", \"gpus_per_node\": 4")?.location?.keyPath == "pods[0]")
    #expect(refused("[{\"size\": 6}]", "")?.location?.keyPath == "pods[0].size")
    #expect(refused("1", ", \"gpus_per_rack\": 4")?.code == .missingKey)
    #expect(refused("1", ", \"gpus_per_package\": 3")?.location?.keyPath == "pod.gpus_per_package")
    #expect(refused("[{\"count\": 0}]", "")?.location?.keyPath == "pods[0].count")
    #expect(refused("[{\"count\": 2}, {\"gpus\": 6}]", "") == nil)
  }

  @Test(
    "routes of presets: as long back as there, over as many links, one share of a whole",
    arguments: FabricPreset.names)
  func presets(name: String) throws {
    let fabric = try FabricPreset.load(nameOrFile: name)
    var random = SeededGenerator(seed: 7)
    for _ in 0..<200 {
      let source = Int.random(in: 0..<fabric.gpuCount, using: &random)
      let target = Int.random(in: 0..<fabric.gpuCount, using: &random)
      let (there, back) = (
        fabric.route(from: source, to: target), fabric.route(from: target, to: source)
      )
      #expect(there.isReachable && there.latency == back.latency)
      #expect(there.links.count == back.links.count)
      #expect(there.shares.allSatisfy { $0 > 0 && $0 <= 1 })
      if fabric.specification.circuits == nil {
        #expect(there.shares.allSatisfy { $0 == 1 }, "all planes are one bundle, evenly used")
      }
    }
  }
}
