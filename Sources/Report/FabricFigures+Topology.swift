import Fabric
import Quantities

/// What networks form, in words.
extension FabricFigures {
  /// `leaf-spine, leaves of 32 GPUs at 2:1`, `torus 4×4×4`, `switch`.
  static func topology(_ network: FabricSpecification.Network) -> String {
    switch network.topology {
    case .switch, .direct(.mesh): network.topology.word
    case .leafSpine(let leaf): "leaf-spine, leaves of \(count(leaf.gpus, "GPU")) at \(ratio(leaf))"
    case .rails(let leaf, let crossRail):
      "rails, leaves of \(count(leaf.gpus, "node")) at \(ratio(leaf)), to others "
        + (crossRail == .spine ? "over spines" : "forwarded")
    case .direct(let shape): self.shape(shape)
    case .circuits(let circuits):
      "circuits, first \(self.shape(circuits.configurations[0].shape))"
    }
  }

  /// `torus 4×4×4`, `mesh`, `graph of 12 connections`.
  static func shape(_ shape: FabricSpecification.DirectShape) -> String {
    switch shape {
    case .mesh: return "mesh"
    case .connections(let connections):
      return "graph of \(count(connections.reduce(0) { $0 + $1.count }, "connection"))"
    case .torus(let torus):
      let extents = torus.dimensions.map(String.init).joined(separator: "×")
      let open = torus.wraps.indices.filter { !torus.wraps[$0] && torus.dimensions[$0] > 1 }
      guard !open.isEmpty else {
        return torus.dimensions.count == 1 ? "ring of \(extents)" : "torus \(extents)"
      }
      let isAll = open.count == torus.dimensions.count { $0 > 1 }
      let which = open.map { String($0 + 1) }.joined(separator: " and ")
      return isAll ? "grid \(extents)" : "torus \(extents), open along \(which)"
    }
  }

  /// What a GPU's bandwidth is spread over: planes, NICs, or links to neighbours.
  static func parts(_ network: FabricSpecification.Network, gpus: Int, _ part: String) -> String {
    links(network, gpus: gpus).map { count($0, "link") } ?? count(network.planes, part)
  }

  /// Links of the GPU that has most, where GPUs are linked; `nil` for switches.
  static func links(_ network: FabricSpecification.Network, gpus: Int) -> Int? {
    switch network.topology {
    case .switch, .leafSpine, .rails: nil
    case .direct(let shape): links(shape, gpus: gpus)
    case .circuits(let circuits): links(circuits.configurations[0].shape, gpus: gpus)
    }
  }

  static func links(_ shape: FabricSpecification.DirectShape, gpus: Int) -> Int {
    switch shape {
    case .mesh: return gpus - 1
    case .torus(let torus): return 2 * torus.dimensions.count { $0 > 1 }
    case .connections(let connections):
      var counts = Array(repeating: 0, count: gpus)
      for connection in connections {
        for end in connection.ends { counts[end] += connection.count }
      }
      return counts.max() ?? 0
    }
  }

  /// `2:1`.
  static func ratio(_ leaf: FabricSpecification.Leaf) -> String {
    number(leaf.oversubscription) + ":1"
  }

  /// `8.192 Pb/s`, `≤ 8.192 Pb/s`, or that it is not computed.
  static func bisection(_ bisection: Bisection?) -> String {
    switch bisection {
    case nil: "–"
    case .exact(let bandwidth): rate(bandwidth)
    case .atMost(let bandwidth): "≤ " + rate(bandwidth)
    case .notComputed: "not computed"
    }
  }

  /// `4 pods of 8 in nodes of 4`, `3 pods of 64 and 1 pod of 72`.
  static func pods(_ specification: FabricSpecification) -> String {
    let nodes = specification.podKinds.map(\.gpusPerNode)
    let areAlike = nodes.allSatisfy { $0 == nodes[0] }
    let kinds = specification.podKinds.map { kind in
      let own = areAlike ? "" : kind.gpusPerNode.map { " in nodes of \($0)" } ?? ""
      return "\(count(kind.count, "pod")) of \(kind.gpus)\(own)"
    }
    let common = areAlike ? nodes[0].map { ", in nodes of \($0)" } ?? "" : ""
    return Wording.list(kinds) + common
  }

  /// `10 s`, `2.5 ms`.
  private static func span(_ time: SimDuration) -> String {
    let units = [(1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")]
    let unit = units.first { time.seconds >= $0.0 } ?? units[units.count - 1]
    return number(time.seconds / unit.0) + " " + unit.1
  }

  /// What circuits can be set to, and what is lost, degraded or taken, a sentence each.
  static func remarks(_ specification: FabricSpecification) -> [String] {
    var remarks: [String] = []
    if let circuits = specification.circuits {
      let names = circuits.configurations.enumerated().map { place, each in
        "\(each.name) (\(shape(each.shape))\(place == 0 ? ", lit here" : ""))"
      }
      let dark = span(circuits.reconfiguration)
      let when =
        switch circuits.switching {
        case .none: "they never change, which would take \(dark)"
        case .step: "they change between steps, each time dark for \(dark)"
        case .phase: "they change between collectives, each time dark for \(dark)"
        }
      remarks.append("Circuits: \(Wording.list(names)); \(when).")
    }
    if !specification.faults.isEmpty {
      let shown = specification.faults.prefix(12).map(\.text)
      let rest = specification.faults.count - shown.count
      remarks.append(
        "Faults: \(shown.joined(separator: ", "))\(rest > 0 ? " and \(rest) more" : "").")
    }
    return remarks
  }
}
