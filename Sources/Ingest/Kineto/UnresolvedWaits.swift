import Diagnostics

/// Recorded waits that make no edge, counted by why.
struct UnresolvedWaits {
  /// Why.
  enum Reason: CaseIterable {
    case recordUnknown, recordedLater, streamUnknown, callUnknown
  }

  private var found: [Reason: (count: Int, first: KinetoWaits.Wait)] = [:]

  /// Counts one.
  mutating func add(_ reason: Reason, _ wait: KinetoWaits.Wait) {
    found[reason, default: (0, wait)].count += 1
  }

  /// One for each reason that came up.
  func diagnostics(path: String) -> [Diagnostic] {
    Reason.allCases.compactMap { reason in
      guard let (count, first) = found[reason] else { return nil }
      return Diagnostic(
        .waitUnresolved, severity: .warning, at: SourceLocation(file: path),
        Self.words(reason, first) + ": left out (waits: \(count))", remedy: Self.remedy(reason))
    }
  }

  private static func words(_ reason: Reason, _ wait: KinetoWaits.Wait) -> String {
    let record = wait.record.map { "\($0)" } ?? "none"
    let call = wait.correlation.map { "the wait of call \($0)" } ?? "a wait"
    return switch reason {
    case .recordUnknown:
      "\(call) is for an event that no call in the file recorded (correlation \(record))"
    case .recordedLater:
      "\(call) is for an event that is recorded only later (correlation \(record)), which can't have "
        + "held anything back"
    case .streamUnknown: "\(call) does not say which stream it is for"
    case .callUnknown: "the file does not hold the host's side of \(call)"
    }
  }

  private static func remedy(_ reason: Reason) -> String? {
    switch reason {
    case .recordUnknown: "an event recorded before the capture began holds nothing back in it"
    case .recordedLater: "the file was edited, or its clocks are wrong; capture again"
    case .streamUnknown: nil
    case .callUnknown: "capture with CPU activities on"
    }
  }
}
