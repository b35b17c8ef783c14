import JSON
import TestSupport
import Testing

@Suite("Faults and other jobs on the command line")
struct FaultCommandTests {
  private static let trace = ProjectFiles.path("traces/sample-moe-ep8")

  private static func steps(_ arguments: [String]) throws -> [(fabric: String, step: Double)] {
    let run = try Tool.refract(["compare", trace, "--json"] + arguments)
    #expect(run.status == 0, "\(run.error)")
    let root = try JSONNode(parsing: Array(run.output.utf8), file: "results.json")
    return try root.required("scenarios").elements().map {
      (try $0.required("fabric").string(), try $0.required("step_time_ns").double())
    }
  }

  @Test("each plane lost in turn: all alike, all longer than the whole fabric")
  func sweep() throws {
    let steps = try Self.steps(["--fabric", "hgx-h800-8", "--fail-each", "pod0/plane*"])
    #expect(
      steps.map(\.fabric)
        == ["hgx-h800-8"] + (0..<4).map { "hgx-h800-8 fail pod0/plane\($0)" })
    #expect(Set(steps.dropFirst().map(\.step)).count == 1)
    #expect(steps[1].step > steps[0].step)
  }

  @Test("half of a plane costs less than all of it, and nothing where nobody is")
  func degrees() throws {
    func step(_ options: String...) throws -> Double {
      try Self.steps(["--fabric", "hgx-h800-8"] + options)[0].step
    }
    let whole = try step()
    #expect(try step("--fail", "pod7/plane0") == whole)
    let half = try step("--degrade", "pod0=0.5")
    let most = try step("--degrade", "pod0=0.25")
    #expect(whole < half && half < most)
  }

  @Test("a job beside costs where links are shared, and nothing where they are not")
  func background() throws {
    let directory = try TemporaryDirectory()
    func placement(_ name: String, _ gpus: [Int]) throws -> String {
      try directory.write(
        name, "rank,gpu\n" + gpus.enumerated().map { "\($0),\($1)\n" }.joined())
    }
    // Two pods of four each: both jobs leave pods 0 and 1 by the same oversubscribed way.
    let fabric = try directory.write(
      "f.json",
      """
      {"schema": "refract.fabric/1", "name": "f", "pods": 4,
       "pod": {"gpus": 8, "scale_up": {"bandwidth_gbps": 1600, "hop_latency_ns": 100}},
       "scale_out": {"bandwidth_gbps": 400, "hop_latency_ns": 1000, "oversubscription": 8}}
      """)
    let own = try placement("own.csv", [0, 1, 2, 3, 8, 9, 10, 11])
    let beside = try placement("beside.csv", [4, 5, 6, 7, 12, 13, 14, 15])
    let apart = try placement("apart.csv", Array(16..<20) + Array(24..<28))
    func step(_ options: String...) throws -> Double {
      try Self.steps(["--fabric", fabric, "--placement", own] + options)[0].step
    }
    let alone = try step()
    #expect(try step("--background", "\(Self.trace)@\(apart)") == alone)
    #expect(try step("--background", "\(Self.trace)@\(beside)") > alone * 1.1)
  }

  @Test("a placement whose ranks are cut off fails its check; lost GPUs get no rank")
  func placements() throws {
    func check(_ options: String...) throws -> Tool.Outcome {
      try Tool.refract(
        ["place", "check", Self.trace, "--fabric", "hgx-h800-8", "--json"] + options)
    }
    #expect(try check().status == 0)
    let cut = try check("--fail", "pod0/gpu1/plane", "--fail", "pod0/gpu1/nic")
    #expect(cut.status == 1)
    #expect(cut.error.contains("have no way: all links between their ranks have failed"))
    #expect(cut.output.contains("\"lost_bytes\": "))
    let moved = try check("--fail", "pod0/gpu1", "--fail", "pod0/gpu2")
    #expect(moved.status == 0, "\(moved.error)")
    #expect(moved.output.contains("hgx-h800-8 fail pod0/gpu1 fail pod0/gpu2"))
    let directory = try TemporaryDirectory()
    let table = try directory.write(
      "ranks.csv", "rank,gpu\n" + (0..<8).map { "\($0),\($0)\n" }.joined())
    let refused = try check("--placement", table, "--fail", "pod0/gpu1")
    #expect(refused.status == 65)
    #expect(refused.error.contains("rank 1 is placed on pod0/gpu1, which is out of order"))
  }
}
