import Diagnostics
import Streams
import TestSupport
import Testing

@testable import Ingest

@Suite("Scanning")
struct ScanningTests {
  private static func thousandthsOf(_ text: String) -> Int64? { thousandths(Array(text.utf8)) }

  @Test(
    "decimal microseconds become whole nanoseconds without a Double in between",
    arguments: [
      ("0", 0), ("1740461679471346", 1_740_461_679_471_346_000),
      ("4512468973798.178", 4_512_468_973_798_178), ("0.5", 500), ("-3.25", -3250),
      ("1.0004", 1000), ("1.0005", 1001), ("1.9999", 2000), ("1e3", 1_000_000),
      ("2.5E-3", 3),
    ])
  func decimals(text: String, expected: Int64) {
    #expect(Self.thousandthsOf(text) == expected)
  }

  @Test(
    "what is no number, or too large, is nothing",
    arguments: ["", "-", "abc", "1.2.3", ".5", "1x", "99999999999999999999", "1e300", "\"5\""])
  func notDecimals(text: String) {
    #expect(Self.thousandthsOf(text) == nil)
  }

  @Test("the end of a value is found however the bytes are cut")
  func extent() {
    let value = #"{"a": "}\"]", "b": [1, {"c": null}], "d": -1.5e3}"#
    let bytes = Array((value + ", more").utf8)
    for cut in 1..<value.utf8.count {
      var extent = ValueExtent()
      bytes.withUnsafeBytes { buffer in
        let head = UnsafeRawBufferPointer(rebasing: buffer[..<cut])
        #expect(extent.scan(head, from: 0) == .continues)
        #expect(extent.scan(buffer, from: cut) == .ends(before: value.utf8.count))
      }
    }
  }

  @Test("members of an object, as ranges")
  func fields() throws {
    let text = Array(#" {"ts": 12.5 , "name":"a,b","args": {"x": [1]},"e":{}}"#.utf8)
    try text.withUnsafeBytes { bytes in
      var scanner = try FieldScanner(bytes, objectAt: 1)
      var seen: [String] = []
      while let field = try scanner.next() {
        seen.append(
          String(decoding: bytes[field.key], as: UTF8.self) + "="
            + String(decoding: bytes[field.value], as: UTF8.self))
      }
      #expect(seen == ["ts=12.5", #"name="a,b""#, #"args={"x": [1]}"#, "e={}"])
    }
  }

  @Test(
    "objects that do not hold together are noticed",
    arguments: [#"{"a" 1}"#, #"{"a": 1 "b": 2}"#, #"{a: 1}"#, #"{"a": }"#, #"{"a": 1"#])
  func brokenFields(text: String) {
    _ = Array(text.utf8).withUnsafeBytes { bytes in
      #expect(throws: FieldScanner.Malformed.self) {
        var scanner = try FieldScanner(bytes, objectAt: 0)
        while try scanner.next() != nil {}
      }
    }
  }

  /// The event that the walk gives, in words; `nil` where it leaves the event to the careful way.
  private static func walked(_ text: String) throws -> String? {
    try Array(text.utf8).withUnsafeBytes { bytes in
      var length = 0
      return try KinetoEvent(walking: bytes, skipping: { _ in false }, length: &length)
        .map { try described($0, bytes) }
    }
  }

  private static func described(
    _ event: KinetoEvent, _ bytes: UnsafeRawBufferPointer
  ) throws -> String {
    let arguments =
      try event.arguments
      ?? (event.category.readsArguments
        ? event.args.map { try KinetoArguments(bytes, at: $0) } : nil)
    return "\(event.category) \(event.phase) \(event.name.map { "\($0)" } ?? "-")"
      + " \(String(describing: event.thread)) \(String(describing: event.start))"
      + " \(String(describing: event.duration)) \(event.args.map { "\($0)" } ?? "-")"
      + " \(String(describing: arguments?.correlation)) \(String(describing: arguments?.stream))"
      + " \(arguments?.hasCollective ?? false)"
  }

  private static func careful(_ text: String) -> String? {
    try? Array(text.utf8).withUnsafeBytes { bytes in
      try described(KinetoEvent(bytes), bytes)
    }
  }

  @Test(
    "what the walk makes of an event is what the careful way makes of it, however it is changed")
  func walkAgreesWithCarefulWay() throws {
    let event = #"""
      {"ph": "X", "cat": "kernel", "name": "a \"b\\", "pid": 0, "tid": 7, "ts": 1740.125,
       "dur": 5, "x": [{"y": "}"}, null], "args": {"stream": 7, "correlation": 12, "g": [1, 2]}}
      """#
    let rest = ",\n      {\"ph\": 1}"
    let whole = try Self.walked(event + rest)
    #expect(whole != nil && whole == Self.careful(event + rest))
    var generator = SeededGenerator(seed: 3)
    let bytes = Array("\"\\{}[]:, 9.-eE\n".utf8)
    var agreed = 0
    for _ in 0..<3_000 {
      var text = Array(event.utf8)
      for _ in 0..<Int.random(in: 1...2, using: &generator) {
        let place = Int.random(in: text.indices, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: text.remove(at: place)
        case 1: text.insert(bytes.randomElement(using: &generator) ?? 0, at: place)
        default: text[place] = bytes.randomElement(using: &generator) ?? 0
        }
      }
      let changed = String(decoding: text, as: UTF8.self) + rest
      guard let walked = try? Self.walked(changed) else { continue }
      agreed += 1
      #expect(walked == Self.careful(changed), "\(changed)")
    }
    #expect(agreed > 300)
  }

  private static func scan(_ text: String) throws -> [String] {
    let directory = try TemporaryDirectory()
    var scanner = EventStreamScanner(
      try InputStream(path: directory.write("t.json", text)))
    var pieces: [String] = []
    try scanner.scan(wanted: ["info"]) { piece, offset in
      switch piece {
      case .header(let key, let bytes):
        pieces.append("\(key)@\(offset):" + String(decoding: bytes, as: UTF8.self))
      case .event(let bytes):
        pieces.append("@\(offset):" + String(decoding: bytes, as: UTF8.self))
      }
    }
    return pieces
  }

  @Test("events and wanted headers, whatever stands around them")
  func stream() throws {
    let text =
      #"{"skip": [{"traceEvents": []}], "traceEvents": [ {"a":1}, {"b":"]"} ], "info": {"r": 0}}"#
    #expect(
      try Self.scan(text) == [#"@49:{"a":1}"#, #"@58:{"b":"]"}"#, #"info@79:{"r": 0}"#])
    #expect(try Self.scan(#" [{"a":1}, {"b":2}] "#) == [#"@2:{"a":1}"#, #"@11:{"b":2}"#])
    #expect(try Self.scan("{}").isEmpty)
    #expect(try Self.scan(#"{"traceEvents": []}"#).isEmpty)
  }

  @Test("one value has an end")
  func longElement() throws {
    let directory = try TemporaryDirectory()
    let text = #"{"traceEvents": [{"a": ""# + String(repeating: "a", count: 1 << 19) + #""}]}"#
    var scanner = EventStreamScanner(
      try InputStream(path: directory.write("t.json", text)), elementLimit: 1 << 16)
    #expect(
      thrownDiagnostic { try scanner.scan(wanted: []) { _, _ in } }?.code == .limitExceeded)
  }

  @Test("a text cut short anywhere is never whole")
  func truncated() {
    let text = #"{"n": 1.5, "traceEvents": [{"a":1}, {"b":[2]}], "info": {"r": 0}}"#
    for length in 1..<text.utf8.count {
      let diagnostic = thrownDiagnostic { try Self.scan(String(text.prefix(length))) }
      #expect(diagnostic?.code == .truncated, "\(length)")
    }
  }

  @Test(
    "a broken text is refused at its byte",
    arguments: [
      (#"17"#, 0), (#"[{"a":1}] 1"#, 10), (#"{"traceEvents": {}}"#, 16),
      (#"{"traceEvents": [{"a":1} {"b":1}]}"#, 25),
      (#"{"traceEvents": [1]}"#, 17), (#"{"a": 1 "b": 2}"#, 8), (#"{"a": 1} x"#, 9),
      (#"{"a": ]}"#, 6),
    ])
  func malformed(text: String, byte: Int64) {
    let diagnostic = thrownDiagnostic { try Self.scan(text) }
    #expect(diagnostic?.code == .malformedJSON)
    #expect(diagnostic?.location?.byteOffset == byte, "\(String(describing: diagnostic))")
  }

  @Test(
    "expressions",
    arguments: [
      ("1 + 2 * 3", 7.0), ("(1 + 2) * 3", 9), ("hidden * 2 - -1", 21), ("hidden/4", 2.5),
      ("2.5", 2.5), ("1e-3 * 2E3", 2),
    ])
  func expressions(text: String, value: Double) throws {
    #expect(try Expression.evaluate(text, parameters: ["hidden": 10]) == value)
  }

  @Test("what is no expression is refused", arguments: ["", "1 +", "(1", "1 2", "x", "1 / 0", "$"])
  func brokenExpressions(text: String) {
    #expect(throws: Expression.Fault.self) {
      try Expression.evaluate(text, parameters: ["hidden": 10])
    }
  }
}
