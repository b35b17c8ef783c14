import Diagnostics
import JSON

/// The known fields of one Kineto event, found without building a tree.
struct KinetoEvent {
  /// The categories that matter here.
  enum Category {
    case kernel, memcpy, memset, cpuOperation, runtime, userAnnotation, metadata, other

    init(_ scanner: FieldScanner, _ range: Range<Int>) {
      if scanner.spells(range, "\"kernel\"") {
        self = .kernel
      } else if scanner.spells(range, "\"cpu_op\"") {
        self = .cpuOperation
      } else if scanner.spells(range, "\"cuda_runtime\"")
        || scanner.spells(range, "\"cuda_driver\"") || scanner.spells(range, "\"hip_runtime\"")
      {
        self = .runtime
      } else if scanner.spells(range, "\"user_annotation\"") {
        self = .userAnnotation
      } else if scanner.spells(range, "\"gpu_memcpy\"") {
        self = .memcpy
      } else if scanner.spells(range, "\"gpu_memset\"") {
        self = .memset
      } else {
        self = .other
      }
    }
  }

  var category = Category.other
  /// `X` complete, `M` metadata, and others that don't matter.
  var phase: UInt8 = 0
  var name: Range<Int>?
  /// Thread id; `nil` where it is no number, as on the profiler's own spans.
  var thread: Int64?
  /// Nanoseconds from the capture's base.
  var start: Int64?
  var duration: Int64?
  var args: Range<Int>?

  /// Reads the event at the beginning of `bytes`.
  init(_ bytes: UnsafeRawBufferPointer) throws(FieldScanner.Malformed) {
    var scanner = try FieldScanner(bytes, objectAt: 0)
    var seen = SeenKeys()
    while let field = try scanner.next() {
      guard let first = field.key.first.map({ bytes[$0] }) else { continue }
      switch (first, field.key.count) {
      case (UInt8(ascii: "p"), 2) where scanner.spells(field.key, "ph"):
        try seen.insert(0, field)
        if field.value.count == 3 { phase = bytes[field.value.lowerBound + 1] }
      case (UInt8(ascii: "c"), 3) where scanner.spells(field.key, "cat"):
        try seen.insert(1, field)
        category = Category(scanner, field.value)
      case (UInt8(ascii: "n"), 4) where scanner.spells(field.key, "name"):
        try seen.insert(2, field)
        name = field.value
      case (UInt8(ascii: "t"), 3) where scanner.spells(field.key, "tid"):
        try seen.insert(3, field)
        thread = integer(bytes[field.value])
      case (UInt8(ascii: "t"), 2) where scanner.spells(field.key, "ts"):
        try seen.insert(4, field)
        start = thousandths(bytes[field.value])
      case (UInt8(ascii: "d"), 3) where scanner.spells(field.key, "dur"):
        try seen.insert(5, field)
        duration = thousandths(bytes[field.value])
      case (UInt8(ascii: "a"), 4) where scanner.spells(field.key, "args"):
        try seen.insert(6, field)
        args = field.value
      default: break
      }
    }
    if phase == UInt8(ascii: "M") { category = .metadata }
  }
}

/// The known keys that an object has named so far.
struct SeenKeys {
  private var bits: UInt8 = 0

  /// Marks the known key numbered `number`; a second time is an error.
  mutating func insert(
    _ number: UInt8, _ field: FieldScanner.Field
  ) throws(FieldScanner.Malformed) {
    guard bits & (1 << number) == 0 else {
      throw FieldScanner.Malformed(index: field.key.lowerBound - 1, isRepeatedKey: true)
    }
    bits |= 1 << number
  }
}

/// The known members of an event's `args`.
struct KinetoArguments {
  var correlation: Int64?
  var stream: Int64?
  /// Whether the event carries communication metadata, to be parsed as a whole.
  var hasCollective = false

  init(_ bytes: UnsafeRawBufferPointer, at range: Range<Int>) throws(FieldScanner.Malformed) {
    var scanner = try FieldScanner(bytes, objectAt: range.lowerBound)
    var seen = SeenKeys()
    while let field = try scanner.next() {
      if scanner.spells(field.key, "correlation") {
        try seen.insert(0, field)
        correlation = integer(bytes[field.value])
      } else if scanner.spells(field.key, "stream") {
        try seen.insert(1, field)
        stream = integer(bytes[field.value])
      } else if scanner.spells(field.key, "Collective name") {
        hasCollective = true
      }
    }
  }
}

/// The longest name of an event, in bytes with its quotes; templates make names of some thousand.
private let longestName = 1 << 16

/// The text of the JSON string at `range`; what is more than plain ASCII goes through the JSON
/// parser, which checks it.
///
/// - Parameter offset: of `bytes` in the file.
/// - Throws: a `Diagnostic` where it is no string, or no valid one.
func stringText(
  _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, parser: JSONParser, path: String,
  offset: Int64
) throws -> String {
  let place = SourceLocation(file: path, byteOffset: offset + Int64(range.lowerBound))
  guard range.count >= 2, bytes[range.lowerBound] == UInt8(ascii: "\"") else {
    throw Diagnostic(
      .wrongType, at: place, "the event's name is no string",
      remedy: "the file was damaged or edited; capture or copy it again")
  }
  guard range.count <= longestName else {
    throw Diagnostic(
      .limitExceeded, at: place, "the event's name is longer than \(longestName) bytes",
      remedy: "no profiler writes such; the file is damaged")
  }
  let inner = range.lowerBound + 1..<range.upperBound - 1
  let isPlain = bytes[inner].allSatisfy { 0x20..<0x80 ~= $0 && $0 != UInt8(ascii: "\\") }
  if isPlain {
    return String(decoding: UnsafeRawBufferPointer(rebasing: bytes[inner]), as: UTF8.self)
  }
  let value = try parser.parse(UnsafeRawBufferPointer(rebasing: bytes[range]), at: place)
  return value.stringValue ?? ""
}
