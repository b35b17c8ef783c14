import Collectives
import JSON
import TestSupport
import Testing
import Trace

@testable import Study

/// The JSON Schema beside the documentation says what the reader takes.
@Suite("Schema of algorithm rules")
struct AlgorithmSchemaTests {
  private func definitions() throws -> JSONNode {
    try JSONNode(
      contentsOfFile: ProjectFiles.path(
        "Sources/Collectives/Documentation.docc/algorithms.schema.json")
    ).required("$defs")
  }

  private func choices(_ node: JSONNode) throws -> [String] {
    try node.required("enum").elements().map { try $0.string() }
  }

  private func read(_ rule: String) throws -> [AlgorithmRule] {
    let directory = try TemporaryDirectory()
    let path = try directory.write(
      "rules.json", "{\"schema\": \"refract.algorithms/1\", \"rules\": [\(rule)]}")
    return try AlgorithmFile.read(path)
  }

  @Test("kinds, their algorithms and protocols are those of the reader")
  func words() throws {
    let definitions = try definitions()
    let properties = try definitions.required("rule").required("properties")
    #expect(
      try Set(choices(properties.required("kind"))) == Set(AlgorithmWord.kinds.map(\.rawValue)))
    #expect(
      try choices(properties.required("protocol")) == TransportProtocol.allCases.map(\.rawValue))
    for kind in AlgorithmWord.kinds {
      let own = try definitions.required(kind.rawValue).required("properties")
      #expect(try own.required("kind").required("const").string() == kind.rawValue)
      #expect(
        try choices(own.required("algorithm"))
          == CollectiveAlgorithm.choices(for: kind).map(\.rawValue) + ["least"])
    }
    let branches = try definitions.required("rule").required("oneOf").elements()
    #expect(branches.count == AlgorithmWord.kinds.count + 1)
  }

  @Test("a rule with all keys that the schema has is read, at either end of what it allows")
  func keys() throws {
    let properties = try definitions().required("rule").required("properties")
    let words = [
      "kind": "\"all_reduce\"", "group": "\"dp\"", "algorithm": "\"ring\"", "protocol": "\"LL\"",
    ]
    for end in ["minimum", "maximum"] {
      let members = try properties.members().map { key, node in
        // What has no upper end is as high as numbers go.
        let bound =
          key == "injection_cap_gbps"
          ? "\(try node.optional(end)?.double(atLeast: 0) ?? 1e6)"
          : "\(try node.optional(end)?.integer(in: 0...Int64.max) ?? Int64.max)"
        return "\"\(key)\": \(words[key] ?? bound)"
      }
      let rules = try read("{\(members.joined(separator: ", "))}")
      #expect(rules.count == 1 && rules[0].kind == .allReduce && rules[0].group == "dp")
    }
  }

  @Test(
    "what the schema forbids is refused",
    arguments: [
      "{}", "{\"kind\": \"all_reduce\"}", "{\"algorithm\": \"ring\"}", "{\"channels\": 0}",
      "{\"kind\": \"gather\", \"algorithm\": \"ring\"}", "{\"channels\": 4097}",
      "{\"speed\": 1, \"channels\": 1}", "{\"injection_cap_gbps\": 0}", "{\"protocol\": \"ll\"}",
      "{\"members_at_least\": 2147483648, \"channels\": 1}",
    ])
  func forbidden(rule: String) {
    #expect(thrownDiagnostic { try read(rule) } != nil)
  }
}
