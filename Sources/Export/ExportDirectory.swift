import Diagnostics
import Streams

/// The directory that an export writes: all of its files appear, or none of them.
///
/// Which files are an export's own stands in a hidden file among them, so that the next one replaces
/// these and nothing else.
struct ExportDirectory {
  private static let listName = ".refract-export"
  private let path: String
  private let old: [String]
  private var files: [(name: String, file: OutputFile)] = []

  /// Looks at the directory, which is made where it is missing.
  ///
  /// - Throws: a `Diagnostic` where it holds files that no export wrote.
  init(_ path: String) throws {
    self.path = path
    let list = path + "/" + Self.listName
    old =
      pathKind(list) == .file
      ? String(decoding: try InputStream.contents(ofFile: list), as: UTF8.self)
        .split(separator: "\n").map(String.init) : []
    if pathKind(path) == .directory {
      let known = Set(old)
      if let other = try directoryEntries(path).first(where: { !known.contains($0) }) {
        throw Diagnostic(
          .cannotWrite, at: SourceLocation(file: path),
          "holds '\(other)', which no export wrote",
          remedy: "name a directory that is empty or does not exist")
      }
    }
    try makeDirectory(path)
  }

  /// Writes a file aside.
  mutating func write(_ name: String, _ body: (OutputFile) throws -> Void) throws {
    let file = try OutputFile(path: path + "/" + name)
    try body(file)
    try file.finish()
    files.append((name, file))
  }

  /// Lets all files appear, in place of those of an earlier export.
  consuming func commit() throws {
    // With both in it the list is right whenever the process ends.
    let names = files.map(\.name)
    try list(old + names)
    let kept = Set(names)
    for name in old where !kept.contains(name) && !name.contains("/") {
      try removeFile(path + "/" + name)
    }
    for (_, file) in files { try file.commit() }
    try list(names)
  }

  private func list(_ names: [String]) throws {
    let list = try OutputFile(path: path + "/" + Self.listName)
    for name in names { try list.write(name + "\n") }
    try list.commit()
  }
}
