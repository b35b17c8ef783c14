/// Arithmetic over named parameters, as rules state sizes: `hidden * 2 + tokens / 128`.
///
/// Grammar: `sum = product (('+' | '-') product)*`, `product = factor (('*' | '/') factor)*`,
/// `factor = number | name | '(' sum ')' | '-' factor`.
struct Expression {
  /// What is wrong with an expression, in a clause.
  struct Fault: Error { var text: String }

  private let text: [UInt8]
  private let parameters: [String: Double]
  private var index = 0
  private var depth = 0

  /// The value of `text`, in Double.
  static func evaluate(
    _ text: String, parameters: [String: Double]
  ) throws(Fault) -> Double {
    var parser = Expression(text: Array(text.utf8), parameters: parameters)
    let value = try parser.sum()
    guard parser.peek() == nil else {
      throw Fault(text: "'\(text)' goes on where it should end")
    }
    guard value.isFinite else { throw Fault(text: "'\(text)' is not a finite number") }
    return value
  }

  private init(text: [UInt8], parameters: [String: Double]) {
    self.text = text
    self.parameters = parameters
  }

  private mutating func peek() -> UInt8? {
    while index < text.count, text[index] == 0x20 { index += 1 }
    return index < text.count ? text[index] : nil
  }

  private mutating func sum() throws(Fault) -> Double {
    var value = try product()
    while let sign = peek(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
      index += 1
      let term = try product()
      value += sign == UInt8(ascii: "+") ? term : -term
    }
    return value
  }

  private mutating func product() throws(Fault) -> Double {
    var value = try factor()
    while let sign = peek(), sign == UInt8(ascii: "*") || sign == UInt8(ascii: "/") {
      index += 1
      let term = try factor()
      value = sign == UInt8(ascii: "*") ? value * term : value / term
    }
    return value
  }

  private mutating func factor() throws(Fault) -> Double {
    depth += 1
    defer { depth -= 1 }
    guard depth < 64 else { throw Fault(text: "the expression nests too deep") }
    guard let first = peek() else { throw Fault(text: "the expression ends too early") }
    if first == UInt8(ascii: "-") {
      index += 1
      return -(try factor())
    }
    if first == UInt8(ascii: "(") {
      index += 1
      let value = try sum()
      guard peek() == UInt8(ascii: ")") else { throw Fault(text: "a ')' is missing") }
      index += 1
      return value
    }
    let start = index
    if isDigit(first) || first == UInt8(ascii: ".") { return try number() }
    while index < text.count, isWord(text[index]) { index += 1 }
    let word = String(decoding: text[start..<index], as: UTF8.self)
    guard let value = parameters[word] else {
      throw Fault(
        text: word.isEmpty
          ? "'\(Character(Unicode.Scalar(first)))' can't stand in an expression"
          : "'\(word)' is no parameter; there are \(parameters.keys.sorted().joined(separator: ", "))"
      )
    }
    return value
  }

  /// Digits, with a point and an exponent where there are such.
  private mutating func number() throws(Fault) -> Double {
    let start = index
    while index < text.count {
      let isExponent = text[index] | 0x20 == UInt8(ascii: "e")
      guard isDigit(text[index]) || text[index] == UInt8(ascii: ".") || isExponent else { break }
      index += 1
      if isExponent, index < text.count,
        text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+")
      {
        index += 1
      }
    }
    let digits = String(decoding: text[start..<index], as: UTF8.self)
    guard let value = Double(digits) else { throw Fault(text: "'\(digits)' is no number") }
    return value
  }

  private func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  private func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."):
      true
    default: false
    }
  }
}
