import Glibc
import Synchronization

/// A folder of the process's own, for what the product reads from files and writes to them.
///
/// It is best in memory: a file is written for every execution.
final class WorkFolder: Sendable {
  /// The folder.
  let path: String
  /// Files that stand, so that those of one execution don't outlive it.
  private let standing = Mutex<Set<String>>([])

  /// Makes the folder in `TMPDIR`, or in `/dev/shm`.
  init() {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/dev/shm"
    var name = Array((parent + "/refract-fuzz-XXXXXX").utf8CString)
    guard mkdtemp(&name) != nil else { fatalError("no folder can be made in \(parent)") }
    path = name.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
  }

  /// The path of a name in it.
  func path(_ name: String) -> String { path + "/" + name }

  /// A folder in it, made where it is missing.
  func folder(_ name: String) -> String {
    mkdir(path(name), 0o700)
    return path(name)
  }

  /// Writes a file; gives its path.
  @discardableResult
  func write(_ name: String, _ bytes: UnsafeRawBufferPointer) -> String {
    let path = path(name)
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0, Glibc.write(file, bytes.baseAddress, bytes.count) == bytes.count else {
      fatalError("can't write \(path)")
    }
    close(file)
    standing.withLock { _ = $0.insert(name) }
    return path
  }

  /// Writes a file of text; gives its path.
  @discardableResult
  func write(_ name: String, _ text: String) -> String {
    Array(text.utf8).withUnsafeBytes { write(name, $0) }
  }

  /// Whether a file of that name was written.
  func holds(_ name: String) -> Bool { standing.withLock { $0.contains(name) } }

  /// Removes a file, where it stands.
  func remove(_ name: String) {
    if standing.withLock({ $0.remove(name) }) != nil { unlink(path(name)) }
  }
}
