import FoundationEssentials
import TestSupport
import Testing

@Suite(
  "Folding on real captures", .enabled(if: SharedFiles.arePresent, "\(SharedFiles.reason)"))
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
      "links.csv", "collectives.csv", "critical_path.csv", "report.html", "results.json",
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
    "DeepSeek's 64 ranks, one traced, are the same folded and not",
    arguments: ["hgx-h800-8", "copper-144"])
  func deepSeek(fabric: String) throws {
    let file = SharedFiles.path("captures/deepseek-v3-ep64/train.json.gz")
    try expectSame([file, "--rules", "deepep", "--extrapolate", "--fabric", fabric])
  }

  @Test(
    "512 ranks, a file each, are the same folded and not",
    arguments: [("reference-switch", "linear"), ("hgx-h100-8", "cyclic"), ("copper-144", "linear")])
  func reference(fabric: String, placement: String) throws {
    let archive = SharedFiles.path("reference/chakra/moe_512.tar.zst")
    try expectSame([archive, "--fabric", fabric, "--placement", placement])
  }
}
