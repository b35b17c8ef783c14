import Quantities

/// Whether two traces differ in names alone, times in whole nanoseconds as the native format has them.
public enum TraceLikeness {
  /// The first thing besides names in which the traces differ, in words; `nil` where there is none.
  ///
  /// Names must match one to one over all ranks, marks of steps left out, of which the numbers must.
  /// Origins are not compared: what they come to is seen when clocks are aligned.
  /// - Complexity: O(events).
  public static func difference(_ a: Trace, _ b: Trace) -> String? {
    if a.worldSize != b.worldSize { return "the number of ranks" }
    if a.groups.map(\.ranks) != b.groups.map(\.ranks) { return "the members of groups" }
    if a.ranks.map(\.rank) != b.ranks.map(\.rank) { return "the traced ranks" }
    if a.repeats != b.repeats { return "which ranks do the same as others" }
    if !pairs(a.groups.map(\.name), b.groups.map(\.name)) { return "which names groups share" }
    if !pairs(a.groups.map(\.purpose), b.groups.map(\.purpose)) { return "what groups are for" }
    if !pairs(a.groups.map(\.family), b.groups.map(\.family)) { return "what groups are like" }
    if !pairs(a.ranks.map(\.host), b.ranks.map(\.host)) { return "which ranks share a host" }
    var names = Bijection()
    for (one, other) in zip(a.ranks, b.ranks) {
      if let words = difference(one, other, &names) { return "rank \(one.rank.raw): " + words }
    }
    return nil
  }

  private static func difference(
    _ a: RankTrace, _ b: RankTrace, _ names: inout Bijection
  ) -> String? {
    if a.isScheduled != b.isScheduled { return "whether times were made up" }
    if a.lanes.map(\.kind) != b.lanes.map(\.kind) { return "its lanes" }
    if a.progress != b.progress { return "how far it had come" }
    if a.recordsOnlyWaits != b.recordsOnlyWaits || a.edges != b.edges {
      return "recorded dependencies"
    }
    if a.events.count != b.events.count { return "the number of events" }
    if a.steps.map(\.number) != b.steps.map(\.number) { return "the marks of steps" }
    for index in a.events.indices {
      let (one, other) = (a.events[index], b.events[index])
      guard alike(one, other) else { return "event \(index)" }
      guard call(one, a) == call(other, b) else { return "the call of event \(index)" }
      guard one.kind == .step || names.join(a.names[one.name], b.names[other.name]) else {
        return "which events have the name of event \(index)"
      }
    }
    return nil
  }

  private static func alike(_ a: TraceEvent, _ b: TraceEvent) -> Bool {
    a.kind == b.kind && a.lane == b.lane && a.launchedBy == b.launchedBy
      && a.start.nanosecondsRounded == b.start.nanosecondsRounded
      && a.duration.nanosecondsRounded == b.duration.nanosecondsRounded
  }

  /// The call of an event without the words of it.
  private static func call(_ event: TraceEvent, _ rank: RankTrace) -> Communication? {
    guard var call = event.communication.map({ rank.communications[$0] }) else { return nil }
    if call.label != nil { call.label = "" }
    if call.assumedBy != nil { call.assumedBy = "" }
    return call
  }

  /// Whether equal texts of one list stand where equal ones of the other do.
  private static func pairs(_ a: [String?], _ b: [String?]) -> Bool {
    var names = Bijection()
    return zip(a, b).allSatisfy { one, other in
      guard let one, let other else { return one == nil && other == nil }
      return names.join(one, other)
    }
  }

  /// Pairs of names, each of which is in one.
  private struct Bijection {
    private var to: [String: String] = [:]
    private var from: [String: String] = [:]

    mutating func join(_ a: String, _ b: String) -> Bool {
      if let known = to[a] { return known == b }
      guard from[b] == nil else { return false }
      (to[a], from[b]) = (b, a)
      return true
    }
  }
}
