/// What reading assumed, in words that name nothing: codes stay where they are this project's own, for
/// some of them decide how a trace is replayed, and each has a sentence of its own.
enum NeutralAssumptions {
  /// The sentences by code, in the order of codes.
  static let sentences: [(code: String, text: String)] = [
    ("assumed", "what was assumed when the capture was read; its words were removed"),
    ("communication-only", "the capture holds communication alone, and no compute"),
    ("communicator-members", "a group is taken for those of its ranks that are known"),
    ("communicator-ranks", "a rank's number is its place in the largest communicator of its file"),
    ("contradicted-edges", "dependencies that contradict others are left out"),
    ("element-size", "elements of tensors of unknown type are taken for 4 bytes"),
    ("et-default-group", "a process group known by an address is taken for the default group"),
    ("flight-recorder", "flight recorders say when calls were issued, and nothing between them"),
    ("flight-recorder-times", "calls without a duration end when they are issued"),
    ("gloo-default-group", "calls whose process group nothing tells are of the default group"),
    ("gloo-groups", "process groups of host collectives are told by their worker threads"),
    ("group-unknown", "a group whose ranks no file says is taken for all ranks"),
    ("inspector-times", "calls end when their record is written"),
    ("nccl-default-group", "calls whose process group nothing tells are of the default group"),
    ("no-duration", "compute without a duration takes no time"),
    ("rank", "a file that does not say its rank is taken for rank 0"),
    ("root", "the first member of a group is taken for its root"),
    ("routing-file", "sizes of all-to-all calls come from a routing file"),
    ("rules", "kind, group and sizes of kernels without metadata come from rules"),
    (Salvage.code, "salvaged: something of the capture could not be read and is left out"),
    ("scheduled", "starts were made up from durations and dependencies, for want of recorded ones"),
    ("splits-lost", "splits are lost and taken for even"),
    ("synthetic", "the trace was made, not captured"),
    ("times-unknown", "calls follow one another in program order, with no compute between them"),
    ("world-size", "the number of ranks is taken for the highest known rank + 1"),
  ]

  private static let byCode = Dictionary(uniqueKeysWithValues: sentences.map { ($0.code, $0.text) })

  /// The assumptions, each once.
  static func neutral(_ assumptions: [Assumption]) -> [Assumption] {
    var result: [Assumption] = []
    for assumption in assumptions {
      let code = byCode[assumption.code] == nil ? sentences[0].code : assumption.code
      let neutral = Assumption(code, byCode[code] ?? "")
      if !result.contains(neutral) { result.append(neutral) }
    }
    return result
  }
}
