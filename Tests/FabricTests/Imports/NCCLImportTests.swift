import Diagnostics
import Quantities
import TestSupport
import Testing

@testable import Fabric

@Suite("NCCL import")
struct NCCLImportTests {
  static func read(
    _ text: String, _ options: FabricImportOptions = FabricImportOptions()
  ) throws -> ImportedFabric {
    try FabricImporter.fabric(
      Array(text.utf8), file: "node.xml", format: .nccl, options: options)
  }

  /// A node as NCCL writes it: GPUs in pairs with a NIC on each PCIe root, and a NIC apart.
  static func node(
    gpus: Int, sm: Int = 90, links: (Int) -> String, nic: String = "speed=\"400000\""
  ) -> String {
    let roots = (0..<gpus / 2).map { root in
      let pair = (0..<2).map { place in
        let gpu = root * 2 + place
        return """
              <pci busid="0000:\(gpu)0:00.0" class="0x030200" link_width="16">7
                <gpu dev="\(gpu)" sm="\(sm)" rank="\(gpu)" gdr="1">\(links(gpu))</gpu>
              </pci>
          """
      }
      return """
          <pci busid="0000:a\(root):00.0" class="0x060400">
        \(pair.joined(separator: "\n"))
            <pci busid="0000:b\(root):00.0" class="0x020700">
              <nic><net name="mlx5_\(root)" dev="\(root)" \(nic) port="1"/></nic>
            </pci>
          </pci>
        """
    }
    return """
      <system version="1">
        <cpu numaid="0" arch="x86_64">
      \(roots.joined(separator: "\n"))
        </cpu>
        <cpu numaid="1" arch="x86_64">
          <pci busid="0000:c0:00.0"><nic><net name="storage" dev="9" speed="100000"/></nic></pci>
        </cpu>
      </system>
      """
  }

  static func switched(_ gpu: Int) -> String {
    // 18 links over 4 switches, spread as an H100's are.
    zip(["d0", "d1", "d2", "d3"], [5, 4, 5, 4]).map { bus, count in
      "<nvlink target=\"0000:\(bus):00.0\" count=\"\(count)\" tclass=\"0x068000\"/>"
    }.joined()
  }

  @Test("NVLinks to switches: 18 at 200 Gb/s over 4 planes; NICs beside GPUs count")
  func hopper() throws {
    let fabric = try Self.read(Self.node(gpus: 8, links: Self.switched))
    #expect(fabric.pods == [.init(count: 1, gpus: 8)] && fabric.gpusPerNode == 8)
    #expect(fabric.scaleUp.gigabits == 3600 && fabric.scaleUp.parts == 4)
    // 4 NICs of 400 Gb/s for 8 GPUs; the one for storage is left out.
    #expect(fabric.scaleOut?.gigabits == 200 && fabric.scaleOut?.parts == 1)
    #expect(fabric.assumed == ["latencies", "technology", "nominal rate of an NVLink"])
    #expect(
      fabric.description
        == "One node of 8 GPUs of compute capability 90: 18 NVLinks a GPU to 4 switches; "
        + "4 NICs, and 1 more away from the GPUs, which are left out.")
  }

  /// Links to other GPUs, by GPU and how many.
  static func linked(_ links: [Int: Int]) -> String {
    links.sorted { $0.key < $1.key }.map {
      "<nvlink target=\"0000:\($0.key)0:00.0\" count=\"\($0.value)\" tclass=\"0x030200\"/>"
    }.joined()
  }

  @Test("direct links between all GPUs, equally many, are a mesh")
  func direct() throws {
    let fabric = try Self.read(
      Self.node(gpus: 4, sm: 80) { gpu in
        Self.linked([0: 4, 1: 4, 2: 4, 3: 4].filter { $0.key != gpu })
      })
    #expect(fabric.scaleUp.gigabits == 2400 && fabric.scaleUp.parts == 1)
    #expect(fabric.scaleUp.topology == .direct(.mesh))
    #expect(!fabric.assumed.contains { $0.contains("switch") })
    #expect(fabric.description.contains("12 NVLinks a GPU to 3 other GPUs directly"))
  }

  @Test("other direct links are a graph, and the GPU with most has all of the bandwidth")
  func graph() throws {
    // A ring in which two have twice as many links.
    let rings: [[Int: Int]] = [[1: 2, 3: 1], [0: 2, 2: 1], [1: 1, 3: 1], [2: 1, 0: 1]]
    let text = Self.node(gpus: 4, sm: 70) { Self.linked(rings[$0]) }
    let fabric = try Self.read(text)
    #expect(
      fabric.scaleUp.topology
        == .direct(
          .connections([
            .init(ends: [0, 1], count: 2), .init(ends: [0, 3], count: 1),
            .init(ends: [1, 2], count: 1), .init(ends: [2, 3], count: 1),
          ])))
    #expect(fabric.scaleUp.gigabits == 600)
    let directory = try TemporaryDirectory()
    try directory.write("node.xml", Array(text.utf8))
    let read = try FabricImporter.read(
      directory.file("node.xml"), options: FabricImportOptions()
    ).fabric
    #expect(read.specification.scaleUp.topology == fabric.scaleUp.topology)
    // Two links of 200 Gb/s.
    let link = read.link(read.route(from: 0, to: 1).links[0])
    #expect(link.bandwidth.gigabitsPerSecond == 400 && link.multiplicity == 2)
    let lame = thrownDiagnostic {
      try Self.read(Self.node(gpus: 2, sm: 70) { Self.linked([1 - $0: $0 + 1]) })
    }
    #expect(lame?.code == .malformedTopology && lame?.problem.contains("back") == true)
  }

  @Test("figures that are given come before those of the file")
  func given() throws {
    let fabric = try Self.read(
      Self.node(gpus: 8, links: Self.switched),
      FabricImportOptions(scaleUpGigabits: 2880, scaleOutGigabits: 100))
    #expect(fabric.scaleUp.gigabits == 2880 && fabric.scaleOut?.gigabits == 100)
    #expect(!fabric.assumed.contains("nominal rate of an NVLink"))
  }

  @Test("links whose rate is not known, and none at all, need --scale-up-gbps")
  func unknownRate() {
    for text in [
      Self.node(gpus: 8, sm: 777, links: Self.switched), Self.node(gpus: 2) { _ in "" },
    ] {
      let found = thrownDiagnostic { try Self.read(text) }
      #expect(found?.code == .usage && found?.remedy == "add --scale-up-gbps")
    }
  }

  static let whole = node(gpus: 2, links: switched)

  static let refusals: [(text: String, code: Diagnostic.Code, line: Int?, word: String)] = [
    ("<system><cpu></system>", .malformedTopology, 1, "mismatched tag"),
    ("<system>\n<cpu>", .malformedTopology, 2, "no element found"),
    ("<graphs version=\"1\"/>", .malformedTopology, 1, "<graphs>"),
    ("<system version=\"1\"/>", .malformedTopology, 1, "no <gpu>"),
    ("<!DOCTYPE a [<!ENTITY b \"c\">]>\n<system/>", .malformedTopology, 1, "document type"),
    (
      "<system><cpu><gpu sm=\"90\"/></cpu></system>", .malformedTopology, 1, "outside of any <pci"
    ),
    (whole.replacing("sm=\"90\"", with: "sm=\"nine\""), .valueOutOfRange, 5, "'sm' of <gpu>"),
    (whole.replacing("count=\"5\"", with: "count=\"-5\""), .valueOutOfRange, 5, "'count'"),
    (whole.replacing(" count=\"5\"", with: ""), .missingKey, 5, "'target' and 'count'"),
    (whole.replacing(" speed=\"400000\"", with: ""), .missingKey, 11, "'speed'"),
    (whole.replacing("speed=\"400000\"", with: "speed=\"fast\""), .valueOutOfRange, 11, "'speed'"),
    (
      node(gpus: 2, links: { $0 == 0 ? switched($0) : "" }), .malformedTopology, 1, "has 0 NVLinks"
    ),
    (
      String(repeating: "<a>", count: 100) + String(repeating: "</a>", count: 100),
      .limitExceeded, 1, "deeper"
    ),
  ]

  @Test("what is wrong is told with its line", arguments: refusals.indices)
  func refusal(index: Int) {
    let refusal = Self.refusals[index]
    let found = thrownDiagnostic { try Self.read(refusal.text) }
    #expect(found?.code == refusal.code, "\(String(describing: found))")
    #expect(found?.problem.contains(refusal.word) == true, "\(String(describing: found))")
    #expect(found?.location?.line == refusal.line)
    #expect(found?.remedy != nil && found?.location?.file == "node.xml")
  }

  @Test("GPUs a node that contradict the file are refused")
  func contradiction() {
    let found = thrownDiagnostic {
      try Self.read(Self.whole, FabricImportOptions(gpusPerNode: 8))
    }
    #expect(found?.code == .usage && found?.problem.contains("has 2 GPUs") == true)
  }
}
