import Diagnostics
import JSON
import Quantities
import Streams

/// Reads native trace directories.
public struct NativeTraceReader {
  /// Reads the trace in `directory`.
  ///
  /// - Throws: a `Diagnostic` that names file, line and key where the trace breaks its own format,
  ///   is of a version that this code does not know, or lacks a file or an event.
  public static func read(directory: String) throws -> Trace {
    let path = directory + "/" + NativeFormat.manifestName
    let root = try JSONNode(contentsOfFile: path)
    let schema = try root.required("schema")
    guard try schema.string() == NativeFormat.schema else {
      throw schema.diagnostic(
        .unsupportedVersion,
        "is '\(try schema.string())', and this version reads \(NativeFormat.schema)",
        remedy: "ingest the capture again with this version")
    }
    try root.allow(keys: ["schema", "world_size", "groups", "ranks", "assumptions"])
    let worldSize = try root.required("world_size").int(in: 1...maximumWorldSize)
    var groups: [ProcessGroup] = []
    var names: Set<String> = []
    for node in try root.required("groups").elements() {
      let group = try group(node, worldSize: worldSize)
      guard names.insert(group.name).inserted else {
        throw node.diagnostic(
          .valueOutOfRange, "the group '\(group.name)' stands here a second time",
          remedy: "a group is known by its name; give each its own")
      }
      groups.append(group)
    }
    var ranks: [RankTrace] = []
    for node in try root.required("ranks").elements() {
      let rank = try NativeRankReader(node, directory: directory, worldSize: worldSize)
        .read(groups: groups)
      guard !ranks.contains(where: { $0.rank == rank.rank }) else {
        throw node.diagnostic(.duplicateRank, "rank \(rank.rank.raw) stands here a second time")
      }
      ranks.append(rank)
    }
    let assumptions = try root.optional("assumptions")?.elements().map { node in
      try node.allow(keys: ["code", "text"])
      return Assumption(try node.required("code").string(), try node.required("text").string())
    }
    ranks.sort { $0.rank < $1.rank }
    return Trace(
      worldSize: worldSize, groups: groups, ranks: ranks, assumptions: assumptions ?? [])
  }

  private static func group(_ node: JSONNode, worldSize: Int) throws -> ProcessGroup {
    try node.allow(keys: ["name", "purpose", "ranks"])
    let ranks = try node.required("ranks").elements().map {
      RankID(index: try $0.int(in: 0...worldSize - 1))
    }
    guard !ranks.isEmpty, Set(ranks).count == ranks.count else {
      throw node.diagnostic(.valueOutOfRange, "a group needs ranks, each once")
    }
    return ProcessGroup(
      name: try node.required("name").string(),
      purpose: try node.optional("purpose")?.string() ?? "", ranks: ranks)
  }
}

/// Reads one rank of a native trace: its entry in the manifest, then its file.
private struct NativeRankReader {
  let node: JSONNode
  let path: String
  let expectedEvents: Int
  var rank: RankTrace
  /// Indices of the groups that the rank is a member of.
  private var groupsOfRank: Set<Int> = []

  init(_ node: JSONNode, directory: String, worldSize: Int) throws {
    try node.allow(
      keys: ["rank", "rank_source", "file", "events", "origin_ns", "host", "device", "lanes"])
    self.node = node
    let file = try node.required("file").string()
    guard !file.contains("/"), file != ".." else {
      throw try node.required("file").diagnostic(
        .valueOutOfRange, "must name a file in the trace directory itself")
    }
    path = directory + "/" + file
    expectedEvents = try node.required("events").int(in: 0...Int(Int32.max))
    rank = RankTrace(
      rank: RankID(index: try node.required("rank").int(in: 0...worldSize - 1)),
      rankSource: try node.optional("rank_source")?.string() ?? "manifest",
      originNanoseconds: try node.required("origin_ns").integer(in: .min...(.max)))
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
  }

  consuming func read(groups: [ProcessGroup]) throws -> RankTrace {
    var lines = try LineReader(path: path)
    let parser = try JSONParser()
    groupsOfRank = Set(groups.indices.filter { groups[$0].ranks.contains(rank.rank) })
    var previous = SimTime(picoseconds: .min)
    while let line = try lines.next() {
      let place = SourceLocation(file: path, line: lines.line)
      let event = JSONNode(try parser.parse(line, at: place), at: place)
      try append(event, groups: groups)
      let start = rank.events[rank.events.count - 1].start
      guard start >= previous else {
        throw event.diagnostic(
          .malformedEvent, "starts before the event of the line before it",
          remedy: "order the lines by start_ns")
      }
      previous = start
    }
    guard rank.events.count == expectedEvents else {
      throw Diagnostic(
        .truncated, at: SourceLocation(file: path),
        "holds \(rank.events.count) events where the manifest says \(expectedEvents)",
        remedy: "copy the trace directory again, or ingest the capture again")
    }
    try checkLaunches()
    return rank
  }

  private mutating func append(_ node: JSONNode, groups: [ProcessGroup]) throws {
    try node.allow(
      keys: ["kind", "lane", "start_ns", "duration_ns", "name", "launched_by", "communication"])
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
    if let call = try node.optional("communication") {
      event.communication = rank.communications.count
      rank.communications.append(try communication(call, groups: groups))
    }
    rank.events.append(event)
  }

  private func checkLaunches() throws {
    for index in rank.events.indices {
      guard let launch = rank.events[index].launchedBy else { continue }
      guard rank.events[launch].kind == .launch else {
        throw Diagnostic(
          .malformedEvent,
          at: SourceLocation(file: path, keyPath: "launched_by"),
          "event \(index) names event \(launch), which is no launch")
      }
    }
  }

  private func communication(_ node: JSONNode, groups: [ProcessGroup]) throws -> Communication {
    try node.allow(keys: [
      "kind", "group", "sequence", "send_bytes", "receive_bytes", "send_splits_bytes",
      "receive_splits_bytes", "peer", "routing", "injection_cap_gbps", "host_waits", "label",
      "assumed_by",
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
    call.routing = try node.optional("routing").map { node in
      try TokenRouting(node) { try $0.bytes() }
    }
    if let fault = call.fault(groupSize: members) {
      throw node.diagnostic(.valueOutOfRange, fault)
    }
    call.injectionCap = try node.optional("injection_cap_gbps").map {
      .gigabitsPerSecond(try $0.double(exclusive: true))
    }
    call.hostWaits = try node.optional("host_waits")?.bool() ?? false
    call.label = try node.optional("label")?.string()
    call.assumedBy = try node.optional("assumed_by")?.string()
    return call
  }
}

extension JSONNode {
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
