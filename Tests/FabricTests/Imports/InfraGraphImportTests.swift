import Diagnostics
import Quantities
import TestSupport
import Testing

@testable import Fabric

@Suite("InfraGraph import")
struct InfraGraphImportTests {
  static func read(
    _ text: String, _ options: FabricImportOptions = FabricImportOptions()
  ) throws -> ImportedFabric {
    try FabricImporter.fabric(
      Array(text.utf8), file: "infra.yaml", format: .infragraph, options: options)
  }

  /// Four hosts of 2 accelerators and 2 NICs, a leaf switch for each two, one spine.
  static let clos = """
    name: clos
    description: Two tiers
    devices:
    - name: server
      components:
      - {name: npu, choice: xpu, count: 2}
      - {name: nvlsw, choice: switch, count: 3}
      - {name: pciesw, choice: switch, count: 1}
      - {name: nic, choice: nic, count: 2}
      links:
      - {name: pcie}
      - name: nvlink
        physical:
          bandwidth: {choice: gigabytes_per_second, gigabytes_per_second: 50}
          latency: {choice: ns, ns: 120}
      edges:
      - {ep1: {component: npu}, ep2: {component: nvlsw}, scheme: many2many, link: nvlink}
      - {ep1: {component: npu}, ep2: {component: pciesw}, scheme: many2many, link: pcie}
      - {ep1: {component: "nic[0:2]"}, ep2: {component: "pciesw[0]"}, scheme: many2many, link: pcie}
    - name: switch
      components:
      - {name: port, choice: port, count: 16}
      links: []
      edges: []
    instances:
    - {name: host, device: server, count: 4}
    - {name: leaf, device: switch, count: 2}
    - {name: spine, device: switch, count: 1}
    links:
    - name: down
      physical: {bandwidth: {gigabits_per_second: 100}, latency: {us: 1.5}}
    - name: up
      physical: {bandwidth: {gigabits_per_second: 100}}
    edges:
    - ep1: {instance: "host[0:2]", component: nic}
      ep2: {instance: "leaf[0]", component: "port[0:4]"}
      scheme: one2one
      link: down
    - ep1: {instance: "host[-2:]", component: nic}
      ep2: {instance: "leaf[1]", component: port}
      scheme: one2one
      link: down
    - ep1: {instance: leaf, component: "port[4]"}
      ep2: {instance: spine, component: "port[0:2]"}
      scheme: one2one
      link: up
    """

  @Test("hosts are pods, their switches planes, their NICs the scale-out")
  func hosts() throws {
    let fabric = try Self.read(Self.clos)
    #expect(fabric.name == "clos" && fabric.gpusPerNode == 2)
    #expect(fabric.pods == [.init(count: 4, gpus: 2)])
    // 3 switches × 50 GB/s; PCIe is not counted.
    #expect(fabric.scaleUp.gigabits == 1200 && fabric.scaleUp.parts == 3)
    #expect(fabric.scaleUp.hopLatency == 120)
    #expect(fabric.scaleOut?.gigabits == 100 && fabric.scaleOut?.hopLatency == 1500)
    // What a leaf switch adds.
    #expect(fabric.assumed == ["technology", "latencies"])
    // A leaf has 4 × 100 Gb/s below and 100 above.
    #expect(
      fabric.description
        == "Two tiers: 4 hosts 'server' of 2 accelerators in 4 pods.")
    guard case .leafSpine(let leaf)? = fabric.scaleOut?.topology else {
      Issue.record("no leaves")
      return
    }
    #expect(leaf.gpus == 4 && leaf.oversubscription == 4 && leaf.hopLatency == .nanoseconds(250))
  }

  @Test("accelerators that share switches beyond their hosts make one pod")
  func sharedSwitches() throws {
    let text = """
      {"name": "rack",
       "devices": [
         {"name": "tray", "components": [{"name": "gpu", "choice": "xpu", "count": 4}],
          "links": [], "edges": []},
         {"name": "nvswitch", "components": [{"name": "port", "choice": "port", "count": 72}],
          "links": [], "edges": []}],
       "instances": [{"name": "tray", "device": "tray", "count": 6},
                     {"name": "sw", "device": "nvswitch", "count": 4}],
       "links": [{"name": "nvlink", "physical": {"bandwidth": {"gigabits_per_second": 400}}}],
       "edges": [
         {"ep1": {"instance": "tray[0:3]", "component": "gpu"}, "link": "nvlink",
          "ep2": {"instance": "sw[0:2]", "component": "port[0]"}, "scheme": "many2many"},
         {"ep1": {"instance": "tray[3:6]", "component": "gpu"}, "link": "nvlink",
          "ep2": {"instance": "sw[2:4]", "component": "port[0]"}, "scheme": "many2many"}]}
      """
    let fabric = try Self.read(text, FabricImportOptions(scaleOutGigabits: 800))
    #expect(fabric.pods == [.init(count: 2, gpus: 12)] && fabric.gpusPerNode == 4)
    #expect(fabric.scaleUp.gigabits == 800 && fabric.scaleUp.parts == 2)
    #expect(fabric.scaleOut?.gigabits == 800)
    let missing = thrownDiagnostic { try Self.read(text) }
    #expect(missing?.remedy == "add --scale-out-gbps")
  }

  @Test("accelerators of two hosts connected directly are of one pod")
  func direct() throws {
    let text = """
      name: pair
      devices:
      - name: host
        components: [{name: xpu, choice: npu, count: 1}]
      instances: [{name: h, device: host, count: 4}]
      links: [{name: l, physical: {bandwidth: {gigabits_per_second: 10}}}]
      edges:
      - {ep1: {instance: h, component: xpu}, ep2: {instance: h, component: xpu}, scheme: ring, link: l}
      """
    let fabric = try Self.read(text)
    #expect(fabric.pods == [.init(count: 1, gpus: 4)])
    #expect(fabric.scaleUp.gigabits == 20 && fabric.scaleUp.parts == 2)
  }

  @Test("bandwidths that no link states have to be given")
  func missing() throws {
    let text = Self.clos.replacing("gigabytes_per_second: 50", with: "gigatransfers_per_second: 50")
      .replacing("{bandwidth: {gigabits_per_second: 100}, latency: {us: 1.5}}", with: "{}")
    let found = thrownDiagnostic { try Self.read(text) }
    #expect(found?.code == .usage)
    #expect(found?.remedy == "add --scale-up-gbps and --scale-out-gbps")
    let fabric = try Self.read(
      text, FabricImportOptions(scaleUpGigabits: 900, scaleOutGigabits: 50))
    #expect(fabric.scaleUp.gigabits == 900 && fabric.scaleOut?.gigabits == 50)
    #expect(fabric.assumed == ["technology", "latencies"])
  }

  static let refusals: [(old: String, new: String, code: Diagnostic.Code, place: String)] = [
    ("device: server", "device: sever", .malformedTopology, "instances[0].device"),
    ("count: 4}", "count: 0}", .valueOutOfRange, "instances[0].count"),
    ("choice: xpu", "choice: gpu", .valueOutOfRange, "devices[0].components[0].choice"),
    ("choice: xpu", "choice: cpu", .malformedTopology, ""),
    ("count: 2}", "count: two}", .wrongType, "devices[0].components[0].count"),
    ("component: nic}", "component: nick}", .malformedTopology, "edges[0].ep1.component"),
    ("host[0:2]", "hose[0:2]", .malformedTopology, "edges[0].ep1.instance"),
    ("host[0:2]", "host[0:2", .malformedTopology, "edges[0].ep1.instance"),
    ("host[0:2]", "host[7]", .malformedTopology, "edges[0].ep1.instance"),
    ("host[0:2]", "host[a:b]", .malformedTopology, "edges[0].ep1.instance"),
    ("host[0:2]", "host[2:2]", .malformedTopology, "edges[0].ep1.instance"),
    ("host[0:2]", "host[::-1]", .malformedTopology, "edges[0].ep1.instance"),
    // Two hosts without NICs in the network.
    ("host[-2:]", "host[-1:]", .malformedTopology, ""),
    ("scheme: one2one", "scheme: star", .valueOutOfRange, "edges[0].scheme"),
    (
      "gigabits_per_second: 100", "gigabits_per_second: 0", .valueOutOfRange,
      "links[0].physical.bandwidth.gigabits_per_second"
    ),
    ("instances:", "instance:", .missingKey, "instances"),
    ("edges:\n- ep1", "connections:\n- ep1", .unsupportedVersion, "connections"),
    ("name: clos", "name: [clos", .malformedTopology, "line"),
  ]

  @Test("what is wrong is told with its key path", arguments: refusals.indices)
  func refusal(index: Int) {
    let refusal = Self.refusals[index]
    #expect(Self.clos.contains(refusal.old))
    let found = thrownDiagnostic {
      try Self.read(Self.clos.replacing(refusal.old, with: refusal.new, maxReplacements: 1))
    }
    #expect(found?.code == refusal.code, "\(String(describing: found))")
    let place = found?.location
    #expect((place?.keyPath ?? (place?.line == nil ? "" : "line")) == refusal.place)
    #expect(place?.file == "infra.yaml")
  }

  @Test("edges that stand for too much are refused, not expanded", .timeLimit(.minutes(1)))
  func tooMuch() {
    let many = Self.clos.replacing("count: 4}", with: "count: 500000}")
      .replacing("scheme: one2one", with: "scheme: many2many")
      .replacing("host[0:2]", with: "host[:]")
    let edges = thrownDiagnostic { try Self.read(many) }
    #expect(edges?.code == .limitExceeded && edges?.location?.keyPath == "edges[0]")
    let huge = Self.clos.replacing("count: 4}", with: "count: 1000000}")
    #expect(thrownDiagnostic { try Self.read(huge) }?.problem == "comes to more than 1048576 GPUs")
  }

  @Test("formats are told by their content")
  func sniffing() {
    func sniff(_ text: String) -> FabricImportFormat? { .sniff(Array(text.utf8)) }
    #expect(sniff(Self.clos) == .infragraph)
    #expect(sniff("\n {\"devices\": []}") == .infragraph)
    #expect(sniff(" <system/>") == .nccl)
    #expect(sniff("# c\n  SWITCHNAME=a Nodes=b") == .slurm)
    #expect(sniff("---\n- topology: a") == .slurm)
    #expect(sniff("hello\nworld") == nil && sniff("") == nil)
  }
}
