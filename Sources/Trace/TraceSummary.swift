public import Diagnostics
public import Quantities

/// What is in a trace, counted.
public struct TraceSummary: Sendable {
  /// Ranks of the job.
  public var worldSize: Int
  /// Ranks without a trace.
  public var missingRanks: [RankID]
  /// Ranks that do the same as a traced rank, and are no more than named.
  public var repeatedRanks: Int
  /// Each traced rank.
  public var ranks: [Rank]
  /// Each group that a traced rank communicates in, or that the capture declares.
  public var groups: [Group]
  /// How the sizes of calls are known, over all traced ranks.
  public var sizes: SizeCounts
  /// What reading had to assume.
  public var assumptions: [Assumption]
  /// What reading found.
  public var diagnostics: [Diagnostic]

  /// A traced rank.
  public struct Rank: Sendable {
    /// Its number.
    public var rank: RankID
    /// How the number is known.
    public var source: String
    /// Its host and device, where known.
    public var host: String?
    /// Its GPU, where known.
    public var device: String?
    /// From its first event to the end of its last.
    public var span: SimDuration
    /// Numbers of the steps marked.
    public var steps: [Int]
    /// Its lanes.
    public var lanes: [LaneSummary]
  }

  /// A lane.
  public struct LaneSummary: Sendable {
    /// The lane.
    public var lane: Lane
    /// Events on it, step marks left out.
    public var events: Int
    /// Of these communication calls.
    public var communications: Int
    /// The sum of their durations.
    public var busy: SimDuration
  }

  /// A group.
  public struct Group: Sendable {
    /// The group.
    public var group: ProcessGroup
    /// Its calls over all traced ranks, by kind and title in order of their names.
    public var calls: [Calls]
  }

  /// Calls of one kind, and one label where rules give one, in a group.
  public struct Calls: Sendable {
    /// The kind.
    public var kind: CollectiveKind
    /// What people call them: the rules' label, or the kind.
    public var title: String
    /// How many, over all traced ranks.
    public var count: Int
    /// Bytes put in, over all traced ranks; tokens count with all their copies.
    public var sendBytes: Double
    /// The sum of captured durations.
    public var duration: SimDuration
    /// How many have sizes from rules.
    public var assumed: Int
  }

  /// Counts a trace. O(events).
  public init(_ trace: Trace) {
    worldSize = trace.worldSize
    let traced = Set(trace.ranks.map(\.rank) + trace.repeats.map(\.rank))
    missingRanks = (0..<trace.worldSize).map(RankID.init(index:)).filter { !traced.contains($0) }
    repeatedRanks = trace.repeats.count
    ranks = trace.ranks.map(Self.rank)
    let calls = Self.callsByGroup(trace)
    groups = zip(trace.groups, calls).map { Group(group: $0, calls: $1) }
    sizes = SizeCounts(trace.ranks.lazy.flatMap(\.communications))
    assumptions = trace.assumptions
    diagnostics = trace.log.summarized()
  }

  private static func rank(_ rank: RankTrace) -> Rank {
    var lanes = rank.lanes.map {
      LaneSummary(lane: $0, events: 0, communications: 0, busy: .zero)
    }
    var end = SimTime.origin
    for index in rank.events.indices {
      let event = rank.events[index]
      end = max(end, event.end)
      guard event.kind != .step else { continue }
      lanes[event.lane].events += 1
      lanes[event.lane].busy = lanes[event.lane].busy.addingSaturated(event.duration)
      if event.communication != nil { lanes[event.lane].communications += 1 }
    }
    return Rank(
      rank: rank.rank, source: rank.rankSource, host: rank.host, device: rank.device,
      span: end - .origin, steps: rank.steps.map(\.number), lanes: lanes)
  }

  private static func callsByGroup(_ trace: Trace) -> [[Calls]] {
    var byTitle: [[String: Calls]] = trace.groups.map { _ in [:] }
    for rank in trace.ranks {
      for index in rank.events.indices {
        let event = rank.events[index]
        guard let number = event.communication else { continue }
        let call = rank.communications[number]
        var calls =
          byTitle[call.group][call.title]
          ?? Calls(
            kind: call.kind, title: call.title, count: 0, sendBytes: 0, duration: .zero, assumed: 0)
        calls.count += 1
        calls.sendBytes += call.routing?.bytesWithAllCopies ?? Double(call.sendBytes.bytes)
        calls.duration = calls.duration.addingSaturated(event.duration)
        if call.assumedBy != nil { calls.assumed += 1 }
        byTitle[call.group][call.title] = calls
      }
    }
    return byTitle.map {
      $0.values.sorted { ($0.kind.rawValue, $0.title) < ($1.kind.rawValue, $1.title) }
    }
  }
}
