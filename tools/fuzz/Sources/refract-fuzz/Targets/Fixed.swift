/// Files that are right, beside those that are fed.
enum Fixed {
  /// A rank of a Chakra job: an all-reduce of the group that the rank's file is to find.
  static let chakra = """
    {"workload_graph": [
      {"Id": 1, "Name": "compute", "NodeType": 4, "runtime": 10, "is_cpu_op": false},
      {"Id": 2, "Name": "all", "NodeType": 7, "data_deps": [1], "comm_type": 0, "comm_size": 4096,
       "pg_name": "7", "is_cpu_op": false}]}
    """

  /// A rank of two whose kernels carry nothing, under an annotation.
  static let kernels = """
    {"distributedInfo": {"rank": 0, "world_size": 2}, "traceEvents": [
      {"ph": "X", "cat": "user_annotation", "name": "moe", "pid": 1, "tid": 1, "ts": 0, "dur": 90},
      {"ph": "X", "cat": "cuda_runtime", "name": "cudaLaunchKernel", "pid": 1, "tid": 1, "ts": 1,
       "dur": 2, "args": {"correlation": 5}},
      {"ph": "X", "cat": "kernel", "name": "deep_ep::internode::dispatch<4>", "pid": 0, "tid": 7,
       "ts": 5, "dur": 20, "args": {"stream": 7, "correlation": 5}},
      {"ph": "X", "cat": "kernel", "name": "deep_ep::internode::combine<4>", "pid": 0, "tid": 7,
       "ts": 30, "dur": 20, "args": {"stream": 7}},
      {"ph": "X", "cat": "kernel", "name": "reduce", "pid": 0, "tid": 9, "ts": 31, "dur": 20,
       "args": {"stream": 9}}]}
    """

  private static let manifest = """
    {"schema": "refract.trace/1", "world_size": 2,
     "groups": [{"name": "0", "purpose": "ep", "ranks": [0, 1]}],
     "ranks": [
      {"rank": 0, "file": "r0", "events": 3, "origin_ns": 0,
       "lanes": [{"kind": "stream", "name": "7"}, {"kind": "stream", "name": "9"}]},
      {"rank": 1, "file": "r1", "events": 3, "origin_ns": 0,
       "lanes": [{"kind": "stream", "name": "7"}, {"kind": "stream", "name": "9"}]}]}
    """

  private static let events = """
    {"kind":"kernel","lane":0,"start_ns":0,"duration_ns":5000,"name":"k"}
    {"kind":"kernel","lane":1,"start_ns":4000,"duration_ns":9000,"name":"r","communication":\
    {"kind":"all_reduce","group":0,"send_bytes":65536,"receive_bytes":65536}}
    {"kind":"kernel","lane":0,"start_ns":5000,"duration_ns":9000,"name":"a","communication":\
    {"kind":"all_to_all","group":0,"send_splits_bytes":[900,900],"receive_splits_bytes":[900,900],\
    "send_bytes":1800,"receive_bytes":1800}}

    """

  /// A native trace of two ranks that communicate; gives its directory.
  static func trace(in folder: WorkFolder) -> String {
    let directory = folder.folder("fixed")
    guard !folder.holds("fixed/manifest.json") else { return directory }
    for rank in 0..<2 { folder.write("fixed/r\(rank)", events) }
    folder.write("fixed/manifest.json", manifest)
    return directory
  }
}
