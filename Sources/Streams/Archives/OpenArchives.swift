import Synchronization

/// The archives that are open: as long as one is, it is a directory, and its members are files in it.
///
/// One table for the process, so that a reader opens `job.tar.gz/rank3.json` as it opens any file, on
/// whichever thread, and says so in its messages. No file of a file system can have such a path, for an
/// archive is no directory there.
enum OpenArchives {
  /// What is in one.
  struct Contents: Sendable {
    /// Its members by their paths in it.
    var members: [String: ArchiveMember] = [:]
    /// The directories that they are in, but for the top.
    var directories: Set<String> = []
  }

  private struct Entry {
    var contents: Contents
    var users: Int
  }

  private static let entries = Mutex<[String: Entry]>([:])

  /// Makes `contents` the directory `path`. It may be open already: nothing tells the two apart.
  static func open(_ path: String, _ contents: Contents) {
    entries.withLock { entries in
      entries[path] = Entry(contents: contents, users: (entries[path]?.users ?? 0) + 1)
    }
  }

  /// Makes it a file again, where it was opened no other time.
  static func close(_ path: String) {
    entries.withLock { entries in
      guard let users = entries[path]?.users else { return }
      entries[path]?.users = users - 1
      if users == 1 { entries[path] = nil }
    }
  }

  /// The member that `path` names, if it names one.
  static func member(_ path: String) -> ArchiveMember? {
    lookUp(path) { contents, name in contents.members[name] } ?? nil
  }

  /// What `path` names; `nil` where it is in no open archive.
  static func kind(_ path: String) -> PathKind? {
    lookUp(path) { contents, name in
      if contents.members[name] != nil { return .file }
      return name.isEmpty || contents.directories.contains(name) ? .directory : .missing
    }
  }

  /// What is in the directory `path`, sorted by bytes; `nil` where it is in no open archive.
  static func entries(_ path: String) -> [String]? {
    lookUp(path) { contents, name in
      let prefix = name.isEmpty ? "" : name + "/"
      return (Array(contents.members.keys) + Array(contents.directories))
        .filter { $0.hasPrefix(prefix) && !$0.dropFirst(prefix.count).contains("/") }
        .map { String($0.dropFirst(prefix.count)) }
        .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
  }

  private static func lookUp<Result>(
    _ path: String, _ body: (Contents, String) -> Result
  ) -> Result? {
    entries.withLock { entries in
      for (archive, entry) in entries {
        if path == archive { return body(entry.contents, "") }
        if path.hasPrefix(archive), path.utf8.dropFirst(archive.utf8.count).first == 0x2F {
          return body(entry.contents, String(path.dropFirst(archive.count + 1)))
        }
      }
      return nil
    }
  }
}
