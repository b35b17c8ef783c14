import Diagnostics

/// GPU operations whose correlation id is that of no launch in the file.
struct LaunchlessOperations {
  private var count = 0
  private var first: (correlation: Int64, name: String, offset: Int64)?

  /// Counts one.
  mutating func add(_ correlation: Int64, name: String, offset: Int64) {
    count += 1
    if first == nil { first = (correlation, name, offset) }
  }

  /// What to say of them; `nil` where there are none.
  func diagnostic(path: String) -> Diagnostic? {
    guard let first else { return nil }
    return Diagnostic(
      .launchMissing, severity: .info, at: SourceLocation(file: path, byteOffset: first.offset),
      "no launch in the file has the correlation \(first.correlation) of '\(first.name.prefix(60))' "
        + "(operations without a launch: \(count)); they keep their place on their streams and wait "
        + "for no host thread")
  }
}
