import Diagnostics
import JSON
import Quantities
import Streams

/// Writes a trace as a native trace directory.
public struct NativeTraceWriter {
  /// Writes `trace` into `directory`, which is made where it is missing.
  ///
  /// The manifest comes last: a directory without one is no trace.
  /// - Throws: a `Diagnostic` where something can't be written.
  public static func write(_ trace: Trace, to directory: String) throws {
    try makeDirectory(directory)
    var files: [OutputFile] = []
    for rank in trace.ranks {
      let path = directory + "/" + NativeFormat.fileName(of: rank.rank)
      let file = try OutputFile(path: path, compressed: true)
      var edge = 0
      for index in rank.events.indices {
        let first = edge
        while edge < rank.edges.count, rank.edges[edge].event == Int32(index) { edge += 1 }
        var line = JSONWriter(indented: false)
        write(rank.events[index], after: rank.edges[first..<edge], of: rank, to: &line)
        line.endLine()
        try file.write(line.bytes)
      }
      try file.finish()
      files.append(file)
    }
    let manifest = try OutputFile(path: directory + "/" + NativeFormat.manifestName)
    try manifest.write(self.manifest(of: trace))
    try manifest.finish()
    // Where a trace stood before, it is none until the new one is whole.
    try removeFile(directory + "/" + NativeFormat.manifestName)
    for file in files { try file.commit() }
    try manifest.commit()
  }

  private static func write(
    _ event: TraceEvent, after edges: ArraySlice<EventEdge>, of rank: RankTrace,
    to json: inout JSONWriter
  ) {
    json.object { json in
      json.member("kind", event.kind.rawValue)
      json.member("lane", event.lane)
      json.member("start_ns", event.start.nanosecondsRounded)
      json.member("duration_ns", event.duration.nanosecondsRounded)
      json.member("name", rank.names[event.name])
      if let launch = event.launchedBy { json.member("launched_by", launch) }
      if !edges.isEmpty { json.member("after", edges.map(\.after)) }
      if let index = event.communication {
        json.key("communication")
        write(rank.communications[index], to: &json)
      }
    }
  }

  private static func write(_ call: Communication, to json: inout JSONWriter) {
    json.object { json in
      json.member("kind", call.kind.rawValue)
      json.member("group", call.group)
      if let sequence = call.sequence { json.member("sequence", sequence) }
      if call.sendBytes != .zero { json.member("send_bytes", call.sendBytes.bytes) }
      if call.receiveBytes != .zero { json.member("receive_bytes", call.receiveBytes.bytes) }
      if let splits = call.sendSplits { json.member("send_splits_bytes", splits) }
      if let splits = call.receiveSplits { json.member("receive_splits_bytes", splits) }
      if let peer = call.peer { json.member("peer", peer.raw) }
      if let tag = call.tag { json.member("tag", tag) }
      if let routing = call.routing {
        json.key("routing")
        write(routing, to: &json)
      }
      if let cap = call.injectionCap { json.member("injection_cap_gbps", cap.gigabitsPerSecond) }
      if call.hostWaits { json.member("host_waits", true) }
      if call.state != .completed { json.member("state", call.state.rawValue) }
      if let label = call.label { json.member("label", label) }
      if let rule = call.assumedBy { json.member("assumed_by", rule) }
      if call.sizes != call.defaultProvenance { json.member("sizes_from", call.sizes.word) }
      if call.receiveSplitsAreLost { json.member("receive_splits_lost", true) }
    }
  }

  private static func write(_ routing: TokenRouting, to json: inout JSONWriter) {
    json.object { json in
      json.member("direction", routing.direction.rawValue)
      json.member("tokens", routing.tokens)
      json.member("token_bytes", routing.tokenBytes)
      json.member("experts_per_token", routing.expertsPerToken)
      json.member("experts", routing.experts)
      json.member("expert_groups", routing.expertGroups)
      json.member("groups_per_token", routing.groupsPerToken)
    }
  }

  private static func manifest(of trace: Trace) -> [UInt8] {
    var json = JSONWriter(indented: true)
    json.object { json in
      json.member("schema", NativeFormat.schema)
      json.member("world_size", trace.worldSize)
      json.key("groups")
      json.array { json in
        for group in trace.groups {
          json.object { json in
            json.member("name", group.name)
            json.member("purpose", group.purpose)
            json.member("ranks", group.ranks.map(\.raw))
          }
        }
      }
      json.key("ranks")
      json.array { json in for rank in trace.ranks { write(rank, to: &json) } }
      writeRepeats(of: trace, to: &json)
      json.key("assumptions")
      json.array { json in
        for assumption in trace.assumptions {
          json.object { json in
            json.member("code", assumption.code)
            json.member("text", assumption.text)
          }
        }
      }
    }
    json.endLine()
    return json.bytes
  }

  /// Ranks that do the same as others, by these; nothing where there are none.
  private static func writeRepeats(of trace: Trace, to json: inout JSONWriter) {
    guard !trace.repeats.isEmpty else { return }
    let bySource = Dictionary(grouping: trace.repeats.sorted { $0.rank < $1.rank }, by: \.source)
    json.key("repeats")
    json.array { json in
      for source in bySource.keys.sorted() {
        let repeats = bySource[source] ?? []
        json.object { json in
          json.member("of", source.raw)
          json.member("ranks", repeats.map(\.rank.raw))
          json.key("groups")
          json.integerLists(repeats.map(\.groups))
        }
      }
    }
  }

  private static func write(_ rank: RankTrace, to json: inout JSONWriter) {
    json.object { json in
      json.member("rank", rank.rank.raw)
      json.member("rank_source", rank.rankSource)
      json.member("file", NativeFormat.fileName(of: rank.rank))
      json.member("events", rank.events.count)
      json.member("origin_ns", rank.originNanoseconds)
      if rank.isScheduled { json.member("times", NativeFormat.scheduled) }
      if rank.recordsOnlyWaits { json.member("dependencies", NativeFormat.waits) }
      if let host = rank.host { json.member("host", host) }
      if let device = rank.device { json.member("device", device) }
      json.key("lanes")
      json.array { json in
        for lane in rank.lanes {
          json.object { json in
            json.member("kind", lane.kind.rawValue)
            json.member("name", lane.name)
          }
        }
      }
      guard !rank.progress.isEmpty else { return }
      json.key("progress")
      json.array { json in for progress in rank.progress { write(progress, to: &json) } }
    }
  }

  private static func write(_ progress: GroupProgress, to json: inout JSONWriter) {
    json.object { json in
      json.member("group", progress.group)
      if let number = progress.lastEnqueued { json.member("last_enqueued", number) }
      if let number = progress.lastStarted { json.member("last_started", number) }
      if let number = progress.lastCompleted { json.member("last_completed", number) }
    }
  }
}
