import JSON
import TestSupport
import Testing

/// Options that choose algorithms and latencies, as a process.
@Suite("Algorithms on the command line")
struct AlgorithmOptionTests {
  private static let sample = ProjectFiles.path("traces/sample-moe-ep8")
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func replay(_ options: [String]) throws -> JSONNode {
    let run = try Tool.refract(
      ["replay", Self.sample, "--fabric", "hgx-h800-8", "--json"] + options)
    #expect(run.status == 0, "\(run.error)")
    let path = try directory.write("out.json", run.output)
    return try JSONNode(contentsOfFile: path).required("scenarios").elements()[0]
  }

  private func algorithms(_ scenario: JSONNode) throws -> Set<String> {
    Set(
      try scenario.required("collective_summaries").elements().map {
        try $0.required("algorithm").string()
      })
  }

  private func assumptions(_ scenario: JSONNode) throws -> [String: String] {
    var found: [String: String] = [:]
    for node in try scenario.required("assumptions").elements() {
      found[try node.required("code").string()] = try node.required("text").string()
    }
    return found
  }

  @Test("what is said is done, and stands among the assumptions")
  func chosen() throws {
    let usual = try replay([])
    #expect(try assumptions(usual)["algorithms"] == nil)
    #expect(try assumptions(usual)["latency"] == nil)
    let rules = try directory.write(
      "rules.json",
      #"{"schema": "refract.algorithms/1", "rules": [{"kind": "all_to_all", "algorithm": "pairwise"}]}"#
    )
    let scenario = try replay([
      "--algorithm", "all_reduce=tree", "--algorithms", rules, "--latency", "nccl", "--stages",
      "serial",
    ])
    let names = try algorithms(scenario)
    #expect(names.contains { $0.hasPrefix("tree ") })
    #expect(names.contains("pairwise Simple"))
    let words = try assumptions(scenario)
    #expect(words["algorithms"] == "all_reduce: tree; all_to_all: pairwise")
    #expect(words["latency"]?.contains("NCCL's tuner") == true)
    #expect(words["stages"] != nil)
  }

  @Test("options that say what is done anyway change no byte but their own mention")
  func defaults() throws {
    let usual = try Tool.refract(
      "replay", Self.sample, "--fabric", "copper-144", "--json")
    let said = try Tool.refract(
      "replay", Self.sample, "--fabric", "copper-144", "--json", "--latency", "alpha-beta",
      "--stages", "pipelined")
    #expect(usual.status == 0 && said.status == 0, "\(said.error)")
    #expect(usual.output == said.output)
  }
}
