import Diagnostics
import JSON
import Quantities
import Streams

/// Reads one rank of a native trace: its entry in the manifest, then its file.
struct NativeRankReader {
  let path: String
  let expectedEvents: Int
  var rank: RankTrace
  /// Indices of the groups that the rank is a member of.
  private var groupsOfRank: Set<Int> = []
  /// Lines, blank ones not counted, that are left out: launches are named by such numbers.
  private var lostLines: [Int] = []
  /// Lines seen, blank ones not counted.
  private var lineCount: Int { rank.events.count + lostLines.count }
  private var latestStart = SimTime(picoseconds: .min)

  init(_ node: JSONNode, directory: String, worldSize: Int, groupCount: Int) throws {
    try node.allow(
      keys: [
        "rank", "rank_source", "file", "events", "origin_ns", "times", "dependencies", "host",
        "device", "lanes", "progress",
      ])
    let file = try node.required("file").string()
    guard !file.contains("/"), file != "..", file != ".", !file.isEmpty else {
      throw try node.required("file").diagnostic(
        .valueOutOfRange, "must name a file in the trace directory itself")
    }
    path = directory + "/" + file
    expectedEvents = try node.required("events").int(in: 0...Int(Int32.max))
    rank = RankTrace(
      rank: RankID(index: try node.required("rank").int(in: 0...worldSize - 1)),
      rankSource: try node.optional("rank_source")?.string() ?? "manifest",
      originNanoseconds: try node.required("origin_ns").integer(in: .min...(.max)))
    if let times = try node.optional("times") {
      guard try times.string() == NativeFormat.scheduled else {
        throw times.diagnostic(.valueOutOfRange, "must be 'scheduled', or left out")
      }
      rank.isScheduled = true
    }
    if let dependencies = try node.optional("dependencies") {
      guard try dependencies.string() == NativeFormat.waits else {
        throw dependencies.diagnostic(.valueOutOfRange, "must be 'waits', or left out")
      }
      rank.recordsOnlyWaits = true
    }
    rank.host = try node.optional("host")?.string()
    rank.device = try node.optional("device")?.string()
    rank.lanes = try node.required("lanes").elements().map { lane in
      try lane.allow(keys: ["kind", "name"])
      let kindNode = try lane.required("kind")
      guard let kind = Lane.Kind(rawValue: try kindNode.string()) else {
        throw kindNode.diagnostic(.valueOutOfRange, "must be 'stream' or 'thread'")
      }
      return Lane(kind: kind, name: try lane.required("name").string())
    }
    rank.progress =
      try node.optional("progress")?.elements().map {
        try GroupProgress($0, groupCount: groupCount)
      } ?? []
    if let twice = rank.progress.indices.first(where: { index in
      rank.progress[..<index].contains { $0.group == rank.progress[index].group }
    }) {
      throw try node.required("progress").diagnostic(
        .valueOutOfRange, "the group \(rank.progress[twice].group) stands here a second time")
    }
  }

  /// The rank.
  ///
  /// - Parameter salvage: takes losses and goes on; `nil` refuses damage.
  /// - Throws: a `Diagnostic` with file, line and key path.
  consuming func read(groups: [ProcessGroup], salvage: inout Salvage?) throws -> RankTrace {
    groupsOfRank = Set(groups.indices.filter { groups[$0].ranks.contains(rank.rank) })
    if let strange = rank.progress.first(where: { !groupsOfRank.contains($0.group) }) {
      throw Diagnostic(
        .groupUnknown, at: SourceLocation(file: path, keyPath: "progress"),
        "rank \(rank.rank.raw) is no member of group '\(groups[strange.group].name)'")
    }
    try readLines(groups: groups, salvage: &salvage)
    try salvage?.check(kept: rank.events.count)
    if lineCount != expectedEvents, salvage?.isStopped != true {
      try lose(
        Diagnostic(
          .truncated, at: SourceLocation(file: path),
          "holds \(lineCount) events where the manifest says \(expectedEvents)",
          remedy: "copy the trace directory again, or ingest the capture again"),
        &salvage)
    }
    if salvage == nil { try checkLaunches() } else { try resolveLaunches(&salvage) }
    return rank
  }

  /// What can't be gone on with is thrown; the rest is a loss.
  private func lose(_ diagnostic: Diagnostic, _ salvage: inout Salvage?) throws {
    guard salvage != nil else { throw lineCount > 0 ? diagnostic.offeringSalvage : diagnostic }
    try salvage?.stop(
      diagnostic, kept: rank.events.count, reach: "event \(lineCount) of \(expectedEvents)")
  }

  private mutating func readLines(groups: [ProcessGroup], salvage: inout Salvage?) throws {
    var lines = try LineReader(path: path, lineLimit: 1 << 24)
    let parser = try JSONParser()
    while true {
      let line: [UInt8]?
      do {
        line = try lines.next()
      } catch let diagnostic as Diagnostic {
        return try lose(diagnostic, &salvage)
      }
      guard let line else { return }
      let place = SourceLocation(file: path, line: lines.line)
      do {
        let node = JSONNode(try parser.parse(line, at: place), at: place)
        let after = try after(node)
        rank.events.append(try event(node, groups: groups))
        rank.edges += after
      } catch let diagnostic as Diagnostic {
        guard salvage != nil else { throw diagnostic.offeringSalvage }
        try salvage?.leaveOut(diagnostic)
        lostLines.append(lineCount)
      }
    }
  }

  private mutating func event(_ node: JSONNode, groups: [ProcessGroup]) throws -> TraceEvent {
    try node.allow(
      keys: [
        "kind", "lane", "start_ns", "duration_ns", "name", "launched_by", "after", "communication",
      ])
    let kindNode = try node.required("kind")
    guard let kind = EventKind(rawValue: try kindNode.string()) else {
      throw kindNode.diagnostic(.valueOutOfRange, "is no kind of event that this version knows")
    }
    guard !rank.lanes.isEmpty else {
      throw node.diagnostic(.valueOutOfRange, "the manifest gives this rank no lanes")
    }
    let longest = longestTraceNanoseconds
    var event = TraceEvent(
      kind: kind, lane: try node.required("lane").int(in: 0...rank.lanes.count - 1),
      start: .nanoseconds(try node.required("start_ns").integer(in: 0...longest)),
      duration: .nanoseconds(try node.required("duration_ns").integer(in: 0...longest)),
      name: rank.names.intern(try node.required("name").string()),
      launchedBy: try node.optional("launched_by")?.int(
        in: 0...max(0, expectedEvents - 1)))
    guard event.start >= latestStart else {
      throw node.diagnostic(
        .malformedEvent, "starts before the event of the line before it",
        remedy: "order the lines by start_ns")
    }
    if let call = try node.optional("communication") {
      let call = try communication(call, groups: groups)
      event.communication = rank.communications.count
      rank.communications.append(call)
    }
    latestStart = event.start
    return event
  }

  /// What an event waits for: events are named by their lines until all are known.
  private func after(_ node: JSONNode) throws -> [EventEdge] {
    guard let list = try node.optional("after") else { return [] }
    let edges = try list.elements().map { element in
      let after = try element.int(in: 0...max(0, expectedEvents - 1))
      guard after != lineCount else {
        throw element.diagnostic(.valueOutOfRange, "an event can't wait for itself")
      }
      return EventEdge(event: rank.events.count, after: after)
    }
    guard Set(edges).count == edges.count else {
      throw list.diagnostic(.valueOutOfRange, "names an event twice")
    }
    return edges.sorted()
  }

  private func noLaunch(_ index: Int, _ launch: Int) -> Diagnostic {
    Diagnostic(
      .malformedEvent, at: SourceLocation(file: path, keyPath: "launched_by"),
      "event \(index) names event \(launch), which is no launch",
      remedy: "name an event of the kind launch, counted from 0")
  }

  private func checkLaunches() throws {
    for index in rank.events.indices {
      guard let launch = rank.events[index].launchedBy else { continue }
      guard rank.events.kind(launch) == .launch else {
        throw noLaunch(index, launch).offeringSalvage
      }
    }
  }

  /// Names launches by their places among the events that are left; one that is lost names none.
  private mutating func resolveLaunches(_ salvage: inout Salvage?) throws {
    var resolved = EventTable()
    for index in rank.events.indices {
      var event = rank.events[index]
      if let line = event.launchedBy {
        event.launchedBy = place(ofLine: line)
        if let launch = event.launchedBy, rank.events.kind(launch) != .launch {
          try salvage?.leaveOut(noLaunch(index, line))
          event.launchedBy = nil
        }
      }
      resolved.append(event)
    }
    rank.events = resolved
    rank.edges = rank.edges.compactMap { edge in
      place(ofLine: Int(edge.after)).map { EventEdge(event: Int(edge.event), after: $0) }
    }
  }

  /// Where the event of a line stands among those that are left. O(log losses).
  private func place(ofLine line: Int) -> Int? {
    var low = 0
    var high = lostLines.count
    while low < high {
      let middle = (low + high) / 2
      if lostLines[middle] < line { low = middle + 1 } else { high = middle }
    }
    if low < lostLines.count, lostLines[low] == line { return nil }
    return line - low < rank.events.count ? line - low : nil
  }

  private func communication(_ node: JSONNode, groups: [ProcessGroup]) throws -> Communication {
    try node.allow(keys: [
      "kind", "group", "sequence", "send_bytes", "receive_bytes", "send_splits_bytes",
      "receive_splits_bytes", "peer", "tag", "routing", "injection_cap_gbps", "host_waits", "state",
      "label", "assumed_by", "sizes_from", "receive_splits_lost",
    ])
    let kindNode = try node.required("kind")
    guard let kind = CollectiveKind(rawValue: try kindNode.string()) else {
      throw kindNode.diagnostic(.valueOutOfRange, "is no kind of communication known here")
    }
    let groupNode = try node.required("group")
    guard !groups.isEmpty else {
      throw groupNode.diagnostic(.valueOutOfRange, "the manifest has no groups")
    }
    var call = Communication(kind: kind, group: try groupNode.int(in: 0...groups.count - 1))
    let members = groups[call.group].ranks.count
    guard groupsOfRank.contains(call.group) else {
      throw groupNode.diagnostic(
        .groupUnknown,
        "rank \(rank.rank.raw) is no member of group '\(groups[call.group].name)'")
    }
    call.sequence = try node.optional("sequence")?.integer(in: 0...(.max))
    call.sendBytes = ByteCount(try node.optional("send_bytes")?.bytes() ?? 0)
    call.receiveBytes = ByteCount(try node.optional("receive_bytes")?.bytes() ?? 0)
    call.sendSplits = try node.optional("send_splits_bytes")?.splits(count: members)
    call.receiveSplits = try node.optional("receive_splits_bytes")?.splits(count: members)
    call.peer = try node.optional("peer").map {
      RankID(index: try $0.int(in: 0...maximumWorldSize - 1))
    }
    call.tag = try node.optional("tag")?.integer(in: .min...(.max))
    call.routing = try node.optional("routing").map { node in
      try TokenRouting(node) { try $0.bytes() }
    }
    call.injectionCap = try node.optional("injection_cap_gbps").map {
      .gigabitsPerSecond(try $0.double(exclusive: true))
    }
    call.hostWaits = try node.optional("host_waits")?.bool() ?? false
    if let stateNode = try node.optional("state") {
      guard let state = CallState(rawValue: try stateNode.string()) else {
        throw stateNode.diagnostic(
          .valueOutOfRange, "must be 'scheduled', 'started' or 'completed'")
      }
      call.state = state
    }
    call.label = try node.optional("label")?.string()
    call.assumedBy = try node.optional("assumed_by")?.string()
    call.sizes = try node.optional("sizes_from")?.provenance() ?? call.defaultProvenance
    call.receiveSplitsAreLost = try node.optional("receive_splits_lost")?.bool() ?? false
    if let fault = call.fault(groupSize: members) {
      throw node.diagnostic(.valueOutOfRange, fault)
    }
    return call
  }
}

extension Communication {
  /// What is taken where a file does not say how sizes are known.
  var defaultProvenance: SizeProvenance { assumedBy == nil ? .recorded : .assumed }
}

extension GroupProgress {
  fileprivate init(_ node: JSONNode, groupCount: Int) throws {
    try node.allow(keys: ["group", "last_enqueued", "last_started", "last_completed"])
    let groupNode = try node.required("group")
    guard groupCount > 0 else {
      throw groupNode.diagnostic(.valueOutOfRange, "the manifest has no groups")
    }
    self.init(group: try groupNode.int(in: 0...groupCount - 1))
    lastEnqueued = try node.optional("last_enqueued")?.integer(in: 0...(.max))
    lastStarted = try node.optional("last_started")?.integer(in: 0...(.max))
    lastCompleted = try node.optional("last_completed")?.integer(in: 0...(.max))
  }
}

extension JSONNode {
  fileprivate func provenance() throws -> SizeProvenance {
    guard let provenance = SizeProvenance(word: try string()) else {
      throw diagnostic(
        .valueOutOfRange, "is no source of sizes that this version knows",
        remedy: "it knows recorded, assumed, lost, "
          + SizeProvenance.Source.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return provenance
  }

  /// A count of bytes or of things: whole, not negative, below an exbibyte.
  fileprivate func bytes() throws -> Int64 { try integer(in: 0...(1 << 60)) }

  fileprivate func splits(count: Int) throws -> [Int64] {
    let splits = try elements().map { try $0.bytes() }
    guard splits.count == count else {
      throw diagnostic(
        .valueOutOfRange, "holds \(splits.count) splits for a group of \(count) ranks")
    }
    return splits
  }
}
