import Diagnostics
import JSON
import TestSupport
import Testing

@testable import Fabric

/// The JSON Schema beside the documentation says what the readers take.
@Suite("Schema of fabric files")
struct FabricSchemaTests {
  private let validator: SchemaValidator

  init() throws {
    validator = SchemaValidator(
      root: try JSONNode(
        contentsOfFile: ProjectFiles.path(
          "Sources/Fabric/Documentation.docc/fabric.schema.json")
      ).value)
  }

  private static func document(_ text: String) throws -> JSONValue {
    try JSONNode(parsing: Array(text.utf8), file: "f.json").value
  }

  private static func read(_ document: JSONValue) throws -> Fabric {
    try Fabric(FabricSpecification(JSONNode(document, at: SourceLocation(file: "f.json"))))
  }

  @Test("every preset is what the schema says", arguments: FabricPreset.names)
  func presets(name: String) throws {
    let document = try JSONNode(
      contentsOfFile: ProjectFiles.path("Sources/Fabric/Presets/\(name).json"))
    #expect(validator.faults(document.value) == [])
  }

  @Test("so is an example of each topology", arguments: FabricExamples.all.map(\.name))
  func examples(name: String) throws {
    let text = try #require(FabricExamples.all.first { $0.name == name }?.text)
    let document = try Self.document(text)
    #expect(validator.faults(document) == [])
    _ = try Self.read(document)
  }

  /// Where objects stand in the examples: example, path, definition.
  static let places: [(example: String, path: [String], definition: String?)] = [
    ("switch", [], nil), ("switch", ["pod"], "pod"), ("switch", ["pod", "scale_up"], "scaleUp"),
    ("switch", ["scale_out"], "scaleOut"), ("leaf-spine", ["pod", "scale_up", "leaf"], "leaf"),
    ("torus", ["pod", "scale_up", "torus"], "torus"), ("racks", ["pod", "rack"], "rack"),
    ("rails", ["scale_out", "leaf"], "leaf"),
  ]

  /// Keys that go with topologies which the network of that place can't have.
  static let elsewhere: [String: Set<String>] = [
    "scaleUp": ["cross_rail"],
    "scaleOut": ["torus", "connections", "configurations", "reconfiguration_us", "switching"],
    "rack": [
      "torus", "connections", "configurations", "reconfiguration_us", "switching", "leaf",
      "cross_rail",
    ],
  ]

  @Test("at each place the keys are those that the reader knows", arguments: places.indices)
  func keys(index: Int) throws {
    let place = Self.places[index]
    let text = try #require(FabricExamples.all.first { $0.name == place.example }?.text)
    let wrong = try #require(
      try Self.document(text).setting(place.path + ["slip"], to: .integer(1)))
    let found = thrownDiagnostic { try Self.read(wrong) }
    #expect(found?.code == .unknownKey)
    let known = try #require(found?.remedy).dropFirst("known keys are ".count)
      .split(separator: ", ").map(String.init)
    let schema = place.definition.flatMap { validator.root["$defs"]?[$0] } ?? validator.root
    guard case .object(let properties) = schema["properties"] else {
      Issue.record("no properties")
      return
    }
    let others = place.definition.flatMap { Self.elsewhere[$0] } ?? []
    #expect(Set(properties.map(\.key)) == Set(known).subtracting(others))
    #expect(!validator.faults(wrong).isEmpty, "the schema refuses it as the reader does")
  }

  static let wrong: [(example: String, old: String, new: String)] = [
    ("switch", "\"bandwidth_gbps\": 800", "\"bandwidth_gbps\": 0"),
    ("switch", "\"bandwidth_gbps\": 800", "\"bandwidth_gbps\": \"800\""),
    ("switch", "\"planes\": 4", "\"planes\": 4097"),
    ("switch", "\"planes\": 4", "\"planes\": 1.5"),
    ("switch", "\"schema\": \"refract.fabric/1\"", "\"schema\": \"refract.fabric/2\""),
    ("leaf-spine", "\"oversubscription\": 2", "\"oversubscription\": 0.5"),
    ("leaf-spine", "\"topology\": \"leaf-spine\"", "\"topology\": \"rails\""),
    ("rails", "\"cross_rail\": \"forward\"", "\"cross_rail\": \"bridge\""),
    ("torus", "[3, 4]", "[3, 4, 1, 1, 1]"), ("torus", "[3, 4]", "[3, 0]"),
    ("graph", "[0, 1, 2]", "[0, 1, 2, 3]"), ("graph", "[0, 1, 2]", "[0]"),
    ("circuits", "\"switching\": \"step\"", "\"switching\": \"often\""),
    ("circuits", "\"name\": \"ring\"", "\"label\": \"ring\""),
    ("circuits", "\"torus\": {\"dimensions\": [2, 4]}", "\"trous\": {\"dimensions\": [2, 4]}"),
    ("unequal", "\"count\": 2", "\"cuont\": 2"), ("unequal", "\"count\": 2", "\"count\": 0"),
    ("faults", "\"to\": 0.5", "\"to\": 1"), ("faults", "\"to\": 0.5", "\"share\": 0.5"),
    ("faults", "\"share\": 0.25", "\"share\": 0"), ("faults", "\"pod0/gpu3\"", "7"),
  ]

  @Test("what the schema refuses the reader refuses too", arguments: wrong.indices)
  func refusals(index: Int) throws {
    let (example, old, new) = Self.wrong[index]
    let text = try #require(FabricExamples.all.first { $0.name == example }?.text)
    #expect(text.contains(old))
    let document = try Self.document(text.replacing(old, with: new, maxReplacements: 1))
    #expect(!validator.faults(document).isEmpty)
    #expect(thrownDiagnostic { try Self.read(document) } != nil)
  }
}
