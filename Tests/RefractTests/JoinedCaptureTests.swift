import JSON
import TestSupport
import Testing

/// A rank's files together, as a user names them.
@Suite("Joined captures", .enabled(if: SharedFiles.arePresent, "\(SharedFiles.reason)"))
struct JoinedCaptureTests {
  private let kineto = SharedFiles.path("captures/dlrm8/dlrm_kineto.tar.gz")
  private let traces = SharedFiles.path("captures/dlrm8/dlrm_pytorch_et.tar.gz")

  private func replay(_ arguments: String...) throws -> Tool.Outcome {
    try Tool.refract(
      ["replay"] + arguments + ["--fabric", "dgx-v100-8", "--json", "--quiet"])
  }

  private func assumptions(_ run: Tool.Outcome) throws -> [String] {
    let root = try JSONNode(parsing: Array(run.output.utf8), file: "results.json")
    return try root.required("scenarios").elements()[0].required("assumptions").elements().map {
      try $0.required("code").string()
    }
  }

  @Test("DLRM replays where its execution traces are named, and is refused where they are not")
  func dlrm() throws {
    let joined = try replay(kineto, traces)
    #expect(joined.status == 0, "\(joined.error)")
    #expect(try assumptions(joined).contains("sizes-recovered"))
    let alone = try replay(kineto)
    #expect(alone.status == 65 && alone.output.isEmpty)
    #expect(
      alone.error.contains(
        "group 'default_pg (0)', sequence 0: all_to_all on rank 0: the capture lost its splits, "
          + "and those of 39 more calls of this step"))
    let filled = try replay(kineto, "--fill-lost", "even")
    #expect(filled.status == 0)
    #expect(try assumptions(filled).contains("splits-filled"))
    // The execution traces alone: calls one after another.
    let untimed = try replay(traces)
    #expect(untimed.status == 0 && untimed.peakBytes < 100_000_000)
    #expect(try assumptions(untimed).contains("times-unknown"))
  }

  @Test("inspect counts how sizes are known")
  func inspect() throws {
    let run = try Tool.refract("inspect", kineto, traces, "--json")
    let root = try JSONNode(parsing: Array(run.output.utf8), file: "inspect.json")
    for key in ["sizes", "step_sizes"] {
      let sizes = try root.required(key)
      #expect(try sizes.required("recorded").int(in: 0...1000) == 24)
      #expect(
        try sizes.required("recovered").required("execution_trace").int(in: 0...1000) == 40)
      #expect(try sizes.required("lost").int(in: 0...1000) == 0)
    }
    let text = try Tool.refract("inspect", kineto)
    #expect(text.output.contains("sizes of calls: 24 recorded, 40 lost"))
  }
}
