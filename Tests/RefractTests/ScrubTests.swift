import JSON
import TestSupport
import Testing

/// `refract scrub` on real captures: what is written replays to the same figures, and says nothing else.
@Suite("Scrub", .enabled(if: SharedFiles.arePresent, "\(SharedFiles.reason)"))
struct ScrubTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// What no scrubbed capture may hold, in any of its files or their names.
  private static let forbidden = [
    "dpsk", "nccl", "gemm", "cuda", "aten", "void", "kernel<", "gloo:", "profiler", "nvidia",
    "h800",
    "v100", "tesla", "deepep", "flash", "elementwise", ".py", "json", "train", "record_param",
    "param_comms", "default_pg", "(b)", "(f)", "autograd", "backward::", "optimizer", "dispatch<",
    "node0", "/home", "/tmp", "pytorch", "c10d",
  ]

  private func scrub(
    _ inputs: [String], to name: String, _ arguments: String...
  ) throws -> JSONNode {
    let run = try Tool.refract(
      ["scrub"] + inputs + ["-o", directory.file(name), "--json"] + arguments)
    try #require(run.status == 0, "\(run.error)")
    return try JSONNode(parsing: Array(run.output.utf8), file: "scrub.json")
  }

  /// All text of a scrubbed directory, decompressed, in small letters; the names of its files first.
  private func text(_ name: String) throws -> String {
    let all = try directory.allEntries().filter { $0.hasPrefix(name + "/") }
    #expect(all.first == name + "/manifest.json")
    let files = try all.map { entry in
      let run = try Tool.run(
        entry.hasSuffix(".zst") ? "zstd" : "cat",
        (entry.hasSuffix(".zst") ? ["-dc"] : []) + [directory.file(entry)])
      try #require(run.status == 0 && run.output.utf8.count > 100)
      return run.output
    }
    return (all.map { String($0.dropFirst(name.utf8.count + 1)) } + files)
      .joined(separator: "\n").lowercased()
  }

  private func expectClean(_ name: String, _ more: [String] = []) throws {
    let text = try text(name).replacing(".jsonl.zst", with: "").replacing("manifest.json", with: "")
    for word in Self.forbidden + more { #expect(!text.contains(word), "\(name) holds '\(word)'") }
  }

  /// The figures of a replay.
  private func figures(_ inputs: [String], _ arguments: String...) throws -> [JSONValue] {
    let run = try Tool.refract(["replay"] + inputs + ["--json", "--quiet"] + arguments)
    try #require(run.status == 0, "\(run.error)")
    let root = try JSONNode(parsing: Array(run.output.utf8), file: "results.json")
    let scenario = try root.required("scenarios").elements()[0]
    return try [
      "step_time_ns", "captured_step_time_ns", "compute_ns", "exposed_transfer_ns", "waiting_ns",
      "lag_ns", "unexplained_lag_ns", "step_time_interval_ns", "bytes", "busiest_link",
      "busiest_link_utilization", "ranks", "counters", "energy_j",
    ].compactMap { try scenario.optional($0)?.value }
  }

  private func expectSame(_ document: JSONNode) throws {
    let replays = try document.required("replays").elements()
    #expect(!replays.isEmpty)
    for replay in replays {
      for figure in ["step_time_ps", "captured_durations_ps"] {
        let original = try replay.required("original_" + figure).integer(in: 1...(.max))
        #expect(
          try replay.required("scrubbed_" + figure).integer(in: 1...(.max)) == original)
      }
    }
  }

  /// Scrubbing again changes no byte.
  private func expectIdempotent(_ name: String, _ arguments: String...) throws {
    let again = name + "-again"
    let run = try Tool.refract(
      ["scrub", directory.file(name), "-o", directory.file(again), "--quiet"] + arguments)
    #expect(run.status == 0 && run.error.isEmpty && run.output.isEmpty, "\(run.error)")
    for entry in try directory.allEntries() where entry.hasPrefix(name + "/") {
      let file = entry.dropFirst(name.utf8.count)
      #expect(
        try bytes(of: directory.file(entry)) == bytes(of: directory.file(again + file)), "\(file)")
    }
  }

  @Test("DeepSeek: without rules what it is with them")
  func deepSeek() throws {
    let document = try scrub(
      [SharedFiles.deepSeek], to: "s", "--rules", "deepep", "--extrapolate", "--forbid", "dpsk")
    try expectSame(document)
    #expect(try document.required("replaced").required("event_names").int(in: 0...1000) > 50)
    try expectClean("s")
    let original = try figures(
      [SharedFiles.deepSeek], "--rules", "deepep", "--extrapolate", "--fabric", "hgx-h800-8")
    #expect(original.count >= 10)
    #expect(
      try figures([directory.file("s")], "--extrapolate", "--fabric", "hgx-h800-8") == original)
    try expectIdempotent("s", "--extrapolate")
  }

  @Test("DLRM, Kineto joined with execution traces")
  func dlrm() throws {
    for name in ["dlrm_kineto", "dlrm_pytorch_et"] {
      let path = SharedFiles.path("captures/dlrm8/\(name).tar.gz")
      try #require(Tool.run("tar", ["xzf", path, "-C", directory.path]).status == 0)
    }
    let inputs = ["dlrm_kineto", "dlrm_pytorch_et"].map(directory.file)
    let document = try scrub(inputs, to: "s", "--fabric", "dgx-v100-8", "--fabric", "copper-144")
    try expectSame(document)
    #expect(try document.required("replays").elements().count == 2)
    try expectClean("s", ["dlrm"])
    #expect(
      try figures([directory.file("s")], "--fabric", "dgx-v100-8")
        == figures(inputs, "--fabric", "dgx-v100-8"))
    // How sizes are known stays.
    let inspected = try Tool.refract("inspect", directory.file("s"))
    #expect(inspected.output.contains("24 recorded, 40 recovered from execution traces"))
    try expectIdempotent("s")
  }

  @Test("the gloo capture, each of its steps")
  func gloo() throws {
    let input = SharedFiles.path("captures/gloo-moe-ep4")
    let document = try scrub([input], to: "s", "--fabric", "gloo-host", "--step", "all")
    try expectSame(document)
    try expectClean("s")
    #expect(
      try figures([directory.file("s")], "--fabric", "gloo-host")
        == figures([input], "--fabric", "gloo-host"))
    try expectIdempotent("s")
  }

  @Test("a job that hung goes on telling who waits for whom")
  func hung() throws {
    let input = SharedFiles.path("captures/flight-recorder-moe16/gpu_error_1st")
    let document = try scrub([input], to: "s")
    #expect(try document.required("replays").elements().isEmpty)
    #expect(try document.required("hung").string().contains("rank 12 never came to all_to_all"))
    try expectClean("s", ["expert", "model_parallel", "nccl:"])
    let inspected = try Tool.refract("inspect", directory.file("s"), "--matching")
    #expect(inspected.output.contains("rank 12"))
    try expectIdempotent("s")
  }
}
