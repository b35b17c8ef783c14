import CZstd
import Diagnostics
import Glibc

/// A file that appears whole or not at all: written aside, synced, then renamed.
public final class OutputFile {
  /// The name that the file gets at `commit()`.
  public let path: String
  private let aside: String
  private var descriptor: FileDescriptor?
  private var encoder: OpaquePointer?
  private var pending: [UInt8] = []
  private var committed = false

  /// Starts a file at `path`.
  ///
  /// - Parameter compressed: zstd frames with a content checksum.
  /// - Throws: a `Diagnostic` where the file can't be created.
  public init(path: String, compressed: Bool = false) throws {
    self.path = path
    aside = path + ".partial"
    descriptor = try FileDescriptor(creating: aside)
    guard compressed else { return }
    encoder = ZSTD_createCCtx()
    ZSTD_CCtx_setParameter(encoder, ZSTD_c_compressionLevel, 9)
    ZSTD_CCtx_setParameter(encoder, ZSTD_c_checksumFlag, 1)
  }

  deinit {
    if let encoder { ZSTD_freeCCtx(encoder) }
    if !committed { unlink(aside) }
  }

  /// Adds bytes.
  public func write(_ bytes: [UInt8]) throws {
    pending.append(contentsOf: bytes)
    if pending.count >= 1 << 16 { try flush(last: false) }
  }

  /// Adds text.
  public func write(_ text: String) throws { try write(Array(text.utf8)) }

  /// Writes what is left and syncs it; the file still has its passing name.
  public func finish() throws {
    try flush(last: true)
    try descriptor?.synchronize()
    descriptor = nil
  }

  /// Gives the file its name, after `finish()` where the caller has not called it.
  public func commit() throws {
    if descriptor != nil { try finish() }
    guard rename(aside, path) == 0 else {
      throw Diagnostic(
        .cannotWrite, at: SourceLocation(file: path), "can't be renamed: \(message(errno))")
    }
    committed = true
  }

  private func flush(last: Bool) throws {
    defer { pending.removeAll(keepingCapacity: true) }
    guard let encoder else {
      try pending.withUnsafeBytes { try descriptor?.write($0) }
      return
    }
    var packed = [UInt8](repeating: 0, count: ZSTD_CStreamOutSize())
    try pending.withUnsafeBytes { source in
      var input = ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
      while true {
        let (remaining, produced) = packed.withUnsafeMutableBytes { sink in
          var output = ZSTD_outBuffer(dst: sink.baseAddress, size: sink.count, pos: 0)
          let rest = ZSTD_compressStream2(
            encoder, &output, &input, last ? ZSTD_e_end : ZSTD_e_continue)
          return (rest, output.pos)
        }
        if ZSTD_isError(remaining) != 0 {
          throw Diagnostic(
            .cannotWrite, at: SourceLocation(file: path),
            "zstd: \(String(cString: ZSTD_getErrorName(remaining)))")
        }
        try packed.withUnsafeBytes {
          try descriptor?.write(UnsafeRawBufferPointer(rebasing: $0[0..<produced]))
        }
        if last ? remaining == 0 : input.pos == input.size { return }
      }
    }
  }
}

/// Removes the file `path` where there is one.
public func removeFile(_ path: String) throws {
  guard unlink(path) != 0, errno != ENOENT else { return }
  throw Diagnostic(
    .cannotWrite, at: SourceLocation(file: path), "can't be replaced: \(message(errno))",
    remedy: "remove it, or name another directory")
}

/// Makes the directory `path` unless it stands; its parent must.
public func makeDirectory(_ path: String) throws {
  if mkdir(path, 0o755) == 0 { return }
  var status = stat()
  if errno == EEXIST, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
  throw Diagnostic(
    .cannotWrite, at: SourceLocation(file: path), "can't be made a directory: \(message(errno))",
    remedy: "name a directory whose parent exists and can be written")
}
