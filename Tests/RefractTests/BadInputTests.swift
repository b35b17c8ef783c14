import TestSupport
import Testing

/// Bad input as a user meets it: one message with file, place and remedy, the right exit status, and
/// nothing left behind that looks whole.
@Suite("Bad input")
struct BadInputTests {
  private static let sample = ProjectFiles.path("traces/sample-moe-ep8")
  private let directory: TemporaryDirectory
  private let out: String

  init() throws {
    directory = try TemporaryDirectory()
    out = directory.file("out")
  }

  private func expect(
    _ arguments: [String], status: Int32, says words: [String],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let run = try Tool.refract(arguments)
    #expect(run.status == status, "\(run.error)", sourceLocation: sourceLocation)
    for word in words {
      #expect(
        run.error.contains(word), "'\(word)' in: \(run.error)", sourceLocation: sourceLocation)
    }
    let messages = run.error.split(separator: "\n").count { $0.contains("error") }
    #expect(messages == 1, "\(run.error)", sourceLocation: sourceLocation)
    #expect(run.output.isEmpty, sourceLocation: sourceLocation)
    #expect(try !directory.entries().contains("out"), sourceLocation: sourceLocation)
  }

  private func replay(_ trace: String, fabric: String = "hgx-h800-8", _ more: String...) -> [String]
  {
    ["replay", trace, "--fabric", fabric, "-o", out] + more
  }

  private static let kineto = """
    {"distributedInfo": {"rank": 0, "world_size": 2,
      "pg_config": [{"pg_name": "0", "pg_desc": "default_pg", "ranks": [0, 1]}]},
     "traceEvents": [
      {"ph": "X", "cat": "kernel", "name": "a", "tid": 7, "ts": 1, "dur": 5, "args": {"stream": 7}},
      {"ph": "X", "cat": "kernel", "name": "nccl", "tid": 7, "ts": 9, "dur": 5,
       "args": {"stream": 7, "Collective name": "allreduce", "dtype": "Float", "In msg nelems": 8,
                "Out msg nelems": 8, "Process Group Name": "0"}}]}
    """

  private func rank(_ number: Int, _ change: (String) -> String = { $0 }) throws -> String {
    try directory.write(
      "rank\(number).json",
      change(Self.kineto.replacing("\"rank\": 0", with: "\"rank\": \(number)")))
  }

  @Test("two good ranks replay")
  func good() throws {
    let run = try Tool.refract(replay(rank(0), rank(1)))
    #expect(run.status == 0, "\(run.error)")
  }

  @Test("no such file")
  func missingFile() throws {
    try expect(
      replay(directory.file("none.json")), status: 66, says: ["none.json", "no such file"])
  }

  @Test("an empty file")
  func emptyFile() throws {
    let path = try directory.write("empty.json", "")
    try expect(replay(path), status: 65, says: [path, "is empty", "capture it again"])
  }

  @Test("compressed files cut short", arguments: ["zstd", "gzip"])
  func cutShort(program: String) throws {
    let plain = try rank(0)
    _ = try Tool.run(program, program == "zstd" ? ["-qf", plain] : ["-kf", plain])
    let packed = try bytes(of: plain + (program == "zstd" ? ".zst" : ".gz"))
    let path = try directory.write("cut", Array(packed.prefix(packed.count * 2 / 3)))
    try expect(
      replay(path), status: 65,
      says: [path, "middle of a frame", "compressed byte", "copy the file again"])
  }

  @Test("JSON broken in the middle")
  func brokenJSON() throws {
    let path = try rank(0) { $0.replacing("\"tid\": 7, \"ts\": 9", with: "\"tid\" 7, \"ts\": 9") }
    try expect(replay(path), status: 65, says: [path, "byte", "not valid JSON"])
  }

  @Test("JSON that ends in the middle")
  func cutJSON() throws {
    let path = try rank(0) { String($0.dropLast(60)) }
    try expect(replay(path), status: 65, says: [path, "byte", "ends in the middle of traceEvents"])
  }

  @Test("a missing rank")
  func missingRank() throws {
    try expect(
      replay(rank(0)), status: 65, says: ["rank0.json", "no trace of rank 1", "--extrapolate"])
  }

  @Test("two ranks that disagree on a collective")
  func disagreement() throws {
    let paths = try [rank(0), rank(1) { $0.replacing("allreduce", with: "allgather") }]
    try expect(
      replay(paths[0], paths[1]), status: 65,
      says: [
        "rank0.json and 1 more",
        "group 'default_pg (0)'", "sequence 0", "all_reduce on rank 0", "all_gather on rank 1",
      ])
  }

  @Test("a rank without its collective")
  func missingCollective() throws {
    let paths = try [rank(0), rank(1) { $0.replacing("Collective name", with: "Other") }]
    try expect(
      replay(paths[0], paths[1]), status: 65,
      says: ["sequence 0", "called by rank 0", "missing on rank 1"])
  }

  @Test("a negative bandwidth")
  func negativeBandwidth() throws {
    let preset = String(
      decoding: try bytes(of: ProjectFiles.path("Sources/Fabric/Presets/copper-144.json")),
      as: UTF8.self)
    let path = try directory.write("f.json", preset.replacing("14400", with: "-14400"))
    try expect(
      replay(Self.sample, fabric: path), status: 65,
      says: [path, "pod.scale_up.bandwidth_gbps", "-14400"])
  }

  @Test("two ranks on one GPU")
  func sharedGPU() throws {
    let lines = (0..<8).map { "\($0),pod0/gpu\($0 / 2)\n" }.joined()
    let path = try directory.write("p.csv", "rank,gpu\n" + lines)
    try expect(
      replay(Self.sample, "--placement", path), status: 65,
      says: ["ranks 0 and 1", "pod0/gpu0", "a GPU of its own"])
  }

  @Test("a job larger than the fabric")
  func largerThanFabric() throws {
    let preset = String(
      decoding: try bytes(of: ProjectFiles.path("Sources/Fabric/Presets/hgx-h800-8.json")),
      as: UTF8.self)
    let small = preset.replacing("\"gpus\": 8", with: "\"gpus\": 4")
      .replacing("\"pods\": 256", with: "\"pods\": 1")
      .replacing("\"gpus_per_node\": 8", with: "\"gpus_per_node\": 4")
    let path = try directory.write("f.json", small)
    try expect(
      replay(Self.sample, fabric: path), status: 65,
      says: ["fabric 'hgx-h800-8'", "8 ranks", "4 GPUs", "larger fabric"])
  }

  @Test("sizes that no clock can count out")
  func endless() throws {
    let huge = { (text: String) in
      text.replacing("nelems\": 8", with: "nelems\": 200000000000000000")
    }
    try expect(
      replay(rank(0, huge), rank(1, huge)), status: 65, says: ["all_reduce", "more than 26 days"])
  }

  @Test("a word that is neither a policy nor a file, nor rules")
  func unknownWords() throws {
    try expect(
      replay(Self.sample, "--placement", "liner"), status: 66, says: ["liner", "'linear'"])
    try expect(
      replay(Self.sample, "--rules", "deep"), status: 66, says: ["deep", "deepep"])
  }

  @Test("an unknown fabric")
  func unknownFabric() throws {
    try expect(
      replay(Self.sample, fabric: "copper"), status: 66, says: ["copper", "copper-144"])
  }

  @Test("a step that is not there")
  func unknownStep() throws {
    try expect(
      replay(Self.sample, "--step", "3"), status: 65, says: ["no step 3", "it has the steps 7"])
  }

  @Test("wrong words on the command line")
  func usage() throws {
    for arguments in [
      ["replay", Self.sample], ["compare", Self.sample], ["replay", "--fabric", "x"],
      replay(Self.sample, "--step", "soon"), replay(Self.sample, "--dedup", "rack"),
      replay(Self.sample, "--threads", "0"), ["refold"],
    ] {
      let run = try Tool.refract(arguments)
      #expect(run.status == 64, "\(arguments): \(run.error)")
    }
  }

  @Test("an output directory that can't be made")
  func output() throws {
    let run = try Tool.refract(
      "replay", Self.sample, "--fabric", "hgx-h800-8", "-o", "/proc/none/out")
    #expect(run.status == 73, "\(run.error)")
    #expect(run.error.contains("/proc/none/out"))
  }
}
