import Diagnostics

extension SlurmTopology {
  /// Blocks, or leaf switches, as pods; or each node, with all switches as the network between them.
  func fabric(file: String, options: FabricImportOptions) throws -> ImportedFabric {
    let leaves = switches.filter { $0.switches.isEmpty }
    let groups = blocks.isEmpty ? leaves.map(\.nodes) : blocks.map(\.nodes)
    let members = options.pod == .node ? groups.flatMap { $0.map { [$0] } } : groups
    try FabricImportOptions.require(
      [
        ("--gpus-per-node", options.gpusPerNode == nil),
        ("--scale-up-gbps", options.scaleUpGigabits == nil),
        ("--scale-out-gbps", options.scaleOutGigabits == nil && members.count > 1),
      ], file: file)
    let gpusPerNode = options.gpusPerNode ?? 1
    let gpus = members.reduce(0) { $0 + $1.count } * gpusPerNode
    guard gpus <= FabricSpecification.maximumGPUs else {
      throw Diagnostic(
        .limitExceeded, at: SourceLocation(file: file),
        "comes to \(gpus) GPUs, more than \(FabricSpecification.maximumGPUs)",
        remedy: "check the ranges and --gpus-per-node")
    }
    let latency = ImportedFabric.assumedHopLatency
    let isTree = options.pod == .node && blocks.isEmpty && leaves.count > 1
    let leaf = isTree ? ImportedFabric.leaf(groups.map { $0.count * gpusPerNode }) : nil
    var assumed = ["latencies", "technology", "no oversubscription"]
    if isTree, leaf == nil { assumed.append("leaf switches of different sizes as one switch") }
    if leaf != nil, levelsAboveLeaves > 1 {
      assumed.append("levels above the leaf switches as one")
    }
    return ImportedFabric(
      name: name ?? FabricImporter.name(ofFile: file), description: summary(groups, options.pod),
      source: "Slurm topology \(FabricImporter.fileName(file)); bandwidths and GPUs a node as "
        + "given when it was imported",
      assumed: assumed,
      pods: ImportedFabric.runs(members.map { $0.count * gpusPerNode }), gpusPerNode: gpusPerNode,
      scaleUp: .init(
        gigabits: options.scaleUpGigabits ?? 0, hopLatency: latency.scaleUp,
        technology: .electrical),
      scaleOut: options.scaleOutGigabits.map {
        .init(
          gigabits: $0, hopLatency: latency.scaleOut, technology: .optical,
          topology: leaf.map { .leafSpine($0) } ?? .switch)
      })
  }

  private func summary(_ groups: [[String]], _ pod: ImportedPod) -> String {
    let nodes = groups.reduce(0) { $0 + $1.count }
    let levels = levelsAboveLeaves
    let above = "\(levels) \(levels == 1 ? "level" : "levels") of switches above them"
    let what =
      blocks.isEmpty ? "\(groups.count) leaf switches, \(above)" : "\(groups.count) blocks"
    let pods = pod == .node ? "each node a pod" : "each a pod"
    return "\(nodes) nodes from \(groups.first?.first ?? "") to \(groups.last?.last ?? "") in "
      + "\(what): \(pods), in the order of the file."
  }

  /// The longest way up from a leaf, in switches.
  private var levelsAboveLeaves: Int { Self.levels(switches, parents).values.max() ?? 0 }
}
