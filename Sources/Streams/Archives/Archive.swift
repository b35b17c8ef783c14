public import Diagnostics

/// A tar archive, plain or compressed, opened as a directory: while this exists, its files can be read
/// under its path, `job.tar.gz/rank3.json`.
///
/// Nothing of it gets a name in the file system, so that none of its names leads anywhere. A plain
/// archive is read where it lies. What comes out of a compressed one goes to a temporary file without a
/// name, which is gone with the process however that ends.
public final class Archive: Sendable {
  /// The archive as the user named it.
  public let path: String
  /// The path of the one directory that it holds, or its own where files are at its top.
  public let directory: String
  /// What is not read of it, and why.
  public let notes: [Diagnostic]
  /// What ended its reading early, and how many files came before.
  public let damage: (reason: Diagnostic, files: Int)?

  /// Opens the archive `path`; `nil` where that is none.
  ///
  /// - Parameter salvages: whether to go on with what comes before damage.
  /// - Throws: a `Diagnostic` where it is damaged, holds no files, or there is no room to unpack it.
  public init?(path: String, salvages: Bool = false) throws {
    guard Self.isArchive(path) else { return nil }
    self.path = path
    var contents = try ArchiveContents(path: path)
    do {
      try contents.read()
      damage = nil
    } catch let diagnostic as Diagnostic where diagnostic.isDamage && contents.count > 0 {
      guard salvages else { throw diagnostic.offeringSalvage }
      damage = (diagnostic, contents.count)
    }
    let held = try contents.heldDirectory()
    directory = held.isEmpty ? path : path + "/" + held
    notes = contents.log.summarized()
    OpenArchives.open(path, contents.found)
  }

  deinit { OpenArchives.close(path) }

  /// Whether a file begins as an archive does, once decompressed.
  public static func beginsArchive(_ head: ArraySlice<UInt8>) -> Bool {
    TarHeader.beginsArchive(head)
  }

  /// What can't be read is none: whoever reads it next says why.
  private static func isArchive(_ path: String) -> Bool {
    // It may be open already, and a directory to `pathKind`.
    guard let stream = try? InputStream(path: path) else { return false }
    var head = [UInt8](repeating: 0, count: TarHeader.blockSize)
    var filled = 0
    while filled < head.count {
      let count = head.withUnsafeMutableBytes {
        (try? stream.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[filled...]))) ?? 0
      }
      if count == 0 { return false }
      filled += count
    }
    return beginsArchive(head[...])
  }
}
