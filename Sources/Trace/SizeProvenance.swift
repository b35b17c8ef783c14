/// How the sizes of a communication call are known.
public enum SizeProvenance: Sendable, Hashable {
  /// The capture states them.
  case recorded
  /// The capture lacks them, and something else that was recorded states them.
  case recovered(from: Source)
  /// Nobody recorded them: a rule supplied them, or the user said how to fill them in.
  case assumed
  /// The capture lacks the splits, and nothing states them: such a call can't be replayed.
  case lost

  /// What sizes can be recovered from.
  public enum Source: String, Sendable, CaseIterable {
    /// The capture kit's file of splits.
    case splitsFile = "splits_file"
    /// PyTorch's execution trace of the rank.
    case executionTrace = "execution_trace"
    /// What the other members say that they sent or got.
    case peers
    /// A routing file.
    case routing

    /// What people call it.
    public var words: String {
      switch self {
      case .splitsFile: "splits files"
      case .executionTrace: "execution traces"
      case .peers: "peers"
      case .routing: "routing files"
      }
    }
  }

  /// Each of them, the best known first.
  public static let all: [SizeProvenance] =
    [.recorded] + Source.allCases.map { .recovered(from: $0) } + [.assumed, .lost]

  /// What files call it.
  public var word: String {
    switch self {
    case .recorded: "recorded"
    case .recovered(let source): source.rawValue
    case .assumed: "assumed"
    case .lost: "lost"
    }
  }

  /// The provenance under its word.
  public init?(word: String) {
    switch word {
    case "recorded": self = .recorded
    case "assumed": self = .assumed
    case "lost": self = .lost
    default:
      guard let source = Source(rawValue: word) else { return nil }
      self = .recovered(from: source)
    }
  }
}

/// How many calls have sizes of each provenance. Calls that move nothing between ranks don't count.
public struct SizeCounts: Sendable, Equatable {
  /// Stated by the capture.
  public private(set) var recorded = 0
  /// Supplied by a rule or the user.
  public private(set) var assumed = 0
  /// Known to nobody.
  public private(set) var lost = 0
  private var bySource: [SizeProvenance.Source: Int] = [:]

  /// Counts calls. O(calls).
  public init(_ calls: some Sequence<Communication>) {
    for call in calls where call.kind != .metadata {
      switch call.sizes {
      case .recorded: recorded += 1
      case .assumed: assumed += 1
      case .lost: lost += 1
      case .recovered(let source): bySource[source, default: 0] += 1
      }
    }
  }

  /// Recovered from a source.
  public func recovered(from source: SizeProvenance.Source) -> Int { bySource[source] ?? 0 }

  /// All of them.
  public var total: Int { recorded + assumed + lost + recovered.reduce(0) { $0 + $1.count } }

  /// The sources that any sizes were recovered from, each with how many.
  public var recovered: [(source: SizeProvenance.Source, count: Int)] {
    SizeProvenance.Source.allCases.compactMap { source in
      bySource[source].map { (source, $0) }
    }
  }

  /// "12 recorded, 4 recovered from execution traces, 1 lost": what there is any of.
  public var words: String {
    var parts = ["\(recorded) recorded"]
    parts += recovered.map { "\($0.count) recovered from \($0.source.words)" }
    if assumed > 0 { parts.append("\(assumed) assumed") }
    if lost > 0 { parts.append("\(lost) lost") }
    return parts.joined(separator: ", ")
  }
}
