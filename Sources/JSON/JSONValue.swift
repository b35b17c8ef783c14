/// A JSON text as a tree, the members of objects in the order of the text.
public indirect enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([Member])

  /// One member of an object.
  public struct Member: Sendable, Equatable {
    /// The key.
    public var key: String
    /// The value.
    public var value: JSONValue

    /// A member.
    public init(key: String, value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// What a message calls the kind of this value.
  public var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .integer, .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }

  /// The member named `key`: `nil` for another kind of value or where there is none.
  public subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// This object with the value at a path of keys replaced, or added where the last key is new.
  ///
  /// `nil` where the path leads through something that is no object, or through a key that is not
  /// there.
  public func setting(_ path: some Collection<String>, to value: JSONValue) -> JSONValue? {
    guard let key = path.first else { return value }
    guard case .object(var members) = self else { return nil }
    let rest = path.dropFirst()
    guard let index = members.firstIndex(where: { $0.key == key }) else {
      guard rest.isEmpty else { return nil }
      return .object(members + [Member(key: key, value: value)])
    }
    guard let inner = members[index].value.setting(rest, to: value) else { return nil }
    members[index].value = inner
    return .object(members)
  }

  /// The integer that this is, also where the text says `2.0`.
  public var integerValue: Int64? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int64(exactly: value)
    default: nil
    }
  }

  /// The number that this is.
  public var doubleValue: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The string that this is.
  public var stringValue: String? {
    if case .string(let value) = self { value } else { nil }
  }

  /// The elements, where this is an array.
  public var arrayValue: [JSONValue]? {
    if case .array(let value) = self { value } else { nil }
  }
}
