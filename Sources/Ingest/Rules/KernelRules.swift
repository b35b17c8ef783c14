import Diagnostics
import Glibc
import JSON
import Quantities
import Trace

/// What kernels that carry no metadata do, by their names: kind, group, sizes.
///
/// Expressions are evaluated when the file is read, so that a mistake shows before any trace does.
public struct KernelRules: Sendable {
  /// The name that assumptions are labelled with.
  public var name: String
  /// Its parameters and groups in words, for what leans on them.
  private(set) var summary = ""
  /// Groups that the rules name.
  var groups: [Group]
  /// In the order of the file; the first that matches counts.
  var rules: [Rule]

  /// A process group as rules describe it.
  struct Group: Sendable {
    var name: String
    var purpose: String
    /// `nil` for all ranks of the job.
    var ranks: [RankID]?
  }

  /// One rule.
  struct Rule: Sendable {
    var kernel: String
    var annotation: String?
    /// `nil` for compute: a name that only looks like communication.
    var kind: CollectiveKind?
    var group = 0
    var sendBytes: Int64 = 0
    var receiveBytes: Int64 = 0
    var routing: TokenRouting?
    var injectionCap: Bandwidth?
    var hostWaits = false
    var label: String?
  }

  /// The names of the rule sets that come along.
  public static let builtIn = ["deepep"]

  /// Rules that come along under a name, or those in a file.
  public init(nameOrFile: String) throws {
    if nameOrFile == "deepep" {
      try self.init(JSONNode(parsing: PackageResources.deepep_json, file: "rules 'deepep'"))
    } else {
      do {
        try self.init(JSONNode(contentsOfFile: nameOrFile))
      } catch let diagnostic as Diagnostic where diagnostic.code == .noSuchFile {
        throw Diagnostic(
          .noSuchFile, at: diagnostic.location, "is neither a rule set nor a file",
          remedy: "rule sets are " + Self.builtIn.joined(separator: ", "))
      }
    }
  }

  /// Rules from a document.
  init(_ root: JSONNode) throws {
    let schema = try root.required("schema")
    guard try schema.string() == "refract.rules/1" else {
      throw schema.diagnostic(
        .unsupportedVersion, "is '\(try schema.string())', and this version reads refract.rules/1")
    }
    try root.allow(keys: [
      "schema", "name", "description", "source", "parameters", "groups", "rules",
    ])
    name = try root.required("name").string()
    var parameters: [String: Double] = [:]
    for (key, node) in try root.optional("parameters")?.members() ?? [] {
      parameters[key] = try node.double(atLeast: -.infinity)
    }
    groups = try root.optional("groups")?.elements().map(Self.group) ?? []
    let values = parameters.sorted { $0.key < $1.key }
      .map { "\($0.key) \(JSONWriter.text($0.value))" }
    let names = groups.map { $0.ranks == nil ? "\($0.name) all ranks" : $0.name }
    let parts = values + (names.isEmpty ? [] : ["group " + names.joined(separator: ", ")])
    summary = parts.isEmpty ? "" : ": " + parts.joined(separator: ", ")
    let reader = RuleReader(parameters: parameters, groups: groups)
    rules = try root.required("rules").elements().map(reader.rule)
  }

  private static func group(_ node: JSONNode) throws -> Group {
    try node.allow(keys: ["name", "purpose", "ranks"])
    let ranks = try node.required("ranks")
    return Group(
      name: try node.required("name").string(),
      purpose: try node.optional("purpose")?.string() ?? "",
      ranks: ranks.value.stringValue == "world"
        ? nil
        : try ranks.elements().map { RankID(index: try $0.int(in: 0...maximumWorldSize - 1)) })
  }

  /// The first rule for a kernel, `nil` where none matches.
  ///
  /// - Parameter annotation: gives the innermost annotation around the kernel's launch; asked only
  ///   when a rule wants to know.
  func match(kernel: String, annotation: () -> String?) -> Rule? {
    rules.first { rule in
      guard fnmatch(rule.kernel, kernel, 0) == 0 else { return false }
      guard let pattern = rule.annotation else { return true }
      return annotation().map { fnmatch(pattern, $0, 0) == 0 } ?? false
    }
  }
}

/// Reads one rule.
private struct RuleReader {
  let parameters: [String: Double]
  let groups: [KernelRules.Group]

  func rule(_ node: JSONNode) throws -> KernelRules.Rule {
    try node.allow(keys: [
      "kernel", "annotation", "kind", "group", "send_bytes", "receive_bytes", "routing",
      "injection_cap_gbps", "host_waits", "label",
    ])
    var rule = KernelRules.Rule(kernel: try node.required("kernel").string())
    rule.annotation = try node.optional("annotation")?.string()
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
