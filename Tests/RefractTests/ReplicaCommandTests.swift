import FoundationEssentials
import JSON
import TestSupport
import Testing

/// `--replicas` as a user gives it.
@Suite("Replicas, as a process")
struct ReplicaCommandTests {
  private static let sample = ProjectFiles.path("traces/sample-moe-ep8")

  private static func scenario(_ arguments: [String]) throws -> JSONNode {
    let run = try Tool.refract(["replay", sample, "--json", "--quiet"] + arguments)
    #expect(run.status == 0, "\(run.error)")
    return try JSONNode(parsing: Array(run.output.utf8), file: "results")
      .required("scenarios").elements()[0]
  }

  /// Eight ranks a node of eight: what replicas exchange among themselves meets no other's.
  @Test("in nodes of their own they take as long as one, and move as much each")
  func apart() throws {
    let fabric = ["--fabric", "hgx-h100-8"]
    let once = try Self.scenario(fabric)
    let four = try Self.scenario(fabric + ["--replicas", "4"])
    #expect(
      try once.required("step_time_ns").double() == four.required("step_time_ns").double())
    #expect(
      try 4 * once.required("bytes").double() == four.required("bytes").double())
    let codes = try four.required("assumptions").elements().map { try $0.required("code").string() }
    #expect(codes.contains("replicas"))
  }

  /// Two nodes of each replica, ranks dealt out in turn: all share the network between nodes.
  @Test("on links that they share they take longer")
  func shared() throws {
    let fabric = [
      "--fabric", "hgx-h100-8", "--set", "scale_out.bandwidth_gbps=10", "--placement", "cyclic",
    ]
    let once = try Self.scenario(fabric)
    let many = try Self.scenario(fabric + ["--replicas", "8"])
    #expect(
      try once.required("step_time_ns").double() <= many.required("step_time_ns").double())
  }

  @Test("folded and not they are the same")
  func folded() throws {
    let arguments = ["--fabric", "copper-144", "--replicas", "12"]
    let folded = try Self.scenario(arguments)
    let whole = try Self.scenario(arguments + ["--no-fold"])
    for key in ["step_time_ns", "exposed_transfer_ns", "waiting_ns"] {
      #expect(try folded.required(key).double() == whole.required(key).double(), "\(key)")
    }
  }

  @Test("a placement is shown, checked and written for all of them")
  func placed() throws {
    let directory = try TemporaryDirectory()
    let written = try Tool.refract([
      "place", "export", Self.sample, "--replicas", "3", "--fabric", "hgx-h100-8", "--to",
      "openmpi", "-o", directory.file("ranks"),
    ])
    #expect(written.status == 0, "\(written.error)")
    let text = try String(contentsOfFile: directory.file("ranks"), encoding: .utf8)
    #expect(text.split(separator: "\n").count { $0.hasPrefix("rank ") } == 24)
    let shown = try Tool.refract([
      "place", "show", Self.sample, "--replicas", "3", "--fabric", "hgx-h100-8",
    ])
    #expect(shown.status == 0 && shown.output.contains("24"), "\(shown.error)")
  }
}
