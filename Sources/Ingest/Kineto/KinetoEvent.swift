import Diagnostics
import JSON

/// The known fields of one Kineto event, found without building a tree.
struct KinetoEvent {
  /// The categories that matter here.
  enum Category {
    case kernel, memcpy, memset, cpuOperation, runtime, userAnnotation, metadata, other
    /// A wait of a stream or of the host, and an event as it was recorded.
    case synchronization, cudaEvent

    init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
      if spells(bytes, range, "\"kernel\"") {
        self = .kernel
      } else if spells(bytes, range, "\"cpu_op\"") {
        self = .cpuOperation
      } else if spells(bytes, range, "\"cuda_runtime\"")
        || spells(bytes, range, "\"cuda_driver\"") || spells(bytes, range, "\"hip_runtime\"")
      {
        self = .runtime
      } else if spells(bytes, range, "\"user_annotation\"") {
        self = .userAnnotation
      } else if spells(bytes, range, "\"gpu_memcpy\"") {
        self = .memcpy
      } else if spells(bytes, range, "\"gpu_memset\"") {
        self = .memset
      } else if spells(bytes, range, "\"cuda_sync\"") {
        self = .synchronization
      } else if spells(bytes, range, "\"cuda_event\"") {
        self = .cudaEvent
      } else {
        self = .other
      }
    }

    /// Whether the known members of `args` matter.
    var readsArguments: Bool {
      switch self {
      case .kernel, .memcpy, .memset, .runtime, .synchronization, .cudaEvent: true
      default: false
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
  /// The known members of `args`, where they were met on the way.
  private(set) var arguments: KinetoArguments?

  private var threadText: Range<Int>?
  private var startText: Range<Int>?
  private var durationText: Range<Int>?
  private var seen = SeenKeys()

  /// Reads the event at the beginning of `bytes`, the careful way.
  init(_ bytes: UnsafeRawBufferPointer) throws(FieldScanner.Malformed) {
    var scanner = try FieldScanner(bytes, objectAt: 0)
    while let field = try scanner.next() {
      guard take(bytes, key: field.key, value: field.value) else {
        throw FieldScanner.Malformed(index: field.key.lowerBound - 1, isRepeatedKey: true)
      }
    }
    resolve(bytes)
  }

  /// Reads the event at the beginning of `bytes` in one pass; `nil` where it is unusual, damaged or
  /// not whole, which says nothing about it: the careful way tells.
  ///
  /// - Parameters:
  ///   - skips: whether events of a category matter to nobody: of these only the extent is found.
  ///   - length: set to the bytes of the event.
  init?(
    walking bytes: UnsafeRawBufferPointer, skipping skips: (Category) -> Bool,
    length: inout Int
  ) {
    guard var walk = TextWalk(bytes, from: 0) else { return nil }
    let isUsual = walk.takeMembers { key, walk in
      let start = walk.index
      if category.readsArguments, spells(bytes, key, "args") {
        guard let known = KinetoArguments(bytes, walking: &walk) else { return false }
        arguments = known
      } else {
        guard walk.takeValue() else { return false }
      }
      return take(bytes, key: key, value: start..<walk.index)
    }
    guard isUsual else { return nil }
    length = walk.index
    if phase == UInt8(ascii: "M") || !skips(category) {
      resolve(bytes)
    } else {
      category = .other
    }
  }

  /// Takes a member; false where it is a known one that was taken before.
  @inline(__always)
  private mutating func take(
    _ bytes: UnsafeRawBufferPointer, key: Range<Int>, value: Range<Int>
  ) -> Bool {
    guard 2...4 ~= key.count else { return true }
    switch bytes[key.lowerBound] {
    case UInt8(ascii: "p") where spells(bytes, key, "ph"):
      if value.count == 3 { phase = bytes[value.lowerBound + 1] }
      return seen.insert(0)
    case UInt8(ascii: "c") where spells(bytes, key, "cat"):
      category = Category(bytes, value)
      return seen.insert(1)
    case UInt8(ascii: "n") where spells(bytes, key, "name"):
      name = value
      return seen.insert(2)
    case UInt8(ascii: "t") where spells(bytes, key, "tid"):
      threadText = value
      return seen.insert(3)
    case UInt8(ascii: "t") where spells(bytes, key, "ts"):
      startText = value
      return seen.insert(4)
    case UInt8(ascii: "d") where spells(bytes, key, "dur"):
      durationText = value
      return seen.insert(5)
    case UInt8(ascii: "a") where spells(bytes, key, "args"):
      args = value
      return seen.insert(6)
    default: return true
    }
  }

  /// Reads the numbers, whose places are known.
  private mutating func resolve(_ bytes: UnsafeRawBufferPointer) {
    thread = threadText.flatMap { integer(bytes, $0) }
    start = startText.flatMap { thousandths(bytes, $0) }
    duration = durationText.flatMap { thousandths(bytes, $0) }
    if phase == UInt8(ascii: "M") { category = .metadata }
  }
}

/// The known keys that an object has named so far.
struct SeenKeys {
  private var bits: UInt8 = 0

  /// Marks the known key numbered `number`; false where it was marked before.
  @inline(__always)
  mutating func insert(_ number: UInt8) -> Bool {
    let bit: UInt8 = 1 << number
    defer { bits |= bit }
    return bits & bit == 0
  }
}

/// The known members of an event's `args`.
struct KinetoArguments {
  var correlation: Int64?
  var stream: Int64?
  /// Of a wait: the stream, the call and the event that were recorded. Of a recorded event: its number.
  var waitedStream: Int64?
  var recordCorrelation: Int64?
  var eventNumber: Int64?
  /// Whether the event carries communication metadata, to be parsed as a whole.
  var hasCollective = false

  private var seen = SeenKeys()

  /// Reads the object at `range`, the careful way.
  init(_ bytes: UnsafeRawBufferPointer, at range: Range<Int>) throws(FieldScanner.Malformed) {
    var scanner = try FieldScanner(bytes, objectAt: range.lowerBound)
    while let field = try scanner.next() {
      guard take(bytes, key: field.key, value: field.value) else {
        throw FieldScanner.Malformed(index: field.key.lowerBound - 1, isRepeatedKey: true)
      }
    }
  }

  /// Reads the object that `walk` stands at and moves it behind; `nil` where it is unusual.
  init?(_ bytes: UnsafeRawBufferPointer, walking walk: inout TextWalk) {
    let isUsual = walk.takeMembers { key, walk in
      let start = walk.index
      return walk.takeValue() && take(bytes, key: key, value: start..<walk.index)
    }
    guard isUsual else { return nil }
  }

  /// Takes a member; false where it is a known one that was taken before.
  @inline(__always)
  private mutating func take(
    _ bytes: UnsafeRawBufferPointer, key: Range<Int>, value: Range<Int>
  ) -> Bool {
    switch key.count {
    case 11 where spells(bytes, key, "correlation"):
      correlation = integer(bytes, value)
      return seen.insert(0)
    case 6 where spells(bytes, key, "stream"):
      stream = integer(bytes, value)
      return seen.insert(1)
    case 15 where spells(bytes, key, "Collective name"):
      hasCollective = true
      return true
    case 14 where spells(bytes, key, "wait_on_stream"):
      waitedStream = integer(bytes, value)
      return seen.insert(2)
    case 33 where spells(bytes, key, "wait_on_cuda_event_record_corr_id"):
      recordCorrelation = integer(bytes, value)
      return seen.insert(3)
    case 21 where spells(bytes, key, "wait_on_cuda_event_id"),
      8 where spells(bytes, key, "event_id"):
      eventNumber = integer(bytes, value)
      return seen.insert(4)
    default: return true
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
