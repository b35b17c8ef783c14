import Diagnostics
import JSON
import Quantities

/// Reads one network of a fabric's document.
struct NetworkReader {
  /// Where the network stands.
  enum Place {
    case scaleUp(gpus: Int)
    case rack
    case scaleOut([FabricSpecification.PodKind])
  }

  let node: JSONNode
  let place: Place

  init(_ node: JSONNode, place: Place) {
    self.node = node
    self.place = place
  }

  private var partsKey: String {
    if case .scaleOut = place { "nics" } else { "planes" }
  }

  /// The network.
  ///
  /// - Throws: a `Diagnostic` with the key path of what is wrong.
  func network() throws -> FabricSpecification.Network {
    try node.allow(keys: [
      "bandwidth_gbps", partsKey, "hop_latency_ns", "efficiency", "oversubscription", "technology",
      "energy_pj_per_bit", "static_power_w", "lanes", "length_m", "propagation_ns_per_m",
      "balancing", "in_network_reduction", "topology", "leaf", "cross_rail", "torus",
      "connections", "configurations", "reconfiguration_us", "switching",
    ])
    let efficiency = try node.optional("efficiency")
    let share = try efficiency?.double(exclusive: true) ?? 1
    if let efficiency, share > 1 {
      throw efficiency.diagnostic(.valueOutOfRange, "\(share) is more than 1")
    }
    var network = FabricSpecification.Network(
      bandwidth: try bandwidth(), planes: try node.optional(partsKey)?.int(in: 1...4096) ?? 1,
      hopLatency: try latency(), efficiency: share,
      oversubscription: try oversubscription(node), technology: try Self.technology(node),
      energyPicojoulesPerBit: try Self.limited(node, "energy_pj_per_bit"))
    network.lanes = try node.optional("lanes")?.int(in: 1...64) ?? 1
    network.staticPowerWatts = try Self.limited(node, "static_power_w")
    network.lengthMetres = try Self.limited(node, "length_m")
    network.balancing = try word("balancing") ?? .spray
    network.reducesInNetwork = try node.optional("in_network_reduction")?.bool() ?? false
    network.topology = try TopologyReader(node, place: place).topology()
    try check(network)
    return network
  }

  /// What a network can't be at once.
  private func check(_ network: FabricSpecification.Network) throws {
    var isDirect = false
    switch network.topology {
    case .direct, .circuits: isDirect = true
    case .switch, .leafSpine, .rails: break
    }
    let isRack = if case .rack = place { true } else { false }
    if network.oversubscription > 1, isDirect || isRack {
      throw try node.required("oversubscription").diagnostic(
        .valueOutOfRange, "nothing is shared here that could be oversubscribed",
        remedy: "leave it out")
    }
    if isDirect, network.planes > 1 {
      throw try node.required(partsKey).diagnostic(
        .valueOutOfRange, "links between GPUs have no planes",
        remedy: "leave it out; 'connections' may list several between two GPUs")
    }
    if isDirect, network.balancing != .spray {
      throw try node.required("balancing").diagnostic(
        .valueOutOfRange, "links between GPUs have no planes to balance", remedy: "leave it out")
    }
    if isDirect, network.reducesInNetwork {
      throw try node.required("in_network_reduction").diagnostic(
        .valueOutOfRange, "there is no switch that could", remedy: "leave it out")
    }
  }

  private func bandwidth() throws -> Bandwidth {
    let bandwidth = try node.required("bandwidth_gbps")
    let gigabits = try bandwidth.double(exclusive: true)
    guard 1e-6...1e9 ~= gigabits else {
      throw bandwidth.diagnostic(
        .valueOutOfRange, "\(gigabits) Gb/s is no bandwidth",
        remedy: "bandwidths are from 1e-6 to 1e9 Gb/s")
    }
    return .gigabitsPerSecond(gigabits)
  }

  /// Latency of a hop, with what its length adds: 5 ns/m in fibre and in copper, near enough.
  private func latency() throws -> SimDuration {
    let hop = try Self.latency(node.required("hop_latency_ns"))
    let length = try Self.limited(node, "length_m") ?? 0
    let slowness = try Self.limited(node, "propagation_ns_per_m")
    if slowness != nil, length == 0 {
      throw try node.required("propagation_ns_per_m").diagnostic(
        .missingKey, "says nothing without a length", remedy: "add 'length_m', or leave it out")
    }
    return hop + (SimDuration.rounding(seconds: length * (slowness ?? 5) * 1e-9) ?? .zero)
  }

  static func latency(_ latency: JSONNode) throws -> SimDuration {
    let nanoseconds = try latency.double()
    guard nanoseconds <= 1e9, let hop = SimDuration.rounding(seconds: nanoseconds * 1e-9) else {
      throw latency.diagnostic(
        .valueOutOfRange, "\(nanoseconds) ns is no latency", remedy: "latencies are at most 1e9 ns")
    }
    return hop
  }

  static func technology(_ node: JSONNode) throws -> LinkTechnology {
    guard let named = try node.optional("technology") else { return .electrical }
    guard let known = LinkTechnology(rawValue: try named.string()) else {
      throw named.diagnostic(.valueOutOfRange, "must be 'electrical' or 'optical'")
    }
    return known
  }

  /// A number from 0 to a million, where the key is there: beyond that nothing real is meant.
  static func limited(_ node: JSONNode, _ key: String, atLeast least: Double = 0) throws -> Double?
  {
    guard let found = try node.optional(key) else { return nil }
    let value = try found.double(atLeast: least)
    guard value <= 1e6 else {
      throw found.diagnostic(.valueOutOfRange, "is \(value) and must be at most 1e6")
    }
    return value
  }

  private func oversubscription(_ node: JSONNode) throws -> Double {
    try Self.limited(node, "oversubscription", atLeast: 1) ?? 1
  }

  private func word<Word: RawRepresentable & CaseIterable>(
    _ key: String
  ) throws -> Word? where Word.RawValue == String {
    try node.optional(key).map { try $0.word() }
  }
}

extension JSONNode {
  /// One of the words of a type.
  func word<Word: RawRepresentable & CaseIterable>() throws -> Word
  where Word.RawValue == String {
    guard let word = Word(rawValue: try string()) else {
      let words = Word.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
      throw diagnostic(
        .valueOutOfRange, "'\(try string())' is none of the words known here",
        remedy: "write one of \(words)")
    }
    return word
  }
}
