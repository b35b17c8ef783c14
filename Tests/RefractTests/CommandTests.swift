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
    #expect(run.output.contains("self-check: +0.0000 %"))
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
      "report.html", "results.json", "links.csv", "collectives.csv", "critical_path.csv",
    ] {
      let first = try bytes(of: directory.file("a/" + file))
      #expect(try bytes(of: directory.file("b/" + file)) == first)
      #expect(try bytes(of: directory.file("c/" + file)) == first)
    }
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
    for command in ["ingest", "inspect", "replay", "compare", "diff", "fabric"] {
      #expect(help.output.contains(command))
    }
    #expect(try Tool.refract("--version").output.contains("."))
  }
}
