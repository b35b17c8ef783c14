import JSON
import TestSupport
import Testing

@testable import Placement

/// The JSON Schema beside the documentation says what the reader takes.
@Suite("Schema of placement rules")
struct RuleSchemaTests {
  private func definitions() throws -> JSONNode {
    try JSONNode(
      contentsOfFile: ProjectFiles.path(
        "Sources/Placement/Documentation.docc/placement-rules.schema.json")
    ).required("$defs")
  }

  private func choices(_ node: JSONNode) throws -> [String] {
    try node.required("enum").elements().map { try $0.string() }
  }

  @Test("the words of each choice are those of the reader")
  func words() throws {
    let definitions = try definitions()
    let limit = try definitions.required("limit").required("properties")
    #expect(
      try choices(limit.required("limit")) == PlacementRule.Figure.allCases.map(\.rawValue))
    #expect(
      try choices(definitions.required("domain")) == PlacementRule.Domain.allCases.map(\.rawValue))
    #expect(
      try choices(definitions.required("severity"))
        == PlacementRule.Severity.allCases.map(\.rawValue))
  }

  @Test("a rule of each kind with all keys that the schema has is read")
  func keys() throws {
    let values: [String: String] = [
      "name": "\"n\"", "severity": "\"warning\"", "optional": "true", "keep": "\"ep\"",
      "in": "\"pod\"", "spread": "\"dp\"", "over": "\"node\"", "limit": "\"cross_pod_share\"",
      "of": "\"ep\"", "at_most": "0.5", "policy": "\"linear\"", "by_percent": "2", "ms": "10",
    ]
    let directory = try TemporaryDirectory()
    let definitions = try definitions()
    for kind in ["keep", "spread", "limit", "noWorseThan", "atMost"] {
      let keys = try definitions.required(kind).required("properties").members()
      let members = try keys.map { key, node in
        let word = try node.optional("const")?.string()
        return "\"\(key)\": \(word.map { "\"\($0)\"" } ?? values[key] ?? "missing")"
      }
      let path = try directory.write(
        "rules.json",
        "{\"schema\": \"refract.placement-rules/1\", \"rules\": [{\(members.joined(separator: ", "))}]}"
      )
      let rules = try PlacementRules(file: path).rules
      #expect(rules.count == 1 && rules[0].isOptional && rules[0].severity == .warning, "\(kind)")
    }
  }
}
