import Diagnostics
import JSON
import Streams
import Trace

/// Reads the nodes of one rank's Chakra trace in JSON, as Chakra's own feeder takes them.
enum ChakraJSONReader {
  /// The nodes, in the order of the file.
  ///
  /// - Throws: a `Diagnostic` that names the key path.
  static func read(path: String, salvages: Bool) throws -> (nodes: ChakraNodes, salvage: Salvage?) {
    var salvage = salvages ? Salvage(fileNamed: lastComponent(path)) : nil
    var nodes = ChakraNodes()
    for node in try JSONNode(contentsOfFile: path).required("workload_graph").elements() {
      do {
        let name = nodes.names.intern(try node.optional("Name")?.string() ?? "")
        try nodes.append(operation(node, name: name))
      } catch let diagnostic as Diagnostic {
        guard salvage != nil else { throw diagnostic.offeringSalvage }
        try salvage?.leaveOut(diagnostic)
      }
    }
    try salvage?.check(kept: nodes.all.count)
    guard !nodes.all.isEmpty else {
      throw Diagnostic(
        .emptyInput, at: SourceLocation(file: path), "is a Chakra trace without nodes",
        remedy: "the job or its converter wrote nothing; leave the file out or write it again")
    }
    return (nodes, salvage)
  }

  private static func operation(_ node: JSONNode, name: Int32) throws -> ChakraOperation {
    let type = try node.required("NodeType")
    guard let work = ChakraNodes.work(ofType: try type.integer(in: 0...Int64(Int32.max))) else {
      throw type.diagnostic(.valueOutOfRange, "0 is no type of a node", remedy: damagedRemedy)
    }
    var operation = ChakraOperation(
      id: UInt64(try node.required("Id").integer(in: 0...(.max))), name: name, work: work,
      place: node.location)
    operation.dataDependencies = try ids(node, "data_deps")
    operation.controlDependencies = try ids(node, "ctrlDeps") + ids(node, "ctrl_deps")
    operation.duration = try micros(node, "runtime")
    operation.start = try micros(node, "start_time_micros")
    for (key, member) in try node.members() {
      if let fault = operation.attributes.set(key, value(member.value)) {
        throw member.diagnostic(.wrongType, fault, remedy: damagedRemedy)
      }
    }
    return operation
  }

  private static func ids(_ node: JSONNode, _ key: String) throws -> [UInt64] {
    try node.optional(key)?.elements().map { UInt64(try $0.integer(in: 0...(.max))) } ?? []
  }

  private static func micros(_ node: JSONNode, _ key: String) throws -> Int64? {
    try node.optional(key).flatMap {
      ChakraNodes.nanoseconds(micros: UInt64(try $0.integer(in: 0...(.max))))
    }
  }

  private static func value(_ value: JSONValue) -> ChakraAttributes.Value {
    switch value {
    case .bool(let flag): .flag(flag)
    case .string(let text): .text(text)
    default: value.integerValue.map { .integer($0) } ?? .other
    }
  }
}
