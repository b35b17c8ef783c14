import JSON
import TestSupport
import Testing

@Suite("inspect of jobs that hung, and --matching")
struct InspectMatchingTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Dumps of a job of two ranks: rank 0 waits in call 7, to which rank 1 never came.
  private func writeHungJob() throws {
    let dump = FlightRecorderCases.dump
    try directory.write("_dump_0", dump)
    try directory.write("_dump_1", dump.mended(FlightRecorderCases.entry, ""))
  }

  @Test("a dump of a job that hung is inspected: the diagnosis is the result")
  func inspect() throws {
    try writeHungJob()
    let run = try Tool.refract("inspect", directory.path)
    #expect(run.status == 0)
    let lines = run.output.split(separator: "\n")
    #expect(lines[0] == "ranks: 2 traced of 2")
    #expect(lines[1] == "nothing captured of rank 1")
    #expect(
      lines[2]
        == "hung: rank 1 never came to all_reduce 7 of group 'ep (5)', in which rank 0 waits")
    #expect(run.output.contains("can't be replayed as it is: error: the job hung"))
    #expect(
      run.error
        == "refract: warning: \(directory.path)/_dump_1: the dump holds no entries: the rank "
        + "is known, and what it did is not; its pg_status may tell how far it came; see 'refract "
        + "inspect --matching' [empty-input]\n")
  }

  @Test("--matching says who waits for whom, and what the missing were last seen at")
  func matching() throws {
    try writeHungJob()
    let run = try Tool.refract("inspect", directory.path, "--matching", "--quiet")
    #expect(run.status == 0 && run.error.isEmpty)
    #expect(
      run.output == """
        ranks: 2 traced of 2
        nothing captured of rank 1
        hung: rank 1 never came to all_reduce 7 of group 'ep (5)', in which rank 0 waits

        who waits for whom, most telling first (times from the first call captured):
          group   call          these wait  for     since ms  later alike
          ep (5)  all_reduce 7  rank 0      rank 1     0.000            0

        waited for, and waiting for nobody:
          rank 1: no calls captured

        collectives by group:
          group   ranks      matched by  collectives  complete  partial  first divergence  never came
          ep (5)  ranks 0-1  number                1         0        1  all_reduce 7      rank 1

        """)
  }

  @Test("--json holds the whole of it, and native traces say the same")
  func json() throws {
    try writeHungJob()
    let native = directory.file("native")
    #expect(try Tool.refract("ingest", directory.path, "-o", native, "--quiet").status == 0)
    for input in [directory.path, native] {
      let run = try Tool.refract("inspect", input, "--json", "--quiet")
      #expect(run.status == 0)
      let matching = try JSONNode(parsing: Array(run.output.utf8), file: "out").required("matching")
      let hang = try matching.required("hang")
      #expect(
        try hang.required("culprits").elements().map { try $0.required("rank").int(in: 0...9) }
          == [1])
      let wait = try hang.required("waits").elements()[0]
      #expect(try wait.required("group").string() == "5")
      #expect(try wait.required("sequence").int(in: 0...9) == 7)
      #expect(wait.value["waiting_ranks"] == .array([.integer(0)]))
      #expect(wait.value["missing_ranks"] == .array([.integer(1)]))
      let group = try matching.required("groups").elements()[0]
      #expect(try group.required("partial_collectives").elements().count == 1)
    }
  }

  @Test("a trace that ran through matches, with --matching alone")
  func sample() throws {
    let sample = ProjectFiles.path("traces/sample-moe-ep8")
    let run = try Tool.refract("inspect", sample, "--matching")
    #expect(run.status == 0 && !run.output.contains("hung") && !run.output.contains("disagree"))
    #expect(run.output.contains("collectives by group:"))
    #expect(try !Tool.refract("inspect", sample).output.contains("collectives by group:"))
    #expect(try !Tool.refract("inspect", sample, "--json").output.contains("\"matching\""))
    #expect(
      try Tool.refract("inspect", sample, "--json", "--matching").output.contains("\"matching\""))
  }

  @Test(
    "real dumps: inspected with status 0, refused by replay with group, number and ranks",
    .enabled(if: SharedFiles.arePresent, "\(SharedFiles.reason)"),
    arguments: [
      (
        "gpu_error_1st",
        "rank 12 never came to all_to_all 20537 of group 'EXPERT_MODEL_PARALLEL_GROUP (74)', in "
          + "which ranks 13-15 wait; ranks 0-11 are held up behind"
      ),
      (
        "lock_gil_1st",
        "ranks 9, 14 never came to all_to_all 45265 of group 'EXPERT_MODEL_PARALLEL_GROUP (72)', "
          + "in which ranks 8, 10-13, 15 wait; ranks 0-7 are held up behind"
      ),
    ])
  func real(_ job: String, _ sentence: String) throws {
    let input = SharedFiles.path("captures/flight-recorder-moe16/" + job)
    let run = try Tool.refract("inspect", input, "--matching", "--quiet")
    #expect(run.status == 0)
    #expect(run.output.contains("\nhung: " + sentence + "\n"))
    #expect(run.output.split(separator: "\n", omittingEmptySubsequences: false).count < 50)
    let replay = try Tool.refract("replay", input, "--fabric", "hgx-h100-8")
    #expect(replay.status == 65)
    #expect(replay.output.isEmpty)
    #expect(
      replay.error == "refract: error: \(input): the job hung and has no whole step: " + sentence
        + "; 'refract inspect --matching' shows who waits for whom [job-hung]\n")
  }

  @Test("dumps of a job that ran, with times, are replayed: what all rings hold")
  func replay() throws {
    for rank in 0..<2 {
      let entries = (rank == 0 ? 3...6 : 4...6).map { number in
        FlightRecorderCases.entry.mended("\"scheduled\"", "\"completed\",\"duration_ms\":0.5")
          .mended("\"collective_seq_id\":7", "\"collective_seq_id\":\(number)")
          .mended(":1000,", ":\(number)000000,")
      }
      try directory.write(
        "nccl_trace_rank_\(rank)",
        FlightRecorderCases.dump.mended(
          FlightRecorderCases.entry, entries.joined(separator: ",")))
    }
    let run = try Tool.refract("replay", directory.path, "--fabric", "hgx-h100-8")
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output.contains("captured step 2.500 ms"))
    #expect(
      run.output.contains(
        "calls that the flight recorders' rings no longer hold on all members are left out: 1"))
  }
}
