import TestSupport
import Testing

@Suite("Fabrics and placements at scale")
struct ScaleTests {
  @Test(
    "131,072 ranks are placed by every policy, in memory that a laptop has",
    arguments: [
      "linear", "block", "cyclic", "plane=2", "random=1", "order=tp:8-ep:64-dp:256",
    ])
  func placing(policy: String) throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("ranks.csv")
    let run = try Tool.refract([
      "place", "export", "--ranks", "131072", "--fabric", "hgx-h800-8", "--set", "pods=16384",
      "--placement", policy, "--to", "csv", "-o", path,
    ])
    #expect(run.status == 0, "\(run.error)")
    // The placement takes 50 MB with the text of the file; the bound has room for other systems.
    #expect(run.peakBytes < 150_000_000)
    let lines = try Tool.run("sh", ["-c", "cut -d, -f2 \(path) | sort -u | wc -l"]).output
    #expect(lines.filter(\.isNumber) == "131073", "every rank on a GPU of its own, and the heading")
  }

  @Test("a fabric of 131,072 GPUs with faults in every pod is as light")
  func faults() throws {
    let run = try Tool.refract([
      "replay", ProjectFiles.path("traces/sample-moe-ep8"), "--fabric", "passage-512", "--set",
      "pods=256", "--fail", "plane3", "--json",
    ])
    #expect(run.status == 0, "\(run.error)")
    #expect(run.peakBytes < 150_000_000)
  }
}
