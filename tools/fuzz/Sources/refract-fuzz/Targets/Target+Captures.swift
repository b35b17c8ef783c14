extension Target {
  /// Captures, and what stands beside them.
  static let captures = [
    captures("kineto", ["rank0.json", "rank1.json"]),
    captures("execution-trace", ["et_rank0.json", "et_rank1.json"]),
    captures("joined", ["kineto_rank0.json", "et_rank0.json"]),
    captures("chakra", ["t.0.et", "t.1.et"]),
    captures("chakra-json", ["t.0.json", "t.1.json"]),
    captures("flight-recorder-json", ["dump_0", "dump_1"]),
    captures("flight-recorder-pickle", ["dump_0", "dump_1"]),
    captures("inspector", ["rank0.log", "rank1.log"]),
    captures("capture-kit", ["capture.json", "splits_rank0.jsonl", "kineto_rank0.json"]),
    Target(name: "groups") { input in
      let traces = (0..<2).map { input.folder.write("t.\($0).json", Fixed.chakra) }
      try TraceWay(input: input).go([input.file("groups.json")] + traces)
    },
    Target(name: "native") { input in
      let files = ["manifest.json", "rank-00000.jsonl.zst", "rank-00001.jsonl.zst"]
      let directory = input.folder.folder("trace")
      _ = input.files(files.map { "trace/" + $0 })
      try TraceWay(input: input).go([directory])
    },
    Target(name: "rules") { input in
      let trace = input.folder.write("kernels.json", Fixed.kernels)
      try TraceWay(input: input, rules: [input.file("rules.json")]).go([trace])
    },
  ]

  /// Files of one job, each piece of the input a file.
  private static func captures(_ name: String, _ files: [String]) -> Target {
    Target(name: name) { try TraceWay(input: $0).go($0.files(files)) }
  }
}
