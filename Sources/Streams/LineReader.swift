import Diagnostics

/// The lines of a file, decompressed on the way, without their line feeds; blank lines are passed
/// over but counted.
public struct LineReader {
  private let stream: InputStream
  private var buffer: [UInt8] = []
  private var position = 0
  private var sawEnd = false
  private let lineLimit: Int

  /// The number, from 1, of the line that `next` gave last.
  public private(set) var line = 0

  /// Opens `path`; lines longer than `lineLimit` bytes are an error.
  public init(path: String, lineLimit: Int = 1 << 26) throws {
    stream = try InputStream(path: path)
    self.lineLimit = lineLimit
  }

  /// The next line that is not blank, `nil` at the end.
  public mutating func next() throws -> [UInt8]? {
    while let line = try nextRaw() {
      if line.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) { return line }
    }
    return nil
  }

  private mutating func nextRaw() throws -> [UInt8]? {
    var searched = position
    while true {
      if let end = buffer[searched...].firstIndex(of: 0x0A) {
        defer { position = end + 1 }
        line += 1
        return Array(buffer[position..<end])
      }
      if sawEnd {
        guard position < buffer.count else { return nil }
        defer { position = buffer.count }
        line += 1
        return Array(buffer[position...])
      }
      buffer.removeFirst(position)
      position = 0
      searched = buffer.count
      try fill()
    }
  }

  private mutating func fill() throws {
    guard buffer.count < lineLimit else {
      throw Diagnostic(
        .limitExceeded, at: SourceLocation(file: stream.path, line: line + 1),
        "the line is longer than \(lineLimit) bytes",
        remedy: "check that this is the file you meant")
    }
    let old = buffer.count
    let chunk = 1 << 17
    buffer.append(contentsOf: [UInt8](repeating: 0, count: chunk))
    let count = try buffer.withUnsafeMutableBytes {
      try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[old...]))
    }
    buffer.removeLast(chunk - count)
    sawEnd = count == 0
  }
}
