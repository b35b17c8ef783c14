import Diagnostics
import Glibc

/// What a path names.
public enum PathKind: Sendable {
  case missing, file, directory
}

/// Tells what `path` names; an archive that is open is a directory.
public func pathKind(_ path: String) -> PathKind {
  if let kind = OpenArchives.kind(path) { return kind }
  var status = stat()
  guard stat(path, &status) == 0 else { return .missing }
  return status.st_mode & S_IFMT == S_IFDIR ? .directory : .file
}

/// The plain entries of a directory, sorted by bytes, hidden ones left out.
public func directoryEntries(_ path: String) throws -> [String] {
  if let names = OpenArchives.entries(path) { return names }
  guard let handle = opendir(path) else { throw FileDescriptor.failure(opening: path, errno) }
  defer { closedir(handle) }
  var names: [String] = []
  while let entry = readdir(handle) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if !name.hasPrefix(".") { names.append(name) }
  }
  return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}

/// The size of a file, 0 where it has none.
func fileSize(_ path: String) -> Int64 {
  if let member = OpenArchives.member(path) { return Int64(member.range.count) }
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Int64(status.st_size) : 0
}

/// The last component of a path.
public func lastComponent(_ path: String) -> String {
  path.split(separator: "/").last.map(String.init) ?? path
}

/// The paths that a shell pattern names, sorted; the pattern itself where it names none or has no
/// wildcard.
public func expandPattern(_ pattern: String) -> [String] {
  guard pattern.contains(where: { "*?[".contains($0) }), pathKind(pattern) == .missing else {
    return [pattern]
  }
  var result = glob_t()
  defer { globfree(&result) }
  guard glob(pattern, 0, nil, &result) == 0 else { return [pattern] }
  return (0..<Int(result.gl_pathc)).compactMap { index in
    result.gl_pathv[index].map { String(cString: $0) }
  }
}
