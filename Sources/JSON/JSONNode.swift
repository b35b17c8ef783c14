public import Diagnostics
import Streams

/// A value in a document together with its place, for reading files that people write: each
/// accessor either gives what is asked for or throws a diagnostic that names the key path.
public struct JSONNode: Sendable {
  /// The value.
  public let value: JSONValue
  /// File and key path.
  public let location: SourceLocation

  /// A value at a place.
  public init(_ value: JSONValue, at location: SourceLocation) {
    self.value = value
    self.location = location
  }

  /// Reads and parses a file of at most `limit` bytes after decompression.
  public init(contentsOfFile path: String, limit: Int64 = 1 << 28) throws {
    let bytes = try InputStream.contents(ofFile: path, limit: limit)
    try self.init(parsing: bytes, file: path)
  }

  /// Parses a text that stands in `file`; a diagnostic names the line besides the byte.
  public init(parsing bytes: [UInt8], file: String) throws {
    do {
      let value = try JSONParser().parse(bytes, at: SourceLocation(file: file))
      self.init(value, at: SourceLocation(file: file))
    } catch var diagnostic as Diagnostic {
      if let offset = diagnostic.location?.byteOffset {
        diagnostic.location?.line = 1 + bytes.prefix(Int(offset)).count { $0 == 0x0A }
      }
      throw diagnostic
    }
  }

  /// A diagnostic at this place.
  public func diagnostic(
    _ code: Diagnostic.Code, _ problem: String, remedy: String? = nil
  ) -> Diagnostic {
    Diagnostic(code, at: location, problem, remedy: remedy)
  }

  private func place(_ step: String) -> SourceLocation {
    var place = location
    place.keyPath = location.keyPath.map { $0 + step } ?? step.trimmingLeadingDot()
    return place
  }

  /// The member `key`, `nil` where there is none or it is null. Throws where this is no object.
  public func optional(_ key: String) throws -> JSONNode? {
    guard case .object = value else { throw mismatch("an object") }
    guard let member = value[key], member != .null else { return nil }
    return JSONNode(member, at: place("." + key))
  }

  /// The member `key`. Throws where there is none.
  public func required(_ key: String) throws -> JSONNode {
    guard let node = try optional(key) else {
      throw Diagnostic(
        .missingKey, at: place("." + key), "the key '\(key)' is missing", remedy: "add it")
    }
    return node
  }

  /// The elements of an array.
  public func elements() throws -> [JSONNode] {
    guard case .array(let values) = value else { throw mismatch("an array") }
    return values.enumerated().map { JSONNode($1, at: place("[\($0)]")) }
  }

  /// The elements of an array of whole numbers, each within `range`: for long ones, of which no element
  /// needs a place of its own unless it is wrong.
  public func ints(in range: ClosedRange<Int>) throws -> [Int] {
    guard case .array(let values) = value else { throw mismatch("an array") }
    return try values.enumerated().map { index, value in
      if let number = value.integerValue, let int = Int(exactly: number), range.contains(int) {
        return int
      }
      return try JSONNode(value, at: place("[\(index)]")).int(in: range)
    }
  }

  /// The members of an object, in the order of the text.
  public func members() throws -> [(key: String, node: JSONNode)] {
    guard case .object(let members) = value else { throw mismatch("an object") }
    return members.map { ($0.key, JSONNode($0.value, at: place("." + $0.key))) }
  }

  /// A string.
  public func string() throws -> String {
    guard let text = value.stringValue else { throw mismatch("a string") }
    return text
  }

  /// A boolean.
  public func bool() throws -> Bool {
    guard case .bool(let flag) = value else { throw mismatch("true or false") }
    return flag
  }

  /// An integer within `range`.
  public func integer(in range: ClosedRange<Int64>) throws -> Int64 {
    guard let number = value.integerValue else { throw mismatch("a whole number") }
    guard range.contains(number) else {
      throw Diagnostic(
        .valueOutOfRange, at: location,
        range.upperBound == .max
          ? "\(number) is less than \(range.lowerBound)"
          : "\(number) is not within \(range.lowerBound)...\(range.upperBound)")
    }
    return number
  }

  /// An `Int` within `range`.
  public func int(in range: ClosedRange<Int>) throws -> Int {
    Int(try integer(in: Int64(range.lowerBound)...Int64(range.upperBound)))
  }

  /// A finite number that is at least `minimum`, or above it.
  public func double(atLeast minimum: Double = 0, exclusive: Bool = false) throws -> Double {
    guard let number = value.doubleValue else { throw mismatch("a number") }
    guard exclusive ? number > minimum : number >= minimum else {
      throw Diagnostic(
        .valueOutOfRange, at: location,
        "is \(JSONWriter.text(number)) and must be \(exclusive ? "more than" : "at least") "
          + JSONWriter.text(minimum))
    }
    return number
  }

  /// Throws unless every key of this object is among `known`: a typing slip must not become a
  /// default.
  public func allow(keys known: Set<String>) throws {
    for (key, node) in try members() where !known.contains(key) {
      throw node.diagnostic(
        .unknownKey, "the key '\(key)' is not known here",
        remedy: "known keys are " + known.sorted().joined(separator: ", "))
    }
  }

  private func mismatch(_ expected: String) -> Diagnostic {
    diagnostic(.wrongType, "is \(value.kind) where \(expected) is expected")
  }
}

extension String {
  fileprivate func trimmingLeadingDot() -> String { hasPrefix(".") ? String(dropFirst()) : self }
}
