import Diagnostics
import Glibc

/// A directory that appears whole or not at all: filled aside, then renamed.
public final class OutputDirectory {
  /// The name that the directory gets at `commit()`.
  public let path: String
  /// Where its files are put before that.
  public let aside: String
  private var committed = false

  /// Starts a directory at `path`, where nothing may be yet.
  ///
  /// - Throws: a `Diagnostic` where something is there, or no directory can be made.
  public init(path: String) throws {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    self.path = path
    aside = path + ".partial-\(getpid())"
    var status = stat()
    guard lstat(path, &status) != 0 else {
      throw Diagnostic(
        .cannotWrite, at: SourceLocation(file: path), "is there already",
        remedy: "name a directory that does not exist yet, or remove it")
    }
    do {
      try makeDirectory(aside)
    } catch var diagnostic as Diagnostic {
      diagnostic.location = SourceLocation(file: path)
      throw diagnostic
    }
  }

  deinit {
    guard !committed else { return }
    for entry in (try? directoryEntries(aside)) ?? [] { unlink(aside + "/" + entry) }
    rmdir(aside)
  }

  /// Gives the directory its name.
  ///
  /// - Throws: a `Diagnostic` where that can't be done; then nothing is there.
  public func commit() throws {
    guard rename(aside, path) == 0 else {
      throw Diagnostic(
        .cannotWrite, at: SourceLocation(file: path), "can't be renamed: \(message(errno))",
        remedy: "name a directory that does not exist yet")
    }
    committed = true
  }
}
