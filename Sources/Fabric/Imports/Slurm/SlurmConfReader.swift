import Diagnostics

/// Reads `topology.conf`: lines of `KEY=VALUE`, keys in any case, `#` to the end of the line a comment,
/// a backslash at its end going on in the next.
enum SlurmConfReader {
  /// What the file says, not yet checked for sense.
  static func topology(_ bytes: [UInt8], file: String) throws -> SlurmTopology {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Diagnostic(
        .malformedTopology, at: SourceLocation(file: file), "is no UTF-8 text",
        remedy: "check that this is the file you meant")
    }
    var topology = SlurmTopology()
    for (number, line) in logicalLines(text) {
      let place = SourceLocation(file: file, line: number)
      let fields = try fields(line, place)
      guard !fields.isEmpty else { continue }
      try add(fields, to: &topology, place)
    }
    return topology
  }

  /// Lines without comments, continued ones put together under the number of their first.
  private static func logicalLines(_ text: String) -> [(number: Int, line: String)] {
    var lines: [(number: Int, line: String)] = []
    var pending: (number: Int, line: String)?
    for (index, raw) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      var line = raw.prefix { $0 != "#" }
      while let last = line.last, last.isWhitespace { line.removeLast() }
      let goesOn = line.last == "\\"
      if goesOn { line.removeLast() }
      let joined = (pending?.line ?? "") + line
      let number = pending?.number ?? index + 1
      pending = goesOn ? (number, joined) : nil
      if !goesOn { lines.append((number, joined)) }
    }
    if let pending { lines.append(pending) }
    return lines
  }

  private static let keys = [
    "switchname", "nodes", "switches", "linkspeed", "blockname", "blocksizes",
  ]

  private static func fields(
    _ line: String, _ place: SourceLocation
  ) throws -> [String: String] {
    var fields: [String: String] = [:]
    for word in line.split(whereSeparator: \.isWhitespace) {
      let sides = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard sides.count == 2, !sides[1].isEmpty else {
        throw Diagnostic(
          .malformedTopology, at: place, "'\(word)' is not KEY=VALUE",
          remedy: "write for example SwitchName=leaf1 Nodes=gpu[001-016], without spaces around '='"
        )
      }
      let key = sides[0].lowercased()
      guard keys.contains(key) else {
        throw Diagnostic(
          .unknownKey, at: place, "the key '\(sides[0])' is not known here",
          remedy: "known keys are SwitchName, Nodes, Switches, LinkSpeed, BlockName, BlockSizes")
      }
      guard fields.updateValue(String(sides[1]), forKey: key) == nil else {
        throw Diagnostic(
          .duplicateKey, at: place, "'\(sides[0])' stands twice in the line",
          remedy: "keep one of them")
      }
    }
    return fields
  }

  private static func add(
    _ fields: [String: String], to topology: inout SlurmTopology, _ place: SourceLocation
  ) throws {
    if let name = fields["blockname"] {
      guard let nodes = fields["nodes"], fields["switchname"] == nil, fields["switches"] == nil
      else {
        throw Diagnostic(
          .malformedTopology, at: place, "the block '\(name)' needs Nodes= and nothing of a switch",
          remedy: "write for example BlockName=\(name) Nodes=gpu[01-18]")
      }
      topology.blocks.append(
        .init(name: name, nodes: try HostList.names(nodes, at: place), place: place))
      return
    }
    if let name = fields["switchname"] {
      let (nodes, switches) = (fields["nodes"], fields["switches"])
      guard (nodes == nil) != (switches == nil) else {
        throw Diagnostic(
          .malformedTopology, at: place,
          "the switch '\(name)' needs either Nodes= or Switches=, and not both",
          remedy: "say what is below it; split it in two where it has both")
      }
      topology.switches.append(
        .init(
          name: name, nodes: try nodes.map { try HostList.names($0, at: place) } ?? [],
          switches: try switches.map { try HostList.names($0, at: place) } ?? [], place: place))
      return
    }
    guard fields["blocksizes"] != nil, fields.count == 1 else {
      throw Diagnostic(
        .malformedTopology, at: place, "the line names neither a switch nor a block",
        remedy: "begin it with SwitchName= or BlockName=")
    }
  }
}
