import Quantities
import Testing

@testable import Fabric

@Suite("Bisection bandwidth")
struct BisectionTests {
  private static let leaf = "\"leaf\": {\"gpus\": 2, \"oversubscription\": 1.5}"

  /// What is in a scale-up, and of how many GPUs.
  static let pods: [(gpus: Int, scaleUp: String, pod: String)] = [
    (7, "", ""), (8, ", \"planes\": 3, \"balancing\": \"hash\"", ""),
    (8, ", \"planes\": 2, \"topology\": \"leaf-spine\", \(leaf)", ""),
    (
      9,
      ", \"topology\": \"leaf-spine\", \"leaf\": {\"gpus\": 3, \"oversubscription\": 4}", ""
    ),
    (10, ", \"topology\": \"leaf-spine\", \"leaf\": {\"gpus\": 5, \"oversubscription\": 2}", ""),
    (5, ", \"topology\": \"mesh\"", ""), (8, ", \"topology\": \"mesh\"", ""),
    (7, torus("[7]"), ""), (8, torus("[8]", "false"), ""), (6, torus("[3, 2]"), ""),
    (9, torus("[3, 3]"), ""), (10, torus("[2, 5]", "false"), ""), (8, torus("[2, 2, 2]"), ""),
    (12, torus("[4, 3]", "[false, true]"), ""), (12, torus("[3, 4]", "[false, true]"), ""),
    (12, torus("[2, 2, 3]", "false"), ""), (10, torus("[5, 2]", "[true, false]"), ""),
    (
      6,
      """
      , "topology": "graph", "connections": [[0, 1, 3], [1, 2], [2, 3, 2], [3, 4], [4, 5], [5, 0]]
      """, ""
    ),
    (8, "", rack(4)), (8, ", \"planes\": 2", rack(2)), (6, torus("[6]"), rack(3)),
    (8, ", \"topology\": \"mesh\"", rack(4)), (9, "", rack(3)),
    (8, ", \"topology\": \"leaf-spine\", \(leaf)", rack(4)),
  ]

  private static func torus(_ dimensions: String, _ wrap: String = "true") -> String {
    ", \"topology\": \"torus\", \"torus\": {\"dimensions\": \(dimensions), \"wrap\": \(wrap)}"
  }

  private static func rack(_ gpus: Int) -> String {
    """
    , "gpus_per_rack": \(gpus),
    "rack": {"bandwidth_gbps": 3200, "planes": 2, "hop_latency_ns": 10}
    """
  }

  @Test(
    "of a pod it is the least flow over all halvings, tried one by one", arguments: pods.indices)
  func pod(index: Int) throws {
    let (gpus, scaleUp, pod) = Self.pods[index]
    let fabric = try FabricFixture.pods(gpus: gpus, scaleUp: scaleUp, pod: pod)
    let found = try #require(fabric.podBisection()?.bandwidth?.bytesPerSecond)
    let least = NaiveCut(fabric, pods: 0..<1, tiers: [.rack, .scaleUp]).least()
    #expect((found / least - 1).magnitude < 1e-6, "\(found) \(least)")
    #expect(fabric.bisection == fabric.podBisection())
    // What the formulas say of larger pods, held against the same search.
    let kind = fabric.specification.podKinds[0]
    if let counted = kind.cut(sending: gpus / 2) {
      #expect((counted / least - 1).magnitude < 1e-6)
      let profile = CutSearch(fabric, pods: 0..<1, withScaleOut: false).profile()
      for (sending, cut) in profile.enumerated() {
        #expect((kind.cut(sending: sending)! - cut).magnitude <= 1e-6 * least, "\(sending)")
      }
    }
    if case .direct(.torus(let torus)) = kind.scaleUp.topology, kind.rack == nil {
      let (links, isExact) = torus.bisection
      let bound = Double(links) * kind.scaleUp.injection / Double(torus.ports)
      #expect(isExact ? (bound / least - 1).magnitude < 1e-6 : bound > least * (1 - 1e-6))
    }
  }

  @Test("tori of all small shapes: the formula is exact where it says so, else a bound")
  func tori() throws {
    let shapes = [
      [2, 3], [3, 3], [3, 4], [4, 3], [5, 3], [3, 2, 2], [2, 2, 3], [4, 4], [2, 8], [7, 2], [16],
      [15], [3, 5], [2, 2, 2, 2],
    ]
    for dimensions in shapes {
      for wrapped in 0..<(1 << dimensions.count) {
        let wraps = dimensions.indices.map { wrapped >> $0 & 1 == 1 }
        let size = dimensions.reduce(1, *)
        let fabric = try FabricFixture.pods(
          gpus: size,
          scaleUp: Self.torus("\(dimensions)", "\(wraps)"))
        let least = CutSearch(fabric, pods: 0..<1, withScaleOut: false).least()
        let torus = TorusShape(dimensions: dimensions, wraps: wraps)
        let (links, isExact) = torus.bisection
        let cut = Double(links) * 1e11 / Double(torus.ports)
        #expect(cut >= least * (1 - 1e-9), "\(torus)")
        if isExact { #expect((cut / least - 1).magnitude < 1e-9, "\(torus)") }
      }
    }
  }

  /// Several pods: how many, of what, and what is between them.
  static let several: [(pods: Int, gpus: Int, scaleUp: String, scaleOut: String, pod: String)] = [
    (2, 4, "", "", ""), (3, 3, "", ", \"oversubscription\": 2", ""),
    (3, 4, ", \"topology\": \"mesh\"", "", ""),
    (3, 3, torus("[3]"), ", \"oversubscription\": 1.5", ""),
    (2, 4, "", ", \"topology\": \"leaf-spine\", \(leaf)", ""),
    (3, 3, "", ", \"topology\": \"leaf-spine\", \(leaf)", ""),
    (3, 4, "", ", \"topology\": \"rails\", \(leaf)", ", \"gpus_per_node\": 2"),
    (4, 2, "", ", \"topology\": \"rails\", \(leaf)", ", \"gpus_per_node\": 2"),
  ]

  @Test("of all pods likewise", arguments: several.indices)
  func whole(index: Int) throws {
    let (pods, gpus, scaleUp, scaleOut, pod) = Self.several[index]
    let fabric = try FabricFixture.pods(
      pods, gpus: gpus, scaleUp: scaleUp, pod: pod, scaleOut: scaleOut)
    let found = try #require(fabric.bisection?.bandwidth?.bytesPerSecond)
    let naive = NaiveCut(fabric, pods: 0..<pods, tiers: [.rack, .scaleUp, .scaleOut]).least()
    #expect((found / naive - 1).magnitude < 1e-6, "\(found) \(naive)")
    // By formula, as for larger ones: exact, or no less.
    if let network = fabric.specification.scaleOut {
      switch fabric.likePods(network) {
      case .exact(let formula):
        #expect((formula.bytesPerSecond / naive - 1).magnitude < 1e-6, "\(formula)")
      case .atMost(let bound): #expect(bound.bytesPerSecond > naive * (1 - 1e-6))
      case .notComputed(let reason): Issue.record("\(reason)")
      }
    }
  }

  @Test("of unequal pods likewise", arguments: [1.0, 2.0])
  func unequal(oversubscription: Double) throws {
    let fabric = try FabricFixture.make(
      """
      {"schema": "refract.fabric/1", "name": "t", "pods": [{"count": 2}, {"gpus": 5}, {"gpus": 1}],
       "pod": {"gpus": 3, "scale_up": {"bandwidth_gbps": 100, "hop_latency_ns": 1,
               "topology": "mesh"}},
       "scale_out": {"bandwidth_gbps": 30, "hop_latency_ns": 1,
                     "oversubscription": \(oversubscription)}}
      """)
    let found = try #require(fabric.bisection?.bandwidth?.bytesPerSecond)
    let naive = NaiveCut(fabric, pods: 0..<4, tiers: [.scaleUp, .scaleOut]).least()
    #expect((found / naive - 1).magnitude < 1e-6)
    guard case .exact(let joined)? = fabric.specification.scaleOut.map(fabric.unlikePods) else {
      Issue.record("not exact")
      return
    }
    #expect((joined.bytesPerSecond / naive - 1).magnitude < 1e-6)
  }

  @Test(
    "with faults too",
    arguments: [
      "\"pod0/gpu1\"", "\"pod0/plane1\"", "\"pod1/gpu[0-1]/nic\"", "\"gpu2/plane0/egress\"",
      "\"pod0/gpu0\", \"pod1/gpu0\", \"pod1/gpu1/plane*\"",
    ])
  func faults(parts: String) throws {
    let fabric = try FabricFixture.pods(
      2, gpus: 4, scaleUp: ", \"planes\": 2", more: ", \"fail\": [\(parts)]")
    let naive = NaiveCut(fabric, pods: 0..<2, tiers: [.scaleUp, .scaleOut]).least()
    let found = try #require(fabric.bisection?.bandwidth?.bytesPerSecond)
    #expect((found - naive).magnitude <= naive * 1e-6, "\(found) \(naive)")
    let pods = (0..<2).map { NaiveCut(fabric, pods: $0..<$0 + 1, tiers: [.scaleUp]).least() }
    let least = try #require(fabric.podBisection()?.bandwidth?.bytesPerSecond)
    #expect((least - min(pods[0], pods[1])).magnitude < 1)
  }

  @Test("circuits: of those that are lit")
  func circuits() throws {
    // 2 × 256 links of 400 Gb/s; then 2 · 4096 / 32, / 64, / 32 and / 256 of them.
    let fabric = try FabricPreset.load(nameOrFile: "tpu-v4")
    let terabits = (0..<5).map {
      (fabric.lighting(configuration: $0).podBisection()?.bandwidth?.gigabitsPerSecond ?? 0) / 1000
    }
    #expect(terabits == [204.8, 102.4, 51.2, 102.4, 12.8])
  }

  @Test("what is not known is not claimed")
  func open() throws {
    let ring = (0..<24).map { "[\($0), \(($0 + 1) % 24)]" }.joined(separator: ", ")
    let graph = try FabricFixture.pods(
      gpus: 24, scaleUp: ", \"topology\": \"graph\", \"connections\": [\(ring)]")
    // Two links of 400 Gb/s: that of numbers that follow one another is the least here, and not known
    // to be.
    #expect(graph.podBisection() == .atMost(.gigabitsPerSecond(800)))
    for fabric in [
      try FabricFixture.pods(gpus: 24, more: ", \"fail\": [\"pod0/gpu0\"]"),
      try FabricFixture.pods(gpus: 24, scaleUp: Self.torus("[24]"), pod: Self.rack(4)),
      try FabricFixture.pods(
        4, gpus: 8,
        scaleOut: ", \"oversubscription\": 2, \"topology\": \"leaf-spine\", \(Self.leaf)"),
    ] {
      guard case .notComputed(let reason)? = fabric.bisection else {
        Issue.record("\(String(describing: fabric.bisection))")
        continue
      }
      #expect(!reason.isEmpty)
    }
    // Three tori: one has to be parted, and two parted elsewhere may be less.
    let tori = try FabricFixture.pods(3, gpus: 9, scaleUp: Self.torus("[3, 3]"))
    guard case .atMost? = tori.bisection else {
      Issue.record("\(String(describing: tori.bisection))")
      return
    }
  }
}
