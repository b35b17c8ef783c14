/// Walks the members of one JSON object that lies whole in memory, giving each key and value as
/// ranges of bytes. For the few known keys of the many plain events of a capture; whatever holds
/// more is parsed by the JSON parser.
struct FieldScanner {
  /// One member: ranges of the key's text (without quotes) and of the value (with them).
  struct Field {
    var key: Range<Int>
    var value: Range<Int>
  }

  /// The object does not hold together at this byte, or names a key there a second time.
  struct Malformed: Error {
    var index: Int
    var isRepeatedKey = false
  }

  let bytes: UnsafeRawBufferPointer
  private var index: Int
  private var isFirst = true

  /// A scanner at the opening brace at `start`.
  init(_ bytes: UnsafeRawBufferPointer, objectAt start: Int) throws(Malformed) {
    self.bytes = bytes
    index = start
    try expect(UInt8(ascii: "{"))
  }

  /// The next member, `nil` behind the last.
  mutating func next() throws(Malformed) -> Field? {
    skipSpace()
    guard index < bytes.count else { throw Malformed(index: index) }
    if bytes[index] == UInt8(ascii: "}") { return nil }
    if !isFirst { try expect(UInt8(ascii: ",")) }
    isFirst = false
    skipSpace()
    let key = try value()
    guard key.count >= 2, bytes[key.lowerBound] == UInt8(ascii: "\"") else {
      throw Malformed(index: key.lowerBound)
    }
    skipSpace()
    try expect(UInt8(ascii: ":"))
    skipSpace()
    return Field(key: key.lowerBound + 1..<key.upperBound - 1, value: try value())
  }

  private mutating func value() throws(Malformed) -> Range<Int> {
    let start = index
    if start < bytes.count, bytes[start] == UInt8(ascii: ":") { throw Malformed(index: start) }
    var extent = ValueExtent()
    switch extent.scan(bytes, from: start) {
    case .ends(let end):
      index = end
      return start..<end
    case .continues: throw Malformed(index: bytes.count)
    case .malformed(let at): throw Malformed(index: at)
    }
  }

  private mutating func expect(_ byte: UInt8) throws(Malformed) {
    guard index < bytes.count, bytes[index] == byte else { throw Malformed(index: index) }
    index += 1
  }

  private mutating func skipSpace() {
    while index < bytes.count, isSpace(bytes[index]) { index += 1 }
  }
}

func isSpace(_ byte: UInt8) -> Bool {
  byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
}
