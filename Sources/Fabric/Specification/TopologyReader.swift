import Diagnostics
import JSON
import Quantities

/// Reads what the links of a network form.
struct TopologyReader {
  private let node: JSONNode
  private let place: NetworkReader.Place

  /// The words of 'topology', and which keys each brings with it.
  private enum Word: String, CaseIterable {
    case `switch`
    case leafSpine = "leaf-spine"
    case rails, mesh, torus, graph, circuits

    var keys: Set<String> {
      switch self {
      case .switch, .mesh: []
      case .leafSpine: ["leaf"]
      case .rails: ["leaf", "cross_rail"]
      case .torus: ["torus"]
      case .graph: ["connections"]
      case .circuits: ["configurations", "reconfiguration_us", "switching"]
      }
    }
  }

  init(_ node: JSONNode, place: NetworkReader.Place) {
    self.node = node
    self.place = place
  }

  func topology() throws -> FabricSpecification.Topology {
    let named = try node.optional("topology")
    let word: Word = try named?.word() ?? .switch
    for key in Word.allCases.flatMap(\.keys).sorted() where !word.keys.contains(key) {
      guard let stray = try node.optional(key) else { continue }
      throw stray.diagnostic(
        .unknownKey, "says nothing of a network whose topology is '\(word.rawValue)'",
        remedy: "leave it out, or change 'topology'")
    }
    try checkPlace(word, named ?? node)
    switch word {
    case .switch: return .switch
    case .leafSpine: return .leafSpine(try leaf(node.required("leaf"), divides: gpus))
    case .rails:
      return .rails(
        try leaf(node.required("leaf"), divides: nil),
        crossRail: try node.optional("cross_rail")?.word() ?? .spine)
    case .mesh: return .direct(.mesh)
    case .torus: return .direct(.torus(try torus(node.required("torus"))))
    case .graph: return .direct(.connections(try connections(node.required("connections"))))
    case .circuits: return .circuits(try circuits())
    }
  }

  /// GPUs of a pod, where the network is one of a pod.
  private var gpus: Int? {
    if case .scaleUp(let gpus) = place { gpus } else { nil }
  }

  private func checkPlace(_ word: Word, _ node: JSONNode) throws {
    let fits: Bool =
      switch (place, word) {
      case (_, .switch), (.scaleUp, .leafSpine), (.scaleOut, .leafSpine), (.scaleOut, .rails): true
      case (.scaleUp, .mesh), (.scaleUp, .torus), (.scaleUp, .graph), (.scaleUp, .circuits): true
      default: false
      }
    guard fits else {
      throw node.diagnostic(
        .valueOutOfRange, "'\(word.rawValue)' is no topology for this network",
        remedy: "links between GPUs are for 'pod.scale_up', rails for 'scale_out'")
    }
    if word == .rails, case .scaleOut(let kinds) = place {
      guard kinds.allSatisfy({ $0.gpusPerNode == kinds[0].gpusPerNode }),
        kinds[0].gpusPerNode != nil
      else {
        throw node.diagnostic(
          .missingKey, "rails are counted by node, and pods have none, or different ones",
          remedy: "give 'pod.gpus_per_node'")
      }
    }
    if word == .mesh, let gpus, gpus > 1024 {
      throw node.diagnostic(
        .limitExceeded, "a mesh of \(gpus) GPUs has too many links", remedy: "at most 1024 GPUs")
    }
  }

  private func leaf(_ leaf: JSONNode, divides gpus: Int?) throws -> FabricSpecification.Leaf {
    try leaf.allow(keys: [
      "gpus", "oversubscription", "hop_latency_ns", "technology", "energy_pj_per_bit",
    ])
    let size = try leaf.required("gpus").int(in: 1...FabricSpecification.maximumGPUs)
    if let gpus, gpus % size != 0 {
      throw try leaf.required("gpus").diagnostic(
        .valueOutOfRange, "leaves of \(size) do not divide a pod of \(gpus) GPUs",
        remedy: "give a divisor of 'pod.gpus'")
    }
    let energy = try NetworkReader.limited(leaf, "energy_pj_per_bit")
    return FabricSpecification.Leaf(
      gpus: size,
      oversubscription: try NetworkReader.limited(leaf, "oversubscription", atLeast: 1) ?? 1,
      hopLatency: try leaf.optional("hop_latency_ns").map(NetworkReader.latency) ?? .zero,
      technology: try NetworkReader.technology(leaf),
      energyPicojoulesPerBit: try energy
        ?? NetworkReader.limited(node, "energy_pj_per_bit").map {
          _ in 0
        })
  }

  private func torus(_ torus: JSONNode) throws -> TorusShape {
    try torus.allow(keys: ["dimensions", "wrap"])
    let listed = try torus.required("dimensions")
    let dimensions = try listed.elements().map { try $0.int(in: 1...4096) }
    guard 1...4 ~= dimensions.count else {
      throw listed.diagnostic(
        .valueOutOfRange, "\(dimensions.count) dimensions", remedy: "give one to four")
    }
    var wraps = Array(repeating: true, count: dimensions.count)
    if let wrap = try torus.optional("wrap") {
      if case .array = wrap.value {
        wraps = try wrap.elements().map { try $0.bool() }
      } else {
        wraps = Array(repeating: try wrap.bool(), count: dimensions.count)
      }
      guard wraps.count == dimensions.count else {
        throw wrap.diagnostic(
          .valueOutOfRange, "\(wraps.count) entries for \(dimensions.count) dimensions",
          remedy: "give one a dimension, or a single true or false")
      }
    }
    let size = dimensions.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
    if let gpus, size != gpus {
      throw listed.diagnostic(
        .valueOutOfRange, "make \(size) GPUs, and the pod has \(gpus)",
        remedy: "their product must be 'pod.gpus'")
    }
    return TorusShape(dimensions: dimensions, wraps: wraps)
  }

  private func connections(_ node: JSONNode) throws -> [FabricSpecification.Connection] {
    let gpus = gpus ?? 1
    guard gpus <= 4096 else {
      throw node.diagnostic(
        .limitExceeded, "are for pods of at most 4096 GPUs, and this one has \(gpus)")
    }
    let found = try node.elements().map { element in
      let numbers = try element.elements()
      guard 2...3 ~= numbers.count else {
        throw element.diagnostic(
          .valueOutOfRange, "is not two GPUs and perhaps how many links",
          remedy: "write for example [0, 1] or [0, 1, 2]")
      }
      let ends = try numbers.prefix(2).map { try $0.int(in: 0...gpus - 1) }
      guard ends[0] != ends[1] else {
        throw element.diagnostic(.valueOutOfRange, "connects GPU \(ends[0]) with itself")
      }
      return FabricSpecification.Connection(
        ends: ends, count: numbers.count == 3 ? try numbers[2].int(in: 1...4096) : 1)
    }
    guard found.count <= 1 << 20 else {
      throw node.diagnostic(.limitExceeded, "are more than \(1 << 20)")
    }
    let graph = DirectGraph(.connections(found), gpus: gpus)
    let reached = graph.reachable(from: 0)
    guard reached.allSatisfy(\.self) else {
      let lost = reached.firstIndex(of: false) ?? 0
      throw node.diagnostic(
        .valueOutOfRange, "leave GPU \(lost) without a way to GPU 0",
        remedy: "connect all GPUs of the pod with each other, over others if need be")
    }
    return found
  }

  private func circuits() throws -> FabricSpecification.Circuits {
    let listed = try node.required("configurations")
    let configurations = try listed.elements().map { element in
      try element.allow(keys: ["name", "connections", "torus", "mesh"])
      let name = try element.required("name").string()
      let shapes = try ["connections", "torus", "mesh"].compactMap { try element.optional($0) }
      guard shapes.count == 1 else {
        throw element.diagnostic(
          .missingKey, "must have one of 'connections', 'torus' and 'mesh', and has \(shapes.count)"
        )
      }
      let shape: FabricSpecification.DirectShape =
        if let found = try element.optional("connections") {
          .connections(try connections(found))
        } else if let found = try element.optional("torus") {
          .torus(try torus(found))
        } else {
          .mesh
        }
      return (name: name, shape: shape)
    }
    guard 1...64 ~= configurations.count else {
      throw listed.diagnostic(.valueOutOfRange, "must be 1 to 64")
    }
    var names: Set<String> = []
    for configuration in configurations where !names.insert(configuration.name).inserted {
      throw listed.diagnostic(
        .valueOutOfRange, "two are called '\(configuration.name)'",
        remedy: "name each differently")
    }
    let microseconds = try node.required("reconfiguration_us")
    let seconds = try microseconds.double() * 1e-6
    guard seconds <= 3600, let time = SimDuration.rounding(seconds: seconds) else {
      throw microseconds.diagnostic(.valueOutOfRange, "is more than an hour")
    }
    return FabricSpecification.Circuits(
      configurations: configurations, reconfiguration: time,
      switching: try node.optional("switching")?.word() ?? .none)
  }
}
