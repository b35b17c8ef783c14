import Diagnostics
import Streams

/// The messages of a stream in which each stands behind its length, one at a time: keeps no more than
/// the largest of them in memory.
struct DelimitedMessages {
  /// Larger than any message of a trace: a node with all its tensors takes some kilobytes.
  static let sizeLimit: UInt64 = 1 << 26

  private let path: String
  /// What gives more than `buffer` holds; `nil` where that is all.
  private let stream: InputStream?
  private var buffer: [UInt8]
  private var range: Range<Int>
  /// Where the next message, or its length, begins.
  private(set) var offset: Int64 = 0

  init(_ stream: InputStream) {
    path = stream.path
    self.stream = stream
    buffer = Array(repeating: 0, count: 1 << 16)
    range = 0..<0
  }

  /// The messages of a file that is in memory.
  init(_ content: [UInt8], path: String) {
    self.path = path
    stream = nil
    buffer = content
    range = 0..<content.count
  }

  /// The next message and where its first byte stands; `nil` at the end of the stream.
  ///
  /// - Throws: a `Diagnostic` where the stream ends within a message, or a length is absurd.
  mutating func next() throws -> (bytes: [UInt8], offset: Int64)? {
    let place = SourceLocation(file: path, byteOffset: offset)
    guard let length = try length(at: place) else { return nil }
    guard length <= Self.sizeLimit else {
      throw Diagnostic(
        .malformedEvent, at: place,
        "a message of \(length) bytes is announced, and nothing in a Chakra trace is so large",
        remedy: "the file was damaged or edited; capture or copy it again")
    }
    let start = offset
    var message: [UInt8] = []
    var rest = Int(length)
    while rest > 0 {
      guard try fill() else {
        throw Diagnostic(
          .truncated, at: place,
          "the file ends after \(message.count) of the \(length) bytes of a message",
          remedy: "the copy or the job was cut short; copy the file again")
      }
      let count = min(rest, range.count)
      message.append(contentsOf: buffer[range.prefix(count)])
      advance(count)
      rest -= count
    }
    return (message, start)
  }

  private mutating func length(at place: SourceLocation) throws -> UInt64? {
    var value: UInt64 = 0
    for index in 0..<10 {
      guard try fill() else {
        if index == 0 { return nil }
        throw Diagnostic(
          .truncated, at: place, "the file ends within the length of a message",
          remedy: "the copy or the job was cut short; copy the file again")
      }
      let byte = buffer[range.lowerBound]
      advance(1)
      if index == 9, byte > 1 { break }
      value |= UInt64(byte & 0x7f) << (7 * UInt64(index))
      if byte < 0x80 { return value }
    }
    throw Diagnostic(
      .malformedEvent, at: place, "the length of a message is longer than 64 bits",
      remedy: "the file was damaged or edited; capture or copy it again")
  }

  private mutating func advance(_ count: Int) {
    range = range.lowerBound + count..<range.upperBound
    offset += Int64(count)
  }

  /// Whether there is anything more to read.
  private mutating func fill() throws -> Bool {
    guard range.isEmpty else { return true }
    guard let stream else { return false }
    range = 0..<(try buffer.withUnsafeMutableBytes { try stream.read(into: $0) })
    return !range.isEmpty
  }
}
