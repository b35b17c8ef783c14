extension NativeFormat {
  /// The keys that a manifest and a rank file hold.
  static let keys = [
    "schema", "world_size", "groups", "ranks", "assumptions", "name", "purpose", "rank",
    "rank_source", "file", "events", "origin_ns", "times", "dependencies", "host", "device",
    "lanes", "progress",
    "kind", "group", "last_enqueued", "last_started", "last_completed", "code", "text", "lane",
    "start_ns", "duration_ns", "launched_by", "after", "communication", "sequence", "send_bytes",
    "receive_bytes", "send_splits_bytes", "receive_splits_bytes", "peer", "tag", "routing",
    "injection_cap_gbps", "host_waits", "state", "label", "assumed_by", "sizes_from",
    "receive_splits_lost", "direction", "tokens", "token_bytes", "experts_per_token", "experts",
    "expert_groups", "groups_per_token", "repeats", "of",
  ]

  /// The words of rank sources that the tool writes.
  static let rankSources = ["content", "execution trace", "file name", "manifest", "assumed"]

  /// Whatever a trace directory may hold that no capture has put there.
  static var vocabulary: [String] {
    var words =
      keys + rankSources + [schema, manifestName, fileName(of: RankID(0)), scheduled, waits]
    words += EventKind.allCases.map(\.rawValue)
    words += CollectiveKind.allCases.map(\.rawValue)
    words += CallState.allCases.map(\.rawValue)
    words += [Lane.Kind.stream, .thread].map(\.rawValue)
    words += [TokenRouting.Direction.dispatch, .combine].map(\.rawValue)
    words += [SizeProvenance.recorded, .assumed, .lost].map(\.word)
    words += SizeProvenance.Source.allCases.map(\.rawValue)
    return words + ["true", "false"]
  }
}
