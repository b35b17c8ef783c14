import Diagnostics
import JSON
import TestSupport
import Testing

@Suite("JSON")
struct JSONTests {
  private static func parse(_ text: String) throws -> JSONValue {
    try JSONParser().parse(Array(text.utf8), at: SourceLocation(file: "f", byteOffset: 100))
  }

  @Test("values, in the order of the text")
  func values() throws {
    let value = try Self.parse(
      #"{"b": [1, 2.5, -3e2], "a": {"x": null, "y": "z\n\u00e9"}, "c": true}"#)
    guard case .object(let members) = value else {
      Issue.record("no object")
      return
    }
    #expect(members.map(\.key) == ["b", "a", "c"])
    #expect(value["b"] == .array([.integer(1), .number(2.5), .number(-300)]))
    #expect(value["a"]?["y"] == .string("z\né"))
    #expect(value["a"]?["x"] == .null)
    #expect(try Self.parse("12") == .integer(12))
    #expect(try Self.parse("9223372036854775807") == .integer(.max))
    #expect(try Self.parse("9223372036854775808") == .number(0x1p63))
  }

  @Test(
    "what is not JSON is refused, with the byte",
    arguments: [
      ("{\"a\" 1}", 105), ("[1, 2", 105), ("[1] x", 104), ("[1e999]", 100),
      ("[NaN]", 100), ("", 100),
    ])
  func refusals(text: String, byte: Int64) {
    let diagnostic = thrownDiagnostic { try Self.parse(text) }
    #expect(diagnostic != nil, "\(text)")
    #expect(diagnostic?.location?.byteOffset == byte, "\(text): \(String(describing: diagnostic))")
  }

  @Test("nesting has an end")
  func nesting() {
    let deep = String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000)
    #expect(thrownDiagnostic { try Self.parse(deep) }?.code == .malformedJSON)
  }

  @Test("broken UTF-8 is refused")
  func encoding() {
    let bytes: [UInt8] = [0x5B, 0x22, 0xC3, 0x28, 0x22, 0x5D]
    #expect(
      thrownDiagnostic { try JSONParser().parse(bytes, at: SourceLocation(file: "f")) }?.code
        == .malformedJSON)
  }

  @Test("nodes say where: file and key path")
  func nodes() throws {
    let root = try JSONNode(
      parsing: Array(#"{"pod": {"links": [{"gbps": -1}]}}"#.utf8), file: "f.json")
    let link = try root.required("pod").required("links").elements()[0]
    let negative = thrownDiagnostic { try link.required("gbps").double() }
    #expect(negative?.location?.keyPath == "pod.links[0].gbps")
    #expect(negative?.code == .valueOutOfRange)
    let missing = thrownDiagnostic { try link.required("latency") }
    #expect(missing?.code == .missingKey)
    #expect(missing?.location?.keyPath == "pod.links[0].latency")
    let unknown = thrownDiagnostic { try link.allow(keys: ["bandwidth"]) }
    #expect(unknown?.code == .unknownKey)
    #expect(thrownDiagnostic { try root.required("pod").string() }?.code == .wrongType)
  }

  @Test("what is written reads back, and numbers are the shortest that do")
  func writing() throws {
    for indented in [false, true] {
      var json = JSONWriter(indented: indented)
      json.object { json in
        json.member("text", "a\"b\\c\n\t\u{1}é")
        json.member("numbers", [1, -2, 3])
        json.member("third", 1.0 / 3)
        json.member("whole", 2.0)
        json.member("never", Double.nan)
        json.key("empty")
        json.array { _ in }
        json.key("list")
        json.array { json in
          json.bool(true)
          json.object { $0.member("x", 1) }
        }
      }
      let value = try JSONParser().parse(json.bytes, at: SourceLocation(file: "f"))
      #expect(value["text"] == .string("a\"b\\c\n\t\u{1}é"))
      #expect(value["numbers"] == .array([.integer(1), .integer(-2), .integer(3)]))
      #expect(value["third"] == .number(1.0 / 3))
      #expect(value["whole"] == .integer(2))
      #expect(value["never"] == .null)
      #expect(value["empty"] == .array([]))
      #expect(value["list"]?.arrayValue?.last?["x"] == .integer(1))
    }
  }
}
