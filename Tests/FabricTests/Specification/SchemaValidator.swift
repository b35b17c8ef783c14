import JSON

/// The part of JSON Schema, draft 2020-12, that the schema of fabric files uses; any other keyword is a
/// failure.
struct SchemaValidator {
  let root: JSONValue

  private static let notes: Set<String> = ["$schema", "$defs", "title", "description"]

  /// What is wrong, each with its place; empty where nothing is.
  func faults(_ value: JSONValue) -> [String] { faults(value, root, at: "") }

  private func faults(_ value: JSONValue, _ schema: JSONValue, at place: String) -> [String] {
    guard case .object(let keywords) = schema else { return ["\(place): no schema"] }
    return keywords.flatMap { keyword in
      Self.notes.contains(keyword.key)
        ? [] : faults(value, keyword.key, keyword.value, schema, at: place)
    }
  }

  private func faults(
    _ value: JSONValue, _ keyword: String, _ argument: JSONValue, _ schema: JSONValue,
    at place: String
  ) -> [String] {
    func when(_ isWrong: Bool) -> [String] { isWrong ? ["\(place): \(keyword)"] : [] }
    let (number, limit) = (value.doubleValue, argument.doubleValue ?? 0)
    switch keyword {
    case "$ref":
      let name = String((argument.stringValue ?? "").dropFirst("#/$defs/".count))
      guard let found = root["$defs"]?[name] else { return ["\(place): no '\(name)'"] }
      return faults(value, found, at: place)
    case "type": return when(!Self.isOf(value, argument.stringValue ?? ""))
    case "enum": return when(!(argument.arrayValue ?? []).contains(value))
    case "minimum": return when(number.map { $0 < limit } ?? false)
    case "maximum": return when(number.map { $0 > limit } ?? false)
    case "exclusiveMinimum": return when(number.map { $0 <= limit } ?? false)
    case "exclusiveMaximum": return when(number.map { $0 >= limit } ?? false)
    case "minItems": return when(value.arrayValue.map { Double($0.count) < limit } ?? false)
    case "maxItems": return when(value.arrayValue.map { Double($0.count) > limit } ?? false)
    case "items":
      return (value.arrayValue ?? []).enumerated().flatMap {
        faults($1, argument, at: "\(place)[\($0)]")
      }
    case "oneOf":
      return when((argument.arrayValue ?? []).count { faults(value, $0, at: place).isEmpty } != 1)
    case "required":
      return (argument.arrayValue ?? []).compactMap(\.stringValue).filter { value[$0] == nil }.map {
        "\(place): \($0) is missing"
      }
    case "properties":
      guard case .object(let properties) = argument else { return ["\(place): no properties"] }
      return properties.flatMap { property in
        value[property.key].map {
          faults($0, property.value, at: "\(place).\(property.key)")
        } ?? []
      }
    case "additionalProperties":
      guard argument == .bool(false) else { return ["\(place): \(keyword) is not false"] }
      guard case .object(let members) = value else { return [] }
      return members.filter { schema["properties"]?[$0.key] == nil }.map {
        "\(place).\($0.key): not known"
      }
    default: return ["\(place): the keyword '\(keyword)' is not known to this validator"]
    }
  }

  private static func isOf(_ value: JSONValue, _ type: String) -> Bool {
    switch (type, value) {
    case ("object", .object), ("array", .array), ("string", .string), ("boolean", .bool),
      ("number", .number), ("number", .integer), ("integer", .integer):
      true
    case ("integer", .number(let number)): number == number.rounded()
    default: false
    }
  }
}
