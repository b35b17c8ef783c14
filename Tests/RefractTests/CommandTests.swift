import JSON
import TestSupport
import Testing

@Suite("Command line")
struct CommandTests {
  private static let sample = ProjectFiles.path("traces/sample-moe-ep8")
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func scenarios(_ path: String) throws -> [JSONNode] {
    let root = try JSONNode(contentsOfFile: path)
    #expect(try root.required("schema").string() == "refract.results/1")
    return try root.required("scenarios").elements()
  }

  @Test("compare writes what it promises, and prints a table with the self-check on top")
  func compare() throws {
    let out = directory.file("out")
    let run = try Tool.refract(
      "compare", Self.sample, "--fabric", "hgx-h800-8", "--fabric", "passage-512", "-o", out)
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output.contains("error budget\nself-check "))
    #expect(run.output.contains("pod0/gpu"))
    let scenarios = try scenarios(out + "/results.json")
    #expect(
      try scenarios.map { try $0.required("fabric").string() }
        == ["hgx-h800-8", "passage-512"])
    for scenario in scenarios {
      let parts = try ["compute_ns", "exposed_transfer_ns", "waiting_ns", "lag_ns"].map {
        try scenario.required($0).int(in: 0...Int.max)
      }
      #expect(try parts.reduce(0, +) == scenario.required("step_time_ns").int(in: 1...Int.max))
      #expect(try scenario.required("ranks").elements().count == 8)
    }
    let links = String(decoding: try bytes(of: out + "/links.csv"), as: UTF8.self)
    #expect(links.hasPrefix("trace,fabric,placement,link,"))
    // 8 GPUs, into the planes and out of them, on two fabrics.
    #expect(links.split(separator: "\n").count == 1 + 2 * 16)
    let collectives = String(decoding: try bytes(of: out + "/collectives.csv"), as: UTF8.self)
    #expect(collectives.split(separator: "\n").count == 1 + 2 * 10)
    let columns = collectives.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).count
    }
    #expect(Set(columns).count == 1)
  }

  @Test("two processes, one thread and two: the same bytes")
  func deterministic() throws {
    for (name, threads) in [("a", "1"), ("b", "2"), ("c", "2")] {
      let run = try Tool.refract(
        "compare", Self.sample, "--fabric", "hgx-h800-8", "--fabric", "copper-144", "--fabric",
        "passage-512", "--threads", threads, "-o", directory.file(name))
      #expect(run.status == 0, "\(run.error)")
    }
    for file in [
      "report.html", "results.json", "links.csv", "link_series.csv", "collectives.csv",
      "critical_path.csv",
    ] {
      let first = try bytes(of: directory.file("a/" + file))
      #expect(try bytes(of: directory.file("b/" + file)) == first)
      #expect(try bytes(of: directory.file("c/" + file)) == first)
    }
  }

  @Test("both tiers side by side, what they differ by, and twice the same bytes")
  func tiers() throws {
    let arguments = [
      "compare", Self.sample, "--fabric", "hgx-h800-8", "--fabric", "copper-144", "--tier", "both",
    ]
    let run = try Tool.refract(arguments + ["-o", directory.file("a")])
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output.contains("coflows against single flows:"))
    #expect(run.output.contains("sample-moe-ep8, flow by flow: captured step"))
    let root = try JSONNode(contentsOfFile: directory.file("a/results.json"))
    let scenarios = try root.required("scenarios").elements()
    #expect(
      try scenarios.map { try $0.required("tier").string() } == [
        "coflow", "coflow", "flow", "flow",
      ])
    let steps = try scenarios.map { try $0.required("step_time_ns").double() }
    let differences = try root.required("tier_differences").elements()
    #expect(differences.count == 2)
    for (place, difference) in differences.enumerated() {
      #expect(try difference.required("coflow_scenario").int(in: 0...3) == place)
      #expect(try difference.required("flow_scenario").int(in: 0...3) == place + 2)
      let change = steps[place + 2] / steps[place] - 1
      let stated = try difference.required("step_change").value.doubleValue ?? .nan
      #expect((stated - change).magnitude < 1e-6)
      #expect(change != 0)
    }
    // Bytes are the same whichever way they are modelled.
    let moved = try scenarios.map { try $0.required("bytes").double() }
    #expect(moved[0] == moved[2] && moved[1] == moved[3])
    let again = try Tool.refract(arguments + ["-o", directory.file("b"), "--threads", "1"])
    #expect(again.output == run.output)
    for file in [
      "results.json", "report.html", "links.csv", "link_series.csv", "collectives.csv",
    ] {
      #expect(
        try bytes(of: directory.file("a/" + file))
          == bytes(of: directory.file("b/" + file)))
    }
    // A tolerance is near, and says so.
    let near = try Tool.refract(
      ["compare", Self.sample, "--fabric", "copper-144", "--tier", "flow", "--tolerance", "0.01"])
    #expect(near.status == 0 && near.output.contains("rates are brought up to date"))
  }

  @Test("a weight changes who gets a shared link")
  func weights() throws {
    func ends(_ more: [String]) throws -> [Double] {
      let run = try Tool.refract(
        ["replay", Self.sample, "--fabric", "hgx-h800-8", "--json"] + more)
      #expect(run.status == 0, "\(run.error)")
      let root = try JSONNode(parsing: Array(run.output.utf8), file: "stdout")
      let groups = try root.required("scenarios").elements()[0].required("groups").elements()
      return try groups.map { try $0.required("transfer_ns").double() }
    }
    let (plain, weighted) = (try ends([]), try ends(["--weight", "dp=100"]))
    // The gradients' share grows, so they take less time, and the tokens beside them more.
    #expect(weighted[0] > plain[0] && weighted[1] < plain[1])
    #expect(try ends(["--weight", "ep=1"]) == plain)
  }

  @Test("flows: the reference cases with their finish times, and a chain of pipes")
  func flows() throws {
    let given = """
      {"name": "two", "links": [{"bandwidth": 10}, {"bandwidth": 4}],
       "flows": [{"size": 5, "route": [0, 1], "weights": [1, 0.5], "bound": 3, "finish": 99},
                 {"id": 8, "size": 10, "route": [1], "start": 1}],
       "changes": [{"time": 2, "link": 1, "bandwidth": 8}]}
      """
    let run = try Tool.refract("flows", directory.write("f.json", given))
    #expect(run.status == 0, "\(run.error)")
    #expect(run.error.contains("2 flows on 2 links"))
    // By hand: 3 until 1, then 8/3 to 1.75; the other 8/3, from 1.75 on 4, from 2 on 8.
    #expect(run.output.contains(#""bound":3,"finish":1.75}"#), "\(run.output)")
    #expect(run.output.contains(#""start":1,"finish":2.875}"#), "\(run.output)")
    let again = try Tool.refract("flows", directory.write("g.json", run.output), "--quiet")
    #expect(again.output == run.output && again.error.isEmpty)
  }

  @Test("ingest makes a native trace that replays to the same result")
  func ingest() throws {
    let native = directory.file("native")
    #expect(try Tool.refract("ingest", Self.sample, "-o", native).status == 0)
    let first = try Tool.refract("replay", Self.sample, "--fabric", "hgx-h800-8", "--json")
    let second = try Tool.refract("replay", native, "--fabric", "hgx-h800-8", "--json")
    #expect(first.status == 0 && second.status == 0)
    #expect(
      first.output.replacing("sample-moe-ep8", with: "native") == second.output)
  }

  @Test("inspect says what is there, for people and for scripts")
  func inspect() throws {
    let text = try Tool.refract("inspect", Self.sample)
    #expect(text.status == 0)
    for words in ["8 traced of 8", "stream 24", "all_to_all", "dp (2)", "synthetic"] {
      #expect(text.output.contains(words), "\(words)")
    }
    let json = try Tool.refract("inspect", Self.sample, "--json")
    let root = try JSONNode(parsing: Array(json.output.utf8), file: "stdout")
    #expect(try root.required("schema").string() == "refract.inspect/1")
    #expect(try root.required("ranks").elements().count == 8)
    let calls = try root.required("groups").elements().flatMap {
      try $0.required("calls").elements()
    }
    #expect(try calls.map { try $0.required("count").int(in: 0...100) } == [64, 16])
  }

  @Test("fabrics are listed and checked")
  func fabric() throws {
    let list = try Tool.refract("fabric", "list")
    #expect(list.status == 0 && list.output.contains("passage-512"))
    let wrong = try directory.write("f.json", #"{"schema": "refract.fabric/1"}"#)
    #expect(try Tool.refract("fabric", "check", wrong).status == 65)
  }

  @Test("help names every command; the version is a version")
  func help() throws {
    let help = try Tool.refract("--help")
    #expect(help.status == 0)
    for command in ["ingest", "inspect", "replay", "compare", "diff", "fabric", "flows"] {
      #expect(help.output.contains(command))
    }
    #expect(try Tool.refract("--version").output.contains("."))
  }
}
