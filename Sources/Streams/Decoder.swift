import CZlib
import CZstd
import Diagnostics

/// How a file is packed, told by its first bytes.
public enum Compression: Sendable {
  case none, gzip, zstd

  /// Tells by magic bytes; anything else is plain.
  static func sniff(_ head: UnsafeRawBufferPointer) -> Compression {
    if head.count >= 2, head[0] == 0x1f, head[1] == 0x8b { return .gzip }
    if head.count >= 4, head.loadUnaligned(as: UInt32.self).littleEndian == 0xFD2F_B528 {
      return .zstd
    }
    return .none
  }
}

/// One step of a decoder: how much it took, how much it gave.
struct DecoderStep {
  var consumed: Int
  var produced: Int
}

/// A streaming decompressor: feed it input, let it fill output, until it can do neither.
///
/// Concatenated frames (zstd) and members (gzip) are one stream, as their tools have it.
protocol StreamDecoder: AnyObject {
  /// Whether the input so far ends where a frame ends; the end of the file elsewhere is truncation.
  var isAtFrameBoundary: Bool { get }
  /// Decodes some of `input` into `output`; throws the decoder's own words on corrupt data.
  func decode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(DecoderFailure) -> DecoderStep
}

/// What a decoder says of corrupt input.
struct DecoderFailure: Error { var reason: String }

/// zstd, through `ZSTD_decompressStream`; checks the content checksum where a frame has one.
final class ZstdDecoder: StreamDecoder {
  private let context: OpaquePointer
  private(set) var isAtFrameBoundary = true

  init() throws(DecoderFailure) {
    guard let context = ZSTD_createDStream() else { throw DecoderFailure(reason: "no memory") }
    self.context = context
  }

  deinit { ZSTD_freeDStream(context) }

  func decode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(DecoderFailure) -> DecoderStep {
    var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var sink = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let hint = ZSTD_decompressStream(context, &sink, &source)
    if ZSTD_isError(hint) != 0 {
      throw DecoderFailure(reason: String(cString: ZSTD_getErrorName(hint)))
    }
    if source.pos > 0 || sink.pos > 0 { isAtFrameBoundary = hint == 0 }
    return DecoderStep(consumed: source.pos, produced: sink.pos)
  }
}

/// gzip, through zlib's `inflate`; checks each member's CRC and length.
final class GzipDecoder: StreamDecoder {
  private var stream = z_stream()
  private(set) var isAtFrameBoundary = true

  init() throws(DecoderFailure) {
    guard refract_inflate_init_gzip(&stream) == Z_OK else {
      throw DecoderFailure(reason: "no memory")
    }
  }

  deinit { inflateEnd(&stream) }

  func decode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(DecoderFailure) -> DecoderStep {
    // inflate never writes through next_in; zlib 1.2 lacks the const.
    stream.next_in = UnsafeMutablePointer(
      mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
    stream.avail_in = UInt32(clamping: input.count)
    stream.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.avail_out = UInt32(clamping: output.count)
    let offered = (input: stream.avail_in, output: stream.avail_out)
    let code = inflate(&stream, Z_NO_FLUSH)
    let step = DecoderStep(
      consumed: Int(offered.input - stream.avail_in),
      produced: Int(offered.output - stream.avail_out))
    switch code {
    case Z_STREAM_END:
      isAtFrameBoundary = true
      inflateReset(&stream)
    case Z_OK, Z_BUF_ERROR:
      if step.consumed > 0 || step.produced > 0 { isAtFrameBoundary = false }
    default:
      throw DecoderFailure(reason: stream.msg.map { String(cString: $0) } ?? "zlib code \(code)")
    }
    return step
  }
}
