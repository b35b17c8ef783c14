/// Diagnostics gathered on the way, in the order in which they were found.
///
/// Repetitions of one code in one file are counted past the first `limitPerCode`, so that a bad
/// file of a million records yields a page and a number.
public struct DiagnosticLog: Sendable {
  /// What was kept.
  public private(set) var entries: [Diagnostic] = []
  /// How often each (file, code) came up, kept or not.
  private var counts: [Key: Int] = [:]
  private let limitPerCode: Int

  private struct Key: Hashable, Sendable {
    var file: String
    var code: Diagnostic.Code
  }

  /// An empty log that keeps at most `limitPerCode` of a kind and file.
  public init(limitPerCode: Int = 5) { self.limitPerCode = limitPerCode }

  /// Notes one.
  public mutating func note(_ diagnostic: Diagnostic) {
    let key = Key(file: diagnostic.location?.file ?? "", code: diagnostic.code)
    let count = counts[key, default: 0] + 1
    counts[key] = count
    if count <= limitPerCode { entries.append(diagnostic) }
  }

  /// Notes all of another log, keeping its counts.
  public mutating func append(_ other: DiagnosticLog) {
    for entry in other.entries { note(entry) }
    for (key, count) in other.counts {
      let kept = min(count, other.limitPerCode)
      counts[key, default: 0] += count - kept
    }
  }

  /// The kept entries, and a closing line for each kind of which some were only counted.
  public func summarized() -> [Diagnostic] {
    let unkept = counts.filter { $0.value > limitPerCode }
      .sorted { ($0.key.file, $0.key.code.rawValue) < ($1.key.file, $1.key.code.rawValue) }
      .map { key, count in
        Diagnostic(
          key.code, severity: .info,
          at: key.file.isEmpty ? nil : SourceLocation(file: key.file),
          "\(count - limitPerCode) more of this kind, \(count) in all")
      }
    return entries + unkept
  }
}
