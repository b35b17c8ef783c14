import Diagnostics
import Streams
import TestSupport
import Testing

@Suite("Streams")
struct StreamsTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Text that compresses a little and fills several buffers.
  private static func text(_ lines: Int) -> [UInt8] {
    var random = SeededGenerator(seed: 1)
    return Array((0..<lines).map { _ in "\(random.next())\n" }.joined().utf8)
  }

  private func packed(_ bytes: [UInt8], with program: String) throws -> [UInt8] {
    let path = try directory.write("plain", bytes)
    let outcome = try Tool.run(program, program == "zstd" ? ["-qf", path] : ["-kf", path])
    #expect(outcome.status == 0, "\(outcome.error)")
    return try TestSupport.bytes(of: path + (program == "zstd" ? ".zst" : ".gz"))
  }

  @Test("compression is told by content, whatever the name", arguments: ["zstd", "gzip"])
  func decompression(program: String) throws {
    let plain = Self.text(40_000)
    let path = try directory.write("named.json", packed(plain, with: program))
    #expect(try InputStream.contents(ofFile: path) == plain)
  }

  @Test("frames and members one after the other are one stream", arguments: ["zstd", "gzip"])
  func concatenated(program: String) throws {
    let (first, second) = (Self.text(100), Self.text(9000))
    let bytes = try packed(first, with: program) + packed(second, with: program)
    #expect(try InputStream.contents(ofFile: directory.write("two", bytes)) == first + second)
  }

  @Test("cut short anywhere, a compressed file is never whole", arguments: ["zstd", "gzip"])
  func truncated(program: String) throws {
    let whole = try packed(Self.text(300), with: program)
    for length in stride(from: 5, to: whole.count, by: 37) {
      let path = try directory.write("cut", Array(whole[..<length]))
      let diagnostic = thrownDiagnostic { try InputStream.contents(ofFile: path) }
      #expect(diagnostic?.code == .truncated, "\(length) of \(whole.count)")
      #expect(diagnostic?.location?.file == path)
    }
  }

  @Test("damage is noticed", arguments: ["zstd", "gzip"])
  func corrupt(program: String) throws {
    var bytes = try packed(Self.text(300), with: program)
    bytes[bytes.count / 2] ^= 0xff
    let path = try directory.write("bad", bytes)
    #expect(
      thrownDiagnostic { try InputStream.contents(ofFile: path) }?.code == .corruptCompression)
  }

  @Test("what inflates past the limit ends there")
  func bomb() throws {
    let path = try directory.write(
      "bomb", packed([UInt8](repeating: 0x20, count: 1 << 22), with: "zstd"))
    let diagnostic = thrownDiagnostic { try InputStream.contents(ofFile: path, limit: 1 << 20) }
    #expect(diagnostic?.code == .limitExceeded)
  }

  @Test("padding ends early: white space in a row, and what outgrows its compressed form")
  func padding() throws {
    let blanks = try directory.write("blanks", "x" + String(repeating: " \n", count: 1 << 19))
    #expect(thrownDiagnostic { try InputStream.contents(ofFile: blanks) }?.code == .limitExceeded)
    for program in ["zstd", "gzip"] {
      let letters = [UInt8](repeating: 0x61, count: 1 << 22)
      let path = try directory.write("letters", packed(letters, with: program))
      let diagnostic = thrownDiagnostic { try InputStream.contents(ofFile: path) }
      #expect(diagnostic?.problem == "inflates to more than 500 times its size")
    }
  }

  @Test("a line has an end")
  func longLine() throws {
    let path = try directory.write("long", String(repeating: "a", count: 1 << 18) + "\n")
    var reader = try LineReader(path: path, lineLimit: 1 << 16)
    let diagnostic = thrownDiagnostic { try reader.next() }
    #expect(diagnostic?.code == .limitExceeded && diagnostic?.location?.line == 1)
  }

  @Test("missing, empty and wrong kinds of files are told apart")
  func refusals() throws {
    let missing = directory.file("none")
    #expect(thrownDiagnostic { try InputStream(path: missing) }?.code == .noSuchFile)
    let empty = try directory.write("empty", "")
    #expect(thrownDiagnostic { try InputStream(path: empty) }?.code == .emptyInput)
    #expect(thrownDiagnostic { try InputStream(path: directory.path) }?.code == .cannotRead)
  }

  @Test("output appears whole or not at all", arguments: [false, true])
  func output(compressed: Bool) throws {
    let path = directory.file("out")
    let text = Self.text(30_000)
    do {
      let abandoned = try OutputFile(path: path, compressed: compressed)
      try abandoned.write(text)
    }
    #expect(try directory.entries().isEmpty)
    let file = try OutputFile(path: path, compressed: compressed)
    try file.write(Array(text[..<1000]))
    try file.write(Array(text[1000...]))
    try file.finish()
    #expect(try directory.entries() == ["out.partial"])
    try file.commit()
    #expect(try directory.entries() == ["out"])
    #expect(try InputStream.contents(ofFile: path) == text)
  }

  @Test("lines: blank ones count, the last needs no line feed")
  func lines() throws {
    let path = try directory.write(
      "lines", "a\n\n  \nbb\n" + String(repeating: "c", count: 300_000))
    var reader = try LineReader(path: path)
    #expect(try reader.next() == Array("a".utf8))
    #expect(try reader.next() == Array("bb".utf8))
    #expect(reader.line == 4)
    #expect(try reader.next()?.count == 300_000)
    #expect(reader.line == 5)
    #expect(try reader.next() == nil)
  }

  @Test("patterns name what is there, sorted; a name is itself")
  func patterns() throws {
    for name in ["b1", "a1", "a2"] { try directory.write(name, "x") }
    #expect(expandPattern(directory.file("a*")) == [directory.file("a1"), directory.file("a2")])
    #expect(expandPattern(directory.file("z*")) == [directory.file("z*")])
    #expect(expandPattern("plain") == ["plain"])
  }
}
