import Diagnostics

extension InfraGraph {
  /// What an accelerator, or a host, has of a network.
  private struct Share {
    var gigabits = 0.0
    var peers: [Vertex] = []
    var latency: Double?
    /// A link whose bandwidth the document does not state.
    var isUnknown = false

    var isEmpty: Bool { peers.isEmpty }

    mutating func add(_ link: Link?, _ peer: Vertex) {
      gigabits += link?.gigabits ?? 0
      isUnknown = isUnknown || link?.gigabits == nil
      latency = latency ?? link?.latencyNanoseconds
      if !peers.contains(peer) { peers.append(peer) }
    }
  }

  /// A device with accelerators.
  private struct Host: Hashable {
    var instance: String
    var device: Int
  }

  /// Hosts, grouped to pods by what connects their accelerators, and their NICs as the way out.
  func fabric(file: String, options: FabricImportOptions) throws -> ImportedFabric {
    let computing = instances.filter { $0.device.accelerators > 0 }
    guard let kind = computing.first?.device else {
      throw Diagnostic(
        .malformedTopology, at: place, "no instance is of a device with an xpu",
        remedy: "give the device of the hosts a component of choice xpu")
    }
    guard computing.allSatisfy({ $0.device.name == kind.name }) else {
      throw Diagnostic(
        .malformedTopology, at: place,
        "accelerators are in devices of several kinds, and a fabric's GPUs are alike",
        remedy: "import the instances of one kind at a time")
    }
    let gpus = computing.reduce(0.0) { $0 + Double($1.count) * Double(kind.accelerators) }
    guard gpus <= Double(FabricSpecification.maximumGPUs) else {
      throw Diagnostic(
        .limitExceeded, at: place, "comes to more than \(FabricSpecification.maximumGPUs) GPUs",
        remedy: "check the counts of instances and components")
    }
    let hosts = computing.flatMap { instance in
      (0..<instance.count).map { Host(instance: instance.name, device: $0) }
    }
    let outside = try Outside(self, hosts)
    let within = try Self.within(kind)
    let up = outside.scaleUp.isEmpty ? within : outside.scaleUp
    try FabricImportOptions.require(
      [
        ("--scale-up-gbps", options.scaleUpGigabits == nil && (up.isEmpty || up.isUnknown)),
        (
          "--scale-out-gbps",
          options.scaleOutGigabits == nil && outside.pods.count > 1
            && (outside.scaleOut.isEmpty || outside.scaleOut.isUnknown)
        ),
      ], file: file)
    return assemble(kind, up: up, outside: outside, options: options, file: file)
  }

  private func assemble(
    _ kind: Device, up: Share, outside: Outside, options: FabricImportOptions, file: String
  ) -> ImportedFabric {
    let gpus = kind.accelerators
    let usual = ImportedFabric.assumedHopLatency
    var assumed = ["technology"]
    if up.latency == nil || outside.scaleOut.latency == nil { assumed.append("latencies") }
    let out = options.scaleOutGigabits ?? outside.scaleOut.gigabits / Double(gpus)
    let nics = outside.scaleOut.peers.count
    let leaf = outside.leaves.leaf(gpusPerHost: gpus)
    if leaf != nil, outside.leaves.latency == nil, !assumed.contains("latencies") {
      assumed.append("latencies")
    }
    return ImportedFabric(
      name: name, description: summary(kind, outside), source: "InfraGraph document '\(name)'",
      assumed: assumed, pods: ImportedFabric.runs(outside.pods.map { $0 * gpus }),
      gpusPerNode: options.gpusPerNode ?? gpus,
      scaleUp: .init(
        gigabits: options.scaleUpGigabits ?? up.gigabits, parts: max(1, up.peers.count),
        hopLatency: up.latency ?? usual.scaleUp, technology: .electrical),
      scaleOut: out > 0
        ? .init(
          gigabits: out, parts: nics > 0 && nics % gpus == 0 ? nics / gpus : 1,
          hopLatency: outside.scaleOut.latency ?? usual.scaleOut, technology: .optical,
          topology: leaf.map { .leafSpine($0) } ?? .switch) : nil)
  }

  private func summary(_ kind: Device, _ outside: Outside) -> String {
    let hosts = outside.pods.reduce(0, +)
    var parts = [
      description.isEmpty
        ? "" : description.split(whereSeparator: \.isWhitespace).joined(separator: " ") + ":",
      "\(hosts) hosts '\(kind.name)' of \(kind.accelerators) accelerators in \(outside.pods.count) pods",
    ].filter { !$0.isEmpty }
    if outside.leaves.leaf(gpusPerHost: 1) == nil, let ratio = outside.leaves.oversubscription,
      ratio > 1
    {
      let tenths = Int((ratio * 10).rounded())
      parts.append("(leaf switches \(tenths / 10).\(tenths % 10):1 oversubscribed, left out)")
    }
    return parts.joined(separator: " ") + "."
  }

  /// What the first accelerator of a device has within it: links to switches and to accelerators, PCIe
  /// and CXL left out.
  private static func within(_ device: Device) throws -> Share {
    var share = Share()
    var room = mostPairs
    for edge in device.edges {
      let names = [edge.link, edge.first.component.name, edge.second.component.name]
      guard !names.contains(where: isPeripheral) else { continue }
      for (one, other) in try pairs(edge, room: &room, resolve: { _ in (device, 1) }) {
        for (from, to) in [(one, other), (other, one)] where from.index == 0 {
          guard device.component(from.component)?.isAccelerator == true,
            let peer = device.component(to.component),
            peer.isAccelerator || peer.kind == .switch || peer.kind == .custom
          else { continue }
          share.add(device.links[edge.link], to)
        }
      }
    }
    return share
  }

  private static func isPeripheral(_ name: String) -> Bool {
    let name = name.lowercased()
    return name.contains("pci") || name.contains("cxl")
  }
}

// MARK: Between devices

extension InfraGraph {
  /// What connects hosts.
  private struct Outside {
    /// What the first host's first accelerator has beyond the host.
    var scaleUp = Share()
    /// What the first host's NICs have, all together.
    var scaleOut = Share()
    /// Hosts of each pod.
    var pods: [Int] = []
    /// What is below leaf switches, and above them.
    var leaves = Leaves()

    init(_ graph: InfraGraph, _ hosts: [Host]) throws {
      let byName = Dictionary(
        graph.instances.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
      let numbers = Dictionary(
        hosts.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
      var shares = [Share](repeating: Share(), count: hosts.count)
      var groups = HostGroups(hosts: hosts.count)
      var room = InfraGraph.mostPairs
      for edge in graph.edges {
        let link = graph.links[edge.link]
        let pairs = try InfraGraph.pairs(edge, room: &room) { end in
          guard let instance = end.instance, let found = byName[instance.name] else {
            throw Diagnostic(
              .malformedTopology, at: end.instance?.place,
              "there is no instance '\(end.instance?.name ?? "")'",
              remedy: "add it under 'instances'")
          }
          return (found.device, found.count)
        }
        for (one, other) in pairs {
          // Switches of accelerators are the scale-up's.
          if ![one, other].contains(where: {
            byName[$0.instance]?.device.component($0.component)?.isAccelerator == true
          }) {
            leaves.add(
              one, other, link,
              host: { numbers[Host(instance: $0.instance, device: $0.device)] })
          }
          for (from, to) in [(one, other), (other, one)] {
            guard let host = numbers[Host(instance: from.instance, device: from.device)] else {
              continue
            }
            let component = byName[from.instance]?.device.component(from.component)
            if component?.isAccelerator == true {
              groups.join(host, to: to, numbers[Host(instance: to.instance, device: to.device)])
              if host == 0, from.index == 0 { scaleUp.add(link, to) }
            } else {
              shares[host].add(link, from)
            }
          }
        }
      }
      try Self.check(shares, hosts, graph)
      scaleOut = shares.first ?? Share()
      pods = groups.sizes(hosts.count)
    }

    private static func check(_ shares: [Share], _ hosts: [Host], _ graph: InfraGraph) throws {
      guard let odd = shares.firstIndex(where: { $0.gigabits != shares[0].gigabits }) else {
        return
      }
      let names = [hosts[0], hosts[odd]].map { "\($0.instance)[\($0.device)]" }
      throw Diagnostic(
        .malformedTopology, at: graph.place,
        "'\(names[0])' and '\(names[1])' have different bandwidths into the network, and a fabric's "
          + "GPUs are alike", remedy: "complete the edges, or import one kind at a time")
    }
  }

  /// Hosts that share switches of their accelerators.
  private struct HostGroups {
    private var parents: [Int]
    private var switches: [Host: Int] = [:]

    init(hosts: Int) { parents = Array(0..<hosts) }

    private mutating func root(_ host: Int) -> Int {
      var host = host
      while parents[host] != host {
        parents[host] = parents[parents[host]]
        host = parents[host]
      }
      return host
    }

    /// Joins a host to what an accelerator of it leads to: a switch, or another host.
    mutating func join(_ host: Int, to vertex: Vertex, _ otherHost: Int?) {
      let key = Host(instance: vertex.instance, device: vertex.device)
      guard let other = otherHost ?? switches[key] else { return switches[key] = host }
      let (one, two) = (root(host), root(other))
      parents[max(one, two)] = min(one, two)
    }

    /// Hosts a group, groups in the order of their first hosts.
    mutating func sizes(_ hosts: Int) -> [Int] {
      var sizes = [Int](repeating: 0, count: hosts)
      for host in 0..<hosts { sizes[root(host)] += 1 }
      return sizes.filter { $0 > 0 }
    }
  }

  /// Bandwidths below and above the switches that hosts' NICs lead to.
  private struct Leaves {
    private var below: [Host: Double] = [:]
    private var above: [Host: Double] = [:]
    /// By switch the hosts below it.
    private var hosts: [Host: Set<Int>] = [:]
    /// In ns, of a link above one of them.
    private(set) var latency: Double?

    mutating func add(_ one: Vertex, _ other: Vertex, _ link: Link?, host: (Vertex) -> Int?) {
      for (from, to) in [(one, other), (other, one)] where host(from) == nil {
        let key = Host(instance: from.instance, device: from.device)
        if let below = host(to) {
          hosts[key, default: []].insert(below)
          self.below[key, default: 0] += link?.gigabits ?? 0
        } else {
          above[key, default: 0] += link?.gigabits ?? 0
          latency = latency ?? link?.latencyNanoseconds
        }
      }
    }

    /// Bandwidth below a leaf switch over that above it, the most of all, where both are known. A
    /// maximum, so in whichever order.
    var oversubscription: Double? {
      below.compactMap { key, sum in
        above[key].flatMap { sum > 0 && $0 > 0 ? sum / $0 : nil }
      }.max()
    }

    /// The leaf switches, where each serves as many hosts that follow one another, no host is below
    /// two, and there is something above; the most oversubscribed stands for all.
    func leaf(gpusPerHost: Int) -> FabricSpecification.Leaf? {
      guard let oversubscription else { return nil }
      let groups = hosts.values.map { $0.sorted() }.sorted { ($0.first ?? 0) < ($1.first ?? 0) }
      guard groups.flatMap(\.self) == Array(0..<groups.reduce(0) { $0 + $1.count }) else {
        return nil
      }
      return ImportedFabric.leaf(
        groups.map { $0.count * gpusPerHost }, oversubscription: max(1, oversubscription),
        hopLatency: latency)
    }
  }
}
