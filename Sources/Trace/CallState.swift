/// How far a call had come when the capture was written.
public enum CallState: String, Sendable, CaseIterable {
  /// Issued by the host, not known to run.
  case scheduled
  /// Known to run on the GPU, not known to have ended.
  case started
  /// Ended.
  case completed
}

extension Trace {
  /// Whether calls had not ended when the capture was written.
  public var hasOpenCalls: Bool {
    ranks.contains { rank in rank.communications.contains { $0.state != .completed } }
  }
}
