/// A small fabric file of each topology.
public enum FabricExamples {
  /// Their names and their texts.
  public static let all: [(name: String, text: String)] = [
    make("switch", up: "\"planes\": 4"),
    make(
      "leaf-spine", up: "\"planes\": 2, \"topology\": \"leaf-spine\", \(leaf(2))",
      out: ", \"topology\": \"leaf-spine\", \(leaf(8))"),
    make(
      "rails", pods: "4", pod: "\"gpus_per_node\": 8,",
      out: ", \"topology\": \"rails\", \"cross_rail\": \"forward\", \(leaf(2))"),
    make("mesh", up: "\"topology\": \"mesh\""),
    make("torus", gpus: 12, up: "\"topology\": \"torus\", \"torus\": {\"dimensions\": [3, 4]}"),
    make(
      "grid", pods: "1", gpus: 24,
      up: """
        "topology": "torus", "torus": {"dimensions": [2, 3, 4], "wrap": [true, false, true]}
        """),
    make(
      "graph",
      up: """
        "topology": "graph", "connections": [[0, 1, 2], [1, 2], [2, 3], [3, 0], [0, 4], [4, 5],
          [5, 6], [6, 7], [7, 4], [2, 6]]
        """),
    make(
      "racks", up: "\"planes\": 2, \"technology\": \"optical\"",
      pod: """
        "gpus_per_rack": 4,
        "rack": {"bandwidth_gbps": 3200, "planes": 2, "hop_latency_ns": 60, "energy_pj_per_bit": 1},
        """),
    make(
      "circuits",
      up: """
        "technology": "optical", "topology": "circuits", "reconfiguration_us": 10000,
        "switching": "step", "configurations": [
          {"name": "ring", "torus": {"dimensions": [8]}},
          {"name": "square", "torus": {"dimensions": [2, 4]}}, {"name": "all", "mesh": {}}]
        """),
    make(
      "unequal",
      pods: """
        [{"count": 2}, {"count": 3, "gpus": 12, "scale_up": {"bandwidth_gbps": 1600,
          "hop_latency_ns": 80, "topology": "torus", "torus": {"dimensions": [3, 4]}}},
         {"gpus": 24}]
        """, up: "\"planes\": 4", out: ", \"oversubscription\": 2"),
    make(
      "faults", pods: "3", up: "\"planes\": 4",
      more: """
        , "fail": ["pod0/gpu3", "pod0/plane2", "pod1/gpu[4-5]/nic"],
        "degrade": [{"links": "pod2/plane0", "to": 0.5}],
        "load": [{"links": "gpu*/nic", "share": 0.25}]
        """),
  ]

  private static func leaf(_ gpus: Int) -> String {
    """
    "leaf": {"gpus": \(gpus), "oversubscription": 2, "hop_latency_ns": 50, "technology": "optical",
             "energy_pj_per_bit": 4}
    """
  }

  private static func make(
    _ name: String, pods: String = "2", gpus: Int = 8, up: String = "", pod: String = "",
    out: String = "", more: String = ""
  ) -> (name: String, text: String) {
    let scaleOut = """
      , "scale_out": {"bandwidth_gbps": 400, "hop_latency_ns": 1000, "technology": "optical",
                    "energy_pj_per_bit": 9\(out)}
      """
    return (
      name,
      """
      {"schema": "refract.fabric/1", "name": "\(name)", "pods": \(pods),
       "pod": {"gpus": \(gpus), \(pod)
               "scale_up": {"bandwidth_gbps": 800, "hop_latency_ns": 100, "energy_pj_per_bit": 2\
      \(up.isEmpty ? "" : ", ")\(up)}}\(pods == "1" ? "" : scaleOut)\(more)}
      """
    )
  }
}
