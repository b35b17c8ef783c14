import TestSupport

/// Flight recorder dumps, as JSON, that contradict themselves or one another.
enum FlightRecorderCases {
  static let entry =
    #"{"pg_id":1,"process_group":["5","ep"],"collective_seq_id":7,"p2p_seq_id":0,"#
    + #""profiling_name":"nccl:all_reduce","time_created_ns":1000,"input_sizes":[[4,2]],"#
    + #""input_dtypes":["Float"],"output_sizes":[[4,2]],"output_dtypes":["Float"],"#
    + #""state":"scheduled","is_p2p":false}"#

  static let dump =
    #"{"version":"2.9","pg_config":{"0":{"name":"0","desc":"default_pg","ranks":"[0, 1]"},"#
    + #""5":{"name":"5","desc":"ep","ranks":"[0, 1]"}},"pg_status":{},"entries":[\#(entry)]}"#

  private static func mended(
    _ name: String, _ old: String, _ new: String, _ error: String
  ) -> BadInput {
    BadInput(
      "flight recorder: " + name, [.text("_dump_0", dump.mended(old, new))],
      "inspect {dir}/_dump_0", "{dir}/_dump_0" + error)
  }

  static let all: [BadInput] = contents + jobs + native

  private static let contents: [BadInput] =
    [
      mended(
        "cut short", #","is_p2p":false}]}"#, "",
        """
        , line 1, byte 405: not valid JSON: the text ends before the value does; mend or \
        capture the file again [malformed-json]
        """),
      mended(
        "no entries key", #""entries""#, #""entrees""#,
        ", at entries: the key 'entries' is missing; add it [missing-key]"),
      mended(
        "version 1", #""2.9""#, #""1.4""#,
        """
        , at version: is '1.4', and flight recorders of versions 2.x are read here; dump \
        with PyTorch 2.4 or later [unsupported-version]
        """),
      mended(
        "no state", #""state":"scheduled","#, "",
        ", at entries[0].state: the key 'state' is missing; add it [missing-key]"),
      mended(
        "an unknown state", #""scheduled""#, #""lost""#,
        """
        , at entries[0].state: is no state of a call: scheduled, started or completed \
        [value-out-of-range]
        """),
      mended(
        "no number", #""collective_seq_id":7,"#, "",
        ", at entries[0].seq_id: the key 'seq_id' is missing; add it [missing-key]"),
      mended(
        "a negative number", #""collective_seq_id":7"#, #""collective_seq_id":-7"#,
        ", at entries[0].collective_seq_id: -7 is less than 0 [value-out-of-range]"),
      mended(
        "a time of NaN", "1000", "NaN",
        """
        , line 1, byte 285: not valid JSON: 'NaN' is no JSON number; write a finite number, \
        or null where there is none [malformed-json]
        """),
      mended(
        "no time", #""time_created_ns":1000,"#, "",
        """
        , at entries[0].time_created_ns: the key 'time_created_ns' is missing; add it \
        [missing-key]
        """),
      mended(
        "an unknown dtype", #""input_dtypes":["Float"]"#, #""input_dtypes":["Quarter"]"#,
        """
        , at entries[0].input_dtypes[0]: the dtype 'Quarter' is not known; name one of \
        PyTorch's, such as Float or BFloat16 [collective-unsized]
        """),
      mended(
        "a tensor without a dtype", #""input_dtypes":["Float"]"#, #""input_dtypes":[]"#,
        ", at entries[0].input_sizes[0]: is a tensor without a dtype [missing-key]"),
      mended(
        "a tensor of negative size", "[[4,2]]", "[[4,-2]]",
        ", at entries[0].input_sizes[0][1]: -2 is less than 0 [value-out-of-range]"),
      mended(
        "a tensor beyond any message", "[[4,2]]", "[[9223372036854775807,9]]",
        """
        : all_reduce in group '5': 9223372036854775807 bytes are no size of a \
        message\(damaged) [value-out-of-range]
        """),
      mended(
        "a group of which the rank is no member", #""ep","ranks":"[0, 1]""#,
        #""ep","ranks":"[1]""#,
        """
        : rank 0 communicates in group '5', of which it is no member; name files of one \
        job only, each under its own rank [group-unknown]
        """),
      mended(
        "a group beyond the world", #""ep","ranks":"[0, 1]""#, #""ep","ranks":"[0, 2]""#,
        ": group '5' names rank 2 of a job of 2 ranks; name files of one job only [value-out-of-range]"
      ),
      mended(
        "a group nobody lists", #"["5","ep"]"#, #"["6","ep"]"#,
        """
        : the ranks of group '6' are neither on an event nor in distributedInfo, or only \
        cut short; name a file that states them, or capture with a PyTorch that writes \
        pg_config [group-unknown]
        """),
      mended(
        "a rank that is none", #""ep","ranks":"[0, 1]""#, #""ep","ranks":"[0, -1]""#,
        ", at pg_config.5.ranks: -1 is no rank [value-out-of-range]"),
      mended(
        "a send that does not say where", "nccl:all_reduce", "nccl:send",
        """
        , at entries[0].profiling_name: does not say the other rank, as in 'nccl:send \
        0->3' [value-out-of-range]
        """),
      mended(
        "a send beyond its group", "nccl:all_reduce", "nccl:send 0->4",
        """
        , at entries[0].profiling_name: 'nccl:send 0->4' names place 4 of group '5', which \
        has 2 ranks [group-unknown]
        """),
    ]

  private static let jobs: [BadInput] = [
    BadInput(
      "flight recorder: a rank twice", [.text("a_dump_1", dump), .text("b_dump_1", dump)],
      "inspect {dir}",
      """
      {dir}/b_dump_1: is rank 1, and so is {dir}/a_dump_1; name one file a rank, all of \
      one job [duplicate-rank]
      """),
    BadInput(
      "flight recorder: a rank beyond the world", [.text("_dump_2", dump)], "inspect {dir}",
      """
      {dir}/_dump_2: is rank 2 of a job of 2 ranks; ranks count from 0; name files of one \
      job only [value-out-of-range]
      """),
    BadInput(
      "flight recorder: a status in a group of others",
      [
        .text(
          "_dump_0",
          dump.mended(entry, "").mended(#""ep","ranks":"[0, 1]""#, #""ep","ranks":"[1]""#)
            .mended(
              #""pg_status":{}"#,
              #""pg_status":{"0":{"last_enqueued_collective":3},"1":{}}"#))
      ], "inspect {dir}/_dump_0",
      """
      {dir}/_dump_0: rank 0 has a status in group '5', of which it is no member; name files \
      of one job only, each under its own rank [group-unknown]
      """),
    BadInput(
      "flight recorder: a job that hung",
      [.text("_dump_0", dump), .text("_dump_1", dump.mended(entry, ""))],
      "replay {dir} --fabric hgx-h100-8",
      """
      {dir}: the job hung and has no whole step: rank 1 never came to all_reduce 7 of \
      group 'ep (5)', in which rank 0 waits; 'refract inspect --matching' shows who waits \
      for whom [job-hung]
      """),
  ]

  /// What flight recorders add to the native format.
  private static let native: [BadInput] = [
    BadInput(
      "rank file: an unknown state",
      NativeTraceCases.files(
        events: NativeTraceCases.events.mended(
          #""group":0"#, #""group":0,"state":"lost""#)), "inspect {dir}",
      """
      {dir}/r0, line 2, at communication.state: must be 'scheduled', 'started' or \
      'completed'; keep what can be read with --salvage [value-out-of-range]
      """),
    progress(
      "of a group that is not there", #"[{"group": 1}]"#,
      "manifest.json, at ranks[0].progress[0].group: 1 is not within 0...0 [value-out-of-range]"),
    progress(
      "of a group twice", #"[{"group": 0}, {"group": 0}]"#,
      """
      manifest.json, at ranks[0].progress: the group 0 stands here a second time \
      [value-out-of-range]
      """),
    progress(
      "below nothing", #"[{"group": 0, "last_enqueued": -1}]"#,
      """
      manifest.json, at ranks[0].progress[0].last_enqueued: -1 is less than 0 \
      [value-out-of-range]
      """),
    progress(
      "of an unknown kind", #"[{"group": 0, "last_seen": 1}]"#,
      """
      manifest.json, at ranks[0].progress[0].last_seen: the key 'last_seen' is not known \
      here; known keys are group, last_completed, last_enqueued, last_started [unknown-key]
      """),
    BadInput(
      "manifest: progress in a group of others",
      NativeTraceCases.files(
        manifest: NativeTraceCases.manifest.mended("\"ranks\": [0, 1]", "\"ranks\": [1]")
          .mended("\"origin_ns\": 0", "\"origin_ns\": 0, \"progress\": [{\"group\": 0}]")),
      "inspect {dir}",
      "{dir}/r0, at progress: rank 0 is no member of group '0' [group-unknown]"),
  ]

  private static func progress(_ name: String, _ value: String, _ error: String) -> BadInput {
    BadInput(
      "manifest: progress " + name,
      NativeTraceCases.files(
        manifest: NativeTraceCases.manifest.mended(
          "\"origin_ns\": 0", "\"origin_ns\": 0, \"progress\": " + value)),
      "inspect {dir}", "{dir}/" + error)
  }
}
