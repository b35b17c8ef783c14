import TestSupport

/// NCCL Inspector files that break their format, or don't go together.
enum InspectorCases {
  private static let line =
    #"{"header":{"id":"0xa","rank":0,"n_ranks":2,"nnodes":1},"metadata":{"#
    + #""inspector_output_format_version":"v4.0","dump_timestamp_us":2000,"hostname":"h","pid":7},"#
    + #""coll_perf":{"coll":"AllReduce","coll_sn":3,"coll_msg_size_bytes":1000,"#
    + #""coll_exec_time_us":50}}"# + "\n"

  private static func mended(
    _ name: String, _ old: String, _ new: String, _ error: String
  ) -> BadInput {
    BadInput(
      "inspector: " + name, [.text("a.log", line.mended(old, new))], "inspect {dir}/a.log",
      "{dir}/a.log" + error)
  }

  private static func after(_ name: String, _ old: String, _ new: String, _ error: String)
    -> BadInput
  {
    BadInput(
      "inspector: " + name, [.text("a.log", line + line.mended(old, new))],
      "inspect {dir}/a.log", "{dir}/a.log" + error)
  }

  static let all: [BadInput] = [
    mended(
      "no header", #""header""#, #""heading""#,
      ", line 1, at header: the key 'header' is missing; add it\(orSalvage) [missing-key]"),
    mended(
      "no number", #""coll_sn":3,"#, "",
      """
      , line 1, at coll_perf.coll_sn: the key 'coll_sn' is missing; add it\(orSalvage) \
      [missing-key]
      """),
    mended(
      "no size", #""coll_msg_size_bytes":1000,"#, "",
      """
      , line 1, at coll_perf.coll_msg_size_bytes: the key 'coll_msg_size_bytes' is missing; \
      add it\(orSalvage) [missing-key]
      """),
    mended(
      "a time of NaN", "50", "NaN",
      """
      , line 1, byte 248: not valid JSON: 'NaN' is no JSON number; write a finite number, \
      or null where there is none\(orSalvage) [malformed-json]
      """),
    mended(
      "a negative time", "50", "-50",
      """
      , line 1, at coll_perf.coll_exec_time_us: is -50 and must be at least 0; keep what \
      can be read with --salvage [value-out-of-range]
      """),
    mended(
      "half a byte", "1000", "1000.5",
      """
      , line 1, at coll_perf.coll_msg_size_bytes: is a number where a whole number is \
      expected; keep what can be read with --salvage [wrong-type]
      """),
    mended(
      "a rank beyond its communicator", #""rank":0"#, #""rank":2"#,
      """
      , line 1, at header.rank: 2 is not within 0...1; keep what can be read with \
      --salvage [value-out-of-range]
      """),
    mended(
      "a communicator of no ranks", #""n_ranks":2"#, #""n_ranks":0"#,
      """
      , line 1, at header.n_ranks: 0 is not within 1...1048576; keep what can be read with \
      --salvage [value-out-of-range]
      """),
    after(
      "two ranks in one file", #""rank":0"#, #""rank":1"#,
      """
      , line 2, at header: is rank 1 of 2 of communicator 0xa, and was rank 0 of 2 in an \
      earlier line; a file of a process with several GPUs is not read; run one process a \
      GPU\(orSalvage) [value-out-of-range]
      """),
    after(
      "two processes in one file", #""pid":7"#, #""pid":8"#,
      """
      , line 2, at metadata: is of process 8, and earlier lines are of process 7; name the \
      files of single processes, not several joined\(orSalvage) [value-out-of-range]
      """),
    after(
      "a line cut short", "50}}", "5",
      """
      , line 2, byte 249: not valid JSON: the text ends before the value does; mend or \
      capture the file again\(orSalvage) [malformed-json]
      """),
    BadInput(
      "inspector: a rank twice", [.text("a.log", line), .text("b.log", line)], "inspect {dir}",
      """
      {dir}/b.log: is rank 0, and so is {dir}/a.log; name one file a rank, all of one job \
      [duplicate-rank]
      """),
    BadInput(
      "inspector: a place twice",
      [.text("rank0.log", line), .text("rank1.log", line)], "inspect {dir}",
      """
      {dir}/rank1.log: is rank 0 of communicator 0xa, and so is {dir}/rank0.log; name one \
      file a rank, all of one job [duplicate-rank]
      """),
    BadInput(
      "inspector: a communicator of two sizes",
      [
        .text("rank0.log", line),
        .text("rank1.log", line.mended(#""rank":0,"n_ranks":2"#, #""rank":1,"n_ranks":3"#)),
      ], "inspect {dir}",
      """
      {dir}/rank1.log: communicator 0xa has 3 ranks here and 2 in another file; name files \
      of one job only [collective-mismatch]
      """),
    BadInput(
      "inspector: a send to a rank without a file",
      [
        .text(
          "rank1.log",
          line.mended(#""rank":0,"n_ranks":2"#, #""rank":0,"n_ranks":3"#)
            .mended("coll_perf", "p2p_perf").mended(#""coll":"AllReduce""#, #""p2p":"Send""#)
            .replacing("\"coll_", with: "\"p2p_").mended(#""p2p_sn""#, #""p2p_peer":2,"p2p_sn""#))
      ], "inspect {dir}",
      """
      {dir}/rank1.log: communicates with rank 2 of group '0xa/P2P', whose file is not \
      there; name the files of all ranks [group-unknown]
      """),
  ]
}
