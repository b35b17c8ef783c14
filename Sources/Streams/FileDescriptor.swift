import Diagnostics
import Glibc

/// An open file with one owner; closes itself.
struct FileDescriptor: ~Copyable {
  let raw: Int32
  let path: String

  /// Opens `path` for reading. A directory, a missing or an unreadable file is a diagnostic.
  init(reading path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileDescriptor.failure(opening: path, errno) }
    var status = stat()
    if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      close(descriptor)
      throw Diagnostic(
        .cannotRead, at: SourceLocation(file: path), "is a directory where a file is expected")
    }
    self.raw = descriptor
    self.path = path
  }

  /// Creates `path` anew for writing.
  init(creating path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw Diagnostic(
        .cannotWrite, at: SourceLocation(file: path), "can't be created: \(message(errno))",
        remedy: "name a directory that exists and can be written")
    }
    self.raw = descriptor
    self.path = path
  }

  deinit { close(raw) }

  static func failure(opening path: String, _ code: Int32) -> Diagnostic {
    code == ENOENT || code == ENOTDIR
      ? Diagnostic(
        .noSuchFile, at: SourceLocation(file: path), "no such file", remedy: "check the name")
      : Diagnostic(
        .cannotRead, at: SourceLocation(file: path), "can't be opened: \(message(code))")
  }

  /// Reads up to `buffer.count` bytes; 0 at the end.
  borrowing func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    while true {
      let count = Glibc.read(raw, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      if errno != EINTR {
        throw Diagnostic(
          .cannotRead, at: SourceLocation(file: path), "can't be read: \(message(errno))")
      }
    }
  }

  /// Writes all of `buffer`.
  borrowing func write(_ buffer: UnsafeRawBufferPointer) throws {
    try writeAll(buffer, to: raw, named: path)
  }

  /// Waits until what was written is on the disk.
  borrowing func synchronize() throws {
    if fsync(raw) != 0, errno != EINVAL {
      throw Diagnostic(
        .cannotWrite, at: SourceLocation(file: path), "can't be synced: \(message(errno))")
    }
  }
}

/// Writes all of `buffer` to an open descriptor, however many calls that takes.
func writeAll(_ buffer: UnsafeRawBufferPointer, to descriptor: Int32, named name: String) throws {
  var rest = buffer
  while !rest.isEmpty {
    let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
    if count > 0 {
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
    } else if errno != EINTR {
      throw Diagnostic(
        .cannotWrite, at: SourceLocation(file: name), "can't be written: \(message(errno))")
    }
  }
}

/// The system's words for an errno.
func message(_ code: Int32) -> String { String(cString: strerror(code)) }
