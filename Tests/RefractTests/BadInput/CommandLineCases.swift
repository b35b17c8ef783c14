import TestSupport

/// Command lines that ask for what can't be.
enum CommandLineCases {
  /// Two ranks that are right, and a replay of them that lacks a fabric.
  static let job = (0..<2).map {
    BadFile.text("rank\($0).json", TraceCases.kineto.mended("\"rank\": 0", "\"rank\": \($0)"))
  }
  private static let ranks = "{dir}/rank0.json {dir}/rank1.json"
  static let replay = "replay \(ranks) -o {dir}/out"

  private static func usage(_ name: String, _ arguments: String, _ error: String) -> BadInput {
    BadInput("usage: " + name, [], arguments, status: 64, error)
  }

  static let all = [
    usage("no such command", "refold", "Error: Unexpected argument 'refold'…"),
    usage(
      "no trace", "replay --fabric hgx-h800-8", "Error: Missing expected argument '<inputs> ...'…"),
    usage("no fabric", "replay \(ranks)", "Error: Missing expected argument '--fabric <fabric>'…"),
    usage(
      "no fabric to compare on", "compare \(ranks)",
      "Error: Missing expected argument '--fabric <fabric> ...'…"),
    usage("no output", "ingest \(ranks)", "Error: Missing expected argument '--output <dir>'…"),
    usage(
      "an unknown option", replay + " --fabric hgx-h800-8 --speed 9",
      "Error: Unknown option '--speed'. Did you mean '--step'?…"),
    usage(
      "no replica", replay + " --fabric hgx-h800-8 --replicas 0", "Error: --replicas is at least 1…"
    ),
    usage(
      "replicas of no trace",
      "place export --ranks 8 --replicas 2 --fabric hgx-h800-8 --to openmpi -o {dir}/out",
      "Error: --replicas puts a trace on the fabric several times, and there is none…"),
    BadInput(
      "usage: more replicas than are looked at", job,
      replay + " --fabric hgx-h800-8 --replicas 9999999999", status: 65,
      """
      {dir}/rank0.json and 1 more: 9999999999 replicas of 2 ranks are more than 1048576 ranks; ask \
      for fewer with --replicas [limit-exceeded]
      """),
    BadInput(
      "usage: replicas that have no room", job, replay + " --fabric hgx-h800-8 --replicas 100000",
      status: 65,
      """
      fabric 'hgx-h800-8': the job has 200000 ranks, and fabric 'hgx-h800-8' has 2048 GPUs; choose a \
      larger fabric, or raise 'pods' in its file [fabric-too-small]
      """),
    usage(
      "a step that is a word", replay + " --fabric hgx-h800-8 --step soon",
      "Error: --step takes a number, 'last' or 'all', not 'soon'…"),
    usage(
      "a negative step", replay + " --fabric hgx-h800-8 --step=-1",
      "Error: --step takes a number, 'last' or 'all', not '-1'…"),
    usage(
      "a step beyond 64 bits", replay + " --fabric hgx-h800-8 --step 99999999999999999999",
      "Error: --step takes a number, 'last' or 'all', not '99999999999999999999'…"),
    usage(
      "a domain that nobody knows", replay + " --fabric hgx-h800-8 --dedup rack",
      """
      Error: The value 'rack' is invalid for '--dedup <domain>'. Please provide one of \
      'none', 'rank', 'node' or 'pod'.…
      """),
    usage(
      "no threads", replay + " --fabric hgx-h800-8 --threads 0", "Error: --threads is at least 1…"),
    usage(
      "a stage of no ranks", replay + " --fabric hgx-h800-8 --tp 0",
      "Error: --tp and --pp are at least 1…"),
    usage(
      "hosts of no ranks", replay + " --fabric hgx-h800-8 --ranks-per-host 0",
      "Error: --ranks-per-host is at least 1…"),
    BadInput(
      "a step that is not there", CommandLineCases.job, replay + " --fabric hgx-h800-8 --step 3",
      """
      {dir}/rank0.json and 1 more: rank 0 has no step 3; the trace marks no steps; leave \
      --step out [no-such-step]
      """),
    BadInput(
      "parallel sizes that do not divide the job", [.text("rank0.json", TraceCases.kineto)],
      "replay {dir}/rank0.json --extrapolate --tp 3 --fabric hgx-h800-8 -o {dir}/out", status: 64,
      "--tp 3 times --pp 1 does not divide the job's 2 ranks [usage]"),
    BadInput(
      "an output under what is no directory", CommandLineCases.job + [.text("f", "")],
      "replay \(ranks) --fabric hgx-h800-8 -o {dir}/f/out", status: 73,
      """
      {dir}/f/out: can't be made a directory: Not a directory; name a directory whose \
      parent exists and can be written [cannot-write]
      """),
    BadInput(
      "an output without a parent", CommandLineCases.job,
      "replay \(ranks) --fabric hgx-h800-8 -o {dir}/a/out", status: 73,
      """
      {dir}/a/out: can't be made a directory: No such file or directory; name a \
      directory whose parent exists and can be written [cannot-write]
      """),
    BadInput(
      "an output that is a file", CommandLineCases.job + [.text("f", "")],
      "replay \(ranks) --fabric hgx-h800-8 -o {dir}/f", status: 73,
      """
      {dir}/f: can't be made a directory: File exists; name a directory whose parent \
      exists and can be written [cannot-write]
      """),
    BadInput(
      "an output that can't be made", CommandLineCases.job,
      "replay \(ranks) --fabric hgx-h800-8 -o /proc/none/out", status: 73,
      """
      /proc/none/out: can't be made a directory: No such file or directory; name a \
      directory whose parent exists and can be written [cannot-write]
      """),
    BadInput(
      "a trace directory that is a file", CommandLineCases.job + [.text("f", "")],
      "ingest \(ranks) -o {dir}/f", status: 73,
      """
      {dir}/f: can't be made a directory: File exists; name a directory whose parent \
      exists and can be written [cannot-write]
      """),
    BadInput(
      "results that are a directory",
      CommandLineCases.job + [BadFile("out/results.json", .directory)],
      "replay \(ranks) --fabric hgx-h800-8 -o {dir}/out", status: 73,
      """
      {dir}/out/results.json: can't be replaced: Is a directory; remove it, or name \
      another directory [cannot-write]
      """),
  ]
}
