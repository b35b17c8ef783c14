import Diagnostics
import Streams
public import Trace

/// Turns what a user names into one trace.
public struct Ingestor {
  /// Rules for kernels without metadata, in order of preference.
  public var rules: [KernelRules]

  /// An ingestor with rules.
  public init(rules: [KernelRules] = []) { self.rules = rules }

  /// Reads all `inputs` as one trace: capture files, directories of them, patterns, or one native
  /// trace directory.
  ///
  /// - Throws: a `Diagnostic` that names the file and place; nothing is dropped in silence.
  public func ingest(_ inputs: [String]) throws -> Trace {
    let paths = inputs.flatMap(expandPattern)
    if paths.count == 1, let path = paths.first, isNative(path) {
      return try NativeTraceReader.read(directory: path)
    }
    if let path = paths.first(where: isNative) {
      throw Diagnostic(
        .usage, at: SourceLocation(file: path),
        "is a native trace directory, which is a whole trace by itself",
        remedy: "name it alone")
    }
    let files = try paths.flatMap(Self.files)
    let captures = try files.map(read)
    return try JobAssembler(captures).assemble()
  }

  private func isNative(_ path: String) -> Bool {
    pathKind(path + "/" + NativeFormat.manifestName) == .file
  }

  private static func files(_ path: String) throws -> [String] {
    guard pathKind(path) == .directory else { return [path] }
    let entries = try directoryEntries(path)
    let files = entries.map { path + "/" + $0 }.filter { pathKind($0) == .file }
    guard !files.isEmpty else {
      throw Diagnostic(
        .emptyInput, at: SourceLocation(file: path), "the directory holds no files",
        remedy: "name a directory of capture files, one a rank")
    }
    return files
  }

  private func read(_ path: String) throws -> RankCapture {
    switch try CaptureFormat.sniff(path) {
    case .kineto:
      var reader = try KinetoReader(path: path, rules: rules)
      return try reader.read()
    }
  }
}
