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
      ("{\"a\" 1}", 105), ("[1, 2", 105), ("[1] x", 104), ("[1e999]", 101),
      ("[NaN]", 101), ("", 100),
    ])
  func refusals(text: String, byte: Int64) {
    let diagnostic = thrownDiagnostic { try Self.parse(text) }
    #expect(diagnostic != nil, "\(text)")
    #expect(diagnostic?.location?.byteOffset == byte, "\(text): \(String(describing: diagnostic))")
  }

  @Test(
    "what json-c would let pass is refused, with the byte",
    arguments: [
      ("['a']", 101), ("[\"a\tb\"]", 103), ("[\"\\x\"]", 102), ("[\"\\ud800\"]", 102),
      ("[\"\\udc00\\ud800\"]", 102), ("[\"\\u0000\"]", 102), ("[01]", 101), ("[1.]", 101),
      ("[.5]", 101), ("[+1]", 101), ("[-]", 101), ("[1e]", 101), ("[-Infinity]", 101),
      ("[1,]", 103), ("{\"a\": 1,}", 108), ("[1] // one", 104), ("\u{FEFF}[]", 100),
      ("[99999999999999999999]", 101), ("[-9223372036854775809]", 101),
    ])
  func leniencies(text: String, byte: Int64) {
    let diagnostic = thrownDiagnostic { try Self.parse(text) }
    #expect(diagnostic?.code == .malformedJSON, "\(text)")
    #expect(diagnostic?.location?.byteOffset == byte, "\(text): \(String(describing: diagnostic))")
  }

  @Test(
    "a key that stands twice in one object is refused, where it stands the second time",
    arguments: [
      (#"{"a": 1, "a": 2}"#, 109), (#"{"x": {"a": 1, "b": [{"c": 1, "c": 2}]}}"#, 130),
      (#"{"a": ":", "\u0061": 2}"#, 111), (#"{"é": 1, "e": 2, "\u00e9": 3}"#, 118),
    ])
  func duplicates(text: String, byte: Int64) {
    let diagnostic = thrownDiagnostic { try Self.parse(text) }
    #expect(diagnostic?.code == .duplicateKey, "\(text)")
    #expect(diagnostic?.location?.byteOffset == byte, "\(text): \(String(describing: diagnostic))")
  }

  @Test("what looks like any of that and is none is read")
  func sound() throws {
    #expect(try Self.parse(#"{"a": {"b": 1}, "b": {"b": "a:b"}}"#)["b"]?["b"] == .string("a:b"))
    #expect(try Self.parse(#"["'//#", "\ud83d\ude00", "NaN,]", "é"]"#).arrayValue?.count == 4)
    #expect(try Self.parse("[-0, 1E+2, 0.5e-3, 18446744073709551615]\r\n").arrayValue?.count == 4)
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
