import Diagnostics
import JSON
import TestSupport
import Testing

@testable import Ingest

@Suite("Pickles")
struct PickleTests {
  private static func read(_ bytes: [UInt8]) throws -> JSONValue {
    try PickleReader(bytes, path: "dump").read()
  }

  private static let start = PickleText()

  static let plain: [(name: String, bytes: [UInt8], value: JSONValue)] = [
    ("None", start.op("N").ended, .null),
    ("True", start.op(0x88).ended, .bool(true)),
    ("False", start.op(0x89).ended, .bool(false)),
    ("one byte", start.op("K", [255]).ended, .integer(255)),
    ("two bytes", start.op("M", [1, 2]).ended, .integer(513)),
    ("four bytes, with a sign", start.integer(-5).ended, .integer(-5)),
    ("a long of no bytes", start.op(0x8A, [0]).ended, .integer(0)),
    ("a long of one byte", start.op(0x8A, [1, 0xFF]).ended, .integer(-1)),
    (
      "a long of eight bytes",
      start.op(0x8A, [8, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F])
        .ended, .integer(.max)
    ),
    (
      "a long with a long length", start.op(0x8B, [2, 0, 0, 0, 0x00, 0x80]).ended,
      .integer(-32768)
    ),
    ("a float", start.op("G", [0x40, 0x04, 0, 0, 0, 0, 0, 0]).ended, .number(2.5)),
    ("a string", start.string("größer").ended, .string("größer")),
    ("a short byte string", start.op("U", [2, 0x61, 0x62]).ended, .string("ab")),
    ("an empty tuple", start.op(")").ended, .array([])),
    (
      "a tuple of three", start.op("N").op("N").op(0x88).op(0x87).ended,
      .array([.null, .null, .bool(true)])
    ),
    (
      "a tuple back to its mark", start.op("(").op("N").op("K", [7]).op("t").ended,
      .array([.null, .integer(7)])
    ),
    (
      "a list", start.op("]").op("K", [1]).op("a").op("(").op("K", [2]).op("K", [3]).op("e").ended,
      .array([.integer(1), .integer(2), .integer(3)])
    ),
    (
      "a dictionary, a number as key",
      start.op("}").string("a").op("N").op("s").op("(").op("K", [1]).op("K", [2]).op("u").ended,
      .object([
        JSONValue.Member(key: "a", value: .null), JSONValue.Member(key: "1", value: .integer(2)),
      ])
    ),
    (
      "a list that is named before it is filled",
      start.op("]").op("(").op("]").op("q", [9]).op("h", [9]).op("K", [4]).op("a").op("e").ended,
      .array([.array([.integer(4)]), .array([.integer(4)])])
    ),
    (
      "a long memo", start.string("x").op("r", [0, 1, 0, 0]).op("j", [0, 1, 0, 0]).op(0x86).ended,
      .array([.string("x"), .string("x")])
    ),
    ("without a protocol's number", PickleText(protocol: nil).op("N").ended, .null),
  ]

  @Test("hold plain data", arguments: plain)
  func data(_ name: String, _ bytes: [UInt8], _ value: JSONValue) throws {
    #expect(try Self.read(bytes) == value)
  }

  // Every instruction by which Python's unpickler imports, calls, or looks something up elsewhere.
  static let executing: [(name: String, code: UInt8)] = [
    ("PERSID", 0x50), ("BINPERSID", 0x51), ("REDUCE", 0x52), ("BUILD", 0x62), ("GLOBAL", 0x63),
    ("INST", 0x69), ("OBJ", 0x6F), ("NEWOBJ", 0x81), ("EXT1", 0x82), ("EXT2", 0x83),
    ("EXT4", 0x84), ("NEWOBJ_EX", 0x92), ("STACK_GLOBAL", 0x93), ("NEXT_BUFFER", 0x97),
  ]

  @Test("that would run code are refused by name and byte", arguments: executing)
  func refusesCode(_ name: String, _ code: UInt8) {
    let bytes = Self.start.op("N").op("N").op(code, [1, 2, 3, 4]).ended
    let diagnostic = thrownDiagnostic { try Self.read(bytes) }
    #expect(diagnostic?.code == .unsafePickle)
    #expect(diagnostic?.isDamage == false)
    #expect(diagnostic?.problem.contains(" \(name) ") == true)
    #expect(diagnostic?.location?.byteOffset == 4)
  }

  @Test("no byte is carried out that is not listed")
  func everyByte() {
    for code in UInt8.min...UInt8.max where PickleOpcode.Known(rawValue: code) == nil {
      let diagnostic = thrownDiagnostic { try Self.read(Self.start.op(code).ended) }
      #expect(
        diagnostic?.code == .unsafePickle || diagnostic?.code == .malformedPickle, "\(code)")
    }
  }

  @Test("a pickle cut anywhere is refused, and so is one with any byte turned over, or it is read")
  func damage() {
    let whole = Self.start.op("}").op("q", [0]).op("(").string("entries").op("q", [1]).op("]")
      .op("(").string("a").op("K", [1]).op("h", [1]).op(0x87).integer(70_000).op("e").op("u").ended
    #expect(throws: Never.self) { try Self.read(whole) }
    for length in 0..<whole.count {
      #expect(thrownDiagnostic { try Self.read(Array(whole.prefix(length))) } != nil, "\(length)")
    }
    // Whatever a byte becomes, reading ends, with a value or with a diagnostic.
    for index in whole.indices {
      for value in UInt8.min...UInt8.max {
        var damaged = whole
        damaged[index] = value
        do { _ = try Self.read(damaged) } catch { #expect(error is Diagnostic) }
      }
    }
  }

  @Test("cycles, deep nests and nests that name each other twice end in words")
  func hazards() {
    func problem(_ bytes: [UInt8]) -> String? { thrownDiagnostic { try Self.read(bytes) }?.problem }
    let cycle = Self.start.op("]").op("q", [0]).op("h", [0]).op("a").ended
    #expect(problem(cycle) == "not a valid pickle: a container holds itself")
    var deep = Self.start
    for _ in 0..<65 { deep = deep.op("]") }
    for _ in 0..<64 { deep = deep.op("a") }
    #expect(problem(deep.ended) == "not a valid pickle: is nested more than 64 levels deep")
    // Each list holds the one before twice: 2^40 values if it were written out.
    var doubling = Self.start.op("]").op("q", [0])
    for level in UInt8(1)...40 {
      doubling = doubling.op("]").op("q", [level]).op("h", [level - 1]).op("a")
        .op("h", [level - 1]).op("a")
    }
    let flat = doubling.op("q", [41])
    let bomb = PickleText(protocol: nil).op("(").bytes + flat.bytes.dropFirst(2)
    #expect(
      problem(bomb + PickleText(protocol: nil).op("t").ended)?.hasPrefix("names its lists") == true)
  }
}
