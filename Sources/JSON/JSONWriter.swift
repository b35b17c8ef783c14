/// Writes JSON in the order in which it is told, so that equal calls make equal bytes.
///
/// Numbers are written in the shortest text that reads back as the same Double.
public struct JSONWriter: Sendable {
  /// What has been written.
  public private(set) var bytes: [UInt8] = []
  private let indented: Bool
  private var isFirst: [Bool] = []
  private var afterKey = false

  /// A writer; `indented` puts each member and each element that is not a scalar on its own line.
  public init(indented: Bool) { self.indented = indented }

  /// Writes an object whose members `body` writes.
  public mutating func object(_ body: (inout JSONWriter) -> Void) {
    nest(open: UInt8(ascii: "{"), close: UInt8(ascii: "}"), body)
  }

  /// Writes an array whose elements `body` writes.
  public mutating func array(_ body: (inout JSONWriter) -> Void) {
    nest(open: UInt8(ascii: "["), close: UInt8(ascii: "]"), body)
  }

  /// Writes a member's key; its value must follow.
  public mutating func key(_ name: String) {
    separate()
    quote(name)
    bytes.append(UInt8(ascii: ":"))
    if indented { bytes.append(UInt8(ascii: " ")) }
    afterKey = true
  }

  /// Writes a string.
  public mutating func string(_ text: String) {
    separate()
    quote(text)
  }

  /// Writes an integer.
  public mutating func integer<T: BinaryInteger>(_ value: T) { scalar(String(value)) }

  /// Writes a number; one that is not finite becomes null, for JSON has no other word.
  public mutating func number(_ value: Double) {
    scalar(value.isFinite ? Self.text(value) : "null")
  }

  /// Writes true or false.
  public mutating func bool(_ value: Bool) { scalar(value ? "true" : "false") }

  /// Writes null.
  public mutating func null() { scalar("null") }

  /// The shortest text of a finite Double, whole numbers without a point.
  public static func text(_ value: Double) -> String {
    if let whole = Int64(exactly: value), whole.magnitude < 1 << 53 { return String(whole) }
    return "\(value)"
  }

  /// Forgets what has been written, and keeps its memory for the next text.
  public mutating func reset() {
    bytes.removeAll(keepingCapacity: true)
    isFirst.removeAll(keepingCapacity: true)
    afterKey = false
  }

  /// Ends the text with a line feed.
  public mutating func endLine() { bytes.append(UInt8(ascii: "\n")) }

  private mutating func scalar(_ text: String) {
    separate()
    bytes.append(contentsOf: text.utf8)
  }

  private mutating func nest(open: UInt8, close: UInt8, _ body: (inout JSONWriter) -> Void) {
    separate()
    bytes.append(open)
    isFirst.append(true)
    body(&self)
    let empty = isFirst.removeLast()
    if !empty { newline() }
    bytes.append(close)
  }

  private mutating func separate() {
    if afterKey {
      afterKey = false
      return
    }
    guard let first = isFirst.last else { return }
    if !first { bytes.append(UInt8(ascii: ",")) }
    isFirst[isFirst.count - 1] = false
    newline()
  }

  private mutating func newline() {
    guard indented else { return }
    bytes.append(UInt8(ascii: "\n"))
    for _ in 0..<isFirst.count * 2 { bytes.append(UInt8(ascii: " ")) }
  }

  private mutating func quote(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    // Most texts need no escape, and go over in one piece.
    var text = text
    let isPlain = text.withUTF8 { utf8 in
      let plain = utf8.allSatisfy { $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }
      if plain { bytes.append(contentsOf: utf8) }
      return plain
    }
    if !isPlain { escape(text) }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func escape(_ text: String) {
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [0x5C, byte])
      case 0x0A: bytes.append(contentsOf: "\\n".utf8)
      case 0x09: bytes.append(contentsOf: "\\t".utf8)
      case 0x0D: bytes.append(contentsOf: "\\r".utf8)
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        bytes.append(contentsOf: ("\\u00" + (digits.utf8.count < 2 ? "0" : "") + digits).utf8)
      default: bytes.append(byte)
      }
    }
  }
}

extension JSONWriter {
  /// Writes a member with a string.
  public mutating func member(_ name: String, _ value: String) {
    key(name)
    string(value)
  }

  /// Writes a member with an integer.
  public mutating func member<T: BinaryInteger>(_ name: String, _ value: T) {
    key(name)
    integer(value)
  }

  /// Writes a member with a number.
  public mutating func member(_ name: String, _ value: Double) {
    key(name)
    number(value)
  }

  /// Writes a member with true or false.
  public mutating func member(_ name: String, _ value: Bool) {
    key(name)
    bool(value)
  }

  /// Writes a list of numbers on one line.
  public mutating func numbers(_ values: [Double]) {
    scalar("[" + values.map { $0.isFinite ? Self.text($0) : "null" }.joined(separator: ", ") + "]")
  }

  /// Writes a list of lists of integers on one line.
  public mutating func integerLists<T: BinaryInteger>(_ lists: [[T]]) {
    let texts = lists.map { "[" + $0.map { String($0) }.joined(separator: ", ") + "]" }
    scalar("[" + texts.joined(separator: ", ") + "]")
  }

  /// Writes a member with a list of integers.
  public mutating func member<T: BinaryInteger>(_ name: String, _ values: [T]) {
    key(name)
    separate()
    bytes.append(contentsOf: "[".utf8)
    bytes.append(contentsOf: values.map { String($0) }.joined(separator: ", ").utf8)
    bytes.append(contentsOf: "]".utf8)
  }
}

extension JSONWriter {
  /// Writes any value.
  public mutating func value(_ value: JSONValue) {
    switch value {
    case .null: null()
    case .bool(let flag): bool(flag)
    case .integer(let number): integer(number)
    case .number(let number): self.number(number)
    case .string(let text): string(text)
    case .array(let elements):
      array { json in for element in elements { json.value(element) } }
    case .object(let members):
      object { json in
        for member in members {
          json.key(member.key)
          json.value(member.value)
        }
      }
    }
  }
}
