import Diagnostics

extension NCCLNode {
  /// Gb/s of one NVLink, one direction, by compute capability: the nominal rates of NVLink 1 to 5.
  private static let nominalGigabits = [60: 160.0, 70: 200, 80: 200, 90: 200, 100: 400, 103: 400]

  /// The node as a pod, its NICs as the way out of it.
  func fabric(file: String, options: FabricImportOptions) throws -> ImportedFabric {
    let links = gpus[0].links.reduce(0) { $0 + $1.count }
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
    if !areSwitched, links > 0 { assumed.append("direct links as one switch") }
    return ImportedFabric(
      name: FabricImporter.name(ofFile: file), description: summary(links),
      source: "NCCL topology \(FabricImporter.fileName(file))", assumed: assumed,
      pods: [.init(count: 1, gpus: gpus.count)], gpusPerNode: gpus.count,
      scaleUp: .init(
        gigabits: scaleUp ?? 0, parts: max(1, targets), hopLatency: latency.scaleUp,
        technology: .electrical),
      scaleOut: scaleOut(options))
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

  private func summary(_ links: Int) -> String {
    let capability = gpus[0].computeCapability.map { " of compute capability \($0)" } ?? ""
    let to = areSwitched ? "\(targets) switches" : "\(targets) other GPUs directly"
    let way = links > 0 ? "\(links) NVLinks a GPU to \(to)" : "no NVLinks"
    let rest = nics.count - used.count
    let left = rest > 0 ? ", and \(rest) more away from the GPUs, which are left out" : ""
    return "One node of \(gpus.count) GPUs\(capability): \(way); \(used.count) NICs\(left)."
  }
}
