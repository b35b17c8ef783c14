import TestSupport
import Testing

@Suite("Budgets", .enabled(if: SharedFiles.arePresent, "\(SharedFiles.reason)"))
struct BudgetTests {
  @Test("the DeepSeek comparison on three fabrics stays below 200 MB")
  func memory() throws {
    let run = try Tool.refract(
      "compare", SharedFiles.deepSeek, "--rules", "deepep", "--extrapolate", "--fabric",
      "hgx-h800-8", "--fabric", "copper-144", "--fabric", "passage-512")
    #expect(run.status == 0, "\(run.error)")
    #expect(run.peakBytes < 200_000_000, "\(run.peakBytes)")
    #expect(run.output.contains("this step hides its communication"))
  }
}
