import JSON
import TestSupport
import Testing

/// `--salvage`: what could be read of damaged input is gone on with, and no result hides the loss.
@Suite("Salvage")
struct SalvageTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  // MARK: Native traces of two ranks and two steps

  private static func event(_ kind: String, at start: Int, _ more: String) -> String {
    #"{"kind":"\#(kind)","lane":0,"start_ns":\#(start),"duration_ns":800,"name":\#(more)}"#
  }

  /// In each step a mark, compute, and an all-reduce.
  private static let lines = (0..<2).flatMap { step in
    [
      event("step", at: step * 10_000, #""ProfilerStep#\#(step + 4)""#),
      event("kernel", at: step * 10_000 + 100, #""gemm""#),
      event(
        "kernel", at: step * 10_000 + 1000,
        #""nccl","communication":{"kind":"all_reduce","group":0,"send_bytes":4096}"#),
    ]
  }

  private func writeNative(_ change: (Int, [String]) -> [String]) throws {
    let ranks = (0..<2).map {
      #"{"rank": \#($0), "file": "rank-\#($0).jsonl", "events": 6, "origin_ns": 0, "#
        + #""lanes": [{"kind": "stream", "name": "7"}]}"#
    }
    try directory.write(
      "manifest.json",
      #"{"schema": "refract.trace/1", "world_size": 2, "groups": [{"name": "0", "ranks": [0, 1]}], "#
        + #""ranks": [\#(ranks.joined(separator: ", "))]}"#)
    for rank in 0..<2 {
      try directory.write(
        "rank-\(rank).jsonl", change(rank, Self.lines).joined(separator: "\n"))
    }
  }

  private func run(_ command: String, _ more: String...) throws -> Tool.Outcome {
    try Tool.refract(
      [command, directory.path] + (command == "inspect" ? [] : ["--fabric", "hgx-h800-8"]) + more,
      within: 60)
  }

  private func scenario(_ run: Tool.Outcome) throws -> JSONNode {
    try JSONNode(parsing: Array(run.output.utf8), file: "stdout").required("scenarios").elements()[
      0]
  }

  private func salvaged(_ scenario: JSONNode) throws -> [String] {
    try scenario.required("assumptions").elements()
      .filter { try $0.required("code").string() == "salvaged" }
      .map { try $0.required("text").string() }
  }

  private func losses(_ scenario: JSONNode) throws -> [String] {
    try scenario.required("diagnostics").elements()
      .filter { try $0.required("severity").string() == "data loss" }
      .map { try $0.required("problem").string() }
  }

  @Test("a rank file cut in its last step: the last step that is whole takes its place")
  func cutStep() throws {
    try writeNative { rank, lines in
      rank == 1 ? Array(lines.prefix(5)) + ["{\"kind\":\"ker"] : lines
    }
    #expect(try run("replay").status == 65)
    let run = try run("replay", "--salvage", "--json")
    #expect(run.status == 0, "\(run.error)")
    let scenario = try scenario(run)
    #expect(
      try salvaged(scenario) == [
        "salvaged: records of rank-1.jsonl that can't be read are left out: 1",
        "salvaged: step 5 is not whole on all ranks; step 4 stands in its place",
      ])
    #expect(
      try losses(scenario) == [
        "not valid JSON: the text ends before the value does; the record is left out"
      ])
    #expect(run.error.contains("data loss: \(directory.path)/rank-1.jsonl, line 6, byte 12"))
    // The step that stands in: the same as of the whole trace.
    try writeNative { _, lines in lines }
    let whole = try self.scenario(self.run("replay", "--step", "4", "--json"))
    for key in ["step_time_ns", "captured_step_time_ns", "bytes"] {
      #expect(try scenario.required(key).value == whole.required(key).value)
    }
  }

  @Test("a rank file with fewer events than promised is read up to its end")
  func fewerEvents() throws {
    try writeNative { rank, lines in rank == 1 ? Array(lines.prefix(4)) : lines }
    let run = try run("replay", "--salvage", "--json")
    #expect(run.status == 0, "\(run.error)")
    #expect(
      try salvaged(scenario(run)).first
        == "salvaged: rank-1.jsonl is damaged and was read up to event 4 of 6, events kept: 4")
  }

  @Test("what is left of one step is no step: refused, with the reason, and inspect shows it")
  func notEnough() throws {
    try writeNative { rank, lines in rank == 1 ? Array(lines.prefix(2)) : Array(lines.prefix(3)) }
    let replay = try run("replay", "--salvage", "-o", directory.file("out"))
    #expect(replay.status == 65)
    #expect(
      replay.error.contains(
        "group '0', sequence 0: all_reduce is called by rank 0 and missing on rank 1; what could be "
          + "salvaged is not enough to replay; 'refract inspect' shows what there is"))
    #expect(try !directory.entries().contains("out"))
    let inspect = try run("inspect", "--salvage")
    #expect(inspect.status == 0)
    #expect(inspect.output.contains("rank-1.jsonl is damaged and was read up to event 2 of 6"))
    #expect(inspect.output.contains("can't be replayed as it is"))
  }

  @Test("a rank that can't be read at all is left out: then ranks are missing, or extrapolated")
  func lostRank() throws {
    try writeNative { rank, lines in rank == 1 ? [] : lines }
    let refused = try run("replay")
    #expect(refused.status == 65)
    #expect(refused.error.contains("or keep what can be read with --salvage [empty-input]"))
    let alone = try run("replay", "--salvage")
    #expect(alone.status == 65)
    #expect(alone.error.contains("there is no trace of rank 1"))
    let run = try run("replay", "--salvage", "--extrapolate", "--json")
    #expect(run.status == 0, "\(run.error)")
    #expect(
      try salvaged(scenario(run)) == [
        "salvaged: 1 of 2 files can't be read and are left out: rank-1.jsonl"
      ])
  }

  @Test("with nothing left, the first damage is the reason")
  func nothingLeft() throws {
    try writeNative { _, _ in ["hello"] }
    let run = try run("inspect", "--salvage")
    #expect(run.status == 65)
    #expect(run.error.contains("rank-0.jsonl, line 1, byte 0: not valid JSON"))
  }

  @Test("an ingested trace keeps what it leans on")
  func ingest() throws {
    try writeNative { rank, lines in rank == 1 ? Array(lines.prefix(4)) : lines }
    let native = try TemporaryDirectory()
    let ingest = try Tool.refract(
      ["ingest", directory.path, "--salvage", "-o", native.file("t")], within: 60)
    #expect(ingest.status == 0, "\(ingest.error)")
    let run = try Tool.refract(
      ["replay", native.file("t"), "--fabric", "hgx-h800-8", "--json"], within: 60)
    #expect(run.status == 0, "\(run.error)")
    #expect(try salvaged(scenario(run)).count == 2)
  }

  // MARK: Kineto files

  private func writeRank(_ number: Int, _ change: (String) -> String = { $0 }) throws {
    let text = TraceCases.kineto.mended("\"rank\": 0", "\"rank\": \(number)")
    try directory.write("rank\(number).json", change(text))
  }

  /// The trace with `count` kernels before the all-reduce, the last `bad` of them without a ts.
  private static func kernels(_ count: Int, bad: Int, in text: String) -> String {
    let events = (0..<count).map { index in
      #"{"ph": "X", "cat": "kernel", "name": "k", "tid": 7, "#
        + (index < count - bad ? #""ts": \#(index), "# : "") + #""dur": 1}, "#
    }
    return text.mended("\"traceEvents\": [", "\"traceEvents\": [" + events.joined())
  }

  @Test("events that can't be read are left out and counted, the rest is replayed")
  func badEvents() throws {
    try writeRank(0) { Self.kernels(10, bad: 7, in: $0) }
    try writeRank(1)
    let run = try run("replay", "--salvage", "--json")
    #expect(run.status == 0, "\(run.error)")
    let scenario = try scenario(run)
    #expect(
      try salvaged(scenario) == [
        "salvaged: records of rank0.json that can't be read are left out: 7"
      ])
    #expect(
      try losses(scenario)
        == [String](repeating: "a complete event has no ts; the record is left out", count: 5))
    #expect(run.error.contains("note: \(directory.path)/rank0.json: 2 more of this kind, 7 in all"))
  }

  @Test("a text cut short is read up to the cut, packed or plain", arguments: ["", "zstd", "gzip"])
  func cutText(program: String) throws {
    try writeRank(0) { Self.kernels(2000, bad: 0, in: $0) }
    try writeRank(1)
    let path = directory.file("rank0.json")
    if !program.isEmpty {
      _ = try Tool.run(program, program == "zstd" ? ["-q", "--rm", path] : [path])
      _ = try Tool.run("mv", [path + (program == "zstd" ? ".zst" : ".gz"), path])
    }
    let whole = try bytes(of: path)
    try directory.write("rank0.json", Array(whole.prefix(whole.count * 9 / 10)))
    let refused = try run("inspect")
    #expect(refused.status == 65)
    let run = try run("inspect", "--salvage")
    // A compressed file may be one block, of which nothing comes out.
    guard run.status == 0 else {
      #expect(run.error.contains("middle of a frame"))
      return
    }
    #expect(run.output.contains("salvaged: "))
  }

  @Test("a file that is no capture is left out, and named")
  func foreignFile() throws {
    for rank in 0..<2 { try writeRank(rank) }
    try directory.write("notes.txt", "Tuesday's run\n")
    let run = try run("replay", "--salvage", "--json")
    #expect(run.status == 0, "\(run.error)")
    #expect(
      try salvaged(scenario(run)) == [
        "salvaged: 1 of 3 files can't be read and are left out: notes.txt"
      ])
  }

  @Test("a lost file's name still counts for the size of the job")
  func lostName() throws {
    for rank in 0..<2 {
      try writeRank(rank) { $0.mended(", \"world_size\": 2", "").mended("[0, 1]", "[]") }
    }
    try directory.write("rank3.json", "")
    let run = try run("replay", "--salvage")
    #expect(run.status == 65)
    #expect(run.error.contains("the job has 4 ranks, and there is no trace of ranks 2-3"))
  }

  @Test("limits are none of its business")
  func limits() throws {
    try writeRank(0) { $0 + String(repeating: " ", count: 1 << 20) }
    let run = try run("inspect", "--salvage")
    #expect(run.status == 65)
    #expect(run.error.contains("[limit-exceeded]"))
  }

  @Test(
    "every command that reads traces has it", arguments: ["ingest", "inspect", "replay", "compare"])
  func commands(command: String) throws {
    #expect(try Tool.refract(command, "--help").output.contains("--salvage"))
  }

  @Test("compare goes on with it as replay does, and the table says so")
  func compare() throws {
    try writeNative { rank, lines in rank == 1 ? Array(lines.prefix(4)) : lines }
    let run = try run("compare", "--fabric", "passage-512", "--salvage")
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output.contains("salvaged: rank-1.jsonl is damaged"))
    #expect(run.output.contains("salvaged: step 5 is not whole on all ranks; step 4 stands"))
  }

  @Test("sound input is the same with it and without")
  func sound() throws {
    for rank in 0..<2 { try writeRank(rank) }
    let plain = try run("replay", "--json")
    #expect(plain.status == 0, "\(plain.error)")
    #expect(try run("replay", "--json", "--salvage").output == plain.output)
  }

  @Test("line ends of Windows are read like others")
  func carriageReturns() throws {
    for rank in 0..<2 { try writeRank(rank) { $0.replacing("\n", with: "\r\n") } }
    let others = try TemporaryDirectory()
    let fabric = try others.write("f.json", FabricCases.fabric.replacing("\n", with: "\r\n"))
    let placement = try others.write("p.csv", "rank,gpu\r\n0,1\r\n1,0\r\n")
    let run = try Tool.refract(
      ["replay", directory.path, "--fabric", fabric, "--placement", placement], within: 60)
    #expect(run.status == 0, "\(run.error)")
  }
}
