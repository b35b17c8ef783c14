import Diagnostics

/// What NCCL's topology file says of one node: GPUs, what their NVLinks lead to, and NICs.
struct NCCLNode {
  /// NVLinks from a GPU to one target.
  struct Links: Equatable {
    /// The target's PCI address.
    var target: String
    var count: Int
    var leadsToSwitch: Bool
  }

  /// A GPU.
  struct GPU: Equatable {
    /// Its PCI address.
    var address: String
    /// Compute capability, 90 for Hopper; `nil` where it is AMD's.
    var computeCapability: Int?
    var links: [Links]

    /// NVLinks, to wherever.
    var linkCount: Int { links.reduce(0) { $0 + $1.count } }
  }

  /// A network device.
  struct NIC: Equatable {
    var name: String
    var megabits: Int
    /// Whether a GPU hangs on the same PCIe root.
    var sharesRoot: Bool
  }

  var gpus: [GPU] = []
  var nics: [NIC] = []
  let place: SourceLocation

  /// Reads a document.
  ///
  /// - Throws: a `Diagnostic` with the line of what is wrong.
  init(_ root: XMLElement) throws {
    place = root.place
    guard root.name == "system" else {
      throw Diagnostic(
        .malformedTopology, at: root.place, "begins with <\(root.name)> and not with <system>",
        remedy:
          "dump the topology with NCCL_TOPO_DUMP_FILE; graphs of NCCL_GRAPH_DUMP_FILE are not read")
    }
    for cpu in root.children {
      for branch in cpu.children {
        let first = (gpus.count, nics.count)
        try visit(branch, address: nil)
        guard gpus.count > first.0, branch.name == "pci" else { continue }
        for index in first.1..<nics.count { nics[index].sharesRoot = true }
      }
    }
    try check()
  }

  private mutating func visit(_ element: XMLElement, address: String?) throws {
    let address = element.name == "pci" ? element["busid"] : address
    switch element.name {
    case "gpu": try addGPU(element, address: address)
    case "net": try addNIC(element)
    default: for child in element.children { try visit(child, address: address) }
    }
  }

  private mutating func addGPU(_ element: XMLElement, address: String?) throws {
    guard let address else {
      throw Diagnostic(
        .malformedTopology, at: element.place, "a <gpu> stands outside of any <pci busid=…>",
        remedy: "dump the topology again with NCCL_TOPO_DUMP_FILE")
    }
    let links = try element.children.filter { ["nvlink", "xgmi"].contains($0.name) }.map { link in
      guard let target = link["target"], let count = try link.integer("count", in: 1...1024) else {
        throw Diagnostic(
          .missingKey, at: link.place, "<\(link.name)> needs 'target' and 'count'",
          remedy: "dump the topology again with NCCL_TOPO_DUMP_FILE")
      }
      // 0x0680 is PCI's class of bridges: an NVSwitch. GPUs are 0x0300 and 0x0302.
      return Links(
        target: target, count: count, leadsToSwitch: link["tclass"]?.hasPrefix("0x0680") ?? false)
    }
    gpus.append(
      GPU(
        address: address, computeCapability: try element.integer("sm", in: 1...1000),
        links: links))
  }

  private mutating func addNIC(_ element: XMLElement) throws {
    guard let megabits = try element.integer("speed", in: 1...100_000_000) else {
      throw Diagnostic(
        .missingKey, at: element.place, "<net> needs 'speed'",
        remedy: "add it in Mb/s: speed=\"400000\"")
    }
    nics.append(NIC(name: element["name"] ?? "", megabits: megabits, sharesRoot: false))
  }

  private func check() throws {
    guard let first = gpus.first else {
      throw Diagnostic(
        .malformedTopology, at: place, "has no <gpu>",
        remedy: "dump the topology from a job that runs on GPUs")
    }
    // Links between GPUs may be unequal; into switches all GPUs have as many.
    let isDirect = gpus.allSatisfy { !$0.links.contains(where: \.leadsToSwitch) }
    let counts = gpus.map(\.linkCount)
    guard !isDirect, let odd = counts.firstIndex(where: { $0 != counts[0] }) else { return }
    throw Diagnostic(
      .malformedTopology, at: place,
      "GPU \(gpus[odd].address) has \(counts[odd]) NVLinks, and GPU \(first.address) has \(counts[0])",
      remedy: "a fabric's GPUs are alike: check for links that are down, and mend the file")
  }
}
