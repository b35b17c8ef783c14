import Diagnostics
import JSON

/// Reads `topology.yaml`: a list of topologies, of which the default one is taken.
enum SlurmYAMLReader {
  /// The first topology with `cluster_default: true`, or the first that has a tree or blocks.
  static func topology(_ root: JSONNode) throws -> SlurmTopology {
    let topologies = try root.elements()
    for topology in topologies {
      try topology.allow(keys: ["topology", "cluster_default", "tree", "block", "flat"])
    }
    let usual = try topologies.first { try $0.optional("cluster_default")?.bool() == true }
    let shaped = try topologies.first {
      try $0.optional("tree") != nil || $0.optional("block") != nil
    }
    guard let chosen = usual ?? shaped else {
      throw root.diagnostic(
        .malformedTopology, "has no topology with a tree or blocks",
        remedy: "a flat cluster needs no import: write a fabric file of one pod")
    }
    var topology = SlurmTopology(name: try chosen.required("topology").string())
    if let tree = try chosen.optional("tree") {
      try tree.allow(keys: ["switches"])
      topology.switches = try tree.required("switches").elements().map(readSwitch)
    }
    if let block = try chosen.optional("block") {
      try block.allow(keys: ["block_sizes", "blocks"])
      topology.blocks = try block.required("blocks").elements().map(readBlock)
    }
    guard !topology.switches.isEmpty || !topology.blocks.isEmpty else {
      throw chosen.diagnostic(
        .malformedTopology, "the default topology has neither a tree nor blocks",
        remedy: "set cluster_default: true at the one to import")
    }
    return topology
  }

  private static func readSwitch(_ node: JSONNode) throws -> SlurmTopology.Switch {
    try node.allow(keys: ["switch", "children", "nodes"])
    let name = try node.required("switch").string()
    let (nodes, children) = (try node.optional("nodes"), try node.optional("children"))
    guard (nodes == nil) != (children == nil) else {
      throw node.diagnostic(
        .malformedTopology, "the switch '\(name)' needs either nodes or children, and not both",
        remedy: "say what is below it; split it in two where it has both")
    }
    return SlurmTopology.Switch(
      name: name, nodes: try nodes.map(names) ?? [], switches: try children.map(names) ?? [],
      place: node.location)
  }

  private static func readBlock(_ node: JSONNode) throws -> SlurmTopology.Block {
    try node.allow(keys: ["block", "nodes"])
    return SlurmTopology.Block(
      name: try node.required("block").string(), nodes: try names(node.required("nodes")),
      place: node.location)
  }

  private static func names(_ node: JSONNode) throws -> [String] {
    try HostList.names(node.string(), at: node.location)
  }
}
