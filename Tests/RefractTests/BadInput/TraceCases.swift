/// Kineto files that are wrong by themselves, one change each to a file that is right.
enum TraceCases {
  /// Rank 0 of 2: two kernels, the second an all-reduce.
  static let kineto = """
    {"distributedInfo": {"rank": 0, "world_size": 2,
      "pg_config": [{"pg_name": "0", "pg_desc": "default_pg", "ranks": [0, 1]}]},
     "traceEvents": [
      {"ph": "X", "cat": "kernel", "name": "a", "tid": 7, "ts": 1, "dur": 5, "args": {"stream": 7}},
      {"ph": "X", "cat": "kernel", "name": "nccl", "tid": 7, "ts": 9, "dur": 5,
       "args": {"stream": 7, "Collective name": "allreduce", "dtype": "Float", "In msg nelems": 8,
                "Out msg nelems": 8, "Process Group Name": "0"}}]}
    """

  /// A file of one rank, changed, and what `inspect` says of it.
  static func changed(
    _ name: String, _ old: String, _ new: String, _ error: String
  ) -> BadInput {
    whole(name, kineto.mended(old, new), error)
  }

  static func whole(_ name: String, _ text: String, _ error: String) -> BadInput {
    BadInput(name, [.text("t.json", text)], "inspect {dir}/t.json", "{dir}/t.json" + error)
  }

  static func bytes(_ name: String, _ bytes: [UInt8], _ error: String) -> BadInput {
    BadInput(
      name, [BadFile("t.json", .bytes(bytes))], "inspect {dir}/t.json", "{dir}/t.json" + error)
  }

  private static func file(
    _ name: String, _ content: BadFile.Content, _ error: String
  ) -> BadInput {
    BadInput(name, [BadFile("t.json", content)], "inspect {dir}/t.json", "{dir}/t.json" + error)
  }

  static let all = files + text + events

  private static let files = [
    whole(
      "empty file", "",
      ": is empty; it was probably never written; write or capture it again [empty-input]"),
    whole(
      "no JSON", "hello\n",
      """
      : is in no capture format known here; name PyTorch Kineto files, Chakra traces, \
      NCCL flight recorder dumps or NCCL Inspector files (plain, .gz or .zst), a native trace \
      directory, or an archive (.tar, .tar.gz or .tar.zst) of such [unknown-format]
      """),
    whole(
      "JSON of another kind", #"{"nodes": []}"#,
      """
      : is in no capture format known here; name PyTorch Kineto files, Chakra traces, \
      NCCL flight recorder dumps or NCCL Inspector files (plain, .gz or .zst), a native trace \
      directory, or an archive (.tar, .tar.gz or .tar.zst) of such [unknown-format]
      """),
    whole(
      "an array of what are no events", #"[{"nodes": []}]"#,
      """
      : is in no capture format known here; name PyTorch Kineto files, Chakra traces, \
      NCCL flight recorder dumps or NCCL Inspector files (plain, .gz or .zst), a native trace \
      directory, or an archive (.tar, .tar.gz or .tar.zst) of such [unknown-format]
      """),
    bytes(
      "nothing but zero bytes", [UInt8](repeating: 0, count: 5000),
      """
      , byte 0: begins with 5000 zero bytes; the disk lost the file, it was never \
      written, or it is an archive of nothing; copy or capture it again [malformed-json]
      """),
    bytes(
      "a byte order mark", [0xEF, 0xBB, 0xBF] + Array(kineto.utf8),
      """
      , byte 0: not valid JSON: the text begins with a byte order mark; save the file as \
      UTF-8 without one [malformed-json]
      """),
    bytes(
      "UTF-16", [0xFF, 0xFE] + kineto.utf8.flatMap { [$0, 0] },
      ", byte 0: not valid JSON: the text is UTF-16; save the file as UTF-8 [malformed-json]"),
    file(
      "zstd cut short", .cut(kineto, by: .zstd, share: 0.7),
      """
      : the zstd data ends in the middle of a frame, after compressed byte 195; the copy \
      or the job was cut short; copy the file again [truncated]
      """),
    file(
      "gzip cut short", .cut(kineto, by: .gzip, share: 0.7),
      """
      : the gzip data ends in the middle of a frame, after compressed byte 189; the copy \
      or the job was cut short; copy the file again [truncated]
      """),
    file(
      "zstd damaged", .flipped(kineto, by: .zstd),
      """
      : the zstd data is corrupt near compressed byte 0: Data corruption detected; copy \
      the file again from where it was captured [corrupt-compression]
      """),
    file(
      "gzip damaged", .flipped(kineto, by: .gzip),
      """
      : the gzip data is corrupt near compressed byte 0: incorrect data check; copy the \
      file again from where it was captured [corrupt-compression]
      """),
    file(
      "a directory without files", .directory,
      """
      : the directory holds no files; name a directory of capture files, one a rank \
      [empty-input]
      """),
    file(
      "a pipe", .pipe,
      """
      : is a pipe, and files are read more than once; write what comes through it to a \
      file, and name that [cannot-read]
      """),
    BadInput(
      "an endless device", [], "inspect /dev/zero",
      "/dev/zero: is a device, not a file; name a file [cannot-read]"),
    BadInput(
      "a device", [], "inspect /dev/null",
      "/dev/null: is a device, not a file; name a file [cannot-read]"),
    BadInput(
      "no such file", [], "inspect {dir}/t.json", status: 66,
      "{dir}/t.json: no such file; check the name [no-such-file]"),
    BadInput(
      "a pattern that names nothing", [], "inspect {dir}/*.json", status: 66,
      "{dir}/*.json: no such file; check the name [no-such-file]"),
    BadInput(
      "a foreign file among captures",
      [.text("rank0.json", kineto), .text("notes.txt", "Tuesday's run\n")], "inspect {dir}",
      """
      {dir}/notes.txt: is in no capture format known here; name PyTorch Kineto files, \
      Chakra traces, NCCL flight recorder dumps or NCCL Inspector files (plain, .gz or \
      .zst), a native trace directory, or an archive (.tar, .tar.gz or .tar.zst) of \
      such\(orSalvage) [unknown-format]
      """),
  ]

  private static let text = [
    whole(
      "text that ends in an event", String(kineto.dropLast(60)),
      """
      , byte 244: the text ends in the middle of traceEvents, after 1 event; the \
      profiler or the copy was cut short; capture or copy the file again\(orSalvage) \
      [truncated]
      """),
    whole(
      "a bare array of events cut short", #"[{"ph": "X", "cat": "kernel", "ts": 1, "dur": 2}, {"#,
      """
      , byte 50: the text ends in the middle of traceEvents, after 1 event; the profiler \
      or the copy was cut short; capture or copy the file again\(orSalvage) [truncated]
      """),
    whole(
      "text behind a bare array of events", #"[{"ph": "X"}] {}"#,
      """
      , byte 14: text follows the end of the trace; one file holds one trace; split \
      it\(orSalvage) [malformed-json]
      """),
    whole(
      "text that ends in the header", String(kineto.prefix(60)),
      """
      , byte 20: the text ends in the middle of the value of 'distributedInfo'; the \
      profiler or the copy was cut short; capture or copy the file again [truncated]
      """),
    whole(
      "text that ends behind the events", String(kineto.dropLast(1)),
      """
      , byte 474: the text ends in the middle of the top-level object; the profiler or \
      the copy was cut short; capture or copy the file again\(orSalvage) [truncated]
      """),
    changed(
      "text behind the trace", "\"0\"}}]}", "\"0\"}}]} {}",
      """
      , byte 476: text follows the end of the trace; one file holds one trace; split \
      it\(orSalvage) [malformed-json]
      """),
    changed(
      "events that are no array", "\"traceEvents\": [", "\"traceEvents\": {",
      """
      , byte 143: '{' stands where the '[' of traceEvents is expected\(damaged) \
      [malformed-json]
      """),
    changed(
      "a key without its colon", "\"traceEvents\":", "\"traceEvents\"",
      """
      , byte 142: '[' stands where a ':' behind the key 'traceEvents' is \
      expected\(damaged) [malformed-json]
      """),
    changed(
      "events twice", "{\"distributedInfo\"", "{\"traceEvents\": [], \"distributedInfo\"",
      """
      , byte 147: the key 'traceEvents' stands at the top level a second time; one file \
      holds one trace; split it [duplicate-key]
      """),
    changed(
      "an event that is a number", "\"traceEvents\": [", "\"traceEvents\": [17, ",
      ", byte 144: '1' stands where an event object is expected\(damaged) [malformed-json]"),
    changed(
      "no comma between events", "7}},", "7}}",
      """
      , byte 243: '{' stands where ',' or ']' between events is \
      expected\(damaged)\(orSalvage) [malformed-json]
      """),
    changed(
      "a comma behind the last event", "\"0\"}}]}", "\"0\"}},]}",
      """
      , byte 474: ']' stands where an event object is expected\(damaged)\(orSalvage) \
      [malformed-json]
      """),
    changed(
      "a bracket that closes too early", "7}},", "7}}],",
      ", byte 245: '{' stands where a key is expected\(damaged)\(orSalvage) [malformed-json]"),
    changed(
      "a comment between events", "7}},", "7}}, // next\n",
      """
      , byte 242: '/' stands where an event object is expected\(damaged)\(orSalvage) \
      [malformed-json]
      """),
    changed(
      "a zero byte between events", "7}},", "7}},\0",
      """
      , byte 241: the byte 0x0 stands where an event object is \
      expected\(damaged)\(orSalvage) [malformed-json]
      """),
  ]

  private static let events = [
    changed(
      "an event without a colon", "\"tid\": 7, \"ts\": 9", "\"tid\" 7, \"ts\": 9",
      ", byte 295: not valid JSON inside an event\(damaged)\(orSalvage) [malformed-json]"),
    changed(
      "an event with a key twice", "\"ts\": 9,", "\"ts\": 9, \"ts\": 8,",
      """
      , byte 308: the key 'ts' stands in this object a second time\(damaged)\(orSalvage) \
      [duplicate-key]
      """),
    changed(
      "arguments with a known key twice", "{\"stream\": 7}", "{\"stream\": 7, \"stream\": 8}",
      """
      , byte 240: the key 'stream' stands in this object a second \
      time\(damaged)\(orSalvage) [duplicate-key]
      """),
    changed(
      "a collective with a key twice", "\"dtype\":", "\"dtype\": \"Byte\", \"dtype\":",
      """
      , byte 392: the key 'dtype' stands in this object a second time; remove one of the \
      two\(orSalvage) [duplicate-key]
      """),
    changed(
      "a key twice, once escaped", "\"dtype\":", "\"dt\\u0079pe\": \"Byte\", \"dtype\":",
      """
      , byte 397: the key 'dtype' stands in this object a second time; remove one of the \
      two\(orSalvage) [duplicate-key]
      """),
    changed(
      "no ts", "\"ts\": 9, ", "",
      ", byte 244: a complete event has no ts\(damaged)\(orSalvage) [malformed-event]"),
    changed(
      "no dur", ", \"dur\": 5,\n", ",\n",
      ", byte 244: a complete event has no dur\(damaged)\(orSalvage) [malformed-event]"),
    changed(
      "a ts of letters", "\"ts\": 9", "\"ts\": \"soon\"",
      """
      , byte 305: the ts of a complete event is no number of microseconds: \
      "soon"\(damaged)\(orSalvage) [malformed-event]
      """),
    changed(
      "a ts that is NaN", "\"ts\": 9", "\"ts\": NaN",
      """
      , byte 305: the ts of a complete event is no number of microseconds: \
      NaN\(damaged)\(orSalvage) [malformed-event]
      """),
    changed(
      "a ts of 1e400", "\"ts\": 9", "\"ts\": 1e400",
      """
      , byte 305: the ts of a complete event is no number of microseconds: \
      1e400\(damaged)\(orSalvage) [malformed-event]
      """),
    changed(
      "a ts of 400 digits", "\"ts\": 9", "\"ts\": " + String(repeating: "9", count: 400),
      """
      , byte 305: the ts of a complete event is no number of microseconds: \
      999999999999999999999999… (400 characters)\(damaged)\(orSalvage) [malformed-event]
      """),
    changed(
      "a ts beyond any clock", "\"ts\": 9", "\"ts\": 5000000000000000",
      ", byte 244: ts or dur is beyond any clock\(damaged)\(orSalvage) [malformed-event]"),
    changed(
      "a ts far before the base", "\"ts\": 9", "\"ts\": -5000000000000000",
      ", byte 244: ts or dur is beyond any clock\(damaged)\(orSalvage) [malformed-event]"),
    changed(
      "a duration below zero", "\"ts\": 9, \"dur\": 5", "\"ts\": 9, \"dur\": -5",
      """
      , byte 244: the event ends before it starts (dur < 0)\(damaged)\(orSalvage) \
      [malformed-event]
      """),
    changed(
      "an infinite duration", "\"ts\": 9, \"dur\": 5", "\"ts\": 9, \"dur\": Infinity",
      """
      , byte 315: the dur of a complete event is no number of microseconds: \
      Infinity\(damaged)\(orSalvage) [malformed-event]
      """),
    changed(
      "a duration beyond any clock", "\"ts\": 9, \"dur\": 5", "\"ts\": 9, \"dur\": 1e14",
      ", byte 244: ts or dur is beyond any clock\(damaged)\(orSalvage) [malformed-event]"),
    changed(
      "a duration of 12 days", "\"ts\": 9, \"dur\": 5", "\"ts\": 9, \"dur\": 1036800000000",
      """
      : its events span more than 11 days, from 'a' to 'nccl'; one of the two has a \
      wrong clock; remove it or capture again [malformed-event]
      """),
    changed(
      "events 12 days apart", "\"ts\": 9", "\"ts\": 1036800000000",
      """
      : its events span more than 11 days, from 'a' to 'nccl'; one of the two has a \
      wrong clock; remove it or capture again [malformed-event]
      """),
    changed(
      "a base beyond any clock", "{\"distributedInfo\"",
      "{\"baseTimeNanoseconds\": 9223372036854775807, \"distributedInfo\"",
      """
      , at baseTimeNanoseconds: 9223372036854775807 is not within \
      0...4611686018427387904 [value-out-of-range]
      """),
    changed(
      "a base before its epoch", "{\"distributedInfo\"",
      "{\"baseTimeNanoseconds\": -1, \"distributedInfo\"",
      """
      , at baseTimeNanoseconds: -1 is not within 0...4611686018427387904 \
      [value-out-of-range]
      """),
    changed(
      "a base that is text", "{\"distributedInfo\"",
      "{\"baseTimeNanoseconds\": \"now\", \"distributedInfo\"",
      ", at baseTimeNanoseconds: is a string where a whole number is expected [wrong-type]"),
  ]
}
