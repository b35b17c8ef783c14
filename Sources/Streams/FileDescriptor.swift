import Diagnostics
import Glibc

/// An open file with one owner; closes itself.
struct FileDescriptor: ~Copyable {
  let raw: Int32
  let path: String
  /// Where the next read begins, and behind which byte none does, of a file that is part of another.
  private var position: Int64 = 0
  private var end: Int64?

  /// Opens `path` for reading, also where it is in an archive that is open. A missing or an unreadable
  /// file is a diagnostic, and so is whatever is no regular file: a pipe would block, a device may have
  /// no end.
  init(reading path: String) throws {
    if let member = OpenArchives.member(path) {
      self = try member.file.part(member.range, named: path)
      return
    }
    // Not blocking, so that a pipe without a writer is opened and refused; files don't care.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileDescriptor.failure(opening: path, errno) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw FileDescriptor.notRegular(path, status.st_mode & S_IFMT)
    }
    self.init(raw: descriptor, path: path)
  }

  private init(raw: Int32, path: String) {
    self.raw = raw
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
    self.init(raw: descriptor, path: path)
  }

  /// Creates a file without a name, for reading and writing, in the directory for temporary files: it
  /// is gone with the last descriptor, however the process ends.
  ///
  /// - Parameter path: what messages call it.
  init(temporaryFor path: String) throws {
    var name = Array((FileDescriptor.temporaryDirectory + "/refract-XXXXXX").utf8CString)
    // No signal comes between, so that the name doesn't stay.
    var (all, before) = (sigset_t(), sigset_t())
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    let descriptor = mkstemp(&name)
    let code = errno
    if descriptor >= 0 { unlink(name) }
    pthread_sigmask(SIG_SETMASK, &before, nil)
    guard descriptor >= 0 else { throw FileDescriptor.noRoom(for: path, code) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    self.init(raw: descriptor, path: path)
  }

  /// The bytes `range` of this file as one of its own.
  borrowing func part(_ range: Range<Int64>, named path: String) throws -> FileDescriptor {
    let copy = fcntl(raw, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { throw FileDescriptor.failure(opening: path, errno) }
    var part = FileDescriptor(raw: copy, path: path)
    part.position = range.lowerBound
    part.end = range.upperBound
    return part
  }

  private static var temporaryDirectory: String {
    guard let name = getenv("TMPDIR").map({ String(cString: $0) }), !name.isEmpty else {
      return "/tmp"
    }
    return name
  }

  /// What to say where there is no place for what comes out of `path`.
  static func noRoom(for path: String, _ code: Int32) -> Diagnostic {
    Diagnostic(
      .cannotWrite, at: SourceLocation(file: path),
      "can't be unpacked into a temporary file: \(message(code))",
      remedy:
        "point TMPDIR at a directory that can be written and has room for what the archive holds"
    )
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
  mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let wanted = end.map { Int(min(Int64(buffer.count), $0 - position)) } ?? buffer.count
    guard wanted > 0 else { return 0 }
    while true {
      let count = pread(raw, buffer.baseAddress, wanted, off_t(position))
      if count == 0, end != nil {
        throw Diagnostic(
          .cannotRead, at: SourceLocation(file: path),
          "the archive became shorter while it was read",
          remedy: "wait until it is copied, and read it again")
      }
      if count >= 0 {
        position += Int64(count)
        return count
      }
      if errno != EINTR {
        throw Diagnostic(
          .cannotRead, at: SourceLocation(file: path), "can't be read: \(message(errno))")
      }
    }
  }

  /// Passes over `count` bytes, or as many as there are.
  ///
  /// - Returns: how many.
  mutating func skip(_ count: Int64) throws -> Int64 {
    var status = stat()
    guard fstat(raw, &status) == 0 else {
      throw Diagnostic(
        .cannotRead, at: SourceLocation(file: path), "can't be read: \(message(errno))")
    }
    let skipped = min(count, max(0, (end ?? Int64(status.st_size)) - position))
    position += skipped
    return skipped
  }

  /// Writes all of `buffer`.
  borrowing func write(_ buffer: UnsafeRawBufferPointer) throws {
    try writeAll(buffer, to: raw, named: path)
  }

  /// Writes all of `buffer` to a file of `init(temporaryFor:)`.
  borrowing func append(_ buffer: UnsafeRawBufferPointer) throws {
    if let code = failureWriting(buffer, to: raw) { throw FileDescriptor.noRoom(for: path, code) }
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
  if let code = failureWriting(buffer, to: descriptor) {
    throw Diagnostic(
      .cannotWrite, at: SourceLocation(file: name), "can't be written: \(message(code))")
  }
}

private func failureWriting(_ buffer: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32? {
  var rest = buffer
  while !rest.isEmpty {
    let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
    if count > 0 {
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
    } else if errno != EINTR {
      return errno
    }
  }
  return nil
}

/// The system's words for an errno.
func message(_ code: Int32) -> String { String(cString: strerror(code)) }
