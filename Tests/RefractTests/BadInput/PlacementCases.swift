import TestSupport

/// Placement files that are wrong, for a job of 2 ranks.
enum PlacementCases {
  private static let lines = (0..<2).map { "\($0),pod0/gpu\($0)" }
  private static let placement = "rank,gpu\n" + lines.joined(separator: "\n") + "\n"

  private static func changed(
    _ name: String, _ old: String, _ new: String, _ error: String
  ) -> BadInput {
    file(name, .bytes(Array(placement.mended(old, new).utf8)), error)
  }

  private static func file(
    _ name: String, _ content: BadFile.Content, status: Int32 = 65, _ error: String
  ) -> BadInput {
    BadInput(
      "placement: " + name, CommandLineCases.job + [BadFile("p.csv", content)],
      CommandLineCases.replay + " --fabric hgx-h800-8 --placement {dir}/p.csv", status: status,
      "{dir}/p.csv" + error)
  }

  /// The policies, as messages list them.
  static let policies =
    "linear, block, cyclic, plane=N, order=tp-cp-ep-dp-pp, group-first=KIND, rail-aligned, "
    + "random=SEED, captured and hosts=LIST"

  static let all = [
    changed(
      "no heading", "rank,gpu\n", "",
      """
      , line 1: the first line is not the heading 'rank,gpu'; add the heading \
      [malformed-placement]
      """),
    changed(
      "another heading", "rank,gpu", "gpu,rank",
      """
      , line 1: the first line is not the heading 'rank,gpu'; add the heading \
      [malformed-placement]
      """),
    changed(
      "two ranks on one GPU", "1,pod0/gpu1", "1,pod0/gpu0",
      """
      , line 3: ranks 0 and 1 are both placed on pod0/gpu0; give each rank a GPU of its \
      own [placement-conflict]
      """),
    changed(
      "two ranks on one GPU, one by number", "1,pod0/gpu1", "1,0",
      """
      , line 3: ranks 0 and 1 are both placed on pod0/gpu0; give each rank a GPU of its \
      own [placement-conflict]
      """),
    changed(
      "a rank twice", "1,pod0/gpu1", "1,pod0/gpu1\n1,pod1/gpu1",
      """
      , line 4: rank 1 is placed a second time; give each rank one line \
      [malformed-placement]
      """),
    changed(
      "a missing rank", "1,pod0/gpu1\n", "",
      ": no GPU is given for rank 1 of 2; add a line for each rank [placement-incomplete]"),
    changed(
      "a rank that the job does not have", "1,pod0", "2,pod0",
      """
      , line 3: rank 2 is not one of the job's 2 ranks; ranks count from 0; remove the \
      line [malformed-placement]
      """),
    changed(
      "a negative rank", "1,pod0", "-1,pod0",
      """
      , line 3: rank -1 is not one of the job's 2 ranks; ranks count from 0; remove the \
      line [malformed-placement]
      """),
    changed(
      "a rank that is text", "1,pod0", "one,pod0",
      """
      , line 3: is not a rank and a GPU with a comma between; write for example \
      3,pod0/gpu3 [malformed-placement]
      """),
    changed(
      "a GPU that is not there", "1,pod0/gpu1", "1,pod0/gpu8",
      """
      , line 3: 'pod0/gpu8' is no GPU of fabric 'hgx-h800-8'; GPUs are numbers below \
      2048, or names up to pod255/gpu7 [malformed-placement]
      """),
    changed(
      "a pod that is not there", "1,pod0/gpu1", "1,pod256/gpu1",
      """
      , line 3: 'pod256/gpu1' is no GPU of fabric 'hgx-h800-8'; GPUs are numbers below \
      2048, or names up to pod255/gpu7 [malformed-placement]
      """),
    changed(
      "a GPU's number that is not there", "1,pod0/gpu1", "1,2048",
      """
      , line 3: '2048' is no GPU of fabric 'hgx-h800-8'; GPUs are numbers below 2048, or \
      names up to pod255/gpu7 [malformed-placement]
      """),
    changed(
      "a GPU's number beyond 64 bits", "1,pod0/gpu1", "1,99999999999999999999",
      """
      , line 3: '99999999999999999999' is no GPU of fabric 'hgx-h800-8'; GPUs are \
      numbers below 2048, or names up to pod255/gpu7 [malformed-placement]
      """),
    changed(
      "a GPU with a sign", "1,pod0/gpu1", "1,pod0/gpu+1",
      """
      , line 3: 'pod0/gpu+1' is no GPU of fabric 'hgx-h800-8'; GPUs are numbers below \
      2048, or names up to pod255/gpu7 [malformed-placement]
      """),
    changed(
      "three fields", "1,pod0/gpu1", "1,pod0,1",
      """
      , line 3: is not a rank and a GPU with a comma between; write for example \
      3,pod0/gpu3 [malformed-placement]
      """),
    changed(
      "quotes", "1,pod0/gpu1", "\"1\",\"pod0/gpu1\"",
      """
      , line 3: is not a rank and a GPU with a comma between; write for example \
      3,pod0/gpu3 [malformed-placement]
      """),
    changed(
      "a byte order mark", "rank,gpu", "\u{FEFF}rank,gpu",
      """
      , line 1: the text begins with a byte order mark; save the file as UTF-8 without \
      one [malformed-placement]
      """),
    changed(
      "a zero byte", "1,pod0", "1\0,pod0",
      """
      , line 3: is not a rank and a GPU with a comma between; write for example \
      3,pod0/gpu3 [malformed-placement]
      """),
    file(
      "UTF-16", .bytes([0xFF, 0xFE] + placement.utf8.flatMap { [$0, 0] }),
      ", line 1: the text is UTF-16; save the file as UTF-8 [malformed-placement]"),
    file(
      "empty", .bytes([]),
      ": is empty; it was probably never written; write or capture it again [empty-input]"),
    file(
      "only a heading", .bytes(Array("rank,gpu\n".utf8)),
      ": no GPU is given for ranks 0-1 of 2; add a line for each rank [placement-incomplete]"),
    file(
      "a directory", .directory,
      ": is a directory where a file is expected; name a file in it [cannot-read]"),
    file(
      "a pipe", .pipe,
      """
      : is a pipe, and files are read more than once; write what comes through it to a \
      file, and name that [cannot-read]
      """),
    file(
      "gzip cut short", .cut(placement, by: .gzip, share: 0.5),
      """
      : the gzip data ends in the middle of a frame, after compressed byte 22; the copy \
      or the job was cut short; copy the file again [truncated]
      """),
    BadInput(
      "placement: neither a policy nor a file", CommandLineCases.job,
      CommandLineCases.replay + " --fabric hgx-h800-8 --placement liner", status: 66,
      "liner: is neither a placement policy nor a file; policies are " + policies
        + " [no-such-file]"),
  ]
}
