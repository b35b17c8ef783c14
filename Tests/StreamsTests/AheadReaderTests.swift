import Diagnostics
import Streams
import TestSupport
import Testing

/// Decompressing ahead changes nothing: not the bytes, not the pieces, not the errors nor their place.
@Suite("Decompressing ahead")
struct AheadReaderTests {
  private let directory: TemporaryDirectory
  private static let piece = 1 << 12

  init() throws { directory = try TemporaryDirectory() }

  /// What reading piece by piece gives: sizes of pieces and all bytes, then the error, if any.
  private struct Reading: Equatable {
    var sizes: [Int] = []
    var bytes: [UInt8] = []
    var error: Diagnostic?
  }

  private func read(_ path: String, ahead: Bool) throws -> Reading {
    let stream = try InputStream(path: path, pieceAhead: ahead ? Self.piece : nil)
    var reading = Reading()
    var buffer = [UInt8](repeating: 0, count: Self.piece)
    do {
      while true {
        let count = try buffer.withUnsafeMutableBytes { try stream.read(into: $0) }
        reading.sizes.append(count)
        reading.bytes += buffer[..<count]
        if count == 0 { break }
      }
    } catch let diagnostic as Diagnostic {
      reading.error = diagnostic
      // Asked again, it says so again.
      let again = thrownDiagnostic {
        try buffer.withUnsafeMutableBytes { try stream.read(into: $0) }
      }
      if ahead { #expect(again?.code == diagnostic.code) }
    }
    return reading
  }

  private func packed(_ bytes: [UInt8], with program: String) throws -> [UInt8] {
    let path = try directory.write("plain", bytes)
    let outcome = try Tool.run(program, program == "zstd" ? ["-qf", path] : ["-kf", path])
    #expect(outcome.status == 0, "\(outcome.error)")
    return try TestSupport.bytes(of: path + (program == "zstd" ? ".zst" : ".gz"))
  }

  private static func text(_ lines: Int) -> [UInt8] {
    var random = SeededGenerator(seed: 3)
    return Array(
      (0..<lines).map { _ in "\(random.next() % 1000), \(random.next())\n" }.joined().utf8)
  }

  @Test("whole, cut and damaged files read alike", arguments: ["zstd", "gzip"])
  func alike(program: String) throws {
    let text = Self.text(20_000)
    let whole = try packed(text, with: program)
    let path = try directory.write("t", whole)
    let reading = try read(path, ahead: true)
    #expect(reading.bytes == text && reading.error == nil)
    #expect(reading == (try read(path, ahead: false)))
    for length in stride(from: 5, to: whole.count, by: whole.count / 23) {
      try directory.write("t", Array(whole[..<length]))
      let cut = try read(path, ahead: true)
      #expect(cut.error?.code == .truncated)
      #expect(cut == (try read(path, ahead: false)), "\(length) of \(whole.count)")
      var damaged = whole
      damaged[length] ^= 0xff
      try directory.write("t", damaged)
      #expect(try read(path, ahead: true) == read(path, ahead: false), "\(length)")
    }
  }

  @Test("a bomb ends at the same byte", arguments: ["zstd", "gzip"])
  func bomb(program: String) throws {
    let path = try directory.write(
      "t", packed([UInt8](repeating: UInt8(ascii: "["), count: 8 << 20), with: program))
    let reading = try read(path, ahead: true)
    #expect(reading.error?.code == .limitExceeded)
    #expect(reading == (try read(path, ahead: false)))
  }

  @Test("smaller reads take a piece in parts; an unread rest is no hindrance")
  func parts() throws {
    let text = Self.text(5000)
    let path = try directory.write("t", packed(text, with: "zstd"))
    for size in [1000, Self.piece, 3 * Self.piece] {
      let stream = try InputStream(path: path, pieceAhead: Self.piece)
      var (bytes, buffer) = ([UInt8](), [UInt8](repeating: 0, count: size))
      while case let count = try buffer.withUnsafeMutableBytes({ try stream.read(into: $0) }),
        count > 0
      {
        bytes += buffer[..<count]
      }
      #expect(bytes == text)
    }
    for reads in 0..<4 {
      let stream = try InputStream(path: path, pieceAhead: Self.piece)
      var buffer = [UInt8](repeating: 0, count: Self.piece)
      for _ in 0..<reads {
        #expect(try buffer.withUnsafeMutableBytes { try stream.read(into: $0) } == Self.piece)
      }
    }
  }
}
