import Quantities
import Testing

@testable import Fabric

@Suite("Topologies")
struct TopologyTests {
  @Test("two tiers: through a leaf, or up to the spines and down, at what a leaf has of them")
  func leafSpine() throws {
    let fabric = try FabricFixture.pods(
      2, gpus: 8,
      scaleUp: """
        , "planes": 2, "topology": "leaf-spine",
        "leaf": {"gpus": 4, "oversubscription": 2, "hop_latency_ns": 50, "technology": "optical"}
        """)
    #expect(
      fabric.names(0, 3) == ["pod0/gpu0/planes[0-1]/egress", "pod0/gpu3/planes[0-1]/ingress"])
    #expect(
      fabric.names(8, 13) == [
        "pod1/gpu0/planes[0-1]/egress", "pod1/leaf0/planes[0-1]/up",
        "pod1/leaf1/planes[0-1]/down", "pod1/gpu5/planes[0-1]/ingress",
      ])
    #expect(fabric.route(from: 0, to: 3).latency == .nanoseconds(200))
    #expect(fabric.route(from: 0, to: 5).latency == .nanoseconds(300))
    // 16 GPUs with 4 ports each, 2 leaves a pod with an up and a down link.
    #expect(fabric.linkCount == 16 * 4 + 2 * 2 * 2)
    let up = fabric.links.first { $0.name == "pod1/leaf0/planes[0-1]/up" }
    // 4 GPUs of 800 Gb/s, 2:1.
    #expect(up?.bandwidth.gigabitsPerSecond == 1600)
    #expect(up?.technology == .optical && up?.multiplicity == 8)
    #expect(Set(fabric.links.map(\.name)).count == fabric.linkCount, "names are unique")
  }

  @Test(
    "rails: the same place in another node is one switch away, others over spines or a neighbour")
  func rails() throws {
    func make(_ crossRail: String) throws -> Fabric {
      try FabricFixture.pods(
        4, gpus: 4, pod: ", \"gpus_per_node\": 4",
        scaleOut: """
          , "topology": "rails", "cross_rail": "\(crossRail)",
          "leaf": {"gpus": 2, "oversubscription": 2, "hop_latency_ns": 300}
          """)
    }
    let spine = try make("spine")
    // GPU 5 is on rail 1 of the first two nodes, GPU 13 on rail 1 of the others.
    #expect(spine.names(1, 5) == ["pod0/gpu1/nic/egress", "pod1/gpu1/nic/ingress"])
    #expect(
      spine.names(1, 6) == [
        "pod0/gpu1/nic/egress", "leaf1/up", "leaf2/down", "pod1/gpu2/nic/ingress",
      ])
    #expect(
      spine.names(1, 13) == [
        "pod0/gpu1/nic/egress", "leaf1/up", "leaf5/down", "pod3/gpu1/nic/ingress",
      ])
    #expect(spine.route(from: 1, to: 6).latency == .nanoseconds(2600))
    #expect(spine.links.first { $0.name == "leaf1/up" }?.bandwidth.gigabitsPerSecond == 400)
    let forward = try make("forward")
    #expect(
      forward.names(1, 6) == [
        "pod0/gpu1/plane/egress", "pod0/gpu2/plane/ingress", "pod0/gpu2/nic/egress",
        "pod1/gpu2/nic/ingress",
      ])
    #expect(forward.route(from: 1, to: 6).latency == .nanoseconds(2200))
    #expect(forward.names(1, 13) == spine.names(1, 13), "no neighbour is on that leaf")
  }

  @Test("a mesh: a link for every two, each with its part of a GPU's bandwidth")
  func mesh() throws {
    let fabric = try FabricFixture.pods(2, gpus: 5, scaleUp: ", \"topology\": \"mesh\"")
    #expect(fabric.names(5, 8) == ["pod1/gpu0/to-gpu3"])
    #expect(fabric.linkCount == 10 * 2 + 2 * 5 * 4)
    let links = fabric.links.filter { $0.tier == .scaleUp }
    #expect(links.allSatisfy { $0.bandwidth.gigabitsPerSecond == 200 })
    #expect(fabric.route(from: 5, to: 8).latency == .nanoseconds(100))
  }

  @Test(
    "tori: routes are shortest, both directions alike, and every link carries the same",
    arguments: [[4], [5], [2, 3], [4, 4], [3, 4, 5], [4, 4, 4], [2, 2, 2, 2]])
  func tori(dimensions: [Int]) throws {
    let size = dimensions.reduce(1, *)
    let fabric = try FabricFixture.pods(
      gpus: size,
      scaleUp: ", \"topology\": \"torus\", \"torus\": {\"dimensions\": \(dimensions)}")
    let shape = TorusShape(dimensions: dimensions, wraps: dimensions.map { _ in true })
    for source in 0..<size {
      let from = shape.coordinates(source)
      for target in 0..<size {
        let to = shape.coordinates(target)
        // The distance counted by hand: along each dimension the shorter way round.
        let distance = zip(dimensions, zip(from, to)).reduce(0) {
          let apart = abs($1.1.0 - $1.1.1)
          return $0 + min(apart, $1.0 - apart)
        }
        let route = fabric.route(from: source, to: target)
        #expect(route.latency == .nanoseconds(100) * distance)
        let crossed = route.shares.reduce(0, +) - Double(distance)
        #expect(crossed.magnitude < 1e-12)
        #expect(fabric.route(from: target, to: source).latency == route.latency)
      }
    }
    // In a torus every GPU is like every other, so links of one dimension are evenly loaded.
    let loads = fabric.loads(among: Array(0..<size))
    var byDimension: [Int: Set<Int>] = [:]
    for (index, link) in fabric.links.enumerated() {
      let ends = link.name.split(separator: "/").suffix(2).compactMap { part in
        Int(part.drop { !$0.isNumber })
      }
      let (a, b) = (shape.coordinates(ends[0]), shape.coordinates(ends[1]))
      let dimension = zip(a, b).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? 0
      byDimension[dimension, default: []].insert(
        Int((loads[index] / link.bandwidth.bytesPerSecond * 1e15).rounded()))
    }
    for (_, times) in byDimension {
      let (most, least) = (times.max() ?? 0, times.min() ?? 0)
      #expect(most - least <= most / 1_000_000 + 1)
    }
  }

  @Test("a grid that does not wrap around goes straight")
  func grid() throws {
    let fabric = try FabricFixture.pods(
      gpus: 12,
      scaleUp: """
        , "topology": "torus", "torus": {"dimensions": [4, 3], "wrap": [false, true]}
        """)
    #expect(
      fabric.names(0, 3) == ["pod0/gpu0/to-gpu1", "pod0/gpu1/to-gpu2", "pod0/gpu2/to-gpu3"])
    #expect(fabric.names(0, 8) == ["pod0/gpu0/to-gpu8"], "around")
    // First along the first dimension, then along the second.
    #expect(fabric.names(0, 5) == ["pod0/gpu0/to-gpu1", "pod0/gpu1/to-gpu5"])
  }

  @Test("listed connections: shortest ways, spread over all of them")
  func graph() throws {
    // A square with a double link along one side.
    let fabric = try FabricFixture.pods(
      gpus: 4,
      scaleUp: """
        , "topology": "graph", "connections": [[0, 1, 2], [1, 2], [2, 3], [3, 0]]
        """)
    #expect(fabric.linkCount == 8)
    let link = { (name: String) in fabric.links.first { $0.name == name } }
    // The GPUs with most links have 3, of 800 Gb/s in all.
    let double = try #require(link("pod0/gpu0/to-gpu1")).bandwidth.gigabitsPerSecond * 3
    #expect((double - 1600).magnitude < 1e-9)
    #expect(link("pod0/gpu0/to-gpu1")?.multiplicity == 2)
    let route = fabric.route(from: 0, to: 2)
    #expect(route.latency == .nanoseconds(200))
    let shares = Dictionary(
      uniqueKeysWithValues: zip(fabric.names(0, 2), route.shares))
    let (most, least) = (2.0 / 3, 1.0 / 3)
    let expected: [String: Double] = [
      "pod0/gpu0/to-gpu1": most, "pod0/gpu1/to-gpu2": most,
      "pod0/gpu0/to-gpu3": least, "pod0/gpu3/to-gpu2": least,
    ]
    #expect(shares == expected)
  }

  @Test("racks with a network of their own: inside over it, across over the pod's")
  func racks() throws {
    let fabric = try FabricFixture.pods(
      2, gpus: 8,
      scaleUp: ", \"technology\": \"optical\", \"length_m\": 20",
      pod: """
        , "gpus_per_rack": 4,
        "rack": {"bandwidth_gbps": 3200, "planes": 2, "hop_latency_ns": 40}
        """)
    #expect(
      fabric.names(1, 2) == [
        "pod0/gpu1/rack-planes[0-1]/egress", "pod0/gpu2/rack-planes[0-1]/ingress",
      ])
    #expect(fabric.names(1, 5) == ["pod0/gpu1/plane/egress", "pod0/gpu5/plane/ingress"])
    let links = fabric.links
    #expect(links[0].tier == .rack && links[0].bandwidth.gigabitsPerSecond == 3200)
    #expect(fabric.route(from: 1, to: 2).latency == .nanoseconds(80))
    // 20 m at 5 ns, both ways through the switch.
    #expect(fabric.route(from: 1, to: 5).latency == .nanoseconds(400))
    #expect(fabric.rack(ofGPU: 13) == 3)
  }

  @Test("unequal pods: names, nodes and links go on where the last pod ends")
  func unequal() throws {
    let fabric = try FabricFixture.make(
      """
      {"schema": "refract.fabric/1", "name": "test",
       "pods": [{"count": 2}, {"count": 1, "gpus": 2, "gpus_per_node": 1,
                 "scale_up": {"bandwidth_gbps": 100, "hop_latency_ns": 7}}],
       "pod": {"gpus": 4, "gpus_per_node": 2,
               "scale_up": {"bandwidth_gbps": 800, "planes": 2, "hop_latency_ns": 100}},
       "scale_out": {"bandwidth_gbps": 400, "hop_latency_ns": 1000, "oversubscription": 2}}
      """)
    #expect(fabric.gpuCount == 10 && fabric.podCount == 3 && fabric.nodeCount == 6)
    #expect((0..<10).map { fabric.pod(ofGPU: $0) } == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2])
    #expect((0..<10).map { fabric.node(ofGPU: $0) } == [0, 0, 1, 1, 2, 2, 3, 3, 4, 5])
    #expect(fabric.gpus(inPod: 2) == 8..<10)
    for gpu in 0..<10 { #expect(fabric.gpu(named: fabric.gpuName(gpu)) == gpu) }
    #expect(fabric.gpu(named: "pod2/gpu2") == nil && fabric.gpu(named: "pod3/gpu0") == nil)
    #expect(fabric.names(8, 9) == ["pod2/gpu0/plane/egress", "pod2/gpu1/plane/ingress"])
    #expect(fabric.route(from: 8, to: 9).latency == .nanoseconds(14))
    #expect(fabric.linkCount == 10 * 4 + 6)
    let trunks = fabric.links.filter { $0.name == "pod2/scale-out/egress" }
    #expect(trunks.map(\.bandwidth.gigabitsPerSecond) == [400], "2 GPUs of 400 Gb/s, 2:1")
    #expect(Set(fabric.links.map(\.name)).count == fabric.linkCount, "names are unique")
  }

  @Test("hashed planes: every pair on one, the same one each time, all planes used")
  func hashed() throws {
    let fabric = try FabricFixture.pods(
      gpus: 16, scaleUp: ", \"planes\": 4, \"balancing\": \"hash\"")
    #expect(fabric.linkCount == 16 * 2 * 4)
    var used: Set<String> = []
    for source in 0..<16 {
      for target in 0..<16 where source != target {
        let names = fabric.names(source, target)
        #expect(names.count == 2)
        let planes = names.map { $0.split(separator: "/")[2] }
        #expect(planes[0] == planes[1], "one plane from end to end")
        used.insert(String(planes[0]))
      }
    }
    #expect(used == ["plane0", "plane1", "plane2", "plane3"])
  }

  @Test("all links that routes cross are among those a job is said to reach")
  func reached() throws {
    let fabrics = [
      try FabricFixture.pods(
        3, gpus: 8,
        scaleUp: ", \"topology\": \"leaf-spine\", \"leaf\": {\"gpus\": 2}",
        scaleOut: ", \"oversubscription\": 2, \"nics\": 2, \"balancing\": \"hash\""),
      try FabricFixture.pods(
        3, gpus: 8, scaleUp: ", \"topology\": \"torus\", \"torus\": {\"dimensions\": [4, 2]}",
        more: ", \"fail\": [\"pod0/gpu0/to-gpu1\", \"pod1/gpu3/to-gpu2\"]"),
      try FabricFixture.pods(
        4, gpus: 4, pod: ", \"gpus_per_node\": 2",
        scaleOut: """
          , "topology": "rails", "cross_rail": "forward", "leaf": {"gpus": 2}
          """),
    ]
    for fabric in fabrics {
      for gpus in [[0, 1], [0, 3, 9], [5, 8, 11], Array(0..<fabric.gpuCount)] {
        let reached = Set(fabric.links(reachedFrom: gpus))
        for source in gpus {
          for target in gpus {
            let route = fabric.route(from: source, to: target)
            #expect(route.isReachable && reached.isSuperset(of: route.links))
          }
        }
      }
    }
  }
}
