import JSON
import TestSupport
import Testing

/// `refract place` as a process: what a scheduler's author sees of it.
@Suite("Placing from the command line")
struct PlaceTests {
  private let directory: TemporaryDirectory
  private let sample = ProjectFiles.path("traces/sample-moe-ep8")

  init() throws { directory = try TemporaryDirectory() }

  private func rules(_ list: String) throws -> String {
    try directory.write(
      "rules.json", "{ \"schema\": \"refract.placement-rules/1\", \"rules\": [\(list)] }")
  }

  private func check(_ words: String...) throws -> Tool.Outcome {
    try Tool.refract(["place", "check", sample, "--fabric", "hgx-h800-8", "--quiet"] + words)
  }

  private func json(_ outcome: Tool.Outcome) throws -> JSONNode {
    try JSONNode(parsing: Array(outcome.output.utf8), file: "output")
  }

  @Test("a policy that parts a group fails, with the group, its ranks and nodes")
  func partedGroup() throws {
    let rules = try rules(#"{ "name": "experts together", "keep": "ep", "in": "node" }"#)
    let good = try check("--rules", rules)
    #expect(good.status == 0, "\(good.error)")
    #expect(good.output.contains("passed  experts together"))
    let bad = try check("--rules", rules, "--placement", "cyclic:nodes=2")
    #expect(bad.status == 1)
    #expect(bad.output.contains("FAILED  experts together: broken by 1 group"))
    #expect(bad.output.contains("ep (1) (ranks 0-7): its 8 ranks lie over 2 nodes: 0, 1"))
    #expect(
      bad.error
        == "refract: error: sample-moe-ep8 on hgx-h800-8, cyclic:nodes=2: 1 of 1 rule is broken: "
        + "'experts together' [placement-rule-broken]\n")
  }

  @Test(
    "tensor-parallel groups that lie over nodes are named, as many as are shown, with the count")
  func manyGroups() throws {
    // 24 ranks in groups of two, dealt to three nodes: every group is parted.
    var trace = ""
    let groups = (0..<12).map {
      "{\"pg_name\": \"tp\($0)\", \"pg_desc\": \"tp\", \"ranks\": [\(2 * $0), \(2 * $0 + 1)]}"
    }
    var files: [String] = []
    for rank in 0..<24 {
      trace = """
        {"distributedInfo": {"rank": \(rank), "world_size": 24,
          "pg_config": [\(groups.joined(separator: ", "))]},
         "traceEvents": [
          {"ph": "X", "cat": "kernel", "name": "nccl", "tid": 7, "ts": 9, "dur": 5,
           "args": {"stream": 7, "Collective name": "allreduce", "dtype": "Float",
             "In msg nelems": 8, "Out msg nelems": 8, "Process Group Name": "tp\(rank / 2)"}}]}
        """
      files.append(try directory.write("rank\(rank).json", trace))
    }
    let rules = try rules(#"{ "keep": "tp", "in": "node" }"#)
    func check(_ placement: String) throws -> Tool.Outcome {
      try Tool.refract(
        ["place", "check"] + files
          + ["--fabric", "hgx-h800-8", "--rules", rules, "--placement", placement, "--json"])
    }
    let whole = try check("linear")
    #expect(whole.status == 0, "\(whole.error)")
    #expect(try json(whole).required("passed").bool())
    let parted = try check("cyclic")
    #expect(parted.status == 1, "\(parted.error)")
    let rule = try json(parted).required("rules").elements()[0]
    #expect(try rule.required("outcome").string() == "failed")
    #expect(try rule.required("offender_count").int(in: 0...99) == 12)
    let offenders = try rule.required("offenders").elements()
    #expect(offenders.count == 8)
    #expect(try offenders[0].required("name").string() == "tp (tp0)")
    #expect(try offenders[0].required("nodes").elements().count == 2)
  }

  @Test("limits, warnings, optional rules and replayed steps")
  func limits() throws {
    let path = try rules(
      """
      { "limit": "cross_pod_share", "of": "all_to_all", "at_most": 0.2 },
      { "limit": "busiest_link_ms", "at_most": 0.001, "severity": "warning" },
      { "keep": "tp", "in": "node", "optional": true },
      { "spread": "dp", "over": "node", "severity": "warning" },
      { "step_time": "no_worse_than", "policy": "linear", "by_percent": 2 }
      """)
    let good = try check("--rules", path, "--json")
    #expect(good.status == 0, "\(good.error)")
    let outcomes = try json(good).required("rules").elements().map {
      try $0.required("outcome").string()
    }
    #expect(outcomes == ["passed", "failed", "not_applicable", "failed", "passed"])
    let bad = try check("--rules", path, "--json", "--placement", "cyclic:nodes=2")
    #expect(bad.status == 1)
    let rules = try json(bad).required("rules").elements()
    let slower = try rules[4].required("figure").double()
    #expect(slower > 2)
    // The same from two replays.
    let times = try ["linear", "cyclic:nodes=2"].map { placement in
      let run = try Tool.refract(
        "replay", sample, "--fabric", "hgx-h800-8", "--placement", placement, "--json", "--quiet")
      return try json(run).required("scenarios").elements()[0].required("step_time_ns").double()
    }
    #expect(abs((times[1] / times[0] - 1) * 100 - slower) < 1e-3)
  }

  @Test("placement rules and kernel rules come by one option, told apart by what they say")
  func bothRules() throws {
    let path = try rules(#"{ "keep": "dp", "in": "pod" }"#)
    let run = try check("--rules", path, "--rules", "deepep")
    #expect(run.status == 0, "\(run.error)")
  }

  @Test("show puts placements beside one another; the same bytes each time")
  func show() throws {
    let words = ["place", "show", sample, "--fabric", "hgx-h800-8"]
    let placements = ["--placement", "linear", "--placement", "random=3:nodes=4", "--json"]
    let run = try Tool.refract(words + placements)
    #expect(run.status == 0, "\(run.error)")
    #expect(try Tool.refract(words + placements).output == run.output)
    let jobs = try json(run).required("placements").elements()
    #expect(
      try jobs.map { try $0.required("placement").string() } == ["linear", "random=3:nodes=4"])
    let bytes = try jobs.map { try $0.required("bytes").required("cross_pod_bytes").double() }
    #expect(bytes[0] == 0 && bytes[1] > 0)
  }

  @Test("what export writes, placement reads", arguments: ["csv", "openmpi"])
  func export(_ target: String) throws {
    let path = directory.file("ranks")
    let run = try Tool.refract(
      "place", "export", "--ranks", "20", "--fabric", "hgx-h800-8", "--placement", "random=9",
      "--to", target, "-o", path)
    #expect(run.status == 0, "\(run.error)")
    let again = directory.file("again")
    let second = try Tool.refract(
      "place", "export", "--ranks", "20", "--fabric", "hgx-h800-8", "--placement", path, "--to",
      target, "-o", again)
    #expect(second.status == 0, "\(second.error)")
    #expect(try bytes(of: path) == bytes(of: again))
    #expect(try directory.entries() == ["again", "ranks"])
  }

  @Test("an exported file that can't be written ends with 73")
  func unwritable() throws {
    let run = try Tool.refract(
      "place", "export", "--ranks", "2", "--fabric", "hgx-h800-8", "--to", "csv", "-o",
      directory.file("no/such/file"))
    #expect(run.status == 73)
  }

  @Test("taken GPUs stay free, and the result says how many there were")
  func taken() throws {
    let run = try Tool.refract(
      "replay", sample, "--fabric", "hgx-h800-8", "--taken", "pod0/gpu[0-3]", "--json", "--quiet")
    #expect(run.status == 0, "\(run.error)")
    let scenario = try json(run).required("scenarios").elements()[0]
    #expect(try scenario.required("placement").string() == "linear, 4 GPUs taken")
  }
}
