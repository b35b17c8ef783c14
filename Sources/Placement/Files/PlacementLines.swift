import Diagnostics
import Streams

/// The lines of a text that people write: comments (`#` to the end) cut off, spaces at both ends
/// trimmed, empty ones left out.
enum PlacementLines {
  /// A line.
  struct Line {
    /// Its number, from 1.
    var number: Int
    /// What is left of it.
    var text: String
  }

  /// The lines of a file, plain, gzip or zstd.
  ///
  /// - Throws: a `Diagnostic` where it can't be read, or is no UTF-8.
  static func read(_ path: String) throws -> [Line] {
    var lines: [Line] = []
    var reader = try LineReader(path: path, lineLimit: 1 << 20)
    while let bytes = try reader.next() {
      if reader.line == 1 { try checkEncoding(bytes, path) }
      let text = trimmed(bytes.prefix { $0 != UInt8(ascii: "#") })
      guard !text.isEmpty else { continue }
      lines.append(Line(number: reader.line, text: String(decoding: text, as: UTF8.self)))
      guard lines.count <= 1 << 21 else {
        throw Diagnostic(
          .limitExceeded, at: SourceLocation(file: path, line: reader.line),
          "there are more than \(1 << 21) lines", remedy: "check that this is the file you meant")
      }
    }
    return lines
  }

  private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var line = line
    while let last = line.last, isSpace(last) { line.removeLast() }
    return line.drop(while: isSpace)
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0D
  }

  private static func checkEncoding(_ line: [UInt8], _ path: String) throws {
    let place = SourceLocation(file: path, line: 1)
    if line.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw Diagnostic(
        .malformedPlacement, at: place, "the text begins with a byte order mark",
        remedy: "save the file as UTF-8 without one")
    }
    if line.starts(with: [0xFF, 0xFE]) || line.starts(with: [0xFE, 0xFF]) {
      throw Diagnostic(
        .malformedPlacement, at: place, "the text is UTF-16", remedy: "save the file as UTF-8")
    }
  }
}
