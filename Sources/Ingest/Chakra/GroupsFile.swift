import Diagnostics
import JSON
import Trace

/// Process groups in a file of their own, as ASTRA-sim takes them beside Chakra traces: an object that
/// holds the ranks of each group under its name.
struct GroupsFile {
  let path: String
  let groups: [String: [RankID]]

  /// Reads one.
  ///
  /// - Throws: a `Diagnostic` that names the key path.
  init(path: String) throws {
    self.path = path
    var groups: [String: [RankID]] = [:]
    for (name, node) in try JSONNode(contentsOfFile: path, limit: 1 << 26).members() {
      // Newer files hold an object, for dimensions beside the ranks.
      let list = node.value.arrayValue == nil ? try node.required("ranks") : node
      let ranks = try list.elements().map {
        RankID(index: try $0.int(in: 0...maximumWorldSize - 1))
      }
      guard !ranks.isEmpty, Set(ranks).count == ranks.count else {
        throw list.diagnostic(
          .valueOutOfRange, "a group needs ranks, each once",
          remedy: "list the global ranks of the group's members")
      }
      groups[name] = ranks
    }
    self.groups = groups
  }

  /// Whether a text begins as such a file does.
  static func recognizes(_ head: ArraySlice<UInt8>) -> Bool {
    var rest = head[...]
    func next() -> UInt8? {
      rest = rest.drop { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
      return rest.popFirst()
    }
    guard next() == UInt8(ascii: "{") else { return false }
    let first = next()
    // A job without collectives has none to list.
    if first == UInt8(ascii: "}") { return next() == nil }
    guard first == UInt8(ascii: "\""), let end = rest.firstIndex(of: UInt8(ascii: "\"")) else {
      return false
    }
    let name = rest[..<end]
    rest = rest[(end + 1)...]
    guard next() == UInt8(ascii: ":"), let open = next() else { return false }
    let isNumber = !name.isEmpty && name.allSatisfy { 0x30...0x39 ~= $0 }
    guard open == UInt8(ascii: "[") else { return open == UInt8(ascii: "{") && isNumber }
    return next().map { 0x30...0x39 ~= $0 || isNumber } ?? isNumber
  }
}

extension Ingestor {
  /// Gives the groups in files of their own to the Chakra traces beside them.
  ///
  /// - Throws: a `Diagnostic` where there is no Chakra trace, or two files disagree.
  static func complete(_ captures: inout [RankCapture], with files: [GroupsFile]) throws {
    var known: [String: (ranks: [RankID], path: String)] = [:]
    for file in files.sorted(by: { $0.path < $1.path }) {
      for (name, ranks) in file.groups.sorted(by: { $0.key < $1.key }) {
        if let other = known[name], other.ranks != ranks {
          throw Diagnostic(
            .groupUnknown, at: SourceLocation(file: file.path),
            "group '\(name)' has other ranks than in \(other.path)",
            remedy: "name one file of groups, that of this job")
        }
        known[name] = (ranks, file.path)
      }
    }
    let isChakra = captures.contains { $0.chakra != nil }
    if let file = files.first, !isChakra {
      throw Diagnostic(
        .unknownFormat, at: SourceLocation(file: file.path),
        "lists process groups, and there is no Chakra trace beside it",
        remedy: "name it together with the ranks' .et files")
    }
    for index in captures.indices where captures[index].chakra != nil {
      captures[index].take(known.mapValues(\.ranks))
    }
    // Said once for all ranks, at whichever comes first by name.
    guard
      let first = captures.indices.filter({ captures[$0].chakra != nil })
        .min(by: { captures[$0].path < captures[$1].path })
    else { return }
    let (assumptions, log) = ChakraTally.summary(of: captures)
    captures[first].assumptions += assumptions
    for diagnostic in log { captures[first].log.note(diagnostic) }
  }
}

extension RankCapture {
  /// Completes the groups that its calls name. One that no file lists is all ranks.
  fileprivate mutating func take(_ known: [String: [RankID]]) {
    for index in groups.indices where !groups[index].isWorld {
      groups[index].ranks = known[groups[index].name]
      guard groups[index].ranks == nil else { continue }
      groups[index].isWorld = true
      if groups[index].name == CapturedGroup.identity("") { continue }
      assumptions.append(
        Assumption(
          "group-unknown",
          "no file says the ranks of group '\(groups[index].name)'; taken for all ranks"))
    }
    let named = Set(groups.map(\.name))
    for (name, ranks) in known.sorted(by: { $0.key < $1.key }) where !named.contains(name) {
      groups.append(CapturedGroup(name: name, purpose: "", ranks: ranks))
    }
  }
}
