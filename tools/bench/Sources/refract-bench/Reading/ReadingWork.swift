import Glibc
import Ingest
import Trace

/// Files to read, in a folder that is removed with it.
final class ReadingWork {
  private let folder: String
  private var files: [String] = []

  init() throws {
    var name = Array("/tmp/refract-bench-XXXXXX".utf8CString)
    guard mkdtemp(&name) != nil else { throw ReadingFailure(what: "no folder in /tmp") }
    folder = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    for file in files { unlink(file) }
    rmdir(folder)
  }

  /// Writes a file of events of `text`; gives its path.
  func write(
    _ name: String, _ text: KinetoText, bytes: Int, pythonShare: Double = 0
  ) throws -> String {
    let path = add(name)
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard file >= 0 else { throw ReadingFailure(what: "can't write \(path)") }
    defer { close(file) }
    try text.write(bytes: bytes, pythonShare: pythonShare) { piece in
      var rest = piece[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
        guard count > 0 else { throw ReadingFailure(what: "can't write \(path)") }
        rest = rest.dropFirst(count)
      }
    }
    return path
  }

  /// The path of a file in the folder, which is removed with it.
  func add(_ name: String) -> String {
    files.append(folder + "/" + name)
    return folder + "/" + name
  }

  /// Reads as `refract` does; gives the events kept. Not inlined, for the gate counts its
  /// instructions and not those that made the file.
  @inline(never)
  static func read(_ paths: [String], threads: Int = 1) throws -> Int {
    try Ingestor(threads: threads).ingest(paths).ranks.reduce(0) { $0 + $1.events.count }
  }
}

/// Why there is nothing to measure.
struct ReadingFailure: Error, CustomStringConvertible {
  var what: String
  var description: String { what }
}
