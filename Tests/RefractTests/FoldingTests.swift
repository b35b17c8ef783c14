import FoundationEssentials
import TestSupport
import Testing

@Suite("Folding, as a process")
struct FoldingTests {
  /// Replays with and without folding, on one thread and on two.
  private func expectSame(_ arguments: [String]) throws {
    let directory = try TemporaryDirectory()
    for (name, more) in [
      ("folded", ["--threads", "2"]), ("whole", ["--threads", "2", "--no-fold"]),
      ("one", ["--threads", "1"]),
    ] {
      let run = try Tool.refract(["replay"] + arguments + more + ["-o", directory.file(name)])
      #expect(run.status == 0, "\(run.error)")
    }
    for file in [
      "links.csv", "link_series.csv", "collectives.csv", "critical_path.csv", "report.html",
      "results.json",
    ] {
      let folded = try Self.text(directory.file("folded/\(file)"))
      let whole = try Self.text(directory.file("whole/\(file)"))
      let one = try Self.text(directory.file("one/\(file)"))
      #expect(folded == one, "\(file)")
      // What was done to find the answer is counted there, and nothing else may differ.
      #expect(Self.withoutCounters(folded) == Self.withoutCounters(whole), "\(file)")
      #expect(!folded.isEmpty)
    }
    let folded = try Self.text(directory.file("folded/results.json"))
    let whole = try Self.text(directory.file("whole/results.json"))
    #expect(Self.events(folded) < Self.events(whole))
  }

  private static func text(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
  }

  private static func withoutCounters(_ text: String) -> [Substring] {
    text.split(separator: "\n").filter { line in
      !["\"events\":", "\"solves\":", "\"solver_steps\":"].contains { line.contains($0) }
    }
  }

  private static func events(_ text: String) -> Int {
    let line = text.split(separator: "\n").first { $0.contains("\"events\":") } ?? ""
    return Int(line.filter(\.isNumber)) ?? 0
  }

  @Test(
    "512 ranks of a made-up step are the same folded and not, where pods and groups align and where not",
    arguments: ["passage-512", "copper-144"])
  func madeUp(fabric: String) throws {
    let directory = try TemporaryDirectory()
    let step = directory.file("step")
    let made = try Tool.refract([
      "synth", "study-config4", "--layout", "tp16-pp2-dp16-ep16", "--microbatches", "1", "--quiet",
      "-o", step,
    ])
    #expect(made.status == 0, "\(made.error)")
    try expectSame([step, "--fabric", fabric])
  }

  @Test(
    "DeepSeek's 64 ranks, one traced, are the same folded and not",
    .enabled(if: SharedFiles.arePresent, "\(SharedFiles.reason)"),
    arguments: ["hgx-h800-8", "copper-144"])
  func deepSeek(fabric: String) throws {
    let file = SharedFiles.path("captures/deepseek-v3-ep64/train.json.gz")
    try expectSame([file, "--rules", "deepep", "--extrapolate", "--fabric", fabric])
  }

  @Test(
    "512 ranks, a file each, are the same folded and not",
    .enabled(if: SharedFiles.arePresent, "\(SharedFiles.reason)"),
    arguments: [("reference-switch", "linear"), ("hgx-h100-8", "cyclic"), ("copper-144", "linear")])
  func reference(fabric: String, placement: String) throws {
    let archive = SharedFiles.path("reference/chakra/moe_512.tar.zst")
    try expectSame([archive, "--fabric", fabric, "--placement", placement])
  }

  @Test("a replay that would take more memory than it may ends before it does, with 75")
  func memory() throws {
    let directory = try TemporaryDirectory()
    let step = directory.file("step")
    _ = try Tool.refract([
      "synth", "study-config4", "--layout", "tp16-pp2-dp16-ep16", "--microbatches", "1", "--quiet",
      "-o", step,
    ])
    let run = try Tool.refract([
      "replay", step, "--fabric", "passage-512", "--no-fold", "--memory", "20MB", "-o",
      directory.file("out"),
    ])
    #expect(run.status == 75)
    #expect(run.error.contains("and may take 20 MB; give it more with --memory"))
    #expect(run.error.contains("[out-of-memory]"))
    #expect(try Tool.run("ls", [directory.path]).output == "step\n")
    let wrong = try Tool.refract(["replay", step, "--fabric", "passage-512", "--memory", "much"])
    #expect(wrong.status == 64)
  }
}
