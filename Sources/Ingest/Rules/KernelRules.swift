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
        try self.init(JSONNode(contentsOfFile: nameOrFile, limit: 1 << 20))
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
    for (index, group) in groups.enumerated()
    where groups[..<index].contains(where: { $0.name == group.name }) {
      throw try root.required("groups").elements()[index].diagnostic(
        .malformedRule, "the group '\(group.name)' stands here a second time",
        remedy: "give each group its own name")
    }
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
