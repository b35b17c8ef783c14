import Quantities
import Trace

/// Finds the collectives of the traced ranks that say something of their clocks.
///
/// Calls of a group are brought together as for a replay, by recorded number where all have one, else
/// by order. Where the members disagree on the kind at a place, the rest of that group says nothing.
struct ClockEvidence {
  private struct Call {
    var communication: Communication
    var onDevice: Bool
    var start: Double
    var end: Double
  }

  private let trace: Trace
  private let hostOfRank: [Int]
  private var callsOfGroup: [[Int: [Call]]]

  /// - Parameters:
  ///   - events: of each traced rank the events of the chosen step.
  ///   - hostOfRank: the host of each traced rank.
  ///   - shifts: of each traced rank the nanoseconds to add to its own times.
  init(_ trace: Trace, events: [[Int]], hostOfRank: [Int], shifts: [Int64]) {
    self.trace = trace
    self.hostOfRank = hostOfRank
    callsOfGroup = trace.groups.map { _ in [:] }
    for (place, rank) in trace.ranks.enumerated() {
      for index in events[place] {
        let event = rank.events[index]
        guard let number = event.communication,
          event.kind.isOnDevice || event.kind == .hostCollective
        else { continue }
        let call = rank.communications[number]
        guard !call.kind.isPointToPoint, call.kind != .metadata else { continue }
        let shift = Double(shifts[place])
        callsOfGroup[call.group][place, default: []].append(
          Call(
            communication: call, onDevice: event.kind.isOnDevice,
            start: Double(event.start.nanosecondsRounded) + shift,
            end: Double(event.end.nanosecondsRounded) + shift))
      }
    }
  }

  /// The meetings with two traced members or more, group by group, in order.
  func meetings() -> [ClockMeeting] {
    trace.groups.indices.flatMap { meetings(ofGroup: $0) }
  }

  private func meetings(ofGroup group: Int) -> [ClockMeeting] {
    let ordered = callsOfGroup[group].map { ($0.key, inSequence($0.value)) }.sorted { $0.0 < $1.0 }
    guard ordered.count > 1, let count = ordered.map({ $0.1.count }).min() else { return [] }
    var meetings: [ClockMeeting] = []
    for position in 0..<count {
      let calls = ordered.map { (place: $0.0, call: $0.1[position]) }
      let first = calls[0].call.communication
      guard
        calls.allSatisfy({
          $0.call.communication.kind == first.kind
            && $0.call.communication.sequence == first.sequence
        })
      else { break }
      meetings.append(meeting(calls, group: group))
    }
    return meetings
  }

  private func inSequence(_ calls: [Call]) -> [Call] {
    guard calls.allSatisfy({ $0.communication.sequence != nil }) else { return calls }
    return calls.enumerated().sorted {
      ($0.element.communication.sequence ?? 0, $0.offset)
        < ($1.element.communication.sequence ?? 0, $1.offset)
    }.map(\.element)
  }

  private func meeting(_ calls: [(place: Int, call: Call)], group: Int) -> ClockMeeting {
    let kind = calls[0].call.communication.kind
    let together: [CollectiveKind] = [.allReduce, .allToAll, .barrier]
    let byHost = Dictionary(grouping: calls) { hostOfRank[$0.place] }
      .mapValues { $0.map(\.call.end) }.sorted { $0.key < $1.key }
    let ends = byHost.map { ClockMeeting.End(host: $0.key, time: median($0.value)) }
    return ClockMeeting(
      ends: ends,
      spreadWithinHosts: byHost.map { ($0.value.max() ?? 0) - ($0.value.min() ?? 0) }.max() ?? 0,
      endsTogether: calls.allSatisfy(\.call.onDevice) && together.contains(kind),
      holds: ends.count > 1 ? holds(calls, group: trace.groups[group]) : [])
  }

  /// Who can't end before whom has started. In rooted collectives data goes one way; in an
  /// all-to-all nobody waits for a member that sends it nothing.
  private func holds(
    _ calls: [(place: Int, call: Call)], group: ProcessGroup
  ) -> [ClockMeeting.Hold] {
    let root = calls[0].call.communication.peer ?? group.ranks.first
    let isRoot = calls.map { trace.ranks[$0.place].rank == root }
    let member = calls.map { call in group.ranks.firstIndex(of: trace.ranks[call.place].rank) }
    var tightest: [[Int]: ClockMeeting.Hold] = [:]
    for (waiting, own) in calls.enumerated() {
      let host = hostOfRank[own.place]
      for (other, theirs) in calls.enumerated() where hostOfRank[theirs.place] != host {
        let isHeld =
          switch own.call.communication.kind {
          case .allReduce, .allGather, .reduceScatter, .barrier: true
          case .broadcast, .scatter: isRoot[other]
          case .reduce, .gather: isRoot[waiting]
          case .allToAll: member[other].map(own.call.communication.receives) ?? false
          case .send, .receive, .metadata: false
          }
        guard isHeld else { continue }
        let hold = ClockMeeting.Hold(
          waiting: host, end: own.call.end, other: hostOfRank[theirs.place],
          start: theirs.call.start)
        let pair = [host, hold.other]
        if let known = tightest[pair], known.start - known.end >= hold.start - hold.end { continue }
        tightest[pair] = hold
      }
    }
    return tightest.values.sorted { ($0.waiting, $0.other) < ($1.waiting, $1.other) }
  }
}

extension Communication {
  /// Whether an all-to-all brings something from the member at a place of the group.
  fileprivate func receives(from place: Int) -> Bool {
    receiveSplits.map { place < $0.count && $0[place] > 0 } ?? true
  }
}
