import Diagnostics
import JSON
import Quantities
import TestSupport
import Testing

@testable import Fabric

@Suite("Fabric")
struct FabricTests {
  private static func make(_ text: String) throws -> Fabric {
    try Fabric(FabricSpecification(JSONNode(parsing: Array(text.utf8), file: "fabric.json")))
  }

  private static let twoPods = """
    {"schema": "refract.fabric/1", "name": "test", "pods": 2,
     "pod": {"gpus": 4, "gpus_per_node": 2,
             "scale_up": {"bandwidth_gbps": 800, "planes": 4, "hop_latency_ns": 100,
                          "efficiency": 0.5, "technology": "optical", "energy_pj_per_bit": 2}},
     "scale_out": {"bandwidth_gbps": 400, "nics": 2, "hop_latency_ns": 1000,
                   "oversubscription": 4}}
    """

  @Test("presets load, and say what the study says of them", arguments: FabricPreset.names)
  func presets(name: String) throws {
    let fabric = try FabricPreset.load(nameOrFile: name)
    #expect(fabric.name == name)
    #expect(!fabric.specification.source.isEmpty && !fabric.specification.status.isEmpty)
    let expected: (gpus: Int, gbps: Double, out: Double?) =
      switch name {
      case "passage-512": (512, 32000, 1600)
      case "photonic-512-14t": (512, 14400, 1600)
      case "copper-144": (144, 14400, 1600)
      case "copper-128": (128, 14400, 1600)
      case "gb200-nvl72": (72, 7200, 400)
      case "rubin-nvl144": (72, 14400, 1600)
      case "ualink-1024": (1024, 14400, nil)
      case "sue-512": (512, 9600, nil)
      case "hgx-h800-8": (8, 1600, 400)
      case "hgx-h100-8": (8, 3600, 400)
      case "hgx-b200-8": (8, 7200, 400)
      case "dgx-a100-8": (8, 2400, 200)
      case "dgx-v100-8": (4, 900, 300)
      case "mi300x-8": (8, 3584, 400)
      case "tpu-v4": (4096, 2400, nil)
      case "gloo-host": (64, 2.8, nil)
      default: (1024, 3435.9738368, nil)
      }
    #expect(fabric.specification.gpusPerPod == expected.gpus)
    #expect(fabric.specification.scaleUp.bandwidth.gigabitsPerSecond == expected.gbps)
    #expect(fabric.specification.scaleOut?.bandwidth.gigabitsPerSecond == expected.out)
  }

  @Test("a shared scale-up is one link a pod, which every route within it crosses once")
  func shared() throws {
    let fabric = try Self.make(
      Self.twoPods.replacing("\"planes\": 4", with: "\"planes\": 4, \"oversubscription\": 2"))
    #expect(fabric.linkCount == 8 * 4 + 4 + 2)
    let all = (0..<fabric.linkCount).map { fabric.link(FabricLinkID(index: $0)) }
    #expect(Set(all.map(\.name)).count == all.count, "names are unique")
    let shared = all[all.count - 1]
    // 4 GPUs of 800 Gb/s at an efficiency of a half, 2:1.
    #expect(shared.name == "pod1/scale-up/shared" && shared.tier == .scaleUp)
    #expect(shared.bandwidth.gigabitsPerSecond == 800)
    #expect(shared.multiplicity == 16 && shared.energyPicojoulesPerBit == 0)
    for (from, to) in [(4, 7), (7, 4)] {
      let route = fabric.route(from: from, to: to)
      #expect(route.links.map { fabric.link($0).name }[1] == "pod1/scale-up/shared")
      #expect(route.latency == .nanoseconds(200))
    }
    #expect(fabric.route(from: 1, to: 6).links.allSatisfy { fabric.link($0).tier == .scaleOut })
  }

  @Test("the study's ratio of pod bandwidths comes out at 7.9")
  func podBandwidth() throws {
    func pod(_ name: String) throws -> Double {
      let specification = try FabricPreset.load(nameOrFile: name).specification
      return Double(specification.gpusPerPod) * specification.scaleUp.bandwidth.bytesPerSecond
    }
    #expect((try pod("passage-512") / pod("copper-144") - 7.90).magnitude < 0.01)
  }

  @Test("routes stay in the pod, or leave it by NIC and trunk; names say where links are")
  func routes() throws {
    let fabric = try Self.make(Self.twoPods)
    func names(_ from: Int, _ to: Int) -> [String] {
      fabric.route(from: from, to: to).links.map { fabric.link($0).name }
    }
    #expect(names(1, 1).isEmpty)
    #expect(names(1, 3) == ["pod0/gpu1/planes[0-3]/egress", "pod0/gpu3/planes[0-3]/ingress"])
    #expect(
      names(1, 6) == [
        "pod0/gpu1/nics[0-1]/egress", "pod0/scale-out/egress", "pod1/scale-out/ingress",
        "pod1/gpu2/nics[0-1]/ingress",
      ])
    #expect(fabric.route(from: 1, to: 3).latency == .nanoseconds(200))
    #expect(fabric.route(from: 1, to: 6).latency == .nanoseconds(2000))
  }

  @Test("links carry what the file gives, efficiency and oversubscription applied")
  func links() throws {
    let fabric = try Self.make(Self.twoPods)
    #expect(fabric.linkCount == 8 * 4 + 4)
    let all = (0..<fabric.linkCount).map { fabric.link(FabricLinkID(index: $0)) }
    #expect(Set(all.map(\.name)).count == all.count, "names are unique")
    let plane = all[0]
    #expect(plane.bandwidth.gigabitsPerSecond == 400)
    #expect(plane.multiplicity == 4 && plane.technology == .optical && plane.tier == .scaleUp)
    #expect(plane.energyPicojoulesPerBit == 2)
    let trunk = all[all.count - 1]
    // 4 GPUs of 400 Gb/s, 4:1.
    #expect(trunk.name == "pod1/scale-out/ingress")
    #expect(trunk.bandwidth.gigabitsPerSecond == 400)
  }

  @Test("GPUs have names that read back")
  func gpuNames() throws {
    let fabric = try Self.make(Self.twoPods)
    for gpu in 0..<fabric.gpuCount { #expect(fabric.gpu(named: fabric.gpuName(gpu)) == gpu) }
    for wrong in ["pod2/gpu0", "pod0/gpu4", "pod0", "gpu1", "pod0/gpu-1", "pod0/gpu1/x"] {
      #expect(fabric.gpu(named: wrong) == nil)
    }
    #expect(fabric.node(ofGPU: 5) == 2)
  }

  private static let refusals: [(old: String, new: String, code: Diagnostic.Code, key: String?)] = [
    ("fabric/1", "fabric/9", .unsupportedVersion, "schema"),
    (
      "\"bandwidth_gbps\": 800", "\"bandwidth_gbps\": -800", .valueOutOfRange,
      "pod.scale_up.bandwidth_gbps"
    ),
    (
      "\"bandwidth_gbps\": 400", "\"bandwidth_gbps\": 0", .valueOutOfRange,
      "scale_out.bandwidth_gbps"
    ),
    (
      "\"bandwidth_gbps\": 800", "\"bandwidth_gbps\": \"fast\"", .wrongType,
      "pod.scale_up.bandwidth_gbps"
    ),
    ("\"bandwidth_gbps\": 800, ", "", .missingKey, "pod.scale_up.bandwidth_gbps"),
    (
      "\"bandwidth_gbps\": 800", "\"bandwidth_gbs\": 800", .unknownKey,
      "pod.scale_up.bandwidth_gbs"
    ),
    (
      "\"bandwidth_gbps\": 800", "\"bandwidth_gbps\": 1e300", .valueOutOfRange,
      "pod.scale_up.bandwidth_gbps"
    ),
    (
      "\"planes\": 4", "\"oversubscription\": 0.9", .valueOutOfRange,
      "pod.scale_up.oversubscription"
    ),
    ("\"planes\": 4", "\"nics\": 4", .unknownKey, "pod.scale_up.nics"),
    ("0.5", "1.5", .valueOutOfRange, "pod.scale_up.efficiency"),
    (
      "\"hop_latency_ns\": 100,", "\"hop_latency_ns\": -1,", .valueOutOfRange,
      "pod.scale_up.hop_latency_ns"
    ),
    (
      "\"hop_latency_ns\": 100,", "\"hop_latency_ns\": 1e300,", .valueOutOfRange,
      "pod.scale_up.hop_latency_ns"
    ),
    (
      "\"oversubscription\": 4", "\"oversubscription\": 0.5", .valueOutOfRange,
      "scale_out.oversubscription"
    ),
    ("\"gpus\": 4", "\"gpus\": 0", .valueOutOfRange, "pod.gpus"),
    ("\"gpus\": 4", "\"gpus\": 2.5", .wrongType, "pod.gpus"),
    ("\"gpus_per_node\": 2", "\"gpus_per_node\": 3", .valueOutOfRange, "pod.gpus_per_node"),
    ("\"pods\": 2", "\"pods\": 1048576", .limitExceeded, nil),
    ("optical", "wooden", .valueOutOfRange, "pod.scale_up.technology"),
    ("\"scale_out\"", "\"scaleout\"", .unknownKey, "scaleout"),
  ]

  @Test("what is wrong in a file is named by its key path", arguments: refusals.indices)
  func refusal(index: Int) {
    let refusal = Self.refusals[index]
    let diagnostic = thrownDiagnostic {
      try Self.make(Self.twoPods.replacing(refusal.old, with: refusal.new, maxReplacements: 1))
    }
    #expect(diagnostic?.code == refusal.code, "\(refusal.new): \(String(describing: diagnostic))")
    #expect(diagnostic?.location?.keyPath == refusal.key)
    #expect(diagnostic?.location?.file == "fabric.json")
  }

  @Test("overlays change values by key path, and the name says so")
  func overlays() throws {
    let fabric = try FabricPreset.load(
      nameOrFile: "copper-144",
      overlays: [
        FabricOverlay("scale_out.bandwidth_gbps=800"),
        FabricOverlay("pod.scale_up.technology=optical"),
        FabricOverlay("pod.gpus_per_node=4"),
      ])
    #expect(fabric.specification.scaleOut?.bandwidth.gigabitsPerSecond == 800)
    #expect(fabric.specification.scaleUp.technology == .optical)
    #expect(fabric.specification.gpusPerNode == 4)
    #expect(fabric.name.hasPrefix("copper-144 scale_out.bandwidth_gbps=800 "))
  }

  @Test(
    "overlays that fit nowhere are refused",
    arguments: [
      ("pod.gpus", Diagnostic.Code.usage), ("=5", .usage), ("pod..gpus=5", .usage),
      ("rack.gpus=5", .missingKey), ("pod.gpus.x=5", .missingKey), ("pod.gpu=5", .unknownKey),
      ("pod.gpus=many", .wrongType), ("pods=-1", .valueOutOfRange),
    ])
  func badOverlays(text: String, code: Diagnostic.Code) {
    let diagnostic = thrownDiagnostic {
      try FabricPreset.load(nameOrFile: "copper-144", overlays: [FabricOverlay(text)])
    }
    #expect(diagnostic?.code == code, "\(String(describing: diagnostic))")
  }

  @Test("neither a preset nor a file: the presets are named")
  func unknown() {
    let diagnostic = thrownDiagnostic { try FabricPreset.load(nameOrFile: "passage") }
    #expect(diagnostic?.code == .noSuchFile)
    #expect(diagnostic?.remedy?.contains("passage-512") == true)
  }
}
