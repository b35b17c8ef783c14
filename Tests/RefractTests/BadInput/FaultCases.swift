/// Faults, loads and jobs in the background that can't be taken as they are given.
enum FaultCases {
  private static let ranks = "{dir}/rank0.json {dir}/rank1.json"

  private static func usage(_ name: String, _ option: String, _ error: String) -> BadInput {
    BadInput(
      "faults: " + name, CommandLineCases.job,
      "replay \(ranks) --fabric hgx-h800-8 \(option)", status: 64, error)
  }

  private static func fabric(
    _ name: String, _ keys: String, status: Int32 = 65, _ error: String
  ) -> BadInput {
    BadInput(
      "faults: " + name,
      [
        .text(
          "f.json",
          """
          {"schema": "refract.fabric/1", "name": "f", \(keys),
           "pod": {"gpus": 4, "scale_up": {"bandwidth_gbps": 800, "hop_latency_ns": 100}}}
          """)
      ], "fabric check {dir}/f.json", status: status, "{dir}/f.json, at " + error)
  }

  private static let examples = """
    write for example pod0/plane3, gpu[12-15]/nic, pod0/gpu3/plane2/egress, pod0/leaf1, \
    pod1/scale-out
    """

  static let all = [
    usage(
      "a part that is none", "--fail pod0/spine3",
      "'pod0/spine3' names no part of a fabric: 'spine3' is not known there; \(examples) [usage]"),
    usage(
      "a share above 1", "--degrade pod0/plane1=2",
      """
      --degrade 'pod0/plane1=2' is not PART=SHARE with a share between 0 and 1; write for example \
      --degrade pod0/gpu3/plane2=0.5 for half of its bandwidth [usage]
      """),
    usage(
      "a sweep of what is not there", "--fail-each pod0/leaf*",
      "'pod0/leaf*' names no part of fabric 'hgx-h800-8'; see refract fabric show [usage]"),
    usage(
      "a job without a place", "--background {dir}/rank0.json",
      "Error: --background '{dir}/rank0.json' is not TRACE@PLACEMENT…"),
    BadInput(
      "faults: two jobs on one GPU", CommandLineCases.job,
      "replay \(ranks) --fabric hgx-h800-8 --background {dir}/rank*.json@linear", status: 65,
      """
      rank0.json on hgx-h800-8: pod0/gpu0 is taken by one job and wanted by another, on fabric \
      'hgx-h800-8'; place the jobs apart: give --background a placement file as TRACE@PLACEMENT \
      [placement-conflict]
      """),
    BadInput(
      "faults: links of 200 bytes a second",
      (0..<2).map { rank in
        .text(
          "rank\(rank).json",
          TraceCases.kineto.mended("\"rank\": 0", "\"rank\": \(rank)")
            .mended("nelems\": 8", "nelems\": 2000000000"))
      }, "replay \(ranks) --fabric hgx-h800-8 --degrade pod0=1e-9", status: 65,
      """
      rank0.json on hgx-h800-8: all_reduce 0 of group 'default_pg (0)' would take more than 26 days; \
      check its sizes, and the bandwidths of the fabric [value-out-of-range]
      """),
    fabric(
      "a failed part that is none", #""fail": ["pod0/plane0", 3]"#,
      "fail[1]: is a number where a string is expected [wrong-type]"),
    fabric(
      "a failed part that this fabric does not have", #""fail": ["pod0", "pod0/gpu9"]"#,
      """
      fail[1]: 'pod0/gpu9' names no part of fabric 'f': its GPUs of a pod are 0 to 3; name one of \
      them, or several as in [0-3] [value-out-of-range]
      """),
    fabric(
      "a degraded part that this fabric does not have",
      #""degrade": [{"links": "pod0/nic", "to": 0.5}]"#,
      """
      degrade[0].links: 'pod0/nic' names no part of fabric 'f': it has no NICs of a GPU; see refract \
      fabric show [value-out-of-range]
      """),
    fabric(
      "a load on a part that this fabric does not have",
      #""load": [{"links": "pod0/leaf2", "share": 0.5}]"#,
      """
      load[0].links: 'pod0/leaf2' names no part of fabric 'f': it has no leaf switches of a pod; see \
      refract fabric show [value-out-of-range]
      """),
    fabric(
      "a load of more than all", #""load": [{"links": "pod0", "share": 1.5}]"#,
      "load[0].share: is 1.5 and must be between 0 and 1 [value-out-of-range]"),
    fabric(
      "a degradation without a share", #""degrade": [{"links": "pod0"}]"#,
      "degrade[0].to: the key 'to' is missing; add it [missing-key]"),
  ]
}
