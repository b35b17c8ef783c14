/// Writes Chakra traces byte by byte, without the library that the readers and writers under test use.
public enum ChakraFixture {
  /// The value of an attribute.
  public enum Value: Sendable {
    case int64(Int64)
    case int32(Int32)
    case uint64(UInt64)
    case sint64(Int64)
    case bool(Bool)
    case text(String)

    fileprivate var field: [UInt8] {
      switch self {
      case .int64(let number): ChakraFixture.number(9, UInt64(bitPattern: number))
      case .int32(let number): ChakraFixture.number(7, UInt64(bitPattern: Int64(number)))
      case .uint64(let number): ChakraFixture.number(13, number)
      case .sint64(let number):
        ChakraFixture.number(17, UInt64(bitPattern: (number << 1) ^ (number >> 63)))
      case .bool(let flag): ChakraFixture.number(27, flag ? 1 : 0)
      case .text(let text): ChakraFixture.bytes(29, Array(text.utf8))
      }
    }
  }

  /// What stands at the head of a file.
  public static let metadata = bytes(1, Array("0.0.4".utf8))

  /// A node; fields of value 0 are left out, as proto3 has it.
  public static func node(
    _ id: UInt64, type: UInt64, name: String = "node", after: [UInt64] = [], control: [UInt64] = [],
    startMicros: UInt64 = 0, micros: UInt64 = 0, _ attributes: [(String, Value)] = []
  ) -> [UInt8] {
    var node: [UInt8] = []
    if id > 0 { node += number(1, id) }
    node += bytes(2, Array(name.utf8))
    if type > 0 { node += number(3, type) }
    if !control.isEmpty { node += bytes(4, control.flatMap(varint)) }
    if !after.isEmpty { node += bytes(5, after.flatMap(varint)) }
    if startMicros > 0 { node += number(6, startMicros) }
    if micros > 0 { node += number(7, micros) }
    for (name, value) in attributes { node += bytes(10, bytes(1, Array(name.utf8)) + value.field) }
    return node
  }

  /// A node of computation.
  public static func compute(
    _ id: UInt64, after: [UInt64] = [], micros: UInt64 = 10, _ attributes: [(String, Value)] = []
  ) -> [UInt8] {
    node(
      id, type: 4, name: "compute", after: after, micros: micros,
      [("is_cpu_op", .bool(false))] + attributes)
  }

  /// A collective, by Chakra's number of it.
  public static func collective(
    _ id: UInt64, _ kind: Int64, bytes: Int64, after: [UInt64] = [], group: String? = nil
  ) -> [UInt8] {
    var attributes: [(String, Value)] = [("comm_type", .int64(kind)), ("comm_size", .int64(bytes))]
    if let group { attributes.append(("pg_name", .text(group))) }
    return node(id, type: 7, name: "collective", after: after, attributes)
  }

  /// A send or a receive.
  public static func message(
    _ id: UInt64, isSend: Bool, from source: Int64, to destination: Int64, bytes: Int64,
    tag: Int64 = 0, after: [UInt64] = []
  ) -> [UInt8] {
    node(
      id, type: isSend ? 5 : 6, name: isSend ? "send" : "recv", after: after,
      [
        ("comm_size", .int64(bytes)), ("comm_src", .int64(source)),
        ("comm_dst", .int64(destination)), ("comm_tag", .int64(tag)),
      ])
  }

  /// A file of nodes.
  public static func file(_ nodes: [UInt8]...) -> [UInt8] { file(nodes) }

  /// A file of nodes.
  public static func file(_ nodes: [[UInt8]]) -> [UInt8] {
    ([metadata] + nodes).flatMap { varint(UInt64($0.count)) + $0 }
  }

  /// A number, seven bits a byte.
  public static func varint(_ number: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  private static func number(_ field: UInt64, _ value: UInt64) -> [UInt8] {
    varint(field << 3) + varint(value)
  }

  private static func bytes(_ field: UInt64, _ content: [UInt8]) -> [UInt8] {
    varint(field << 3 | 2) + varint(UInt64(content.count)) + content
  }
}
