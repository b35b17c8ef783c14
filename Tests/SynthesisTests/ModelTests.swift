import Diagnostics
import JSON
import TestSupport
import Testing

@testable import Synthesis

@Suite("Models")
struct ModelTests {
  @Test("presets have the weights that their sources state")
  func presets() throws {
    for config in 1...4 {
      let model = try ModelPreset.load(nameOrFile: "study-config\(config)")
      let granularity = 1 << (config - 1)
      // 120 · (4 + 32 · 8) · 12288²: the same for each, 4.7T.
      #expect(model.parameters == 120 * 260 * 12288 * 12288)
      #expect(model.experts.count == 32 * granularity)
      #expect(model.experts.width * granularity == 4 * 12288)
      #expect(model.name == "study-config\(config)")
    }
    let deepSeek = try ModelPreset.load(nameOrFile: "deepseek-v3")
    // 671B with the embeddings of 129,280 tokens, 2 · 0.93B, which are left out.
    let billions = deepSeek.parameters / 1_000_000_000
    #expect(billions == 669)
    #expect(ModelPreset.names.count == 5)
  }

  private static let text = """
    {"schema": "refract.model/1", "name": "mine", "layers": 4, "hidden": 16, "sequence": 8,
     "attention": {"parameters": 1024, "score_width": 16},
     "experts": {"count": 8, "per_token": 2, "width": 32, "matrices": 3},
     "element_bytes": {"activation": 2, "gradient": 4}}
    """

  private static func read(_ text: String) throws -> MoEModel {
    try MoEModel(JSONNode(parsing: Array(text.utf8), file: "m.json"))
  }

  @Test("a file leaves out what is usual")
  func file() throws {
    let model = try Self.read(Self.text)
    #expect(model.experts.shared == 0 && model.experts.groups == 1)
    #expect(model.elementBytes.dispatch == 2 && model.elementBytes.combine == 2)
    #expect(model.denseLayers == 0 && model.denseWidth == 0 && model.source.isEmpty)
    #expect(model.expertParameters == 3 * 16 * 32)
    #expect(model.parameters == 4 * (1024 + 8 * 3 * 16 * 32))
  }

  struct Slip: CustomTestStringConvertible, Sendable {
    var old: String
    var new: String
    var code: Diagnostic.Code
    var keyPath: String
    var testDescription: String { "\(old) → \(new)" }
  }

  @Test(
    "a slip is named with its key",
    arguments: [
      Slip(old: "model/1", new: "model/2", code: .unsupportedVersion, keyPath: "schema"),
      Slip(old: "\"layers\"", new: "\"layer\"", code: .unknownKey, keyPath: "layer"),
      Slip(old: "\"layers\": 4", new: "\"layers\": 0", code: .valueOutOfRange, keyPath: "layers"),
      Slip(
        old: "\"per_token\": 2", new: "\"per_token\": 9", code: .valueOutOfRange,
        keyPath: "experts.per_token"),
      Slip(
        old: "\"matrices\": 3", new: "\"matrices\": 3, \"groups\": 3", code: .valueOutOfRange,
        keyPath: "experts"),
      Slip(
        old: "\"layers\": 4", new: "\"layers\": 4, \"dense_layers\": 1", code: .missingKey,
        keyPath: "dense_width"),
      Slip(
        old: "\"gradient\": 4", new: "\"gradient\": 2.5", code: .wrongType,
        keyPath: "element_bytes.gradient"),
    ])
  func slips(_ slip: Slip) throws {
    let text = Self.text.replacing(slip.old, with: slip.new)
    try #require(text != Self.text)
    let diagnostic = thrownDiagnostic { try Self.read(text) }
    #expect(diagnostic?.code == slip.code)
    #expect(diagnostic?.location?.keyPath == slip.keyPath)
  }

  @Test("experts a token fit the model")
  func expertsPerToken() throws {
    var model = try ModelPreset.load(nameOrFile: "deepseek-v3")
    try model.send(eachTokenTo: 4)
    #expect(model.experts.perToken == 4)
    for wrong in [3, 257, 132] {
      let diagnostic = thrownDiagnostic { try model.send(eachTokenTo: wrong) }
      #expect(diagnostic?.code == .usage)
    }
  }
}
