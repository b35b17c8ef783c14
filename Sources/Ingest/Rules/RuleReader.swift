import Diagnostics
import JSON
import Quantities
import Trace

/// Reads one rule.
struct RuleReader {
  let parameters: [String: Double]
  let groups: [KernelRules.Group]

  func rule(_ node: JSONNode) throws -> KernelRules.Rule {
    try node.allow(keys: [
      "kernel", "annotation", "kind", "group", "send_bytes", "receive_bytes", "routing",
      "injection_cap_gbps", "host_waits", "label",
    ])
    var rule = KernelRules.Rule(kernel: try pattern(node.required("kernel")))
    rule.annotation = try node.optional("annotation").map(pattern)
    let kindNode = try node.required("kind")
    let kindName = try kindNode.string()
    if kindName == "compute" {
      try node.allow(keys: ["kernel", "annotation", "kind"])
      return rule
    }
    guard let kind = CollectiveKind(rawValue: kindName), !kind.isPointToPoint else {
      throw kindNode.diagnostic(
        .malformedRule, "'\(kindName)' is no kind of collective",
        remedy: "use compute, metadata, barrier, all_to_all, all_reduce, …")
    }
    rule.kind = kind
    let groupNode = try node.required("group")
    let groupName = try groupNode.string()
    guard let group = groups.firstIndex(where: { $0.name == groupName }) else {
      throw groupNode.diagnostic(
        .malformedRule, "the group '\(groupName)' is not among this file's groups")
    }
    rule.group = group
    let (send, receive) = (
      try whole(node.optional("send_bytes")), try whole(node.optional("receive_bytes"))
    )
    rule.sendBytes = send ?? receive ?? 0
    rule.receiveBytes = receive ?? send ?? 0
    rule.routing = try node.optional("routing").map { node in
      try TokenRouting(node) { try whole($0) ?? 0 }
    }
    try checkSized(rule, kind, node)
    rule.injectionCap = try node.optional("injection_cap_gbps").map {
      let value = try number($0)
      guard value > 0 else { throw $0.diagnostic(.valueOutOfRange, "\(value) is not above 0") }
      return .gigabitsPerSecond(value)
    }
    rule.label = try node.optional("label")?.string()
    rule.hostWaits = try node.optional("host_waits")?.bool() ?? false
    return rule
  }

  /// A pattern of `fnmatch`, which takes a set that never closes for plain text, and matches nothing
  /// where the last backslash has nothing to stand before.
  private func pattern(_ node: JSONNode) throws -> String {
    let pattern = try node.string()
    guard !pattern.isEmpty else {
      throw node.diagnostic(
        .malformedRule, "the pattern is empty", remedy: "write * for any name")
    }
    var rest = pattern.utf8[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\\"), rest.popFirst() == nil {
        throw node.diagnostic(
          .malformedRule, "the pattern ends in a backslash", remedy: "write \\\\ for a backslash")
      }
      guard byte == UInt8(ascii: "[") else { continue }
      // A ']' that comes first, or behind the '!', is one of the set.
      if rest.first == UInt8(ascii: "!") || rest.first == UInt8(ascii: "^") { rest.removeFirst() }
      guard let end = rest.dropFirst().firstIndex(of: UInt8(ascii: "]")) else {
        throw node.diagnostic(
          .malformedRule, "the pattern opens a set with '[' and never closes it",
          remedy: "close it, or write \\[ for the character itself")
      }
      rest = rest[rest.index(after: end)...]
    }
    return pattern
  }

  /// Whatever moves bytes must say how many, in one way.
  private func checkSized(
    _ rule: KernelRules.Rule, _ kind: CollectiveKind, _ node: JSONNode
  ) throws {
    if rule.routing != nil, kind != .allToAll {
      throw try node.required("routing").diagnostic(
        .malformedRule, "only an all_to_all routes tokens")
    }
    let moves = kind != .barrier && kind != .metadata
    let isSized = try node.optional("send_bytes") != nil || node.optional("receive_bytes") != nil
    if moves, rule.routing == nil, !isSized {
      throw node.diagnostic(
        .malformedRule, "the rule does not say how many bytes move",
        remedy: kind == .allToAll ? "add 'send_bytes' or 'routing'" : "add 'send_bytes'")
    }
  }

  private func whole(_ node: JSONNode?) throws -> Int64? {
    guard let node else { return nil }
    let value = try number(node)
    guard value >= 0, value < 0x1p60 else {
      throw node.diagnostic(.valueOutOfRange, "\(value) is no count of bytes or things")
    }
    return Int64(value.rounded())
  }

  /// A number, or an expression in a string.
  private func number(_ node: JSONNode) throws -> Double {
    if let value = node.value.doubleValue { return value }
    do throws(Expression.Fault) {
      return try Expression.evaluate(try text(node), parameters: parameters)
    } catch {
      throw node.diagnostic(.malformedRule, error.text)
    }
  }

  private func text(_ node: JSONNode) throws(Expression.Fault) -> String {
    guard let text = node.value.stringValue else {
      throw Expression.Fault(text: "is \(node.value.kind) where a number or expression is expected")
    }
    return text
  }
}
