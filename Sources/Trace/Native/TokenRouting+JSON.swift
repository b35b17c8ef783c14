import Diagnostics
public import JSON

extension TokenRouting {
  /// Reads a routing object, as native traces and rules hold it.
  ///
  /// - Parameter number: reads one of its numbers.
  /// - Throws: a `Diagnostic` where a key is missing or unknown, or the numbers don't fit together.
  public init(_ node: JSONNode, number: (JSONNode) throws -> Int64) throws {
    try node.allow(keys: [
      "direction", "tokens", "token_bytes", "experts_per_token", "experts", "expert_groups",
      "groups_per_token",
    ])
    let directionNode = try node.required("direction")
    guard let direction = Direction(rawValue: try directionNode.string()) else {
      throw directionNode.diagnostic(.valueOutOfRange, "must be 'dispatch' or 'combine'")
    }
    self.init(
      direction: direction, tokens: try number(node.required("tokens")),
      tokenBytes: try number(node.required("token_bytes")),
      expertsPerToken: try number(node.required("experts_per_token")),
      experts: try number(node.required("experts")),
      expertGroups: try node.optional("expert_groups").map(number) ?? 1,
      groupsPerToken: try node.optional("groups_per_token").map(number) ?? 1)
    if let fault { throw node.diagnostic(.valueOutOfRange, fault) }
  }
}
