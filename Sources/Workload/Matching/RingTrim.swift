import Trace

/// Leaves out calls that flight recorders no longer hold on all members: their entries stand in rings,
/// and each rank's ring has lost its own oldest.
enum RingTrim {
  /// The trace with the calls that all members hold, and how many are left out; the trace itself where
  /// no flight recorder made it.
  ///
  /// Only collectives can be told so: their numbers are the same on all members.
  static func trimmed(_ trace: Trace) -> (trace: Trace, leftOut: Int) {
    guard trace.assumptions.contains(where: { $0.code == "flight-recorder" }),
      trace.ranks.allSatisfy({ rank in
        rank.events.indices.allSatisfy { rank.events[$0].launchedBy == nil }
      })
    else { return (trace, 0) }
    var lost: [Int: Set<Int64>] = [:]
    for group in MatchingReport.groups(of: trace, CallTable(trace)) where group.isNumbered {
      for instance in group.instances where !instance.passed.isEmpty {
        lost[group.group, default: []].insert(instance.sequence)
      }
    }
    guard !lost.isEmpty else { return (trace, 0) }
    var trimmed = trace
    var leftOut = 0
    for rank in trace.ranks.indices {
      var events = EventTable()
      for index in trace.ranks[rank].events.indices {
        let event = trace.ranks[rank].events[index]
        if let call = event.communication.map({ trace.ranks[rank].communications[$0] }),
          !call.kind.isPointToPoint, let number = call.sequence,
          lost[call.group]?.contains(number) == true
        {
          leftOut += 1
        } else {
          events.append(event)
        }
      }
      trimmed.ranks[rank].events = events
    }
    return (trimmed, leftOut)
  }
}
