/// What JSON's tokens must look like where json-c is lenient: strings, numbers, words, encoding.
///
/// Looks at tokens alone, not at how they follow one another: that is json-c's part. It also counts
/// the members of objects, from which a key that stands twice shows: json-c keeps only the last.
/// O(bytes); allocates nothing for a text that is sound.
struct LexicalCheck {
  /// What is wrong with a token, and the byte at which it begins.
  struct Fault: Error {
    var index: Int
    var problem: String
    var remedy: String?
  }

  private let text: UnsafeRawBufferPointer
  private var index = 0
  private var members = 0
  private var isASCII = true

  /// Checks a text.
  ///
  /// - Returns: how many members its objects state, over all of it.
  static func members(of text: UnsafeRawBufferPointer) throws(Fault) -> Int {
    var check = LexicalCheck(text)
    try check.encoding()
    try check.tokens()
    if !check.isASCII { try check.unicode() }
    return check.members
  }

  private init(_ text: UnsafeRawBufferPointer) { self.text = text }

  private mutating func tokens() throws(Fault) {
    // The last byte that was no white space.
    var last: UInt8 = 0
    while index < text.count {
      let byte = text[index]
      switch byte {
      case 0x20, 0x0A, 0x0D, 0x09:
        index += 1
        continue
      case UInt8(ascii: "\""): try string()
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"),
        UInt8(ascii: "."):
        try number()
      case UInt8(ascii: "N"), UInt8(ascii: "n"), UInt8(ascii: "I"), UInt8(ascii: "i"): try word()
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if last == UInt8(ascii: ",") {
          throw Fault(
            index: index, problem: "a comma stands before the closing '\(character(byte))'",
            remedy: "remove the comma")
        }
        index += 1
      case UInt8(ascii: "'"):
        throw Fault(
          index: index, problem: "a string begins with a single quote",
          remedy: "put strings in double quotes")
      case UInt8(ascii: "/"), UInt8(ascii: "#"):
        throw Fault(
          index: index, problem: "a comment begins here", remedy: "JSON has none; remove it")
      case 0:
        throw Fault(
          index: index, problem: "a zero byte stands here",
          remedy: "the disk lost a part of the file; copy it again")
      case UInt8(ascii: ":"):
        members += 1
        index += 1
      default: index += 1
      }
      last = byte
    }
  }

  // MARK: Strings

  private mutating func string() throws(Fault) {
    index += 1
    while index < text.count {
      switch text[index] {
      case UInt8(ascii: "\""):
        index += 1
        return
      case UInt8(ascii: "\\"): try escape()
      case 0..<0x20:
        throw Fault(
          index: index, problem: "a string holds a bare control character",
          remedy: "close the string, or write the character as \\u00\(hex(text[index]))")
      case 0x80...:
        isASCII = false
        index += 1
      default: index += 1
      }
    }
  }

  private mutating func escape() throws(Fault) {
    guard index + 1 < text.count else {
      index += 1
      return
    }
    let start = index
    switch text[index + 1] {
    case UInt8(ascii: "u"):
      guard let unit = codeUnit(at: index) else { throw badEscape(start) }
      index += 6
      if unit == 0 {
        throw Fault(
          index: start, problem: "\\u0000 stands in a string", remedy: "no name holds it; remove it"
        )
      }
      guard 0xD800...0xDFFF ~= unit else { return }
      guard unit < 0xDC00, let low = codeUnit(at: index), 0xDC00...0xDFFF ~= low else {
        throw Fault(
          index: start, problem: "half of a surrogate pair stands alone",
          remedy: "write the character itself, or both halves")
      }
      index += 6
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      index += 2
    default: throw badEscape(start)
    }
  }

  private func badEscape(_ start: Int) -> Fault {
    Fault(
      index: start, problem: "'\\\(character(text[start + 1]))' begins no escape of JSON's",
      remedy: "write a backslash as \\\\")
  }

  /// The unit of the `\uXXXX` at `start`; `nil` where there is none.
  private func codeUnit(at start: Int) -> UInt16? {
    guard start + 6 <= text.count, text[start] == UInt8(ascii: "\\"),
      text[start + 1] == UInt8(ascii: "u")
    else { return nil }
    let digits = text[start + 2..<start + 6]
    guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
    return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
  }

  // MARK: Numbers and words

  private mutating func number() throws(Fault) {
    let start = index
    while index < text.count, isWordByte(text[index]) { index += 1 }
    let token = text[start..<index]
    let letter = token.dropFirst().first.map { $0 | 0x20 }
    if letter == UInt8(ascii: "i") || letter == UInt8(ascii: "n") { throw notFinite(start) }
    guard let isWhole = Self.isWhole(token) else {
      throw Fault(
        index: start, problem: "'\(shown(token))' is no JSON number",
        remedy: "write digits, with a point and an exponent where needed, no sign but '-'")
    }
    // Short tokens are in range: no need to convert them.
    if isWhole, token.count > 18 {
      let digits = String(decoding: token, as: UTF8.self)
      if Int64(digits) == nil, UInt64(digits) == nil {
        throw Fault(
          index: start, problem: "the whole number \(shown(token)) does not fit in 64 bits",
          remedy: "check where it comes from")
      }
    } else if !isWhole, token.count > 4 {
      guard Double(String(decoding: token, as: UTF8.self))?.isFinite == true else {
        throw Fault(
          index: start, problem: "the number \(shown(token)) is too large for any computation",
          remedy: "check where it comes from")
      }
    }
  }

  /// Whether the number that `token` spells is whole; `nil` where it spells none.
  private static func isWhole(_ token: Slice<UnsafeRawBufferPointer>) -> Bool? {
    var rest = token
    if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
    func digits(_ rest: inout Slice<UnsafeRawBufferPointer>) -> Int {
      let count = rest.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }.count
      rest.removeFirst(count)
      return count
    }
    let leadsWithZero = rest.first == UInt8(ascii: "0")
    let count = digits(&rest)
    guard count > 0, !leadsWithZero || count == 1 else { return nil }
    if rest.isEmpty { return true }
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      guard digits(&rest) > 0 else { return nil }
    }
    if let mark = rest.first, mark | 0x20 == UInt8(ascii: "e") {
      rest.removeFirst()
      if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
        rest.removeFirst()
      }
      guard digits(&rest) > 0 else { return nil }
    }
    return rest.isEmpty ? false : nil
  }

  /// `null` is a word; the names of what is no number are none.
  private mutating func word() throws(Fault) {
    let start = index
    while index < text.count, isWordByte(text[index]) { index += 1 }
    let word = String(decoding: text[start..<index], as: UTF8.self).lowercased()
    if ["nan", "inf", "infinity"].contains(word) { throw notFinite(start) }
  }

  private func notFinite(_ start: Int) -> Fault {
    let token = text[start...].prefix { isWordByte($0) }
    return Fault(
      index: start, problem: "'\(shown(token))' is no JSON number",
      remedy: "write a finite number, or null where there is none")
  }

  private func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "+"), UInt8(ascii: "-"),
      UInt8(ascii: "."):
      true
    default: false
    }
  }

  // MARK: Encoding

  private func encoding() throws(Fault) {
    if text.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw Fault(
        index: 0, problem: "the text begins with a byte order mark",
        remedy: "save the file as UTF-8 without one")
    }
    if text.starts(with: [0xFF, 0xFE]) || text.starts(with: [0xFE, 0xFF]) {
      throw Fault(index: 0, problem: "the text is UTF-16", remedy: "save the file as UTF-8")
    }
  }

  private func unicode() throws(Fault) {
    var parser = Unicode.UTF8.ForwardParser()
    var bytes = text.makeIterator()
    var position = 0
    while true {
      switch parser.parseScalar(from: &bytes) {
      case .valid(let scalar): position += scalar.count
      case .emptyInput: return
      case .error:
        throw Fault(
          index: position, problem: "the byte 0x\(hex(text[position])) here is not UTF-8",
          remedy: "save the file as UTF-8, or copy it again")
      }
    }
  }

  // MARK: Words for messages

  private func hex(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
  }

  private func character(_ byte: UInt8) -> Character {
    byte < 0x80 ? Character(Unicode.Scalar(byte)) : "\u{FFFD}"
  }

  private func shown(_ token: Slice<UnsafeRawBufferPointer>) -> String {
    let text = String(decoding: token.prefix(24), as: UTF8.self)
    return token.count > 24 ? text + "… (\(token.count) characters)" : text
  }
}
