public import Diagnostics
public import Trace

/// Who waits for whom in a job that hung.
public struct HangDiagnosis: Sendable {
  /// Ranks that wait in a call for ranks that never came to it.
  public struct Wait: Sendable {
    /// Index of the group in the trace's list of groups.
    public var group: Int
    /// The kind.
    public var kind: CollectiveKind
    /// The call's number, or its position.
    public var sequence: Int64
    /// Those that are there.
    public var waiting: [RankID]
    /// Those whose capture says that they never came.
    public var missing: [RankID]
    /// Members without a capture.
    public var untraced: [RankID]
    /// When the first of those that wait issued it, in nanoseconds of the capture's clock.
    public var since: Int64
    /// Later calls of the group in which the same ranks wait for the same.
    public var later: Int

    /// All that it waits for.
    public var awaited: [RankID] { (missing + untraced).sorted() }
  }

  /// A rank that others wait for, and that waits for nobody itself.
  public struct Culprit: Sendable {
    /// The rank.
    public var rank: RankID
    /// Whether there is a capture of it.
    public var isTraced: Bool
    /// The last call that it issued, of those that its capture holds.
    public var last: LastCall?
    /// How far it had come in the group of the first wait for it, where that is known.
    public var progress: GroupProgress?
  }

  /// The last call of a rank.
  public struct LastCall: Sendable {
    /// Index of the group in the trace's list of groups.
    public var group: Int
    /// The kind.
    public var kind: CollectiveKind
    /// The recorded number.
    public var sequence: Int64?
    /// How far it had come.
    public var state: CallState
    /// When it was issued, in nanoseconds of the capture's clock.
    public var start: Int64
  }

  /// The waits, those that explain most first: for a rank that itself waits for nobody, then by how
  /// many ranks wait, then the earliest.
  public var waits: [Wait]
  /// Ranks that others wait for and that wait for nobody: where to look first.
  public var culprits: [Culprit]
  /// Calls on which members disagree, and which had not ended.
  public var conflicts: [Disagreement]
  /// Ranks that wait in a call for a culprit.
  public var waiting: [RankID]
  /// Ranks that wait for those, directly or through others.
  public var heldUp: [RankID]

  /// What happened, in a sentence without a full stop.
  public func sentence(_ groups: [ProcessGroup]) -> String {
    if let conflict = conflicts.first {
      return "members of group '\(groups[conflict.group].label)' disagree on call "
        + "\(conflict.sequence): \(conflict.text)"
    }
    guard let first = waits.first else { return "" }
    var text =
      "\(Self.awaited(first)) \(first.kind.rawValue) \(first.sequence) of group "
      + "'\(groups[first.group].label)', in which \(rankList(first.waiting)) "
      + (first.waiting.count == 1 ? "waits" : "wait")
    if culprits.isEmpty {
      return text
        + "; every rank that is waited for waits itself: the ranks call in different order"
    }
    let others = (waiting + heldUp).filter { !first.waiting.contains($0) }.sorted()
    if !others.isEmpty {
      text += "; \(rankList(others)) \(others.count == 1 ? "is" : "are") held up behind"
    }
    return text
  }

  private static func awaited(_ wait: Wait) -> String {
    if wait.missing.isEmpty {
      return "there is no capture of \(rankList(wait.untraced)) to say whether it came to"
    }
    let missing = rankList(wait.missing) + " never came to"
    return wait.untraced.isEmpty
      ? missing : missing + ", and of \(rankList(wait.untraced)) there is no capture:"
  }

  /// Why a job that hung can't be replayed.
  public func diagnostic(_ groups: [ProcessGroup]) -> Diagnostic {
    Diagnostic(
      .jobHung, "the job hung and has no whole step: " + sentence(groups),
      remedy: "'refract inspect --matching' shows who waits for whom")
  }
}
