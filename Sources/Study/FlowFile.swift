import Diagnostics
import JSON
public import Simulation

/// A file of links and flows, for the solver alone.
///
///     { "links": [ { "id": 0, "bandwidth": 4e11 }, … ],
///       "flows": [ { "size": 7132160, "start": 0, "route": [0, 3] }, … ],
///       "changes": [ { "time": 0.5, "link": 0, "bandwidth": 2e11 }, … ] }
///
/// Bandwidths in bytes/s, sizes in bytes, times in seconds, each up to 1e30; weights and shares from
/// 1e-12 to 1e12, a weight also 0. A flow may have `weights`, one for each
/// link of its route, a `share` (how many flows it stands for), and a `bound` in bytes/s. `name`,
/// `description`, `model`, `source`, `units`, `hosts` and the flows' `id`, `src`, `dst` are carried
/// along; `finish` and `makespan` are filled in.
public struct FlowFile {
  private let root: JSONNode
  /// What the file asks for.
  public let set: FlowSet

  /// Reads a file.
  ///
  /// - Throws: a `Diagnostic` with the key path of what is wrong.
  public init(path: String) throws {
    root = try JSONNode(contentsOfFile: path)
    try root.allow(keys: [
      "name", "description", "model", "source", "units", "hosts", "links", "flows", "changes",
      "makespan",
    ])
    try Self.checkUnits(root)
    let links = try Links(root.required("links"))
    set = FlowSet(
      capacities: links.capacities, flows: try Self.flows(root.required("flows"), links),
      changes: try root.optional("changes").map { try Self.changes($0, links) } ?? [])
  }

  private static func checkUnits(_ root: JSONNode) throws {
    guard let units = try root.optional("units") else { return }
    for (key, unit) in [("bandwidth", "bytes/s"), ("size", "bytes"), ("time", "s")] {
      guard let node = try units.optional(key), try node.string() != unit else { continue }
      throw node.diagnostic(
        .valueOutOfRange, "is '\(try node.string())' where only '\(unit)' is read",
        remedy: "convert the numbers")
    }
  }

  /// Links by the numbers that routes use.
  private struct Links {
    private(set) var capacities: [Double] = []
    private var indexOfID: [Int64: Int] = [:]

    init(_ node: JSONNode) throws {
      for link in try node.elements() {
        try link.allow(keys: ["id", "name", "bandwidth"])
        let id = try link.optional("id")?.integer(in: 0...(1 << 53)) ?? Int64(capacities.count)
        guard indexOfID.updateValue(capacities.count, forKey: id) == nil else {
          throw link.diagnostic(.valueOutOfRange, "there is a link \(id) already")
        }
        capacities.append(try FlowFile.quantity(link.required("bandwidth")))
      }
      guard capacities.count < Int(Int32.max) else {
        throw node.diagnostic(.limitExceeded, "holds \(capacities.count) links")
      }
    }

    func id(_ value: JSONValue) -> LinkID? {
      value.integerValue.flatMap { indexOfID[$0] }.map { LinkID(index: $0) }
    }

    func id(_ node: JSONNode) throws -> LinkID {
      let number = try node.integer(in: 0...(1 << 53))
      guard let index = indexOfID[number] else {
        throw node.diagnostic(.valueOutOfRange, "there is no link \(number)")
      }
      return LinkID(index: index)
    }
  }

  /// Flows come in hundreds of thousands: the plain ones are read straight from their values, and
  /// whatever is not plain, or wrong, the slow way that knows where it is.
  private static func flows(_ node: JSONNode, _ links: Links) throws -> [FlowSet.Flow] {
    guard case .array(let values) = node.value else { return try flows(of: node.elements(), links) }
    var flows: [FlowSet.Flow] = []
    flows.reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      if let flow = plainFlow(value, links) {
        flows.append(flow)
      } else {
        var place = node.location
        place.keyPath = "flows[\(index)]"
        flows.append(try flow(JSONNode(value, at: place), links))
      }
    }
    return flows
  }

  private static func flows(of nodes: [JSONNode], _ links: Links) throws -> [FlowSet.Flow] {
    try nodes.map { try flow($0, links) }
  }

  /// No size, time or bandwidth is larger, so that none overflows on the way.
  private static let largest = 1e30
  /// The range of weights and shares, for the same reason.
  private static let proportions = 1e-12...1e12

  /// A number up to `largest`.
  private static func quantity(_ node: JSONNode) throws -> Double {
    let number = try node.double()
    guard number <= largest else {
      throw node.diagnostic(.valueOutOfRange, "\(number) is more than \(largest)")
    }
    return number
  }

  /// A number within `proportions`, or 0 where that has a meaning.
  private static func proportion(_ node: JSONNode, orNothing: Bool = false) throws -> Double {
    let number = try node.double()
    guard proportions.contains(number) || (orNothing && number == 0) else {
      throw node.diagnostic(
        .valueOutOfRange,
        "\(number) is not within \(proportions)" + (orNothing ? ", and not 0" : ""))
    }
    return number
  }

  private static func plainFlow(_ value: JSONValue, _ links: Links) -> FlowSet.Flow? {
    guard case .object(let members) = value else { return nil }
    var (size, start) = (Double.nan, 0.0)
    var route: [LinkID] = []
    for member in members {
      switch member.key {
      case "size": size = member.value.doubleValue ?? .nan
      case "start": start = member.value.doubleValue ?? .nan
      case "route":
        let steps = member.value.arrayValue ?? []
        route.reserveCapacity(steps.count)
        for step in steps {
          guard let id = links.id(step), !route.contains(id) else { return nil }
          route.append(id)
        }
      case "id", "src", "dst", "finish": break
      default: return nil
      }
    }
    guard (0...largest).contains(size), (0...largest).contains(start), !route.isEmpty else {
      return nil
    }
    return FlowSet.Flow(
      Transfer(bytes: size, links: route, weights: ones(route.count)), start: start)
  }

  /// The weights of a plain flow, shared by all with as many links.
  private static func ones(_ count: Int) -> [Double] {
    count < sharedOnes.count ? sharedOnes[count] : Array(repeating: 1, count: count)
  }

  private static let sharedOnes = (0...8).map { Array(repeating: 1.0, count: $0) }

  private static func flow(_ node: JSONNode, _ links: Links) throws -> FlowSet.Flow {
    try node.allow(keys: [
      "id", "src", "dst", "size", "start", "route", "weights", "share", "bound", "finish",
    ])
    let routeNode = try node.required("route")
    let route = try routeNode.elements().map(links.id)
    guard Set(route).count == route.count else {
      throw routeNode.diagnostic(.valueOutOfRange, "names a link twice")
    }
    let bound = try node.optional("bound")?.double(exclusive: true) ?? .infinity
    guard !route.isEmpty || bound < .infinity else {
      throw routeNode.diagnostic(
        .valueOutOfRange, "is empty, and nothing else holds the flow",
        remedy: "name its links, or give it a 'bound'")
    }
    var weights = [Double](repeating: 1, count: route.count)
    if let node = try node.optional("weights") {
      weights = try node.elements().map { try proportion($0, orNothing: true) }
      guard weights.count == route.count else {
        throw node.diagnostic(
          .valueOutOfRange, "holds \(weights.count) weights for \(route.count) links")
      }
    }
    guard bound < .infinity || weights.contains(where: { $0 > 0 }) else {
      throw node.diagnostic(
        .valueOutOfRange, "has no weight on any link, and nothing else holds the flow",
        remedy: "give it a weight, or a 'bound'")
    }
    return FlowSet.Flow(
      Transfer(
        bytes: try quantity(node.required("size")), links: route, weights: weights,
        fairShare: try node.optional("share").map { try proportion($0) } ?? 1, rateBound: bound),
      start: try node.optional("start").map(quantity) ?? 0)
  }

  private static func changes(
    _ node: JSONNode, _ links: Links
  ) throws -> [FlowSet.CapacityChange] {
    try node.elements().map { change in
      try change.allow(keys: ["time", "link", "bandwidth"])
      return FlowSet.CapacityChange(
        time: try quantity(change.required("time")), link: try links.id(change.required("link")),
        capacity: try quantity(change.required("bandwidth")))
    }
  }
}

extension FlowFile {
  /// The file with `finish` of every flow and `makespan` filled in, in seconds.
  ///
  /// - Throws: a `Diagnostic` where a flow never ends.
  public func document(_ outcome: FlowSet.Outcome) throws -> [UInt8] {
    if let index = outcome.finishes.firstIndex(of: .infinity) {
      throw Diagnostic(
        .deadlock, at: root.location, "flow \(index) gets no bandwidth, and never ends",
        remedy: "give its links a capacity")
    }
    var text = Array("{\n".utf8)
    guard case .object(let members) = root.value else { return [] }
    var kept = members.filter { $0.key != "makespan" }
    kept.append(JSONValue.Member(key: "makespan", value: .number(outcome.makespan)))
    for (index, member) in kept.enumerated() {
      var key = JSONWriter(indented: false)
      key.string(member.key)
      text += key.bytes + Array(": ".utf8)
      if ["links", "flows", "changes"].contains(member.key) {
        writeLines(member, outcome, to: &text)
      } else {
        var value = JSONWriter(indented: false)
        value.value(member.value)
        text += value.bytes
      }
      text += Array((index + 1 < kept.count ? ",\n" : "\n}\n").utf8)
    }
    return text
  }

  /// An array with each element on a line of its own.
  private func writeLines(
    _ member: JSONValue.Member, _ outcome: FlowSet.Outcome, to text: inout [UInt8]
  ) {
    let values = member.value.arrayValue ?? []
    text += Array("[\n".utf8)
    var line = JSONWriter(indented: false)
    for (index, value) in values.enumerated() {
      line.reset()
      if member.key == "flows", case .object(let members) = value {
        line.object { json in
          for member in members where member.key != "finish" {
            json.key(member.key)
            json.value(member.value)
          }
          json.member("finish", outcome.finishes[index])
        }
      } else {
        line.value(value)
      }
      text += line.bytes
      if index + 1 < values.count { text.append(UInt8(ascii: ",")) }
      text.append(UInt8(ascii: "\n"))
    }
    text.append(UInt8(ascii: "]"))
  }
}
