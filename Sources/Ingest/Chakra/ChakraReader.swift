import ChakraSchema
import Diagnostics
import Streams
import SwiftProtobuf
import Trace

/// Reads the nodes of one rank's Chakra trace, in protobuf.
struct ChakraReader {
  let path: String
  private let content: [UInt8]?
  private var salvage: Salvage?
  private var nodes = ChakraNodes()

  /// A reader; `salvages` goes on with what can be read of a damaged file.
  ///
  /// - Parameter content: the file's text where it has been read already.
  init(path: String, content: [UInt8]? = nil, salvages: Bool = false) {
    self.path = path
    self.content = content
    salvage = salvages ? Salvage(fileNamed: lastComponent(path)) : nil
  }

  /// The nodes, in the order of the file.
  ///
  /// - Throws: a `Diagnostic` that names the byte, and the node where one is known.
  consuming func read() throws -> (nodes: ChakraNodes, salvage: Salvage?) {
    var messages =
      try content.map { DelimitedMessages($0, path: path) }
      ?? DelimitedMessages(InputStream(path: path))
    do {
      if let (bytes, offset) = try messages.next() {
        try check(bytes, .metadata, at: offset, "the metadata of the trace")
      }
      while let (bytes, offset) = try messages.next() { try add(bytes, at: offset) }
    } catch let diagnostic as Diagnostic {
      guard salvage != nil else { throw diagnostic.offeringSalvage }
      let kept = nodes.all.count
      try salvage?.stop(
        diagnostic, kept: kept, reach: "byte \(messages.offset) of its text")
    }
    try salvage?.check(kept: nodes.all.count)
    guard !nodes.all.isEmpty else {
      throw Diagnostic(
        .emptyInput, at: SourceLocation(file: path), "is a Chakra trace without nodes",
        remedy: "the job or its converter wrote nothing; leave the file out or write it again")
    }
    return (nodes, salvage)
  }

  private mutating func add(_ bytes: [UInt8], at offset: Int64) throws {
    do {
      try nodes.append(operation(bytes, at: offset))
    } catch let diagnostic as Diagnostic {
      guard salvage != nil else { throw diagnostic }
      try salvage?.leaveOut(diagnostic)
    }
  }

  private func check(
    _ bytes: [UInt8], _ shape: WireShape, at offset: Int64, _ what: String
  ) throws {
    guard let fault = shape.fault(in: bytes[...]) else { return }
    throw Diagnostic(
      .malformedEvent, at: SourceLocation(file: path, byteOffset: offset + Int64(fault.offset)),
      "\(what): \(fault.problem)", remedy: damagedRemedy)
  }

  private mutating func operation(_ bytes: [UInt8], at offset: Int64) throws -> ChakraOperation {
    try check(bytes, .node, at: offset, "a node")
    let place = SourceLocation(file: path, byteOffset: offset)
    var options = BinaryDecodingOptions()
    options.discardUnknownFields = true
    let node: ChakraNode
    do {
      node = try ChakraNode(serializedBytes: bytes, options: options)
    } catch {
      throw Diagnostic(
        .malformedEvent, at: place, "a node can't be decoded: \(error)", remedy: damagedRemedy)
    }
    guard let work = Self.work(node.type) else {
      throw Diagnostic(
        .malformedEvent, at: place, "node \(node.id) has no type", remedy: damagedRemedy)
    }
    var operation = ChakraOperation(
      id: node.id, name: nodes.names.intern(node.name), work: work, place: place)
    operation.dataDependencies = node.dataDependencies
    operation.controlDependencies = node.controlDependencies
    operation.start = ChakraNodes.nanoseconds(micros: node.startTimeMicros)
    operation.duration = ChakraNodes.nanoseconds(micros: node.durationMicros)
    for attribute in node.attributes {
      guard let fault = operation.attributes.set(attribute.name, Self.value(attribute)) else {
        continue
      }
      throw Diagnostic(
        .wrongType, at: place, "node \(node.id): \(fault)", remedy: damagedRemedy)
    }
    return operation
  }

  private static func work(_ type: ChakraNodeType) -> ChakraOperation.Work? {
    ChakraNodes.work(ofType: Int64(type.rawValue))
  }

  private static func value(_ attribute: ChakraAttribute) -> ChakraAttributes.Value {
    switch attribute.value {
    case .int32Value(let number), .sint32Value(let number), .sfixed32Value(let number):
      .integer(Int64(number))
    case .int64Value(let number), .sint64Value(let number), .sfixed64Value(let number):
      .integer(number)
    case .uint32Value(let number), .fixed32Value(let number): .integer(Int64(number))
    case .uint64Value(let number), .fixed64Value(let number):
      Int64(exactly: number).map { .integer($0) } ?? .other
    case .doubleValue(let number): Int64(exactly: number).map { .integer($0) } ?? .other
    case .floatValue(let number): Int64(exactly: number).map { .integer($0) } ?? .other
    case .boolValue(let flag): .flag(flag)
    case .stringValue(let text): .text(text)
    case nil: .other
    }
  }
}

/// What to do about a file that breaks its own format.
let damagedRemedy = "the file was damaged or edited; capture or copy it again"
