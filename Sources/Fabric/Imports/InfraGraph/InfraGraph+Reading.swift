import Diagnostics
import JSON

extension InfraGraph {
  private static let mostDevices = 1 << 20

  /// JSON where the text begins as JSON does, YAML otherwise.
  static func document(_ bytes: [UInt8], file: String) throws -> JSONNode {
    bytes.first { $0 > 0x20 } == UInt8(ascii: "{")
      ? try JSONNode(parsing: bytes, file: file) : try YAMLReader.node(bytes, file: file)
  }

  /// Reads a document.
  ///
  /// - Throws: a `Diagnostic` with the key path of what is wrong.
  init(_ document: JSONNode) throws {
    let root = try document.optional("infrastructure") ?? document
    place = root.location
    if let old = try root.optional("connections"), try root.optional("edges") == nil {
      throw old.diagnostic(
        .unsupportedVersion, "belongs to an early InfraGraph, which has no edges",
        remedy: "convert the document to one with devices, instances and edges")
    }
    name = try root.optional("name")?.string() ?? "infragraph"
    description = try root.optional("description")?.string() ?? ""
    let devices = try Dictionary(
      root.required("devices").elements().map {
        let device = try Self.device($0)
        return (device.name, device)
      }, uniquingKeysWith: { first, _ in first })
    instances = try root.required("instances").elements().map { node in
      let device = try node.required("device")
      guard let kind = devices[try device.string()] else {
        throw device.diagnostic(
          .malformedTopology, "there is no device '\(try device.string())'",
          remedy: "add it under 'devices'")
      }
      return Instance(
        name: try node.required("name").string(), device: kind,
        count: try node.required("count").int(in: 1...Self.mostDevices), place: node.location)
    }
    links = try Self.links(root)
    edges =
      try root.optional("edges")?.elements().map { try Self.edge($0, hasInstances: true) } ?? []
  }

  private static func device(_ node: JSONNode) throws -> Device {
    let components = try node.required("components").elements().map { component in
      let choice = try component.required("choice")
      guard let kind = Kind(rawValue: try choice.string()) else {
        throw choice.diagnostic(
          .valueOutOfRange, "'\(try choice.string())' is no kind of component",
          remedy: "kinds are custom, device, cpu, xpu, npu, nic, memory, port and switch")
      }
      return Component(
        name: try component.required("name").string(), kind: kind,
        count: try component.required("count").int(in: 1...mostDevices))
    }
    return Device(
      name: try node.required("name").string(), components: components, links: try links(node),
      edges: try node.optional("edges")?.elements().map { try edge($0, hasInstances: false) } ?? [])
  }

  private static func links(_ node: JSONNode) throws -> [String: Link] {
    let links = try node.optional("links")?.elements().map { link in
      let physical = try link.optional("physical")
      return (
        try link.required("name").string(),
        Link(
          gigabits: try physical?.optional("bandwidth").flatMap(gigabits),
          latencyNanoseconds: try physical?.optional("latency").flatMap(nanoseconds))
      )
    }
    return Dictionary(links ?? [], uniquingKeysWith: { first, _ in first })
  }

  /// Transfers per second say nothing without a width, and count as not said.
  private static func gigabits(_ node: JSONNode) throws -> Double? {
    if let bits = try node.optional("gigabits_per_second") {
      return try bits.double(exclusive: true)
    }
    return try node.optional("gigabytes_per_second")?.double(exclusive: true) * 8
  }

  private static func nanoseconds(_ node: JSONNode) throws -> Double? {
    for (key, factor) in [("ns", 1.0), ("us", 1e3), ("ms", 1e6)] {
      if let value = try node.optional(key) { return try value.double() * factor }
    }
    return nil
  }

  private static func edge(_ node: JSONNode, hasInstances: Bool) throws -> Edge {
    let word = try node.optional("scheme")
    let scheme = try word?.string() ?? "one2one"
    guard let scheme = Scheme(rawValue: scheme) else {
      throw (word ?? node).diagnostic(
        .valueOutOfRange, "'\(scheme)' is no scheme",
        remedy: "schemes are one2one, many2many and ring")
    }
    return Edge(
      first: try endpoint(node.required("ep1"), hasInstances),
      second: try endpoint(node.required("ep2"), hasInstances), scheme: scheme,
      link: try node.required("link").string(), place: node.location)
  }

  private static func endpoint(
    _ node: JSONNode, _ hasInstance: Bool
  ) throws -> InfraGraphEndpoint {
    InfraGraphEndpoint(
      instance: hasInstance ? try .init(node.required("instance")) : nil,
      component: try .init(node.required("component")))
  }
}

extension Double? {
  fileprivate static func * (lhs: Double?, rhs: Double) -> Double? { lhs.map { $0 * rhs } }
}
