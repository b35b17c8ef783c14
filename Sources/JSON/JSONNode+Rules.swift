import Diagnostics

extension JSONNode {
  /// The rules in a file of rules: an object of `schema`, perhaps `name` and `description`, and `rules`, a list
  /// of at least one.
  ///
  /// - Throws: a `Diagnostic` where the file is of another schema, has other keys, or no rule.
  public static func rules(inFile path: String, schema: String) throws -> [JSONNode] {
    let root = try JSONNode(contentsOfFile: path, limit: 1 << 20)
    let found = try root.required("schema")
    guard try found.string() == schema else {
      throw found.diagnostic(
        .unsupportedVersion, "is '\(try found.string())', and this version reads \(schema)")
    }
    try root.allow(keys: ["schema", "name", "description", "rules"])
    _ = try root.optional("name")?.string()
    _ = try root.optional("description")?.string()
    let list = try root.required("rules")
    let nodes = try list.elements()
    guard !nodes.isEmpty else {
      throw list.diagnostic(
        .malformedRule, "there is no rule in it", remedy: "add one, or leave the file out")
    }
    return nodes
  }
}
