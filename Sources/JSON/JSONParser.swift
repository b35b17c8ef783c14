import CJSONC
public import Diagnostics
import Streams

/// Parses JSON texts one at a time through json-c; reuse one parser for many texts.
///
/// Strict: no comments, no trailing commas or text, no key twice in an object, valid UTF-8 without a
/// byte order mark, strings in double quotes without bare control characters or half surrogate
/// pairs, finite numbers, whole numbers within 64 bits, at most 64 levels. `LexicalCheck` sees to what
/// json-c lets pass.
public final class JSONParser {
  private let tokener: UnsafeMutablePointer<json_tokener>
  /// Members of objects converted so far.
  private var converted = 0

  /// A parser.
  public init() throws {
    guard let tokener = json_tokener_new_ex(64) else {
      throw Diagnostic(.defect, "json-c gives no parser")
    }
    self.tokener = tokener
    json_tokener_set_flags(
      tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8)
  }

  deinit { json_tokener_free(tokener) }

  /// Parses one whole text.
  ///
  /// - Parameters:
  ///   - text: the text, nothing before or behind it but white space.
  ///   - location: where the text begins; a byte offset there is added to those in messages.
  /// - Throws: a `Diagnostic` with the byte at which the text goes wrong.
  public func parse(
    _ text: UnsafeRawBufferPointer, at location: SourceLocation
  ) throws -> JSONValue {
    guard text.count < Int(Int32.max) else {
      throw Diagnostic(
        .limitExceeded, at: location, "a JSON text of \(text.count) bytes is too large")
    }
    let members = try checkTokens(text, at: location)
    json_tokener_reset(tokener)
    let root = json_tokener_parse_ex(
      tokener, text.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(text.count))
    defer { if let root { json_object_put(root) } }
    let code = json_tokener_get_error(tokener)
    let end = Int(json_tokener_get_parse_end(tokener))
    // A lone number needs a byte behind it to be known complete.
    if code == json_tokener_continue, end == text.count, isLoneNumber(text) {
      return try parse(Array(text) + [0x20], at: location)
    }
    guard code == json_tokener_success else {
      throw failure(code, offset: end, at: location)
    }
    if let junk = text[end...].firstIndex(where: { !isWhiteSpace($0) }) {
      throw Diagnostic(
        .malformedJSON, at: moved(location, by: junk), "text follows the end of the JSON value",
        remedy: "remove what follows, or the bracket that closes too early")
    }
    converted = 0
    let value = try convert(root, at: location)
    if converted != members, let duplicate = try duplicateKey(in: text, at: location) {
      throw duplicate
    }
    return value
  }

  private func checkTokens(
    _ text: UnsafeRawBufferPointer, at location: SourceLocation
  ) throws -> Int {
    do throws(LexicalCheck.Fault) {
      return try LexicalCheck.members(of: text)
    } catch {
      throw Diagnostic(
        .malformedJSON, at: moved(location, by: error.index), "not valid JSON: \(error.problem)",
        remedy: error.remedy)
    }
  }

  private func duplicateKey(
    in text: UnsafeRawBufferPointer, at location: SourceLocation
  ) throws -> Diagnostic? {
    let duplicate = try DuplicateKey(in: text) {
      try parse(Array($0) + [0x20], at: location).stringValue ?? ""
    }
    return duplicate.map {
      Diagnostic(
        .duplicateKey, at: moved(location, by: $0.index),
        "the key '\($0.key)' stands in this object a second time",
        remedy: "remove one of the two")
    }
  }

  /// Parses one whole text.
  public func parse(_ text: [UInt8], at location: SourceLocation) throws -> JSONValue {
    try text.withUnsafeBytes { try parse($0, at: location) }
  }

  private func isLoneNumber(_ text: UnsafeRawBufferPointer) -> Bool {
    guard let last = text.last else { return false }
    return last >= 0x30 && last <= 0x39 && !text.contains { $0 == 0x7B || $0 == 0x5B || $0 == 0x22 }
  }

  private func failure(
    _ code: json_tokener_error, offset: Int, at location: SourceLocation
  ) -> Diagnostic {
    let reason =
      code == json_tokener_continue
      ? "the text ends before the value does" : String(cString: json_tokener_error_desc(code))
    return Diagnostic(
      .malformedJSON, at: moved(location, by: offset), "not valid JSON: \(reason)",
      remedy: "mend or capture the file again")
  }

  private func moved(_ location: SourceLocation, by offset: Int) -> SourceLocation {
    var place = location
    place.byteOffset = (location.byteOffset ?? 0) + Int64(offset)
    return place
  }

  private func convert(_ node: OpaquePointer?, at location: SourceLocation) throws -> JSONValue {
    switch json_object_get_type(node) {
    case json_type_boolean: return .bool(json_object_get_boolean(node) != 0)
    case json_type_int: return integer(node)
    case json_type_double:
      let value = json_object_get_double(node)
      guard value.isFinite else {
        throw Diagnostic(.valueOutOfRange, at: location, "a number is not finite")
      }
      return .number(value)
    case json_type_string: return .string(string(node))
    case json_type_array:
      return .array(
        try (0..<json_object_array_length(node)).map {
          try convert(json_object_array_get_idx(node, $0), at: location)
        })
    case json_type_object: return try object(node, at: location)
    default: return .null
    }
  }

  private func integer(_ node: OpaquePointer?) -> JSONValue {
    let value = json_object_get_int64(node)
    // json-c clamps; what lies beyond Int64 is kept as a number.
    guard value == Int64.max else { return .integer(value) }
    let unsigned = json_object_get_uint64(node)
    return unsigned == UInt64(Int64.max) ? .integer(value) : .number(Double(unsigned))
  }

  private func string(_ node: OpaquePointer?) -> String {
    let length = Int(json_object_get_string_len(node))
    guard length > 0, let text = json_object_get_string(node) else { return "" }
    return text.withMemoryRebound(to: UInt8.self, capacity: length) {
      String(decoding: UnsafeBufferPointer(start: $0, count: length), as: UTF8.self)
    }
  }

  private func object(_ node: OpaquePointer?, at location: SourceLocation) throws -> JSONValue {
    var members: [JSONValue.Member] = []
    var entry = refract_json_object_first(node)
    while let current = entry {
      let key = String(cString: refract_json_entry_key(current))
      let value = try convert(refract_json_entry_value(current), at: location)
      members.append(JSONValue.Member(key: key, value: value))
      converted += 1
      entry = refract_json_entry_next(current)
    }
    return .object(members)
  }
}

func isWhiteSpace(_ byte: UInt8) -> Bool {
  byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
}
