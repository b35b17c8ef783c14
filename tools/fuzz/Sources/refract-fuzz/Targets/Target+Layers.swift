import Diagnostics
import JSON
import Streams

extension Target {
  /// What lies below all formats.
  static let layers = [
    Target(name: "stream") { try stream($0.file("file")) },
    Target(name: "json", read: json),
  ]

  /// A file's bytes, unpacked where they are packed: whole and by lines, which must be the same.
  private static func stream(_ path: String) throws {
    let whole = try InputStream.contents(ofFile: path, limit: 1 << 24)
    let expected = whole.split(separator: 0x0A).filter { line in
      line.contains { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }
    }
    var reader = try LineReader(path: path)
    var count = 0
    while let line = try reader.next() {
      Promise.require(
        count < expected.count && line[...] == expected[count], "line \(count) differs")
      count += 1
    }
    Promise.require(count == expected.count, "\(count) lines of \(expected.count)")
  }

  /// A text, which must say the same when written and parsed again.
  private static func json(_ input: Input) throws {
    let place = SourceLocation(file: "text")
    let value = try JSONParser().parse(input.bytes, at: place)
    var (writer, second) = (JSONWriter(indented: true), JSONWriter(indented: true))
    writer.value(value)
    let again = try JSONParser().parse(writer.bytes, at: place)
    second.value(again)
    Promise.require(second.bytes == writer.bytes, "\(again) was \(value)")
  }
}
