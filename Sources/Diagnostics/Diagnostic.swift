/// One thing that is wrong, or worth knowing, about an input: data, which one renderer puts in words.
public struct Diagnostic: Error, Hashable, Sendable {
  /// What kind of thing it is: stable, for scripts.
  public enum Code: String, Sendable, CaseIterable {
    case noSuchFile = "no-such-file"
    case cannotRead = "cannot-read"
    case cannotWrite = "cannot-write"
    case emptyInput = "empty-input"
    case truncated = "truncated"
    case corruptCompression = "corrupt-compression"
    case limitExceeded = "limit-exceeded"
    case malformedArchive = "malformed-archive"
    case memberPassedOver = "member-passed-over"
    case malformedJSON = "malformed-json"
    case malformedPickle = "malformed-pickle"
    case unsafePickle = "unsafe-pickle"
    case duplicateKey = "duplicate-key"
    case wrongType = "wrong-type"
    case missingKey = "missing-key"
    case unknownKey = "unknown-key"
    case valueOutOfRange = "value-out-of-range"
    case unknownFormat = "unknown-format"
    case unsupportedVersion = "unsupported-version"
    case malformedEvent = "malformed-event"
    case malformedRule = "malformed-rule"
    case launchMissing = "launch-missing"
    case launchOrder = "launch-order"
    case waitUnresolved = "wait-unresolved"
    case splitsLost = "splits-lost"
    case groupUnknown = "group-unknown"
    case duplicateRank = "duplicate-rank"
    case ranksMissing = "ranks-missing"
    case collectiveMismatch = "collective-mismatch"
    case collectiveUnsized = "collective-unsized"
    case noSuchStep = "no-such-step"
    case nothingToReplay = "nothing-to-replay"
    case fabricTooSmall = "fabric-too-small"
    case unreachable = "unreachable"
    case placementConflict = "placement-conflict"
    case placementIncomplete = "placement-incomplete"
    case malformedPlacement = "malformed-placement"
    case malformedTopology = "malformed-topology"
    case placementRuleBroken = "placement-rule-broken"
    case deadlock = "deadlock"
    case jobHung = "job-hung"
    case secretRemains = "secret-remains"
    case thresholdExceeded = "threshold-exceeded"
    case outOfMemory = "out-of-memory"
    case usage = "usage"
    case defect = "defect"
  }

  /// How bad it is; data loss ranks with errors.
  public enum Severity: Int, Sendable, Comparable, CaseIterable {
    case info, warning, dataLoss, error

    /// What people and files call it.
    public var word: String {
      switch self {
      case .info: "note"
      case .warning: "warning"
      case .dataLoss: "data loss"
      case .error: "error"
      }
    }

    /// Order by gravity.
    public static func < (lhs: Severity, rhs: Severity) -> Bool { lhs.rawValue < rhs.rawValue }
  }

  /// The kind.
  public var code: Code
  /// The gravity.
  public var severity: Severity
  /// Where, if it is in an input.
  public var location: SourceLocation?
  /// What is wrong, in a clause without a full stop.
  public var problem: String
  /// What to do about it, in a clause without a full stop.
  public var remedy: String?

  /// A diagnostic of any severity.
  public init(
    _ code: Code, severity: Severity = .error, at location: SourceLocation? = nil,
    _ problem: String, remedy: String? = nil
  ) {
    self.code = code
    self.severity = severity
    self.location = location
    self.problem = problem
    self.remedy = remedy
  }

  /// The status with which a command ends that this diagnostic stopped.
  public var exitStatus: ExitStatus {
    switch code {
    case .noSuchFile: .noInput
    case .cannotWrite: .cannotWrite
    case .usage: .usage
    case .outOfMemory: .outOfBudget
    case .thresholdExceeded, .placementRuleBroken: .checkFailed
    case .defect: .defect
    default: .badInput
    }
  }
}
