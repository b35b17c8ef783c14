import Diagnostics

/// The bytes of a file, decompressed on the way: plain, gzip or zstd, told by its first bytes.
public final class InputStream {
  /// The file as the user named it.
  public let path: String
  /// How the file is packed.
  public let compression: Compression
  /// How many decompressed bytes have been handed out.
  public private(set) var offset: Int64 = 0

  private var descriptor: FileDescriptor
  private let decoder: (any StreamDecoder)?
  private var packed: [UInt8]
  private var packedRange = 0..<0
  private var packedRead: Int64 = 0
  private var sawEnd = false
  private let inflationLimit: Int64
  private var padding: PaddingGuard
  private let progress = ReadingProgress.File.current

  /// Opens `path`.
  ///
  /// - Parameter inflationLimit: the most decompressed bytes that will be handed out; more is an
  ///   error, so that a bomb ends.
  /// - Throws: a `Diagnostic` when there is no such file, it can't be read, or it is empty.
  public convenience init(path: String, inflationLimit: Int64 = 1 << 40) throws {
    try self.init(path: path, inflationLimit: inflationLimit, padding: .text)
  }

  init(path: String, inflationLimit: Int64 = 1 << 40, padding: PaddingGuard) throws {
    self.path = path
    self.inflationLimit = inflationLimit
    self.padding = padding
    var file = try FileDescriptor(reading: path)
    var head = [UInt8](repeating: 0, count: 1 << 17)
    let first = try head.withUnsafeMutableBytes { try file.read(into: $0) }
    guard first > 0 else {
      throw Diagnostic(
        .emptyInput, at: SourceLocation(file: path), "is empty",
        remedy: "it was probably never written; write or capture it again")
    }
    let kind = head.withUnsafeBytes {
      Compression.sniff(UnsafeRawBufferPointer(rebasing: $0[0..<first]))
    }
    compression = kind
    do {
      switch kind {
      case .none: decoder = nil
      case .gzip: decoder = try GzipDecoder()
      case .zstd: decoder = try ZstdDecoder()
      }
    } catch {
      throw Diagnostic(.defect, at: SourceLocation(file: path), "decoder: \(error.reason)")
    }
    descriptor = file
    packed = head
    packedRange = 0..<first
    packedRead = Int64(first)
    progress?.advance(first)
  }

  /// Fills `output` as far as the file allows at once; 0 only at the end.
  ///
  /// - Throws: a `Diagnostic` for a read error, corrupt or truncated compression, a file that inflates
  ///   past the limit, or padding that no capture has.
  public func read(into output: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = try decoder.map { try decode($0, into: output) } ?? copyPlain(into: output)
    offset += Int64(count)
    if offset > inflationLimit {
      throw Diagnostic(
        .limitExceeded, at: SourceLocation(file: path),
        "holds more than \(inflationLimit) bytes"
          + (decoder == nil ? "" : " after decompression"),
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
    guard decoder == nil else { return try readPast(count) }
    let buffered = min(count, Int64(packedRange.count))
    packedRange = packedRange.lowerBound + Int(buffered)..<packedRange.upperBound
    let skipped = try buffered + descriptor.skip(count - buffered)
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
    let taken = decoder == nil ? nil : packedRead - Int64(packedRange.count)
    if let excess = padding.excess(text, offset: offset, packed: taken) {
      throw Diagnostic(
        .limitExceeded, at: SourceLocation(file: path, byteOffset: offset - Int64(text.count)),
        excess, remedy: "no profiler writes that; the file is damaged, or made to exhaust memory")
    }
  }

  private func refill() throws {
    guard packedRange.isEmpty, !sawEnd else { return }
    let count = try packed.withUnsafeMutableBytes { try descriptor.read(into: $0) }
    packedRange = 0..<count
    noteRead(count)
  }

  private func noteRead(_ count: Int) {
    packedRead += Int64(count)
    sawEnd = count == 0
    progress?.advance(count)
  }

  private func copyPlain(into output: UnsafeMutableRawBufferPointer) throws -> Int {
    // What `packed` would hold goes straight to where it is wanted.
    if packedRange.isEmpty, !sawEnd, output.count >= packed.count {
      let piece = UnsafeMutableRawBufferPointer(rebasing: output[..<packed.count])
      let count = try descriptor.read(into: piece)
      noteRead(count)
      return count
    }
    try refill()
    let count = min(output.count, packedRange.count)
    packed.withUnsafeBytes {
      output.copyMemory(
        from: UnsafeRawBufferPointer(rebasing: $0[packedRange.prefix(count)]))
    }
    packedRange = packedRange.lowerBound + count..<packedRange.upperBound
    return count
  }

  private func corrupt(_ failure: DecoderFailure) -> Diagnostic {
    Diagnostic(
      .corruptCompression, at: SourceLocation(file: path),
      "the \(compression) data is corrupt near compressed byte "
        + "\(packedRead - Int64(packedRange.count)): \(failure.reason)",
      remedy: "copy the file again from where it was captured")
  }

  private func decode(
    _ decoder: any StreamDecoder, into output: UnsafeMutableRawBufferPointer
  ) throws -> Int {
    // A step may take input and give nothing, or give what it held back without taking any.
    while true {
      try refill()
      let step = try packed.withUnsafeBytes { bytes in
        do throws(DecoderFailure) {
          return try decoder.decode(
            UnsafeRawBufferPointer(rebasing: bytes[packedRange]), into: output)
        } catch {
          throw corrupt(error)
        }
      }
      packedRange = packedRange.lowerBound + step.consumed..<packedRange.upperBound
      if step.produced > 0 { return step.produced }
      if packedRange.isEmpty, sawEnd {
        if decoder.isAtFrameBoundary { return 0 }
        throw Diagnostic(
          .truncated, at: SourceLocation(file: path),
          "the \(compression) data ends in the middle of a frame, after compressed byte "
            + "\(packedRead)",
          remedy: "the copy or the job was cut short; copy the file again")
      }
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
