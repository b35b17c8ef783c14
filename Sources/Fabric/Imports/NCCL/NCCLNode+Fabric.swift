import Diagnostics

extension NCCLNode {
  /// Gb/s of one NVLink, one direction, by compute capability: the nominal rates of NVLink 1 to 5.
  private static let nominalGigabits = [60: 160.0, 70: 200, 80: 200, 90: 200, 100: 400, 103: 400]

  /// The node as a pod, its NICs as the way out of it.
  func fabric(file: String, options: FabricImportOptions) throws -> ImportedFabric {
    let topology = try topology()
    let links =
      switch topology {
      case .direct: between.map { $0.reduce(0, +) }.max() ?? 0
      default: gpus[0].linkCount
      }
    let nominal = gpus[0].computeCapability.flatMap { Self.nominalGigabits[$0] }
    let scaleUp = options.scaleUpGigabits ?? (links > 0 ? nominal.map { $0 * Double(links) } : nil)
    try FabricImportOptions.require([("--scale-up-gbps", scaleUp == nil)], file: file)
    if let said = options.gpusPerNode, said != gpus.count {
      throw Diagnostic(
        .usage, at: SourceLocation(file: file),
        "has \(gpus.count) GPUs, and --gpus-per-node says \(said)", remedy: "leave the option out")
    }
    let latency = ImportedFabric.assumedHopLatency
    var assumed = ["latencies", "technology"]
    if options.scaleUpGigabits == nil { assumed.append("nominal rate of an NVLink") }
    if topology == .switch, !areSwitched {
      assumed.append("links to GPUs and others as one switch")
    }
    return ImportedFabric(
      name: FabricImporter.name(ofFile: file), description: summary(links, topology),
      source: "NCCL topology \(FabricImporter.fileName(file))", assumed: assumed,
      pods: [.init(count: 1, gpus: gpus.count)], gpusPerNode: gpus.count,
      scaleUp: .init(
        gigabits: scaleUp ?? 0, parts: topology == .switch ? max(1, targets) : 1,
        hopLatency: latency.scaleUp, technology: .electrical, topology: topology),
      scaleOut: scaleOut(options))
  }

  /// Switches that all links lead to, or what links between GPUs form.
  private func topology() throws -> FabricSpecification.Topology {
    let links = gpus.flatMap(\.links)
    guard !links.isEmpty, !links.contains(where: \.leadsToSwitch) else { return .switch }
    let between = between
    var connections: [FabricSpecification.Connection] = []
    for one in gpus.indices {
      for other in one + 1..<gpus.count where between[one][other] + between[other][one] > 0 {
        guard between[one][other] == between[other][one] else {
          throw Diagnostic(
            .malformedTopology, at: place,
            "GPU \(gpus[one].address) has \(between[one][other]) NVLinks to \(gpus[other].address), "
              + "which has \(between[other][one]) back",
            remedy: "dump the topology again with NCCL_TOPO_DUMP_FILE, or mend the counts")
        }
        connections.append(.init(ends: [one, other], count: between[one][other]))
      }
    }
    // NVLinks that lead to none of the GPUs lead to the host's processors.
    guard !connections.isEmpty else { return .switch }
    let reached = DirectGraph(.connections(connections), gpus: gpus.count).reachable(from: 0)
    if let lost = reached.firstIndex(of: false) {
      throw Diagnostic(
        .malformedTopology, at: place,
        "no NVLinks lead from GPU \(gpus[0].address) to GPU \(gpus[lost].address), over others either",
        remedy: "GPUs of a pod are linked: write a fabric file in which each linked group is a pod")
    }
    let isComplete = connections.count == gpus.count * (gpus.count - 1) / 2
    return isComplete && connections.allSatisfy { $0.count == connections[0].count }
      ? .direct(.mesh) : .direct(.connections(connections))
  }

  /// By GPU the NVLinks to each other one.
  private var between: [[Int]] {
    var counts = Array(repeating: Array(repeating: 0, count: gpus.count), count: gpus.count)
    for (number, gpu) in gpus.enumerated() {
      for link in gpu.links {
        guard let other = gpus.firstIndex(where: { $0.address == link.target }), other != number
        else { continue }
        counts[number][other] += link.count
      }
    }
    return counts
  }

  private var areSwitched: Bool { gpus[0].links.allSatisfy(\.leadsToSwitch) }

  /// Switches that a GPU's links lead to, or other GPUs.
  private var targets: Int {
    gpus[0].links.reduce(into: [String]()) { seen, link in
      if !seen.contains(link.target) { seen.append(link.target) }
    }.count
  }

  /// The NICs that traffic of GPUs takes: those that share a PCIe root with one, or all where none
  /// does. What else a node has is for storage and management.
  private var used: [NIC] {
    let near = nics.filter(\.sharesRoot)
    return near.isEmpty ? nics : near
  }

  private func scaleOut(_ options: FabricImportOptions) -> ImportedFabric.Network? {
    let megabits = used.reduce(0) { $0 + $1.megabits }
    guard
      let gigabits = options.scaleOutGigabits
        ?? (megabits > 0 ? Double(megabits) / 1000 / Double(gpus.count) : nil)
    else { return nil }
    let each = used.count % gpus.count == 0 ? used.count / gpus.count : 1
    return .init(
      gigabits: gigabits, parts: max(1, each),
      hopLatency: ImportedFabric.assumedHopLatency.scaleOut, technology: .optical)
  }

  private func summary(_ links: Int, _ topology: FabricSpecification.Topology) -> String {
    let capability = gpus[0].computeCapability.map { " of compute capability \($0)" } ?? ""
    let way =
      switch topology {
      case .direct(.mesh): "\(links) NVLinks a GPU to \(gpus.count - 1) other GPUs directly"
      case .direct: "up to \(links) NVLinks a GPU to other GPUs directly"
      default:
        links > 0
          ? "\(links) NVLinks a GPU to \(targets) \(areSwitched ? "switches" : "others")"
          : "no NVLinks"
      }
    let rest = nics.count - used.count
    let left = rest > 0 ? ", and \(rest) more away from the GPUs, which are left out" : ""
    return "One node of \(gpus.count) GPUs\(capability): \(way); \(used.count) NICs\(left)."
  }
}
