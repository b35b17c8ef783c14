import Fabric
import Quantities
import TestSupport
import Testing
import Trace

@testable import Placement
@testable import Workload

/// Bytes by tier, links and loads, by hand.
@Suite("Static figures of placements")
struct FiguresTests {
  /// A group of experts as large as the job, and what its uniform all-to-all of 1000 bytes a pair comes
  /// to: pairs in a node, between nodes of a pod, between pods.
  struct Case: Sendable, CustomTestStringConvertible {
    var fabric: String
    var node: Int?
    var ranks: Int
    var policy: String
    /// `nil` where lots are drawn: counted from the placement then.
    var pairs: (inNode: Int, inPod: Int, crossPod: Int)?
    var testDescription: String { "\(fabric) \(ranks) \(policy)" }
  }

  private static let cases: [Case] = [
    // hgx-h800-8: nodes are pods of 8. 64 ranks fill 8: 64·7 pairs inside, 64·56 outside.
    Case(fabric: "hgx-h800-8", ranks: 64, policy: "linear", pairs: (448, 0, 3584)),
    Case(fabric: "hgx-h800-8", ranks: 64, policy: "group-first=ep", pairs: (448, 0, 3584)),
    Case(fabric: "hgx-h800-8", ranks: 64, policy: "cyclic", pairs: (448, 0, 3584)),
    // Over 32 nodes, 2 in each: 64·1 inside, 64·62 outside.
    Case(fabric: "hgx-h800-8", ranks: 64, policy: "cyclic:nodes=32", pairs: (64, 0, 3968)),
    Case(fabric: "hgx-h800-8", ranks: 64, policy: "random=7", pairs: nil),
    Case(fabric: "hgx-h800-8", ranks: 64, policy: "random=7:nodes=256", pairs: nil),
    Case(fabric: "hgx-h800-8", ranks: 256, policy: "linear", pairs: (1792, 0, 63488)),
    Case(fabric: "hgx-h800-8", ranks: 256, policy: "cyclic", pairs: (1792, 0, 63488)),
    Case(fabric: "hgx-h800-8", ranks: 256, policy: "group-first=ep", pairs: (1792, 0, 63488)),
    Case(fabric: "hgx-h800-8", ranks: 256, policy: "random=7:nodes=256", pairs: nil),
    // copper-144: pods of 144 without nodes. 64 ranks stay in one: 64·63 pairs.
    Case(fabric: "copper-144", ranks: 64, policy: "linear", pairs: (4032, 0, 0)),
    Case(fabric: "copper-144", ranks: 64, policy: "group-first=ep", pairs: (4032, 0, 0)),
    // Over two pods, 32 in each: 64·31 inside, 64·32 outside.
    Case(fabric: "copper-144", ranks: 64, policy: "cyclic:nodes=2", pairs: (1984, 0, 2048)),
    Case(fabric: "copper-144", ranks: 64, policy: "random=7:nodes=2", pairs: nil),
    // 256 in two pods, 144 and 112: 144·143 + 112·111 inside, 2·144·112 outside.
    Case(fabric: "copper-144", ranks: 256, policy: "linear", pairs: (33024, 0, 32256)),
    Case(fabric: "copper-144", ranks: 256, policy: "group-first=ep", pairs: (33024, 0, 32256)),
    // Round and round: 128 in each. 256·127 inside, 256·128 outside.
    Case(fabric: "copper-144", ranks: 256, policy: "cyclic", pairs: (32512, 0, 32768)),
    Case(fabric: "copper-144", ranks: 256, policy: "random=7", pairs: nil),
    // Pods of 144 in nodes of 8: 144 ranks are 18 nodes; 64·7 in nodes, 64·56 between them.
    Case(fabric: "copper-144", node: 8, ranks: 64, policy: "linear", pairs: (448, 3584, 0)),
    // 144 ranks fill 18 nodes and 112 fill 14: 256·7 in nodes, 144·136 + 112·104 in pods.
    Case(
      fabric: "copper-144", node: 8, ranks: 256, policy: "linear", pairs: (1792, 31232, 32256)),
    Case(fabric: "copper-144", node: 8, ranks: 256, policy: "random=3", pairs: nil),
  ]

  @Test("an EP group's bytes by tier are those of a hand computation", arguments: cases)
  func tiers(_ test: Case) throws {
    let overlays = try test.node.map { [try FabricOverlay("pod.gpus_per_node=\($0)")] } ?? []
    let fabric = try FabricPreset.load(nameOrFile: test.fabric, overlays: overlays)
    let workload = Fixture.allToAlls(
      Fixture.groups("ep", stride: 1, size: test.ranks, of: test.ranks), of: test.ranks,
      bytesPerPair: 1000)
    let placement = try PlacementPolicy(test.policy).place(PlacementJob(workload), on: fabric)
    let figures = PlacementAnalysis(workload, placement, on: fabric).figures()
    let (inNode, inPod, crossPod) = test.pairs ?? Self.count(placement, fabric)
    #expect(figures.total.inNode == Double(inNode) * 1000)
    #expect(figures.total.inPod == Double(inPod) * 1000)
    #expect(figures.total.crossPod == Double(crossPod) * 1000)
    #expect(inNode + inPod + crossPod == test.ranks * (test.ranks - 1))
    #expect(figures.total.crossRail == Double(Self.railChanges(placement, fabric)) * 1000)
    // Either network has two links on a way that is not oversubscribed.
    #expect(figures.meanLinks == 2)
    #expect(figures.sampledPeers == nil)
  }

  /// Pair by pair, from the placement and what the fabric says of its GPUs.
  private static func count(_ placement: Placement, _ fabric: Fabric) -> (Int, Int, Int) {
    var (inNode, inPod, crossPod) = (0, 0, 0)
    for a in placement.gpuOfRank {
      for b in placement.gpuOfRank where a != b {
        if fabric.pod(ofGPU: a) != fabric.pod(ofGPU: b) {
          crossPod += 1
        } else if fabric.node(ofGPU: a) != fabric.node(ofGPU: b) {
          inPod += 1
        } else {
          inNode += 1
        }
      }
    }
    return (inNode, inPod, crossPod)
  }

  private static func railChanges(_ placement: Placement, _ fabric: Fabric) -> Int {
    let size = fabric.specification.gpusPerNode ?? fabric.specification.gpusPerPod
    var changes = 0
    for a in placement.gpuOfRank {
      for b in placement.gpuOfRank
      where fabric.node(ofGPU: a) != fabric.node(ofGPU: b) && a % size != b % size {
        changes += 1
      }
    }
    return changes
  }

  @Test("the busiest link is the NIC of a rank, with what leaves the pod at its bandwidth")
  func busiest() throws {
    let fabric = try FabricPreset.load(nameOrFile: "copper-144")
    let workload = Fixture.allToAlls(
      Fixture.groups("ep", stride: 1, size: 256, of: 256), of: 256, bytesPerPair: 1_000_000)
    let placement = try PlacementPolicy.linear.place(worldSize: 256, on: fabric)
    let figures = PlacementAnalysis(workload, placement, on: fabric).figures()
    let busiest = try #require(figures.busiest.first)
    // The 112 ranks of the smaller part each send 144 MB out, at 1.6 Tb/s = 200 GB/s: 0.72 ms.
    #expect(busiest.link.name == "pod1/gpu0/nic/egress")
    #expect(busiest.bytes == 144e6)
    #expect(abs(busiest.seconds - 0.72e-3) < 1e-12)
    #expect(figures.usedLinks == 256 * 4)
    #expect(figures.busiestLinkShare == 144e6 / (256 * 255 * 1e6))
    #expect((figures.nodes, figures.pods) == (2, 2))
  }

  @Test("splits, roots and pairs lie where they go")
  func uneven() throws {
    let fabric = try Fixture.fabric(pods: 2, gpus: 4, node: 2)
    let world = Fixture.groups("world", stride: 1, size: 6, of: 6)
    var rows = Array(repeating: Array(repeating: Int64(0), count: 6), count: 6)
    (rows[0][0], rows[0][1], rows[0][2], rows[0][4]) = (99, 1, 10, 100)
    let broadcast = CollectiveInstance.Payload.buffer(ByteCount(1000))
    let workload = Fixture.workload(
      world,
      [
        CollectiveInstance(
          kind: .allToAll, group: 0, sequence: 0, payload: .matrix(.rows(rows)),
          capturedDuration: .zero),
        CollectiveInstance(
          kind: .broadcast, group: 0, sequence: 1, payload: broadcast, root: 5,
          capturedDuration: .zero),
      ], of: 6)
    let placement = try PlacementPolicy.linear.place(worldSize: 6, on: fabric)
    let figures = PlacementAnalysis(workload, placement, on: fabric).figures()
    let allToAll = try #require(figures.rows.first { $0.kind == .allToAll }).bytes
    #expect((allToAll.inNode, allToAll.inPod, allToAll.crossPod) == (1, 10, 100))
    #expect(allToAll.crossRail == 0)
    let rooted = try #require(figures.rows.first { $0.kind == .broadcast }).bytes
    // Rank 5 shares a node with rank 4; the other four are in the other pod, two on its rail.
    #expect((rooted.inNode, rooted.inPod, rooted.crossPod) == (1000, 0, 4000))
    #expect(rooted.crossRail == 2000)
    let only = PlacementAnalysis(workload, placement, on: fabric).figures(of: "broadcast")
    #expect(only.total == rooted)
  }

  @Test("figures agree with the traffic matrix, and with its routes pair by pair", arguments: 1...5)
  func agreement(_ seed: Int) throws {
    let fabric = try Fixture.fabric(pods: 5, gpus: 12, node: 4)
    let groups =
      Fixture.groups("tp", stride: 1, size: 4, of: 48)
      + Fixture.groups("ep", stride: 4, size: 12, of: 48)
    let workload = Fixture.allToAlls(groups, of: 48, bytesPerPair: 7)
    let placement = try PlacementPolicy("random=\(seed):nodes=15").place(worldSize: 48, on: fabric)
    let figures = PlacementAnalysis(workload, placement, on: fabric).figures()
    let traffic = TrafficMatrix(workload)
    #expect(traffic.ranksPerCell == 1)
    #expect(abs(figures.total.total - traffic.total) < 1e-6)
    var loads = Array(repeating: 0.0, count: fabric.linkCount)
    for (from, row) in traffic.bytes.enumerated() {
      for (to, bytes) in row.enumerated() where bytes > 0 {
        for link in fabric.route(
          from: placement.gpuOfRank[from], to: placement.gpuOfRank[to]
        ).links {
          loads[link.index] += bytes
        }
      }
    }
    #expect(figures.usedLinks == loads.count { $0 > 0 })
    let seconds = loads.indices.map {
      loads[$0] / fabric.link(FabricLinkID(index: $0)).bandwidth.bytesPerSecond
    }
    #expect(abs((figures.busiest.first?.seconds ?? 0) - (seconds.max() ?? 0)) < 1e-15)
  }

  @Test("many pairs are sampled: tiers stay exact, loads near, and the result says so")
  func sampled() throws {
    let fabric = try FabricPreset.load(nameOrFile: "copper-144")
    let size = 4608
    let workload = Fixture.allToAlls(
      Fixture.groups("dp", stride: 1, size: size, of: size), of: size, bytesPerPair: 10)
    let placement = try PlacementPolicy.linear.place(worldSize: size, on: fabric)
    let figures = PlacementAnalysis(workload, placement, on: fabric).figures()
    #expect(figures.sampledPeers == 64)
    // 32 whole pods.
    #expect(figures.total.inNode == Double(size * 143) * 10)
    #expect(figures.total.crossPod == Double(size * (size - 144)) * 10)
    let exact = Double(size - 144) * 10
    let busiest = try #require(figures.busiest.first)
    #expect(abs(busiest.bytes - exact) / exact < 0.05, "\(busiest.bytes) for \(exact)")
  }
}
