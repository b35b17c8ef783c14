import Quantities

/// Rendezvous that go flow by flow.
extension Replayer {
  /// A task comes to a rendezvous; those that it exchanges bytes with and that are there begin.
  mutating func arriveByFlow(_ arrival: Traffic.Arrival, at rendezvous: Int) throws {
    if !traffic.hasMeeting(rendezvous) {
      let lowered = try lowering.lower(rendezvous)
      result.collectives[rendezvous].lowered = lowered
      traffic.prepare(
        rendezvous, try lowering.lowerToFlows(rendezvous),
        alone: lowered.loneTime(capacities: plan.capacities))
    }
    let next = traffic.arrive(arrival, at: rendezvous, now: now)
    for position in next.complete { beginMember(position, of: rendezvous, lastArrival: arrival) }
    for position in next.over { endMember(position, of: rendezvous) }
    if next.startTogether {
      // Without bytes, as in a barrier, there is still the latency.
      schedule(next.starting, of: rendezvous, after: traffic.latencyTogether(rendezvous))
    } else {
      if !next.starting.isEmpty { begin(next.starting, of: rendezvous) }
      endMeeting(rendezvous)
    }
  }

  /// Schedules flows after their latencies, those of one latency together.
  private mutating func begin(_ flows: [Int32], of rendezvous: Int) {
    guard let lowered = traffic.loweredFlows(of: rendezvous) else { return }
    if let latency = lowered.commonLatency {
      schedule(flows, of: rendezvous, after: latency)
      return
    }
    func latency(_ flow: Int32) -> SimDuration { lowered.flows[Int(flow)].latency }
    let byLatency = flows.sorted { (latency($0), $0) < (latency($1), $1) }
    var rest = byLatency[...]
    while let first = rest.first {
      let latency = latency(first)
      let batch = rest.prefix { lowered.flows[Int($0)].latency == latency }
      rest = rest.dropFirst(batch.count)
      schedule(Array(batch), of: rendezvous, after: latency)
    }
  }

  private mutating func schedule(
    _ flows: [Int32], of rendezvous: Int, after latency: SimDuration
  ) {
    batches.append(flows)
    queue.schedule(
      .flows(rendezvous: Int32(rendezvous), batch: Int32(batches.count - 1)), at: now + latency)
  }

  mutating func beginFlows(_ batch: Int, of rendezvous: Int) {
    traffic.beginFlows(batches[batch], of: rendezvous, at: now)
    batches[batch] = []
    // Nothing to wait for: what starts together ends at once.
    for position in traffic.membersIfOver(rendezvous) { endMember(position, of: rendezvous) }
    endMeeting(rendezvous)
  }

  mutating func endFlow(_ index: Int, of rendezvous: Int) {
    for position in traffic.finishFlow(index, of: rendezvous, at: now) {
      endMember(position, of: rendezvous)
    }
    endMeeting(rendezvous)
  }

  /// Everyone that a member needs has come.
  private mutating func beginMember(
    _ position: Int, of rendezvous: Int, lastArrival: Traffic.Arrival
  ) {
    guard let member = traffic.arrival(at: position, of: rendezvous), !member.hasLeft else {
      return
    }
    let (rank, task) = (Int(member.rank), Int(member.task))
    changeToTransfer(rank, task)
    ranks.noteTransfer(rank: rank, task: task, lastArrival: lastArrival, at: now)
  }

  private mutating func endMember(_ position: Int, of rendezvous: Int) {
    guard let member = traffic.arrival(at: position, of: rendezvous), !member.hasLeft else {
      return
    }
    queue.schedule(.end(rank: member.rank, task: member.task), at: now)
  }

  private mutating func endMeeting(_ rendezvous: Int) {
    guard traffic.isOver(rendezvous), let meeting = traffic.takeMeeting(rendezvous) else { return }
    result.collectives[rendezvous].end = now
    if keepsFlows { result.collectives[rendezvous].flows = meeting.outcomes }
    _ = traffic.takeArrivals(at: rendezvous)
  }
}
