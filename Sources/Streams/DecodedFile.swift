import Diagnostics

/// The bytes of a text, in order, and how much of its compressed form they were made of.
protocol ByteSource: AnyObject {
  /// Compressed bytes that what was read so far was made of; `nil` where nothing is compressed.
  var taken: Int64? { get }
  /// Fills `output` as far as is possible at once; 0 only at the end.
  func read(into output: UnsafeMutableRawBufferPointer) throws -> Int
  /// Passes over `count` bytes, or as many as there are, and says how many.
  func skip(_ count: Int64) throws -> Int64
}

/// A file, decompressed on the way.
final class DecodedFile: ByteSource {
  let path: String
  let compression: Compression

  private var descriptor: FileDescriptor
  private let decoder: (any StreamDecoder)?
  private var packed: [UInt8]
  private var packedRange = 0..<0
  private var packedRead: Int64 = 0
  private var sawEnd = false
  private let progress = ReadingProgress.File.current

  /// Opens `path`.
  ///
  /// - Throws: a `Diagnostic` when there is no such file, it can't be read, or it is empty.
  init(path: String) throws {
    self.path = path
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

  var taken: Int64? { decoder == nil ? nil : packedRead - Int64(packedRange.count) }

  func read(into output: UnsafeMutableRawBufferPointer) throws -> Int {
    try decoder.map { try decode($0, into: output) } ?? copyPlain(into: output)
  }

  /// Does not read those of a plain file.
  func skip(_ count: Int64) throws -> Int64 {
    guard decoder == nil else { preconditionFailure("what is compressed has to be read") }
    let buffered = min(count, Int64(packedRange.count))
    packedRange = packedRange.lowerBound + Int(buffered)..<packedRange.upperBound
    return try buffered + descriptor.skip(count - buffered)
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
