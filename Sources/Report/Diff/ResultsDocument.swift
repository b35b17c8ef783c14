/// A `results.json` read back: what comparing two of them needs.
///
/// Keys that are not known are passed over, for results may get more of them; those that are needed
/// must be there. Times are nanoseconds.
public struct ResultsDocument: Sendable, Equatable {
  /// The version of the tool that wrote it.
  public var version: String
  /// Its scenarios, in their order.
  public var scenarios: [Scenario]

  /// One trace on one fabric and placement.
  public struct Scenario: Sendable, Equatable {
    /// What makes two scenarios of two documents the same one.
    public struct Key: Sendable, Hashable {
      /// The trace's name.
      public var trace: String
      /// The fabric's name, changes to it included.
      public var fabric: String
      /// The placement's name.
      public var placement: String
      /// How transfers were modelled.
      public var tier: String

      /// As people read it; what every scenario has so far is left out.
      public var label: String {
        var text = "\(trace) on \(fabric)"
        if placement != "linear" { text += ", \(placement)" }
        if tier != "coflow" { text += ", \(tier)" }
        return text
      }
    }

    /// What it is matched by.
    public var key: Key
    /// The replayed step, in ns.
    public var stepTime: Int64
    /// The captured step, in ns.
    public var capturedStepTime: Int64
    /// Compute, exposed transfer, waiting and lag: means over ranks, in ns.
    public var parts: [Int64]
    /// The step time with recorded edges only and with all of them, in ns, the smaller first.
    public var interval: [Int64]
    /// (replayed − captured) / captured with captured durations.
    public var selfCheckError: Double
    /// The error of a calibrated replay, where there is one.
    public var calibratedError: Double?
    /// Bytes on the wire.
    public var bytes: Double
    /// Joules, where the fabric says what its links take.
    public var energyJoules: Double?
    /// The link with the highest mean utilisation; empty where nothing moved.
    public var busiestLink: String
    /// Its mean utilisation, a share.
    public var busiestLinkUtilization: Double
    /// Each group that communicated.
    public var groups: [Group]
    /// What it leans on.
    public var assumptions: [Note]
    /// What was found while reading.
    public var diagnostics: [Note]
  }

  /// A group's traffic.
  public struct Group: Sendable, Equatable {
    /// The group's name.
    public var name: String
    /// What the job calls its use.
    public var purpose: String
    /// Exposed transfer, mean over ranks, in ns.
    public var exposed: Int64
    /// Bytes on the wire.
    public var wireBytes: Double

    /// As people read it: purpose and name.
    public var label: String { purpose.isEmpty ? name : "\(purpose) (\(name))" }
  }

  /// An assumption or a diagnostic: a code and a sentence.
  public struct Note: Sendable, Hashable {
    /// The stable code.
    public var code: String
    /// The text.
    public var text: String
  }
}
