import JSON

/// A node of an execution trace, in one shape whatever the layout of the file: 1.0.1 has flat `inputs`
/// beside `input_types`, later ones have objects with `values` and `types`, and `attrs`.
struct ExecutionNode {
  /// The node, for its place in messages.
  let node: JSONNode
  let name: String
  /// Numbers of nodes grow in the order in which they began.
  let id: Int64
  /// The node around it.
  let parent: Int64?
  let inputs: [JSONValue]
  let inputTypes: [String]
  let outputs: [JSONValue]
  private let attributes: [String: JSONValue]

  init(_ node: JSONNode) throws {
    self.node = node
    name = try node.required("name").string()
    id = try node.required("id").integer(in: 0...(.max))
    parent = (node.value["ctrl_deps"] ?? node.value["parent"])?.integerValue
    (inputs, inputTypes) = try Self.list("input", of: node)
    (outputs, _) = try Self.list("output", of: node)
    var attributes: [String: JSONValue] = [:]
    for attribute in try node.optional("attrs")?.elements() ?? [] {
      attributes[try attribute.required("name").string()] = attribute.value["value"]
    }
    self.attributes = attributes
  }

  private static func list(
    _ side: String, of node: JSONNode
  ) throws -> ([JSONValue], [String]) {
    let list = try node.required(side + "s")
    let types: JSONValue?
    let values: JSONNode
    if list.value.arrayValue == nil {
      values = try list.required("values")
      types = list.value["types"]
    } else {
      values = list
      types = node.value[side + "_types"]
    }
    return (
      try values.elements().map(\.value), (types?.arrayValue ?? []).map { $0.stringValue ?? "" }
    )
  }

  /// An attribute's text; `nil` where it is not there or empty.
  func text(_ attribute: String) -> String? {
    attributes[attribute]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// An attribute's number, which some versions write as text.
  func number(_ attribute: String) -> Int64? {
    attributes[attribute]?.integerValue ?? attributes[attribute]?.stringValue.flatMap { Int64($0) }
  }

  /// Bytes of a tensor, `[id, storage, offset, elements, bytes of an element, device]`, or of all
  /// tensors of a list; `nil` where it is neither.
  static func bytes(_ value: JSONValue) -> Int64? {
    guard let entries = value.arrayValue else { return nil }
    if entries.count >= 6, let elements = entries[3].integerValue, elements >= 0,
      let size = entries[4].integerValue, size >= 0, entries[5].stringValue != nil
    {
      return TensorSizes.saturatingProduct(elements, size)
    }
    guard !entries.isEmpty else { return nil }
    var sum: Int64 = 0
    for entry in entries {
      guard let bytes = bytes(entry) else { return nil }
      sum = TensorSizes.saturatingSum(sum, bytes)
    }
    return sum
  }
}
