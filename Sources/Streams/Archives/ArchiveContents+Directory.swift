import Diagnostics

extension ArchiveContents {
  /// The path of the one directory that holds files: archives are mostly of a directory, not of what
  /// is in it.
  ///
  /// - Throws: a `Diagnostic` where there are no files, or files in several directories side by side.
  func heldDirectory() throws -> String {
    guard !found.members.isEmpty else { throw nothing() }
    var held = ""
    while true {
      let prefix = held.isEmpty ? "" : held + "/"
      let below = found.members.keys.filter { $0.hasPrefix(prefix) }
        .map { $0.dropFirst(prefix.count) }
      guard below.allSatisfy({ $0.contains("/") }) else { return held }
      let directories = Set(below.compactMap { $0.split(separator: "/").first.map(String.init) })
        .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      guard directories.count == 1, let only = directories.first else {
        throw several(directories.map { prefix + $0 })
      }
      held = prefix + only
    }
  }

  private func nothing() -> Diagnostic {
    let first = log.entries.first.map { "; " + $0.problem }
    return Diagnostic(
      .emptyInput, at: SourceLocation(file: path), "the archive holds no files" + (first ?? ""),
      remedy: "pack a directory of capture files, one a rank")
  }

  private func several(_ directories: [String]) -> Diagnostic {
    let shown = directories.prefix(8).map { "'\($0)'" }.joined(separator: ", ")
    return Diagnostic(
      .emptyInput, at: SourceLocation(file: path),
      "the archive has its files in \(directories.count) directories, and which of them are one "
        + "trace it does not say: " + shown + (directories.count > 8 ? ", …" : ""),
      remedy: "pack each by itself, or unpack it and name those that belong together")
  }

  /// Notes that a member is not read.
  mutating func passOver(_ name: ArchiveName, _ reason: String, _ remedy: String?) {
    log.note(
      Diagnostic(
        .memberPassedOver, severity: .warning, at: SourceLocation(file: path),
        "'\(name.shown)' is passed over: \(reason)", remedy: remedy))
  }

  /// Why what is no plain file is not read; `nil` of one.
  static func reason(_ kind: TarHeader.Kind) -> String? {
    switch kind {
    case .hardLink: "it is a hard link, and links are not followed"
    case .symbolicLink: "it is a symbolic link, and links are not followed"
    case .device: "it is a device"
    case .pipe: "it is a pipe"
    case .sparse: "it is stored with its holes left out"
    case .continuation: "it is part of a file that begins on another volume"
    case .unknown(let flag): "it is of a type that is not known here (\(flag))"
    case .file, .directory, .longName, .extended, .remark: nil
    }
  }

  /// How to pack it so that it is read, where that is possible.
  static func remedy(_ kind: TarHeader.Kind) -> String? {
    switch kind {
    case .hardLink: "pack with --hard-dereference"
    case .symbolicLink: "pack with --dereference"
    case .sparse: "pack without --sparse"
    default: nil
    }
  }
}
