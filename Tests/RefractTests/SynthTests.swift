import JSON
import TestSupport
import Testing

/// `synth` and `estimate` as a user runs them.
@Suite("Made-up steps on the command line")
struct SynthTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func synth(_ arguments: String...) throws -> Tool.Outcome {
    try Tool.refract(["synth"] + arguments + ["-o", directory.file("step")])
  }

  @Test("a step is made, inspected and replayed")
  func small() throws {
    let made = try synth(
      "study-config1", "--layout", "tp2-pp2-dp4-ep2", "--microbatches", "2")
    #expect(made.status == 0 && made.output.isEmpty)
    #expect(
      made.error.contains("of 2 ranks to") && made.error.contains("14 ranks that do the same"))
    let inspected = try Tool.refract(["inspect", directory.file("step"), "--matching"])
    #expect(inspected.status == 0)
    #expect(
      inspected.output.hasPrefix("ranks: 2 traced of 16; 14 do the same as these\n"),
      "\(inspected.output.prefix(200))")
    #expect(inspected.output.contains("20 groups more, all of their collectives complete"))
    #expect(inspected.output.contains("16 pairs, 16 with as many of the one as of the other"))
    let replayed = try Tool.refract(
      ["replay", directory.file("step"), "--fabric", "passage-512", "--json"])
    #expect(replayed.status == 0)
    let results = try JSONNode(parsing: Array(replayed.output.utf8), file: "results")
    let scenario = try results.required("scenarios").elements()[0]
    #expect(try scenario.required("step_time_ns").double() > 0)
    #expect(try scenario.required("unexplained_lag_ns").double() == 0)
    let assumptions = try scenario.required("assumptions").elements().map { $0.value }
    #expect(assumptions.count >= 6)
  }

  @Test("32,768 ranks are a few megabytes, made in a moment, the same each time")
  func large() throws {
    let clock = ContinuousClock()
    let start = clock.now
    let made = try synth("study-config4", "--layout", "tp16-pp8-dp256-ep32")
    let took = clock.now - start
    #expect(made.status == 0)
    #expect(took < .seconds(30))
    let size = try Tool.run("du", ["-sb", directory.file("step")]).output
    let bytes = Int(size.prefix { $0.isNumber }) ?? .max
    #expect(bytes < 6_000_000)
    let again = try Tool.refract([
      "synth", "study-config4", "--layout", "tp16-pp8-dp256-ep32", "-o", directory.file("again"),
      "--quiet",
    ])
    #expect(again.status == 0 && again.error.isEmpty)
    let difference = try Tool.run("diff", ["-r", directory.file("step"), directory.file("again")])
    #expect(difference.status == 0)
  }

  @Test("a scrubbed step replays as before, and exports keep every rank")
  func scrubbed() throws {
    _ = try synth("study-config1", "--layout", "tp2-dp4-ep2", "--microbatches", "1")
    let scrubbed = try Tool.refract(
      ["scrub", directory.file("step"), "-o", directory.file("scrubbed")])
    #expect(scrubbed.status == 0, "\(scrubbed.error)")
    let exported = try Tool.refract([
      "export", directory.file("step"), "--to", "chakra", "-o", directory.file("et"),
    ])
    #expect(exported.status == 0, "\(exported.error)")
    #expect(exported.error.contains("wrote 8 ranks"))
    let native = try Tool.refract([
      "export", directory.file("step"), "--to", "native", "-o", directory.file("native"),
    ])
    #expect(native.status == 0)
    let difference = try Tool.run("diff", ["-r", directory.file("step"), directory.file("native")])
    #expect(difference.status == 0, "\(difference.output)")
  }

  @Test("the study's most demanding case in closed form")
  func estimate() throws {
    let run = try Tool.refract([
      "estimate", "study-config4", "--layout", "tp16-pp8-dp256-ep32", "--fabric", "passage-512",
      "--fabric", "copper-128", "--fabric", "photonic-512-14t", "--dedup", "rank", "--json",
    ])
    #expect(run.status == 0, "\(run.error)")
    let fabrics = try JSONNode(parsing: Array(run.output.utf8), file: "estimate")
      .required("fabrics").elements()
    let steps = try fabrics.map { try $0.required("step_time_ns").double() }
    let ratios = steps.map { ($0 / steps[0] * 100).rounded() }
    #expect(ratios == [100, 271, 141])
    let text = try Tool.refract([
      "estimate", "study-config4", "--layout", "tp16-pp8-dp256-ep32", "--fabric", "passage-512",
    ])
    #expect(text.output.contains("study-config4 in tp16-pp8-dp256-ep32"))
  }
}
