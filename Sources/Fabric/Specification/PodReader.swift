import Diagnostics
import JSON

/// Reads the pods of a fabric's document: one kind, or several.
struct PodReader {
  private let root: JSONNode

  init(_ root: JSONNode) { self.root = root }

  /// The kinds, in order.
  func kinds() throws -> [FabricSpecification.PodKind] {
    let pod = try root.required("pod")
    let common = try kind(pod, or: nil)
    guard let pods = try root.optional("pods") else { return [common] }
    guard case .array = pods.value else {
      var kind = common
      kind.count = try pods.int(in: 1...FabricSpecification.maximumGPUs)
      return [kind]
    }
    let elements = try pods.elements()
    guard !elements.isEmpty else {
      throw pods.diagnostic(.valueOutOfRange, "is empty", remedy: "give a number, or some kinds")
    }
    let kinds = try elements.map { try kind($0, or: common) }
    let circuits = kinds.filter {
      if case .circuits = $0.scaleUp.topology { true } else { false }
    }
    guard circuits.isEmpty || kinds.allSatisfy({ $0.scaleUp.topology == kinds[0].scaleUp.topology })
    else {
      throw pods.diagnostic(
        .valueOutOfRange, "pods that switch circuits and others are mixed",
        remedy: "give all pods the same circuits")
    }
    return kinds
  }

  /// A kind; what it leaves out is that of another.
  private func kind(
    _ node: JSONNode, or common: FabricSpecification.PodKind?
  ) throws -> FabricSpecification.PodKind {
    try node.allow(
      keys: Set([
        "gpus", "gpus_per_node", "gpus_per_package", "gpus_per_rack", "rack", "scale_up",
      ]).union(common == nil ? [] : ["count"]))
    let most = FabricSpecification.maximumGPUs
    let gpus =
      try common == nil
      ? node.required("gpus").int(in: 1...most)
      : node.optional("gpus")?.int(in: 1...most) ?? common?.gpus ?? 1
    let nodes = try part("gpus_per_node", of: gpus, node) ?? common?.gpusPerNode
    let racks = try part("gpus_per_rack", of: gpus, node) ?? common?.gpusPerRack
    let packages =
      try part("gpus_per_package", of: nodes ?? gpus, node) ?? common?.gpusPerPackage
    let scaleUp = try common == nil ? node.required("scale_up") : node.optional("scale_up")
    let network = try scaleUp.map { try NetworkReader($0, place: .scaleUp(gpus: gpus)).network() }
    let rack =
      try node.optional("rack").map {
        try NetworkReader($0, place: .rack).network()
      } ?? common?.rack
    guard let found = network ?? common?.scaleUp else {
      throw node.diagnostic(.missingKey, "there is no 'scale_up'")
    }
    if rack == nil || racks == nil, rack != nil || racks != nil {
      throw node.diagnostic(
        .missingKey, "'rack' and 'gpus_per_rack' belong together, and one is missing",
        remedy: "give both, or neither")
    }
    let kind = FabricSpecification.PodKind(
      count: try node.optional("count")?.int(in: 1...most) ?? 1, gpus: gpus, gpusPerNode: nodes,
      gpusPerPackage: packages, gpusPerRack: racks, rack: rack, scaleUp: found)
    try checkParts(kind, node)
    return kind
  }

  /// What was taken over from the common kind may not suit this one's GPUs.
  private func checkParts(_ kind: FabricSpecification.PodKind, _ node: JSONNode) throws {
    let parts = [
      ("gpus_per_node", kind.gpusPerNode), ("gpus_per_rack", kind.gpusPerRack),
      ("gpus_per_package", kind.gpusPerPackage),
    ]
    for case (let key, let part?) in parts where kind.gpus % part != 0 {
      throw node.diagnostic(
        .valueOutOfRange, "'\(key)' of \(part) does not divide a pod of \(kind.gpus) GPUs",
        remedy: "give this kind a '\(key)' of its own")
    }
    guard case .direct(.torus(let torus)) = kind.scaleUp.topology, torus.size != kind.gpus else {
      if case .leafSpine(let leaf) = kind.scaleUp.topology, kind.gpus % leaf.gpus != 0 {
        throw node.diagnostic(
          .valueOutOfRange, "leaves of \(leaf.gpus) do not divide a pod of \(kind.gpus) GPUs")
      }
      return
    }
    throw node.diagnostic(
      .valueOutOfRange, "a torus of \(torus.size) is no pod of \(kind.gpus) GPUs",
      remedy: "give this kind a 'scale_up' of its own")
  }

  private func part(_ key: String, of whole: Int, _ node: JSONNode) throws -> Int? {
    guard let found = try node.optional(key) else { return nil }
    let part = try found.int(in: 1...whole)
    guard whole % part == 0 else {
      let name = key == "gpus_per_node" ? "nodes" : key == "gpus_per_rack" ? "racks" : "packages"
      throw found.diagnostic(
        .valueOutOfRange, "\(name) of \(part) don't divide a pod of \(whole) GPUs",
        remedy: "give a divisor of 'pod.gpus', or leave it out")
    }
    return part
  }
}
