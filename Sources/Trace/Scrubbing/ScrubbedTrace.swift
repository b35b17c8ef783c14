import Diagnostics

/// A trace that says what a replay needs and nothing of whose it is, and what was taken out of it.
///
/// Kept are ranks, members of groups, lanes, times from each rank's origin and how ranks' clocks lie to
/// one another, kinds of events, what launched and what waits for what, and of calls all but the words.
/// Names become a word for the kind of thing, of compute for its class, and a number: the same name the same one on all ranks, so
/// that what repeats still does. Devices, dates and the words of assumptions go.
///
/// Scrubbing a scrubbed trace changes nothing.
public struct ScrubbedTrace: Sendable {
  /// The trace.
  public private(set) var trace: Trace
  /// What must not be found in it any more: every text that was replaced or removed, each once.
  public private(set) var secrets: [Secret] = []
  /// How many different texts of each kind were replaced or removed, in the order of kinds.
  public private(set) var counts: [(kind: Secret.Kind, count: Int)] = []

  /// Scrubs a trace. O(events).
  ///
  /// - Parameter classes: tell what compute is by its name, which then says that much; `nil` leaves no
  ///   classes.
  public init(_ original: Trace, classes: KernelClassRules? = nil) {
    trace = original
    var scrubber = TraceScrubber(original, classes)
    trace.log = .init()
    trace.ranks = scrubber.ranks(original.ranks)
    trace.groups = scrubber.groups(original.groups)
    trace.assumptions = NeutralAssumptions.neutral(original.assumptions)
    for assumption in original.assumptions {
      if !trace.assumptions.contains(where: { $0.code == assumption.code }) {
        scrubber.replace(assumption.code, by: nil, .assumption)
      }
      if !trace.assumptions.contains(assumption) {
        scrubber.replace(assumption.text, by: nil, .assumption)
      }
    }
    secrets = scrubber.secrets
    counts = Secret.Kind.allCases.compactMap { kind in
      let count = secrets.count { $0.kind == kind }
      return count > 0 ? (kind, count) : nil
    }
  }
}

/// A text that a scrubbed trace must not hold.
public struct Secret: Sendable, Hashable {
  /// What it was.
  public enum Kind: String, Sendable, CaseIterable {
    case event = "event_names"
    case group = "group_names"
    case purpose = "group_purposes"
    case host = "hosts"
    case device = "devices"
    case lane = "lanes"
    case label = "labels"
    case rules = "rule_sets"
    case assumption = "assumptions"
    case date = "dates"
    case source = "rank_sources"
    case path = "paths"
    case forbidden

    /// What people call one.
    public var words: String {
      switch self {
      case .event: "the name of an event"
      case .group: "the name of a group"
      case .purpose: "the purpose of a group"
      case .host: "the name of a host"
      case .device: "the name of a device"
      case .lane: "the name of a stream or thread"
      case .label: "the label of a call"
      case .rules: "the name of a rule set"
      case .assumption: "the words of an assumption"
      case .date: "a date"
      case .source: "how a rank is known"
      case .path: "part of an input's path"
      case .forbidden: "forbidden"
      }
    }
  }

  /// The text.
  public var text: String
  /// What it was.
  public var kind: Kind

  /// A secret.
  public init(_ text: String, _ kind: Kind) {
    self.text = text
    self.kind = kind
  }
}
