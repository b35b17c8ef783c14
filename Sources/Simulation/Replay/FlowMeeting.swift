import Quantities

/// A rendezvous in the making whose pairs each go on by themselves.
///
/// A class, for it is looked up once a flow, and a copy would count references of all its tables.
final class FlowMeeting {
  /// What an arrival, or the end of a flow, leads to.
  struct Consequences {
    /// Flows that may start now, after their own latency or one that all pay together.
    var starting: [Int32] = []
    var startTogether = false
    /// Positions of members of which everyone that they need has come.
    var complete: [Int] = []
    /// Positions of members that may go on.
    var over: [Int] = []
  }

  let lowered: LoweredFlows
  /// Links of the solver that stand for `lowered.caps`.
  let capLinks: [LinkID]
  /// By position, who has come.
  private(set) var arrivals: [Traffic.Arrival?]
  /// By position, the flows whose other end has not come, and those that are not over.
  private var unstarted: [Int32]
  private var unfinished: [Int32]
  private var missing: Int
  private var running: Int
  private(set) var starts: [SimTime]
  private(set) var ends: [SimTime]

  init(_ lowered: LoweredFlows, capLinks: [LinkID]) {
    self.lowered = lowered
    self.capLinks = capLinks
    arrivals = Array(repeating: nil, count: lowered.members.count)
    unstarted = lowered.flowsOf.map { Int32($0.count) }
    unfinished = unstarted
    missing = lowered.members.count
    running = lowered.flows.count
    starts = Array(repeating: .origin, count: lowered.flows.count)
    ends = starts
  }

  /// Whether all have come and all bytes are there.
  var isOver: Bool { missing == 0 && running == 0 }

  private var startsByPair: Bool { lowered.order == .byPair }

  /// A member comes.
  func arrive(_ arrival: Traffic.Arrival, at now: SimTime) -> Consequences {
    var result = Consequences()
    guard let position = lowered.positionOfRank[Int(arrival.rank)] else { return result }
    arrivals[position] = arrival
    missing -= 1
    guard startsByPair else {
      if missing == 0 {
        result.startTogether = true
        result.complete = Array(lowered.members.indices)
        result.starting = lowered.flows.indices.map { Int32($0) }
        for flow in starts.indices { starts[flow] = now }
      }
      return result
    }
    for index in lowered.flowsOf[position] {
      let flow = lowered.flows[Int(index)]
      let other = Int(flow.source) == position ? Int(flow.target) : Int(flow.source)
      guard arrivals[other] != nil else { continue }
      starts[Int(index)] = now
      result.starting.append(index)
      unstarted[position] -= 1
      unstarted[other] -= 1
      if unstarted[other] == 0 { result.complete.append(other) }
    }
    if unstarted[position] == 0 { result.complete.append(position) }
    if unfinished[position] == 0 { result.over.append(position) }
    return result
  }

  /// A flow is over.
  func finish(_ index: Int, at now: SimTime) -> [Int] {
    ends[index] = now
    running -= 1
    guard startsByPair else { return isOver ? Array(lowered.members.indices) : [] }
    let flow = lowered.flows[index]
    let (source, target) = (Int(flow.source), Int(flow.target))
    unfinished[source] -= 1
    unfinished[target] -= 1
    guard unfinished[source] == 0 || unfinished[target] == 0 else { return [] }
    return [source, target].filter { unfinished[$0] == 0 }
  }

  /// How each flow went.
  var outcomes: [FlowOutcome] {
    lowered.flows.indices.map { index in
      let flow = lowered.flows[index]
      return FlowOutcome(
        source: lowered.members[Int(flow.source)], target: lowered.members[Int(flow.target)],
        bytes: flow.bytes, start: starts[index], end: ends[index])
    }
  }
}
