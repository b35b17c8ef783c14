import Diagnostics

/// The bytes of a file, decompressed on the way: plain, gzip or zstd, told by its first bytes.
public final class InputStream {
  /// The file as the user named it.
  public let path: String
  /// How the file is packed.
  public let compression: Compression
  /// How many decompressed bytes have been handed out.
  public private(set) var offset: Int64 = 0

  private let source: any ByteSource
  private let inflationLimit: Int64
  private var padding: PaddingGuard

  /// Opens `path`.
  ///
  /// - Parameters:
  ///   - inflationLimit: the most decompressed bytes that will be handed out; more is an error, so that
  ///     a bomb ends.
  ///   - pieceAhead: decompress on a thread of its own, ahead of the reader, who takes so many bytes at
  ///     a time; changes nothing that is read, and no error.
  /// - Throws: a `Diagnostic` when there is no such file, it can't be read, or it is empty.
  public convenience init(
    path: String, inflationLimit: Int64 = 1 << 40, pieceAhead: Int? = nil
  ) throws {
    try self.init(
      path: path, inflationLimit: inflationLimit, padding: .text, pieceAhead: pieceAhead)
  }

  init(
    path: String, inflationLimit: Int64 = 1 << 40, padding: PaddingGuard, pieceAhead: Int? = nil
  ) throws {
    self.path = path
    self.inflationLimit = inflationLimit
    self.padding = padding
    let file = try DecodedFile(path: path)
    compression = file.compression
    source =
      if let pieceAhead, file.compression != .none {
        AheadReader(file, piece: pieceAhead)
      } else {
        file
      }
  }

  /// Fills `output` as far as the file allows at once; 0 only at the end.
  ///
  /// - Throws: a `Diagnostic` for a read error, corrupt or truncated compression, a file that inflates
  ///   past the limit, or padding that no capture has.
  public func read(into output: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = try source.read(into: output)
    offset += Int64(count)
    if offset > inflationLimit {
      throw Diagnostic(
        .limitExceeded, at: SourceLocation(file: path),
        "holds more than \(inflationLimit) bytes"
          + (compression == .none ? "" : " after decompression"),
        remedy: "check that this is the file you meant")
    }
    try checkPadding(UnsafeRawBufferPointer(rebasing: output[..<count]))
    return count
  }

  /// Passes over `count` bytes, or as many as there are, without reading those of a plain file.
  ///
  /// - Returns: how many.
  /// - Throws: as `read(into:)` does.
  func skip(_ count: Int64) throws -> Int64 {
    guard compression == .none else { return try readPast(count) }
    let skipped = try source.skip(count)
    offset += skipped
    return skipped
  }

  private func readPast(_ count: Int64) throws -> Int64 {
    var piece = [UInt8](repeating: 0, count: Int(min(count, 1 << 16)))
    var passed: Int64 = 0
    while passed < count {
      let wanted = Int(min(count - passed, Int64(piece.count)))
      let read = try piece.withUnsafeMutableBytes {
        try self.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[..<wanted]))
      }
      if read == 0 { break }
      passed += Int64(read)
    }
    return passed
  }

  private func checkPadding(_ text: UnsafeRawBufferPointer) throws {
    if let excess = padding.excess(text, offset: offset, packed: source.taken) {
      throw Diagnostic(
        .limitExceeded, at: SourceLocation(file: path, byteOffset: offset - Int64(text.count)),
        excess, remedy: "no profiler writes that; the file is damaged, or made to exhaust memory")
    }
  }
}

extension InputStream {
  /// All of a small file, decompressed.
  ///
  /// - Parameter limit: the most bytes that such a file may hold.
  /// - Throws: a `Diagnostic`, also where the file is larger than `limit`.
  public static func contents(ofFile path: String, limit: Int64 = 1 << 28) throws -> [UInt8] {
    let stream = try InputStream(path: path, inflationLimit: limit)
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = try chunk.withUnsafeMutableBytes { try stream.read(into: $0) }
      if count == 0 { return bytes }
      bytes.append(contentsOf: chunk[0..<count])
    }
  }
}
