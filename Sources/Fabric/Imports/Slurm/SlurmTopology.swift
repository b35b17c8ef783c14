import Diagnostics

/// What a Slurm topology says: switches in a tree, or blocks of nodes.
struct SlurmTopology {
  /// A switch with nodes, or with switches, below it.
  struct Switch {
    var name: String
    var nodes: [String]
    var switches: [String]
    var place: SourceLocation
  }

  /// Nodes with a fast network among them.
  struct Block {
    var name: String
    var nodes: [String]
    var place: SourceLocation
  }

  /// The name of the topology, where the file names it.
  var name: String?
  var switches: [Switch] = []
  var blocks: [Block] = []

  /// Reads `topology.conf` or `topology.yaml`, told by how it begins.
  ///
  /// - Throws: a `Diagnostic` with the line or the key path of what is wrong.
  init(_ bytes: [UInt8], file: String) throws {
    let isYAML = bytes.split(separator: 0x0A).contains {
      FabricImportFormat.isSlurmYAML($0.split { $0 <= 0x20 })
    }
    self =
      isYAML
      ? try SlurmYAMLReader.topology(YAMLReader.node(bytes, file: file))
      : try SlurmConfReader.topology(bytes, file: file)
    try check(file: file)
  }

  init(name: String? = nil) { self.name = name }
}

// MARK: Checking

extension SlurmTopology {
  private static func wrong(
    _ place: SourceLocation, _ problem: String, _ remedy: String
  ) -> Diagnostic {
    Diagnostic(.malformedTopology, at: place, problem, remedy: remedy)
  }

  /// Throws unless this is one tree, or a forest, or blocks, with every node in one place.
  private func check(file: String) throws {
    let place = SourceLocation(file: file)
    guard !switches.isEmpty || !blocks.isEmpty else {
      throw Self.wrong(
        place, "names neither a switch nor a block", "add SwitchName= or BlockName= lines")
    }
    if let block = blocks.first, !switches.isEmpty {
      throw Self.wrong(
        block.place, "there are blocks and switches in one topology",
        "import the tree and the blocks from files of their own")
    }
    try checkNodes()
    try checkTree()
  }

  private func checkNodes() throws {
    var owners: [String: String] = [:]
    for (name, nodes, place) in switches.map({ ($0.name, $0.nodes, $0.place) })
      + blocks.map({ ($0.name, $0.nodes, $0.place) })
    {
      for node in nodes {
        if let owner = owners.updateValue(name, forKey: node) {
          throw Self.wrong(
            place, "node '\(node)' is in '\(owner)' and in '\(name)'", "leave it in one of them")
        }
      }
    }
  }

  private func checkTree() throws {
    var places: [String: Int] = [:]
    for (index, each) in switches.enumerated() {
      guard places.updateValue(index, forKey: each.name) == nil else {
        throw Self.wrong(
          each.place, "the switch '\(each.name)' stands here for the second time",
          "give each switch one line")
      }
    }
    var parents: [String: String] = [:]
    for each in switches {
      for child in each.switches {
        guard places[child] != nil else {
          throw Self.wrong(
            each.place, "there is no switch '\(child)'",
            "add its SwitchName= line, or mend the name")
        }
        if let other = parents.updateValue(each.name, forKey: child) {
          throw Self.wrong(
            each.place, "the switch '\(child)' is below '\(other)' and below '\(each.name)'",
            "a tree is needed: keep one of them")
        }
      }
    }
    let levels = Self.levels(switches, parents)
    if let ring = switches.first(where: { levels[$0.name] == nil }) {
      throw Self.wrong(
        ring.place, "the way up from the switch '\(ring.name)' runs in a ring",
        "mend the lists of what is below each switch")
    }
  }

  /// How many switches are above each, for those whose way up ends. O(switches).
  static func levels(_ switches: [Switch], _ parents: [String: String]) -> [String: Int] {
    let byName = Dictionary(switches.map { ($0.name, $0.switches) }) { first, _ in first }
    var levels: [String: Int] = [:]
    var row = switches.map(\.name).filter { parents[$0] == nil }
    var level = 0
    while !row.isEmpty {
      for name in row { levels[name] = level }
      row = row.flatMap { byName[$0] ?? [] }
      level += 1
    }
    return levels
  }

  /// The switch above each that is below one.
  var parents: [String: String] {
    var parents: [String: String] = [:]
    for each in switches {
      for child in each.switches { parents[child] = each.name }
    }
    return parents
  }
}
