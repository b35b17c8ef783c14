import Diagnostics
import JSON

/// Rules as a file states them, `refract.placement-rules/1`.
public struct PlacementRules: Sendable {
  /// The format's name.
  public static let schema = "refract.placement-rules/1"

  /// In the order of the file.
  public let rules: [PlacementRule]

  /// None.
  public init() { rules = [] }

  /// Several files' rules, one after the other.
  public init(_ parts: [PlacementRules]) { rules = parts.flatMap(\.rules) }

  /// Whether a file, if it can be read as JSON, calls itself one of placement rules, of any version.
  ///
  /// Kernel rules are named by the same option; what a file says of itself tells them apart.
  public static func isMeant(_ path: String) -> Bool {
    guard let root = try? JSONNode(contentsOfFile: path, limit: 1 << 20),
      let schema = try? root.optional("schema")?.string()
    else { return false }
    return schema.hasPrefix("refract.placement-rules/")
  }

  /// Reads a file.
  ///
  /// - Throws: a `Diagnostic` with the key path of what is wrong.
  public init(file path: String) throws {
    rules = try JSONNode.rules(inFile: path, schema: Self.schema).map(PlacementRule.init)
  }
}

extension PlacementRule {
  private static let heads = ["keep", "spread", "limit", "step_time"]

  init(_ node: JSONNode) throws {
    let found = try Self.heads.filter { try node.optional($0) != nil }
    guard found.count == 1, let head = found.first else {
      throw node.diagnostic(
        .malformedRule,
        found.isEmpty
          ? "the rule asks for nothing" : "the rule has both '\(found[0])' and '\(found[1])'",
        remedy: "give it one of " + Self.heads.joined(separator: ", "))
    }
    let common: Set<String> = ["name", "severity", "optional", head]
    let words: String
    switch head {
    case "keep": (requirement, words) = try Self.keep(node, common)
    case "spread": (requirement, words) = try Self.spread(node, common)
    case "limit": (requirement, words) = try Self.limit(node, common)
    default: (requirement, words) = try Self.stepTime(node, common)
    }
    name = try node.optional("name")?.string() ?? words
    severity = try node.optional("severity").map { try Self.choice($0, "a severity") } ?? .error
    isOptional = try node.optional("optional")?.bool() ?? false
    location = try node.required(head).location
  }

  private static func keep(
    _ node: JSONNode, _ common: Set<String>
  ) throws -> (Requirement, String) {
    try node.allow(keys: common.union(["in"]))
    let group = try word(node.required("keep"))
    let domain: Domain = try choice(node.required("in"), "a place to keep groups in")
    return (
      .keep(group, in: domain),
      "\(group) \(domain == .rail ? "on one" : "in one") \(domain.rawValue)"
    )
  }

  private static func spread(
    _ node: JSONNode, _ common: Set<String>
  ) throws -> (Requirement, String) {
    try node.allow(keys: common.union(["over"]))
    let group = try word(node.required("spread"))
    let domain: Domain = try choice(node.required("over"), "something to spread groups over")
    return (.spread(group, over: domain), "\(group) over \(domain.rawValue)s, a rank each")
  }

  private static func limit(
    _ node: JSONNode, _ common: Set<String>
  ) throws -> (Requirement, String) {
    try node.allow(keys: common.union(["of", "at_most"]))
    let figure: Figure = try choice(node.required("limit"), "a figure")
    let of = try node.optional("of").map(word)
    let bound = try node.required("at_most")
    let most = try bound.double()
    if figure.isShare, most > 1 {
      throw bound.diagnostic(
        .valueOutOfRange, "\(JSONWriter.text(most)) is more than 1, and \(figure.rawValue) a share",
        remedy: "give a share from 0 to 1")
    }
    return (
      .limit(figure, of: of, atMost: most),
      figure.rawValue + (of.map { " of \($0)" } ?? "") + " at most \(JSONWriter.text(most))"
    )
  }

  private static func stepTime(
    _ node: JSONNode, _ common: Set<String>
  ) throws -> (Requirement, String) {
    let head = try node.required("step_time")
    switch try head.string() {
    case "at_most":
      try node.allow(keys: common.union(["ms"]))
      let most = try node.required("ms").double(exclusive: true)
      return (.stepTime(atMostMilliseconds: most), "step at most \(JSONWriter.text(most)) ms")
    case "no_worse_than":
      try node.allow(keys: common.union(["policy", "by_percent"]))
      let policyNode = try node.required("policy")
      let policy: PlacementPolicy
      do {
        policy = try PlacementPolicy(try word(policyNode))
      } catch let diagnostic as Diagnostic where diagnostic.code == .usage {
        throw policyNode.diagnostic(
          .malformedRule, diagnostic.problem, remedy: diagnostic.remedy)
      }
      let percent = try node.optional("by_percent")?.double() ?? 0
      return (
        .noWorse(than: policy, byPercent: percent),
        "step at most \(JSONWriter.text(percent)) % longer than \(policy.word)"
      )
    default:
      throw head.diagnostic(
        .malformedRule, "'\(try head.string())' is nothing to ask of a step's time",
        remedy: "use at_most with 'ms', or no_worse_than with 'policy' and 'by_percent'")
    }
  }

  private static func word(_ node: JSONNode) throws -> String {
    let word = try node.string()
    guard !word.isEmpty else {
      throw node.diagnostic(.malformedRule, "is empty", remedy: "name something")
    }
    return word
  }

  private static func choice<Choice>(_ node: JSONNode, _ what: String) throws -> Choice
  where Choice: RawRepresentable<String> & CaseIterable {
    guard let choice = Choice(rawValue: try node.string()) else {
      throw node.diagnostic(
        .malformedRule, "'\(try node.string())' is not \(what)",
        remedy: "use " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return choice
  }
}
