import Diagnostics

extension InfraGraph {
  /// One component of one device, or of one kind of device.
  struct Vertex: Hashable {
    /// The instance and its number; empty and 0 within a kind of device.
    var instance: String
    var device: Int
    var component: String
    var index: Int
  }

  /// The most connections that edges may stand for.
  static let mostPairs = 1 << 21

  /// The connections that an edge stands for.
  ///
  /// - Parameters:
  ///   - room: how many more the document's edges may stand for.
  ///   - resolve: the kind and the number of what an instance's name stands for.
  /// - Throws: a `Diagnostic` at an end that names nothing.
  static func pairs(
    _ edge: Edge, room: inout Int, resolve: (InfraGraphEndpoint) throws -> (Device, Int)
  ) throws -> [(Vertex, Vertex)] {
    let (first, second) = (try vertices(edge.first, resolve), try vertices(edge.second, resolve))
    room -= edge.scheme == .many2many ? first.count * second.count : first.count + second.count
    guard room >= 0 else {
      throw Diagnostic(
        .limitExceeded, at: edge.place,
        "the edges up to this one stand for more than \(mostPairs) connections",
        remedy: "check slices and counts")
    }
    switch edge.scheme {
    case .one2one: return Array(zip(first, second))
    case .many2many:
      return first.flatMap { one in second.filter { $0 != one }.map { (one, $0) } }
    case .ring:
      let known = Set(first)
      let all = first + second.filter { !known.contains($0) }
      guard all.count > 1 else { return [] }
      return all.indices.dropLast(all.count == 2 ? 1 : 0).map {
        (all[$0], all[($0 + 1) % all.count])
      }
    }
  }

  private static func vertices(
    _ end: InfraGraphEndpoint, _ resolve: (InfraGraphEndpoint) throws -> (Device, Int)
  ) throws -> [Vertex] {
    let (device, count) = try resolve(end)
    guard let component = device.component(end.component.name) else {
      throw Diagnostic(
        .malformedTopology, at: end.component.place,
        "the device '\(device.name)' has no component '\(end.component.name)'",
        remedy: "add it to the device, or mend the name")
    }
    let devices = try end.instance?.indices(of: count) ?? [0]
    let indices = try end.component.indices(of: component.count)
    guard devices.count * indices.count <= mostPairs else {
      throw Diagnostic(
        .limitExceeded, at: end.component.place, "selects more than \(mostPairs) components",
        remedy: "check slices and counts")
    }
    return devices.flatMap { device in
      indices.map {
        Vertex(
          instance: end.instance?.name ?? "", device: device, component: component.name, index: $0)
      }
    }
  }
}
