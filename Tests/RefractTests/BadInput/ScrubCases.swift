/// Traces that can't be scrubbed as asked.
enum ScrubCases {
  private static let ranks = "{dir}/rank0.json {dir}/rank1.json"
  private static let scrub = "scrub \(ranks) -o {dir}/out"

  static let all = [
    BadInput(
      "scrub: no output", [], "scrub \(ranks)", status: 64,
      "Error: Missing expected argument '--output <dir>'…"),
    BadInput(
      "scrub: no input", [], "scrub -o {dir}/out", status: 64,
      "Error: Missing expected argument '<inputs> ...'…"),
    BadInput(
      "scrub: an output that is there", CommandLineCases.job + [BadFile("out", .directory)], scrub,
      status: 73,
      """
      {dir}/out: is there already; name a directory that does not exist yet, or remove it \
      [cannot-write]
      """),
    BadInput(
      "scrub: an output that is a file", CommandLineCases.job + [.text("out", "")], scrub + "/",
      status: 73,
      """
      {dir}/out: is there already; name a directory that does not exist yet, or remove it \
      [cannot-write]
      """),
    BadInput(
      "scrub: an output without a parent", CommandLineCases.job, "scrub \(ranks) -o {dir}/a/out",
      status: 73,
      """
      {dir}/a/out: can't be made a directory: No such file or directory; name a directory whose \
      parent exists and can be written [cannot-write]
      """),
    BadInput(
      "scrub: an input that is not there", [], "scrub {dir}/none.json -o {dir}/out", status: 66,
      "{dir}/none.json: no such file; check the name [no-such-file]"),
    BadInput(
      "scrub: an input that is no trace", [.text("rank0.json", "{\"a\": 1}")],
      "scrub {dir}/rank0.json -o {dir}/out",
      """
      {dir}/rank0.json: is in no capture format known here; name PyTorch Kineto files, Chakra traces, \
      NCCL flight recorder dumps or NCCL Inspector files (plain, .gz or .zst), a native trace \
      directory, or an archive (.tar, .tar.gz or .tar.zst) of such [unknown-format]
      """),
    BadInput(
      "scrub: a forbidden word of the format", CommandLineCases.job, scrub + " --forbid Kind",
      """
      {dir}/out/manifest.json, line 20: the line would hold 'Kind', forbidden; it is a word of the \
      format, or part of a number that a replay needs; forbid something longer [secret-remains]
      """),
    BadInput(
      "scrub: a forbidden word of a file's name", CommandLineCases.job,
      scrub + " --forbid manifest.json",
      """
      {dir}/out/manifest.json: its name would hold 'manifest.json', forbidden; it is a word of the \
      format, or part of a number that a replay needs; forbid something longer [secret-remains]
      """),
    BadInput(
      "scrub: ranks without a trace", [.text("rank0.json", TraceCases.kineto)],
      "scrub {dir}/rank0.json -o {dir}/out",
      """
      the job has 2 ranks, and there is no trace of rank 1; name the files of all ranks, or let the \
      traced ones stand for all with --extrapolate [ranks-missing]
      """),
    BadInput(
      "scrub: a fabric that nobody knows", CommandLineCases.job, scrub + " --fabric none",
      status: 66,
      """
      none: is neither a fabric preset nor a file; presets are passage-512, \
      photonic-512-14t, copper-144, copper-128, gb200-nvl72, rubin-nvl144, ualink-1024, sue-512, \
      hgx-h800-8, hgx-h100-8, hgx-b200-8, dgx-a100-8, dgx-v100-8, mi300x-8, tpu-v4, gloo-host, \
      reference-switch [no-such-file]
      """),
  ]
}
