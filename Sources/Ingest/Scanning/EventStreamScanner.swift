import Diagnostics
import Streams

/// Takes a JSON text with one long array apart as it streams by: the elements of the array
/// (`traceEvents` of a Chrome trace, `nodes` of an execution trace) one at a time, and the other members of the top-level object that somebody wants. Builds no tree, keeps
/// no more than one element in memory.
struct EventStreamScanner {
  /// A piece of the text, valid only during the call that hands it over.
  enum Piece {
    /// A wanted member of the top-level object.
    case header(key: String, UnsafeRawBufferPointer)
    /// An element of the array.
    case event(UnsafeRawBufferPointer)
  }

  /// How many bytes are read at a time.
  static let pieceSize = 1 << 18

  private let stream: InputStream
  private var buffer: [UInt8] = []
  /// How much of `buffer` holds text.
  private var filled = 0
  private var position = 0
  /// Offset in the text of `buffer[0]`.
  private var bufferOffset: Int64 = 0
  private let elementLimit: Int
  /// The key of the array.
  private let arrayKey: String

  /// Scans `stream` from its start; a value larger than `elementLimit` bytes is an error.
  init(_ stream: InputStream, arrayKey: String = "traceEvents", elementLimit: Int = 1 << 24) {
    self.stream = stream
    self.arrayKey = arrayKey
    self.elementLimit = elementLimit
  }

  /// How far the text has been taken apart: the offset behind the last whole piece, or where it
  /// breaks.
  var reach: Int64 { bufferOffset + Int64(position) }

  /// Walks the whole text.
  ///
  /// - Parameters:
  ///   - wanted: keys of the top-level object to hand over; others are skipped.
  ///   - shortcut: takes the event at the beginning of what lies in memory and gives its length; `nil`
  ///     leaves it to `visit`.
  /// - Throws: a `Diagnostic` where the text is cut short or breaks the JSON grammar, and whatever
  ///   `visit` and `shortcut` throw.
  mutating func scan(
    wanted: Set<String>, shortcut: Shortcut = { _, _ in nil },
    _ visit: (Piece, _ offset: Int64) throws -> Void
  ) throws {
    // A trace may be its events alone.
    if try nextByte("the text") == UInt8(ascii: "[") {
      try events(shortcut, visit)
    } else {
      try members(wanted: wanted, shortcut, visit)
    }
    try checkNothingFollows()
  }

  /// See `scan`.
  typealias Shortcut = (_ text: UnsafeRawBufferPointer, _ offset: Int64) throws -> Int?

  private mutating func members(
    wanted: Set<String>, _ shortcut: Shortcut, _ visit: (Piece, Int64) throws -> Void
  ) throws {
    try expect(UInt8(ascii: "{"), "the '{' of a trace")
    var isFirst = true
    var seen: Set<String> = []
    while true {
      var byte = try nextByte("the top-level object")
      if byte == UInt8(ascii: "}") { break }
      if !isFirst {
        guard byte == UInt8(ascii: ",") else { throw unexpected("',' or '}'") }
        position += 1
        byte = try nextByte("the top-level object")
      }
      isFirst = false
      guard byte == UInt8(ascii: "\"") else { throw unexpected("a key") }
      let place = here
      let key = try element(in: "a key") {
        String(decoding: $0.dropFirst().dropLast(), as: UTF8.self)
      }
      guard seen.insert(key).inserted else {
        throw Diagnostic(
          .duplicateKey, at: place, "the key '\(key)' stands at the top level a second time",
          remedy: "one file holds one trace; split it")
      }
      try expect(UInt8(ascii: ":"), "a ':' behind the key '\(key)'")
      _ = try nextByte("the value of '\(key)'")
      if key == arrayKey {
        try events(shortcut, visit)
      } else if wanted.contains(key) {
        try element(in: "the value of '\(key)'") { try visit(.header(key: key, $0), $1) }
      } else {
        try skipElement(in: "the value of '\(key)'")
      }
    }
    position += 1
  }

  private mutating func events(
    _ shortcut: Shortcut, _ visit: (Piece, Int64) throws -> Void
  ) throws {
    try expect(UInt8(ascii: "["), "the '[' of \(arrayKey)")
    var count = 0
    func place() -> String {
      count == 0
        ? arrayKey : "\(arrayKey), after \(count) event" + (count == 1 ? "" : "s")
    }
    while true {
      try takeEvents(shortcut, after: &count)
      var byte = try nextByte(place())
      if byte == UInt8(ascii: "]") {
        position += 1
        return
      }
      if count > 0 {
        guard byte == UInt8(ascii: ",") else { throw unexpected("',' or ']' between events") }
        position += 1
        byte = try nextByte(place())
      }
      guard byte == UInt8(ascii: "{") else { throw unexpected("an event object") }
      try element(in: place()) { try visit(.event($0), $1) }
      count += 1
    }
  }

  /// Takes events that lie in memory and `shortcut` takes, one after another, and stops before what
  /// is anything else.
  private mutating func takeEvents(_ shortcut: Shortcut, after count: inout Int) throws {
    let bufferOffset = bufferOffset
    var start = position
    defer { position = start }
    try withText { bytes in
      while true {
        guard var walk = TextWalk(bytes, from: start) else { return }
        walk.skipSpace()
        if count > 0 {
          guard walk.take(UInt8(ascii: ",")) else { return }
          walk.skipSpace()
        }
        guard walk.byte == UInt8(ascii: "{") else { return }
        let event = UnsafeRawBufferPointer(rebasing: bytes[walk.index...])
        guard let length = try shortcut(event, bufferOffset + Int64(walk.index)) else { return }
        start = walk.index + length
        count += 1
      }
    }
  }

  /// Hands over the value at the current position and moves behind it.
  private mutating func element<Result>(
    in place: String, _ body: (UnsafeRawBufferPointer, Int64) throws -> Result
  ) throws -> Result {
    var extent = ValueExtent()
    var scanned = position
    while true {
      let progress = withText { extent.scan($0, from: scanned) }
      switch progress {
      case .ends(let end):
        let range = position..<end
        let offset = bufferOffset + Int64(position)
        let result = try withText {
          try body(UnsafeRawBufferPointer(rebasing: $0[range]), offset)
        }
        position = end
        return result
      case .malformed(let index):
        position = index
        throw unexpected("a JSON value")
      case .continues:
        let length = filled - position
        guard length < elementLimit else {
          throw Diagnostic(
            .limitExceeded, at: here, "one JSON value is larger than \(elementLimit) bytes",
            remedy: "no profiler writes such; the file is damaged")
        }
        guard try fill() else { throw truncated(place) }
        scanned = position + length
      }
    }
  }

  private mutating func element<Result>(
    in place: String, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) throws -> Result {
    try element(in: place) { bytes, _ in try body(bytes) }
  }

  /// Moves behind the value at the current position, keeping none of it.
  private mutating func skipElement(in place: String) throws {
    var extent = ValueExtent()
    while true {
      switch withText({ extent.scan($0, from: position) }) {
      case .ends(let end):
        position = end
        return
      case .malformed(let index):
        position = index
        throw unexpected("a JSON value")
      case .continues:
        position = filled
        guard try fill() else { throw truncated(place) }
      }
    }
  }

  private mutating func nextByte(_ place: String) throws -> UInt8 {
    while true {
      while position < filled {
        if !isSpace(buffer[position]) { return buffer[position] }
        position += 1
      }
      guard try fill() else { throw truncated(place) }
    }
  }

  private mutating func expect(_ byte: UInt8, _ expected: String) throws {
    guard try nextByte("the text") == byte else { throw unexpected(expected) }
    position += 1
  }

  private mutating func checkNothingFollows() throws {
    repeat {
      while position < filled {
        guard isSpace(buffer[position]) else {
          throw Diagnostic(
            .malformedJSON, at: here, "text follows the end of the trace",
            remedy: "one file holds one trace; split it")
        }
        position += 1
      }
    } while try fill()
  }

  /// Reads more behind what is unconsumed; false at the end.
  private mutating func fill() throws -> Bool {
    let rest = filled - position
    let room = rest + Self.pieceSize
    if position > 0 {
      buffer.withUnsafeMutableBytes {
        $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[position..<filled]))
      }
      bufferOffset += Int64(position)
      position = 0
      filled = rest
    }
    if buffer.count < room {
      buffer.append(contentsOf: repeatElement(0, count: max(room, 2 * buffer.count) - buffer.count))
    }
    let count = try buffer.withUnsafeMutableBytes {
      try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[rest..<room]))
    }
    filled = rest + count
    return count > 0
  }

  private func withText<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try buffer.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[..<filled])) }
  }

  private var here: SourceLocation {
    SourceLocation(file: stream.path, byteOffset: reach)
  }

  private func unexpected(_ expected: String) -> Diagnostic {
    let found =
      position < filled
      ? Self.shown(buffer[position]) : "the end"
    return Diagnostic(
      .malformedJSON, at: here, "\(found) stands where \(expected) is expected",
      remedy: "the file was damaged or edited; capture or copy it again")
  }

  private static func shown(_ byte: UInt8) -> String {
    0x20..<0x7F ~= byte
      ? "'\(Character(Unicode.Scalar(byte)))'" : "the byte 0x\(String(byte, radix: 16))"
  }

  private func truncated(_ place: String) -> Diagnostic {
    Diagnostic(
      .truncated, at: here, "the text ends in the middle of \(place)",
      remedy: "the profiler or the copy was cut short; capture or copy the file again")
  }
}
