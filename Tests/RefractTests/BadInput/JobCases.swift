import TestSupport

/// Files that are right by themselves and do not make a job.
enum JobCases {
  private static let replay =
    "replay {dir}/rank0.json {dir}/rank1.json --fabric hgx-h800-8 -o {dir}/out"

  private static func rank(
    _ number: Int, _ change: (String) -> String = { $0 }
  ) -> BadFile {
    .text(
      "rank\(number).json",
      change(TraceCases.kineto.mended("\"rank\": 0", "\"rank\": \(number)")))
  }

  private static func pair(
    _ name: String, _ old: String, _ new: String, _ error: String
  ) -> BadInput {
    BadInput(name, [rank(0), rank(1) { $0.mended(old, new) }], replay, error)
  }

  private static func both(
    _ name: String, _ old: String, _ new: String, _ error: String
  ) -> BadInput {
    BadInput(
      name, [rank(0) { $0.mended(old, new) }, rank(1) { $0.mended(old, new) }], replay, error)
  }

  private static func gloo(_ name: String, _ call: String, _ error: String) -> BadInput {
    BadInput(
      name,
      [
        .text(
          "rank0.json",
          #"{"traceEvents": [{"ph": "X", "cat": "cpu_op", "tid": 1, "ts": 0, "dur": 2, \#(call)}]}"#
        )
      ], "inspect {dir}/rank0.json", error)
  }

  static let all = [
    BadInput(
      "a missing rank", [rank(0)], "replay {dir}/rank0.json --fabric hgx-h800-8 -o {dir}/out",
      """
      {dir}/rank0.json: the job has 2 ranks, and there is no trace of rank 1; name the \
      files of all ranks, or let the traced ones stand for all with --extrapolate \
      [ranks-missing]
      """),
    BadInput(
      "two files of one rank", [rank(0), .text("rank1.json", TraceCases.kineto)], replay,
      """
      {dir}/rank1.json: is rank 0, and so is {dir}/rank0.json; name one file a rank, all \
      of one job [duplicate-rank]
      """),
    BadInput(
      "two files without a rank",
      ["a.json", "b.json"].map { .text($0, TraceCases.kineto.mended("\"rank\": 0, ", "")) },
      "inspect {dir}/a.json {dir}/b.json",
      """
      {dir}/b.json: is rank 0 for want of a number, and so is {dir}/a.json; put the rank \
      in the files' names, as in rank3.json [duplicate-rank]
      """),
    pair(
      "files of two jobs", "\"world_size\": 2", "\"world_size\": 4",
      """
      {dir}/rank1.json: is of a job of 4 ranks, and {dir}/rank0.json of one of 2; name \
      files of one job only [collective-mismatch]
      """),
    pair(
      "another collective on one rank", "allreduce", "allgather",
      """
      {dir}/rank0.json and 1 more: group 'default_pg (0)', sequence 0: all_reduce on \
      rank 0, all_gather on rank 1; the captures are of different steps or jobs; check \
      that they belong together [collective-mismatch]
      """),
    pair(
      "no collective on one rank", "Collective name", "Other",
      """
      {dir}/rank0.json and 1 more: group 'default_pg (0)', sequence 0: all_reduce is \
      called by rank 0 and missing on rank 1; capture the same steps on all ranks, or \
      choose a step that all hold with --step [collective-mismatch]
      """),
    pair(
      "another size on one rank", "\"In msg nelems\": 8", "\"In msg nelems\": 16",
      """
      {dir}/rank0.json and 1 more: group 'default_pg (0)', sequence 0: all_reduce: rank \
      0 has 32 bytes and rank 1 has 64; the captures are of different steps or jobs; \
      check that they belong together [collective-mismatch]
      """),
    both(
      "a size that no clock counts out", "nelems\": 8", "nelems\": 200000000000000000",
      """
      rank0.json on hgx-h800-8: all_reduce 0 of group 'default_pg (0)' would take more \
      than 26 days; check its sizes, and the bandwidths of the fabric \
      [value-out-of-range]
      """),
    both(
      "a receive that does not say from whom", "allreduce", "recv",
      """
      {dir}/rank0.json and 1 more: rank 0, group 'default_pg (0)': a recv does not say \
      its peer [collective-mismatch]
      """),
    both(
      "a send to nobody", "\"allreduce\"", "\"send\", \"Dst Rank\": 7",
      """
      {dir}/rank0.json and 1 more: group 'default_pg (0:0→7)', sequence 0: send is \
      called by rank 0 and missing on rank 7; capture the same steps on all ranks, or \
      choose a step that all hold with --step [collective-mismatch]
      """),
    BadInput(
      "a send to itself",
      [rank(0) { $0.mended("\"allreduce\"", "\"send\", \"Dst Rank\": 0") }, rank(1)], replay,
      """
      {dir}/rank0.json and 1 more: rank 0, group 'default_pg (0)': a send names its own \
      rank [collective-mismatch]
      """),
    BadInput(
      "splits that the peer does not expect",
      [("[2, 6]", "[2, 6]"), ("[4, 4]", "[4, 4]")].enumerated().map { index, splits in
        rank(index) {
          $0.mended(
            "\"allreduce\"",
            "\"all_to_all\", \"In split size\": \(splits.0), \"Out split size\": \(splits.1)")
        }
      }, replay,
      """
      {dir}/rank0.json and 1 more: group 'default_pg (0)', sequence 0: all_to_all: rank \
      0 sends 24 bytes to rank 1, which expects 16; the captures are of different steps \
      or jobs; check that they belong together [collective-mismatch]
      """),
    BadInput(
      "two roots of one broadcast",
      (0..<2).map { index in
        rank(index) { $0.mended("\"allreduce\"", "\"broadcast\", \"Root rank\": \(index)") }
      }, replay,
      """
      {dir}/rank0.json and 1 more: group 'default_pg (0)', sequence 0: broadcast: rank 0 \
      names rank 0 as the root and rank 1 names rank 1; the captures are of different \
      steps or jobs; check that they belong together [collective-mismatch]
      """),
    BadInput(
      "numbers of calls that differ",
      (0..<2).map { index in
        rank(index) { $0.mended("\"allreduce\"", "\"allreduce\", \"Seq\": \(index + 3)") }
      }, replay,
      """
      {dir}/rank0.json and 1 more: group 'default_pg (0)', sequence 3: rank 1 is at \
      sequence 4 there; capture the same steps on all ranks, or choose a step that all \
      hold with --step [collective-mismatch]
      """),
    BadInput(
      "no events at all", [.text("t.json", #"{"traceEvents": []}"#)],
      "replay {dir}/t.json --fabric hgx-h800-8 -o {dir}/out",
      """
      {dir}/t.json: the trace holds no operations in the chosen step; choose another \
      step with --step, or capture with CPU or CUDA activities on [nothing-to-replay]
      """),
    BadInput(
      "nothing at all", [.text("t.json", #"{"schemaVersion": 1}"#)],
      "replay {dir}/t.json --fabric hgx-h800-8 -o {dir}/out",
      """
      {dir}/t.json: the trace holds no operations in the chosen step; choose another \
      step with --step, or capture with CPU or CUDA activities on [nothing-to-replay]
      """),
    gloo(
      "gloo without shapes", #""name": "c10d::allreduce_", "args": {}"#,
      """
      {dir}/rank0.json, byte 17, at args: c10d::allreduce_ has no 'Input Dims'; capture \
      with record_shapes=True [collective-unsized]
      """),
    gloo(
      "gloo receives from anyone",
      #""name": "c10d::recv_any_source_", "args": {"Input Dims": [[[4]]], "Concrete Inputs": ["", "", "0"]}"#,
      """
      {dir}/rank0.json, byte 17, at args: c10d::recv_any_source_ does not say the other \
      rank; a receive from any source can't be replayed [group-unknown]
      """),
    gloo(
      "gloo sends to nobody", #""name": "c10d::send", "args": {"Input Dims": [[[4]]]}"#,
      """
      {dir}/rank0.json, byte 17, at args: c10d::send does not say the other rank; \
      capture with record_shapes=True [group-unknown]
      """),
    gloo(
      "gloo sends to a negative rank",
      #""name": "c10d::send", "args": {"Input Dims": [[[4]]], "Concrete Inputs": ["", "", "-3"]}"#,
      """
      {dir}/rank0.json, byte 17, at args: c10d::send names the rank -3, which is \
      none\(damaged) [value-out-of-range]
      """),
    gloo(
      "gloo with a negative split",
      #""name": "c10d::alltoall_base_", "args": {"Input Dims": [[8], [8]], "Concrete Inputs": ["", "", "", "[-1, 9]", "[4, 4]"]}"#,
      """
      {dir}/rank0.json, byte 17, at args: 'Concrete Inputs' holds a negative split; keep \
      what can be read with --salvage [value-out-of-range]
      """),
    BadInput(
      "a native trace beside a capture", NativeTraceCases.files() + [rank(0)],
      "inspect {dir} {dir}/rank0.json", status: 64,
      """
      {dir}: is a native trace directory, which is a whole trace by itself; name it \
      alone [usage]
      """),
  ]
}
