import JSON
import TestSupport
import Testing

/// `refract diff` as a process: two results, and what a script sees of it.
@Suite("Diff")
struct DiffTests {
  private let directory: TemporaryDirectory
  private let before: String
  private let after: String

  /// The sample on two fabrics; then with other fairness and one fabric exchanged.
  init() throws {
    directory = try TemporaryDirectory()
    before = directory.file("before")
    after = directory.file("after")
    let sample = ProjectFiles.path("traces/sample-moe-ep8")
    let runs = [
      [before, "--fabric", "copper-144", "--fabric", "hgx-h800-8"],
      [after, "--fabric", "dgx-a100-8", "--fabric", "hgx-h800-8", "--fairness", "collective"],
    ]
    for run in runs {
      let outcome = try Tool.refract(["compare", sample, "--quiet", "-o"] + run)
      #expect(outcome.status == 0, "\(outcome.error)")
    }
  }

  @Test("a directory or its file; identical results say so and end with 0")
  func identical() throws {
    let run = try Tool.refract("diff", before, before + "/results.json", "--threshold", "0")
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output.contains("the results are identical: 2 scenarios"))
  }

  @Test("changes are shown, most first, with what is in one alone")
  func changes() throws {
    let run = try Tool.refract("diff", before, after)
    #expect(run.status == 0 && run.error.isEmpty, "\(run.error)")
    for words in [
      "1 scenario in both, 1 of them changed; 1 only in the first, 1 only in the second",
      "sample-moe-ep8 on hgx-h800-8:", "exposed transfer ms of dp (2)",
      "only after, assumption fairness: equal shares of a link go to each collective",
      "only in \(after):\n  sample-moe-ep8 on dgx-a100-8",
    ] {
      #expect(run.output.contains(words), "\(words) in \(run.output)")
    }
  }

  @Test(
    "a step that grew by more than the threshold ends with 1, and the report is there all the same",
    arguments: [("--threshold", "1", 1), ("--fail-above", "2.4", 1), ("--threshold", "5", 0)])
  func threshold(option: String, percent: String, status: Int) throws {
    let run = try Tool.refract("diff", before, after, option, percent)
    #expect(run.status == Int32(status), "\(run.error)")
    #expect(run.output.contains("sample-moe-ep8 on hgx-h800-8:"))
    #expect(run.error.contains("grew by 2.48 %, more than \(percent) %") == (status == 1))
    // The other way round the step gets shorter.
    #expect(try Tool.refract("diff", after, before, option, percent).status == 0)
  }

  @Test("JSON, alone on standard output, also where the threshold is exceeded")
  func json() throws {
    let run = try Tool.refract("diff", before, after, "--json", "--threshold", "1")
    #expect(run.status == 1)
    let root = try JSONNode(parsing: Array(run.output.utf8), file: "stdout")
    #expect(try root.required("schema").string() == "refract.diff/1")
    #expect(try root.required("exceeded").bool())
    #expect(try root.required("threshold_percent").double() == 1)
    #expect(try root.required("only_before").elements().count == 1)
    let again = try Tool.refract("diff", before, after, "--json", "--threshold", "1")
    #expect(again.output == run.output)
  }

  @Test("what can't be compared: one message, the right status, nothing on standard output")
  func refusals() throws {
    let newer = try directory.write(
      "newer.json", #"{"schema": "refract.results/2", "version": "9", "scenarios": []}"#)
    let lacking = try directory.write(
      "lacking.json", #"{"schema": "refract.results/1", "version": "1", "scenarios": [{}]}"#)
    let empty = try directory.write(
      "empty.json", #"{"schema": "refract.results/1", "version": "1", "scenarios": []}"#)
    let cases: [(arguments: [String], status: Int32, words: [String])] = [
      ([before, newer], 65, ["newer.json", "at schema", "refract.results/1"]),
      ([before, lacking], 65, ["lacking.json", "scenarios[0].step_time_interval_ns", "missing"]),
      (
        [before, ProjectFiles.path("traces/sample-moe-ep8/manifest.json")], 65, ["refract.trace/1"]
      ),
      ([before, before + "/links.csv"], 65, ["links.csv", "not valid JSON"]),
      ([directory.file("none"), before], 66, ["none", "no such file"]),
      ([before, ProjectFiles.path("traces")], 66, ["traces/results.json", "-o"]),
      ([before, empty, "--threshold", "1"], 65, ["empty.json", "no scenario in common"]),
      ([before, after, "--threshold=-1"], 64, ["at least 0"]),
      ([before, after, "--threshold", "nan"], 64, ["at least 0"]),
      ([before], 64, ["after"]),
    ]
    for (arguments, status, words) in cases {
      let run = try Tool.refract(["diff"] + arguments)
      #expect(run.status == status, "\(arguments): \(run.error)")
      for word in words { #expect(run.error.contains(word), "'\(word)' in: \(run.error)") }
      #expect(run.output.isEmpty)
    }
    #expect(try Tool.refract("diff", before, empty).status == 0, "without a threshold, a report")
  }
}
