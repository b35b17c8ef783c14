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
    while let field = try scanner.next() {
      guard let first = field.key.first.map({ bytes[$0] }) else { continue }
      switch (first, field.key.count) {
      case (UInt8(ascii: "p"), 2) where scanner.spells(field.key, "ph"):
        if field.value.count == 3 { phase = bytes[field.value.lowerBound + 1] }
      case (UInt8(ascii: "c"), 3) where scanner.spells(field.key, "cat"):
        category = Category(scanner, field.value)
      case (UInt8(ascii: "n"), 4) where scanner.spells(field.key, "name"):
        name = field.value
      case (UInt8(ascii: "t"), 3) where scanner.spells(field.key, "tid"):
        thread = integer(bytes[field.value])
      case (UInt8(ascii: "t"), 2) where scanner.spells(field.key, "ts"):
        start = thousandths(bytes[field.value])
      case (UInt8(ascii: "d"), 3) where scanner.spells(field.key, "dur"):
        duration = thousandths(bytes[field.value])
      case (UInt8(ascii: "a"), 4) where scanner.spells(field.key, "args"):
        args = field.value
      default: break
      }
    }
    if phase == UInt8(ascii: "M") { category = .metadata }
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
    while let field = try scanner.next() {
      if scanner.spells(field.key, "correlation") {
        correlation = integer(bytes[field.value])
      } else if scanner.spells(field.key, "stream") {
        stream = integer(bytes[field.value])
      } else if scanner.spells(field.key, "Collective name") {
        hasCollective = true
      }
    }
  }
}

/// The text of a quoted JSON string at `range`; escapes go through the JSON parser.
func stringText(
  _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, parser: JSONParser, at place: SourceLocation
) throws -> String {
  let inner = range.count >= 2 ? range.lowerBound + 1..<range.upperBound - 1 : range
  guard bytes[range].contains(UInt8(ascii: "\\")) else {
    return String(decoding: UnsafeRawBufferPointer(rebasing: bytes[inner]), as: UTF8.self)
  }
  let value = try parser.parse(UnsafeRawBufferPointer(rebasing: bytes[range]), at: place)
  return value.stringValue ?? ""
}
