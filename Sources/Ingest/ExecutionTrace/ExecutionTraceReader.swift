import Diagnostics
import JSON
import Streams
import Trace

/// Reads one rank's PyTorch execution trace, of any layout: its communication calls in program order.
///
/// The file is read as a stream; only nodes of communication are parsed and kept. Memory: O(calls).
struct ExecutionTraceReader {
  private let path: String
  private let parser: JSONParser
  private var groups = ExecutionGroups()
  private var recorded: [RecordedCall] = []
  private var issued: [IssuedCall] = []
  private var nodesRead = 0
  private var salvage: Salvage?

  /// - Parameter salvages: whether to go on with the rest of a damaged file.
  init(path: String, salvages: Bool) throws {
    self.path = path
    parser = try JSONParser()
    if salvages { salvage = Salvage(fileNamed: lastComponent(path)) }
  }

  /// The calls of the file.
  ///
  /// - Throws: a `Diagnostic` for damage, and for gloo's calls where several groups may be theirs.
  consuming func read() throws -> RankRecords {
    try scan()
    var records = RankRecords(path: path, source: .executionTrace)
    if recorded.isEmpty { try addIssued(to: &records) } else { try addRecorded(to: &records) }
    records.groups = groups.list
    records.worldSize = groups.worldSize
    if let salvage {
      records.log.append(salvage.log)
      records.assumptions += salvage.assumptions
    }
    return records
  }

  // MARK: Scanning

  private mutating func scan() throws {
    var scanner = EventStreamScanner(try InputStream(path: path), arrayKey: "nodes")
    do {
      try scanner.scan(wanted: []) { piece, offset in
        guard case .event(let bytes) = piece else { return }
        do {
          try visit(bytes, offset: offset)
          nodesRead += 1
        } catch let diagnostic as Diagnostic {
          guard salvage != nil else { throw diagnostic.offeringSalvage }
          try salvage?.leaveOut(diagnostic)
        }
      }
    } catch let diagnostic as Diagnostic {
      guard salvage != nil else {
        throw nodesRead > 0 ? diagnostic.offeringSalvage : diagnostic
      }
      try salvage?.stop(
        diagnostic, kept: nodesRead, reach: "byte \(scanner.reach) of its text")
    }
    try salvage?.check(kept: nodesRead)
    recorded.sort { $0.node.id < $1.node.id }
    issued.sort { $0.node.id < $1.node.id }
  }

  private mutating func visit(_ bytes: UnsafeRawBufferPointer, offset: Int64) throws {
    let name = try name(of: bytes, offset: offset)
    guard
      name == RecordedCall.nodeName || name == ExecutionGroups.nodeName
        || name.hasPrefix(IssuedCall.prefix)
    else { return }
    let place = SourceLocation(file: path, byteOffset: offset)
    let node = try ExecutionNode(JSONNode(parser.parse(bytes, at: place), at: place))
    switch name {
    case ExecutionGroups.nodeName: try groups.declare(node, parser: parser)
    case RecordedCall.nodeName: if let call = RecordedCall(node) { recorded.append(call) }
    default: if let call = IssuedCall(node) { issued.append(call) }
    }
  }

  private func name(of bytes: UnsafeRawBufferPointer, offset: Int64) throws -> String {
    do {
      var scanner = try FieldScanner(bytes, objectAt: 0)
      while let field = try scanner.next() {
        guard spells(bytes, field.key, "name") else { continue }
        return try stringText(bytes, field.value, parser: parser, path: path, offset: offset)
      }
      return ""
    } catch let fault as FieldScanner.Malformed {
      throw Diagnostic(
        .malformedJSON, at: SourceLocation(file: path, byteOffset: offset + Int64(fault.index)),
        "not valid JSON inside a node",
        remedy: "the file was damaged or edited; capture or copy it again")
    }
  }

  // MARK: Calls

  private mutating func addRecorded(to records: inout RankRecords) throws {
    // All groups first: whether an address is the only one shows at the end.
    for call in recorded { _ = call.group(in: &groups) }
    let isOneAddress = groups.addresses.count == 1
    for call in recorded {
      let group = call.group(in: &groups)
      guard let communication = try communication(call.node, of: group, call.communication) else {
        continue
      }
      records.calls.append(RankRecords.Call(communication: communication, group: group))
      guard let place = call.ownPlace, let group, groups.list[group].isWorld else { continue }
      if call.namesGroup || !isOneAddress {
        records.rank = place
      } else {
        records.likelyRank = place
      }
    }
    if isOneAddress {
      records.assumptions.append(
        Assumption(
          "et-default-group",
          "execution traces name one process group, by an address; it is taken for the default group"
        ))
    }
    noteGloo(in: &records)
  }

  /// Calls that only the dispatcher knows of are gloo's, beside those of NCCL.
  private func noteGloo(in records: inout RankRecords) {
    let parents = Set(recorded.compactMap(\.node.parent))
    let others = issued.count { !parents.contains($0.node.id) }
    guard others > 0 else { return }
    records.log.note(
      Diagnostic(
        .groupUnknown, severity: .warning, at: SourceLocation(file: path),
        "calls of gloo beside NCCL's are left out, for the trace names no process group for them "
          + "(calls: \(others))"))
  }

  private mutating func addIssued(to records: inout RankRecords) throws {
    // Where only one group has anyone to talk to, it is that one.
    let group = groups.listedGroups <= 1 ? groups.list.indices.first : nil
    for call in issued {
      guard let communication = try communication(call.node, of: group, call.communication) else {
        continue
      }
      records.calls.append(RankRecords.Call(communication: communication, group: group))
    }
  }

  private mutating func communication(
    _ node: ExecutionNode, of group: Int?, _ make: ([RankID]?) throws -> Communication
  ) throws -> Communication? {
    do {
      return try make(group.flatMap { groups.ranks($0) })
    } catch let diagnostic as Diagnostic {
      guard salvage != nil else { throw diagnostic.offeringSalvage }
      try salvage?.leaveOut(diagnostic)
      return nil
    }
  }
}
