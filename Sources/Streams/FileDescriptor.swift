import Diagnostics
import Glibc

/// An open file with one owner; closes itself.
struct FileDescriptor: ~Copyable {
  let raw: Int32
  let path: String

  /// Opens `path` for reading. A missing or an unreadable file is a diagnostic, and so is whatever is
  /// no regular file: a pipe would block, a device may have no end.
  init(reading path: String) throws {
    // Not blocking, so that a pipe without a writer is opened and refused; files don't care.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileDescriptor.failure(opening: path, errno) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw FileDescriptor.notRegular(path, status.st_mode & S_IFMT)
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
    let place = SourceLocation(file: path)
    switch code {
    case ENOENT, ENOTDIR:
      return Diagnostic(.noSuchFile, at: place, "no such file", remedy: "check the name")
    // What opening a socket says.
    case ENXIO: return notRegular(path, S_IFSOCK)
    default: return Diagnostic(.cannotRead, at: place, "can't be opened: \(message(code))")
    }
  }

  private static func notRegular(_ path: String, _ kind: mode_t) -> Diagnostic {
    let place = SourceLocation(file: path)
    switch kind {
    case S_IFDIR:
      return Diagnostic(
        .cannotRead, at: place, "is a directory where a file is expected",
        remedy: "name a file in it")
    case S_IFIFO:
      return Diagnostic(
        .cannotRead, at: place, "is a pipe, and files are read more than once",
        remedy: "write what comes through it to a file, and name that")
    default:
      return Diagnostic(
        .cannotRead, at: place, "is a \(kind == S_IFSOCK ? "socket" : "device"), not a file",
        remedy: "name a file")
    }
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
