import TestSupport

/// Files that stand beside a rank's trace: execution traces, and the capture kit's manifest and splits.
enum JoinedFileCases {
  private static let executionTrace = ###"""
    {"schema": "1.1.1-chakra.0.0.4", "nodes": [
     {"id": 3, "name": "## process_group:init ##",
      "inputs": {"values": ["[{\"pg_name\": \"0\", \"pg_desc\": \"default_pg\", \"ranks\": [], \"group_size\": 2}]"]},
      "outputs": {"values": []}, "attrs": []}, {"id": 9, "name": "record_param_comms",
      "inputs": {"values": [[1, 2, 0, 8, 4, "cuda:0"], 7, ["0", "default_pg"], 0, "all_to_allv", [1, 3], [2, 2], 0, 1, 2],
        "types": []}, "outputs": {"values": [[1, 2, 0, 8, 4, "cuda:0"]]}, "attrs": []}]}
    """###

  private static let kineto = #"""
    {"distributedInfo": {"rank": 0, "world_size": 2,
      "pg_config": [{"pg_name": "0", "pg_desc": "default_pg", "ranks": [0, 1]}]},
     "traceEvents": [{"ph": "X", "cat": "kernel", "name": "ncclDevKernel_SendRecv", "tid": 7, "ts": 1,
      "dur": 5, "args": {"stream": 7, "Collective name": "all_to_allv", "dtype": "Float",
      "In msg nelems": 8, "Out msg nelems": 8, "Process Group Name": "0",
      "In split size": "[1, ...]", "Out split size": "[2, ...]"}}]}
    """#

  private static let splits =
    #"{"step": 2, "rank": 0, "group": "0", "call": 0, "send_spli"#
    + #"ts_bytes": [8, 24], "receive_splits_bytes": [16, 16]}"# + "\n"

  private static let manifest = #"""
    {"schema": "refract.capture/1", "world_size": 2, "missing_ranks": [],
     "groups": [{"name": "0", "purpose": "default_pg", "ranks": [0, 1]}],
     "ranks": [{"rank": 0, "host": "a", "files": ["k.json"]}]}
    """#

  static let all = [
    BadInput(
      "execution trace: cut short in a node",
      [
        .text("et_rank0.json", executionTrace.mended(#"}, "attrs": []}]}"#, #""#))
      ], "inspect {dir}",
      """
      {dir}/et_rank0.json, byte 249: the text ends in the middle of nodes, after 1 event; the \
      profiler or the copy was cut short; capture or copy the file again, or keep what can be \
      read with --salvage [truncated]
      """),
    BadInput(
      "execution trace: a node without an id",
      [
        .text("et_rank0.json", executionTrace.mended(#""id": 9, "#, #""#))
      ], "inspect {dir}",
      """
      {dir}/et_rank0.json, byte 249, at id: the key 'id' is missing; add it, or keep what can \
      be read with --salvage [missing-key]
      """),
    BadInput(
      "execution trace: a name that is no string",
      [
        .text(
          "et_rank0.json", executionTrace.mended(#""name": "record_param_comms""#, #""name": 5"#))
      ], "inspect {dir}",
      """
      {dir}/et_rank0.json, byte 267: the event's name is no string; the file was damaged or \
      edited; capture or copy it again, or keep what can be read with --salvage [wrong-type]
      """),
    BadInput(
      "execution trace: no comma between nodes",
      [
        .text("et_rank0.json", executionTrace.mended(#"}, {"id": 9"#, #"} {"id": 9"#))
      ], "inspect {dir}",
      """
      {dir}/et_rank0.json, byte 248: '{' stands where ',' or ']' between events is expected; \
      the file was damaged or edited; capture or copy it again, or keep what can be read with \
      --salvage [malformed-json]
      """),
    BadInput(
      "execution trace: nodes twice",
      [
        .text("et_rank0.json", executionTrace.mended(#""nodes""#, #""nodes": [], "nodes""#))
      ], "inspect {dir}",
      """
      {dir}/et_rank0.json, byte 46: the key 'nodes' stands at the top level a second time; one \
      file holds one trace; split it [duplicate-key]
      """),
    BadInput(
      "execution trace: a negative split",
      [
        .text("et_rank0.json", executionTrace.mended(#"[1, 3]"#, #"[1, -3]"#))
      ], "inspect {dir}",
      """
      {dir}/et_rank0.json, byte 249: 'in splits' holds a negative split; keep what can be read \
      with --salvage [value-out-of-range]
      """),
    BadInput(
      "execution trace: splits that don't divide",
      [
        .text("et_rank0.json", executionTrace.mended(#"[1, 3]"#, #"[1, 4]"#))
      ], "inspect {dir}",
      """
      {dir}/et_rank0.json, byte 249: 'in splits' adds up to 5 rows, which don't divide the 32 \
      bytes of the tensor; keep what can be read with --salvage [value-out-of-range]
      """),
    BadInput(
      "execution trace: splits for another group",
      [
        .text("et_rank0.json", executionTrace.mended(#"[1, 3]"#, #"[1, 3, 4]"#))
      ], "inspect {dir}",
      """
      {dir}/et_rank0.json: all_to_all in group '0': 3 splits for a group of 2 ranks; the file \
      was damaged or edited; capture or copy it again [value-out-of-range]
      """),
    BadInput(
      "execution trace: no inputs",
      [
        .text(
          "et_rank0.json",
          executionTrace.mended(#""inputs": {"values": [[1"#, #""inputs": {"valuez": [[1"#))
      ], "inspect {dir}",
      """
      {dir}/et_rank0.json, byte 249, at inputs.values: the key 'values' is missing; add it, or \
      keep what can be read with --salvage [missing-key]
      """),
    BadInput(
      "execution trace: an unknown dtype",
      [
        .text(
          "et_rank0.json",
          executionTrace.mended(
            #""attrs": []}]}"#,
            #""attrs": [{"name": "dtype", "value": "Floaty"}, {"name": "in_msg_nelems", "value": 8}, {"name": "out_msg_nelems", "value": 8}]}]}"#
          ))
      ], "inspect {dir}",
      """
      {dir}/et_rank0.json, byte 249: the dtype 'Floaty' of all_to_all is not known; name one \
      of PyTorch's, such as Float or BFloat16 [collective-unsized]
      """),
    BadInput(
      "execution trace: no tensors",
      [
        .text(
          "et_rank0.json",
          executionTrace.mended(#"[1, 2, 0, 8, 4, "cuda:0"]"#, #"7"#).mended(
            #"[1, 2, 0, 8, 4, "cuda:0"]"#, #"7"#))
      ], "inspect {dir}",
      """
      {dir}/et_rank0.json, byte 249: all_to_all has no tensors; capture the execution trace \
      with a PyTorch that records them [collective-unsized]
      """),
    BadInput(
      "execution trace: a group that nobody lists",
      [
        .text("et_rank0.json", executionTrace.mended(#"["0", "default_pg"]"#, #"["7", "ep"]"#))
      ], "inspect {dir}",
      """
      {dir}/et_rank0.json: the ranks of group '7' are neither on an event nor in \
      distributedInfo, or only cut short; name a file that states them, or capture with a \
      PyTorch that writes pg_config [group-unknown]
      """),
    BadInput(
      "execution trace: a list of groups that is none",
      [
        .text("et_rank0.json", executionTrace.mended(#"[{\"pg_name"#, #"[{pg_name"#))
      ], "inspect {dir}",
      """
      {dir}/et_rank0.json, byte 45, at inputs.values[0]: not valid JSON: quoted object \
      property name expected; mend or capture the file again, or keep what can be read with \
      --salvage [malformed-json]
      """),
    BadInput(
      "execution trace: a group of nobody",
      [
        .text("et_rank0.json", executionTrace.mended(#"\"group_size\": 2"#, #"\"group_size\": 0"#))
      ], "inspect {dir}",
      """
      {dir}/et_rank0.json, byte 45, at inputs.values[0][0].group_size: 0 is not within \
      1...1048576; keep what can be read with --salvage [value-out-of-range]
      """),
    BadInput(
      "execution trace: a rank beyond the job",
      [
        .text(
          "et_rank0.json", executionTrace.mended(#", 0, "all_to_allv""#, #", 5, "all_to_allv""#))
      ], "inspect {dir}",
      """
      {dir}/et_rank0.json: is rank 5 of a job of 2 ranks; ranks count from 0; name files of \
      one job only [value-out-of-range]
      """),
    BadInput(
      "two execution traces of a rank",
      [
        .text("et_rank0.json", executionTrace),
        .text("et_rank0_b.json", executionTrace),
      ], "inspect {dir}",
      """
      {dir}/et_rank0_b.json: is rank 0, and so is {dir}/et_rank0.json; name one file of each \
      kind a rank, all of one job [duplicate-rank]
      """),
    BadInput(
      "execution trace: of a larger job than the profile",
      [
        .text("et_rank0.json", executionTrace.mended(#"\"group_size\": 2"#, #"\"group_size\": 4"#)),
        .text("k.json", kineto),
      ], "inspect {dir}",
      """
      {dir}/et_rank0.json: is of a job of 4 ranks, and {dir}/k.json of one of 2; name files of \
      one job only [collective-mismatch]
      """),
    BadInput(
      "a manifest alone",
      [
        .text("capture.json", manifest)
      ], "inspect {dir}",
      """
      {dir}/capture.json: is the manifest of a capture, and no trace is named beside it; name \
      the directory that holds the whole capture [ranks-missing]
      """),
    BadInput(
      "capture.json: another version",
      [
        .text("capture.json", manifest.mended(#"capture/1"#, #"capture/2"#)),
        .text("k.json", kineto),
      ], "inspect {dir}",
      """
      {dir}/capture.json, at schema: is 'refract.capture/2', and this version reads \
      refract.capture/1; capture with the kit that comes with this version \
      [unsupported-version]
      """),
    BadInput(
      "capture.json: no size of the job",
      [
        .text("capture.json", manifest.mended(#""world_size": 2, "#, #""#)),
        .text("k.json", kineto),
      ], "inspect {dir}",
      """
      {dir}/capture.json, at world_size: the key 'world_size' is missing; add it, or keep what \
      can be read with --salvage [missing-key]
      """),
    BadInput(
      "capture.json: a group beyond the job",
      [
        .text("capture.json", manifest.mended(#"[0, 1]"#, #"[0, 2]"#)),
        .text("k.json", kineto),
      ], "inspect {dir}",
      """
      {dir}/capture.json, at groups[0].ranks[1]: 2 is not within 0...1; keep what can be read \
      with --salvage [value-out-of-range]
      """),
    BadInput(
      "capture.json: a rank twice",
      [
        .text(
          "capture.json",
          manifest.mended(#""ranks": [{"rank": 0"#, #""ranks": [{"rank": 0}, {"rank": 0"#)),
        .text("k.json", kineto),
      ], "inspect {dir}",
      """
      {dir}/capture.json, at ranks: rank 0 stands here a second time; name each rank once \
      [duplicate-rank]
      """),
    BadInput(
      "capture.json: cut short",
      [
        .text("capture.json", manifest.mended(#""files": ["k.json"]}]}"#, #""#)),
        .text("k.json", kineto),
      ], "inspect {dir}",
      """
      {dir}/capture.json, line 3, byte 176: not valid JSON: the text ends before the value \
      does; mend or capture the file again, or keep what can be read with --salvage \
      [malformed-json]
      """),
    BadInput(
      "two manifests",
      [
        .text("b.json", manifest),
        .text("capture.json", manifest),
        .text("k.json", kineto),
      ], "inspect {dir}",
      """
      {dir}/capture.json: is the manifest of a capture, and so is {dir}/b.json; name files of \
      one capture only [collective-mismatch]
      """),
    BadInput(
      "capture.json: of a larger job than the profile",
      [
        .text("capture.json", manifest.mended(#""world_size": 2"#, #""world_size": 3"#)),
        .text("k.json", kineto),
      ], "inspect {dir}",
      """
      {dir}/capture.json: is of a job of 3 ranks, and {dir}/k.json of one of 2; name files of \
      one job only [collective-mismatch]
      """),
    BadInput(
      "capture.json: other ranks in a group",
      [
        .text("capture.json", manifest.mended(#"[0, 1]"#, #"[1, 0]"#)),
        .text("k.json", kineto),
      ], "inspect {dir}",
      """
      {dir}/capture.json: group '0' has other ranks there than in {dir}/k.json; name files of \
      one capture only [collective-mismatch]
      """),
    BadInput(
      "a splits file alone",
      [
        .text("splits_rank0.jsonl", splits)
      ], "inspect {dir}",
      """
      {dir}/splits_rank0.jsonl: is a splits file, and no trace is named beside it; name the \
      directory that holds the whole capture [ranks-missing]
      """),
    BadInput(
      "splits: a call is missing",
      [
        .text("splits_rank0.jsonl", splits.mended(#""call": 0"#, #""call": 1"#)),
        .text("k.json", kineto),
      ], "inspect {dir}",
      """
      {dir}/splits_rank0.jsonl, line 1, at call: is call 1 of group '0' where call 0 is \
      expected; lines are missing or out of order; copy the file again, or keep what can be \
      read with --salvage [value-out-of-range]
      """),
    BadInput(
      "splits: a key of no meaning",
      [
        .text("splits_rank0.jsonl", splits.mended(#""step""#, #""stop""#)),
        .text("k.json", kineto),
      ], "inspect {dir}",
      """
      {dir}/splits_rank0.jsonl, line 1, at stop: the key 'stop' is not known here; known keys \
      are call, group, rank, receive_splits_bytes, send_splits_bytes, step, or keep what can \
      be read with --salvage [unknown-key]
      """),
    BadInput(
      "splits: a negative one",
      [
        .text("splits_rank0.jsonl", splits.mended(#"24]"#, #"-24]"#)),
        .text("k.json", kineto),
      ], "inspect {dir}",
      """
      {dir}/splits_rank0.jsonl, line 1, at send_splits_bytes[1]: -24 is not within \
      0...1152921504606846976; keep what can be read with --salvage [value-out-of-range]
      """),
    BadInput(
      "splits: cut short in a line",
      [
        .text("splits_rank0.jsonl", splits.mended(#" 16]}"#, #""#)),
        .text("k.json", kineto),
      ], "inspect {dir}",
      """
      {dir}/splits_rank0.jsonl, line 1, byte 106: not valid JSON: the text ends before the \
      value does; mend or capture the file again, or keep what can be read with --salvage \
      [malformed-json]
      """),
    BadInput(
      "splits: for another group",
      [
        .text("splits_rank0.jsonl", splits.mended(#"[8, 24]"#, #"[8, 20, 4]"#)),
        .text("k.json", kineto),
      ], "inspect {dir}",
      """
      {dir}/splits_rank0.jsonl: all_to_all in group '0': 3 splits for a group of 2 ranks; the \
      file was damaged or edited; capture or copy it again [value-out-of-range]
      """),
    BadInput(
      "splits: no list",
      [
        .text("splits_rank0.jsonl", splits.mended(#"[8, 24]"#, #"4"#)),
        .text("k.json", kineto),
      ], "inspect {dir}",
      """
      {dir}/splits_rank0.jsonl, line 1, at send_splits_bytes: is a number where an array is \
      expected; keep what can be read with --salvage [wrong-type]
      """),
    BadInput(
      "two splits files of a rank",
      [
        .text("b.jsonl", splits),
        .text("splits_rank0.jsonl", splits),
        .text("k.json", kineto),
      ], "inspect {dir}",
      """
      {dir}/splits_rank0.jsonl: is rank 0, and so is {dir}/b.jsonl; name one file of each kind \
      a rank, all of one job [duplicate-rank]
      """),
    BadInput(
      "splits that nobody states",
      [
        .text("r0.json", kineto),
        .text("r1.json", kineto.mended(#""rank": 0"#, #""rank": 1"#)),
      ], "replay {dir} --fabric hgx-h800-8 -o {dir}/out",
      """
      {dir}: group 'default_pg (0)', sequence 0: all_to_all on rank 0: the capture lost its \
      splits, and those of 1 more call of this step; name the job's execution traces or splits \
      files beside the capture, or replay lost splits as even ones with --fill-lost even \
      [splits-lost]
      """),
    BadInput(
      "--fill-lost with another word", [], "inspect {dir} --fill-lost odd", status: 64,
      "Error: The value 'odd' is invalid for '--fill-lost <even>'. Please provide one of 'even'.…"),
  ]
}
