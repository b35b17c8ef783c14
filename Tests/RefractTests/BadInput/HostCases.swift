import TestSupport

/// Rankfiles, hostfiles and lists of hosts that are wrong, for a job of 2 ranks.
enum HostCases {
  private static func file(
    _ name: String, _ text: String, _ arguments: String, status: Int32, _ error: String
  ) -> BadInput {
    BadInput(
      "placement: " + name, CommandLineCases.job + [.text("hosts", text)],
      "place show {dir}/rank0.json {dir}/rank1.json --fabric hgx-h800-8 --placement {dir}/hosts"
        + arguments, status: status, error)
  }

  static let all = [
    file(
      "rankfile: a rank the job lacks", "rank 0=a slot=0\nrank 2=a slot=1\n", "", status: 65,
      "{dir}/hosts, line 2: rank 2 is not one of the job's 2 ranks; ranks count from 0; "
        + "remove the line [malformed-placement]"),
    file(
      "rankfile: a rank twice", "rank 0=a slot=0\nrank 0=a slot=1\n", "", status: 65,
      "{dir}/hosts, line 2: rank 0 is placed a second time; give each rank one line "
        + "[malformed-placement]"),
    file(
      "rankfile: a missing rank", "rank 0=a slot=0\n", "", status: 65,
      "{dir}/hosts: no GPU is given for rank 1 of 2; add a line for each rank "
        + "[placement-incomplete]"),
    file(
      "rankfile: a slot twice", "rank 0=a slot=0\nrank 1=a slot=0\n", "", status: 65,
      "{dir}/hosts, line 2: ranks 0 and 1 are both placed on pod0/gpu0; give each rank a "
        + "GPU of its own [placement-conflict]"),
    file(
      "rankfile: a slot that its node lacks", "rank 0=a slot=0\nrank 1=a slot=8\n", "", status: 65,
      "{dir}/hosts, line 2: slot 8 is none of the 8 GPUs of 'a'; slots count the GPUs of a "
        + "node from 0 [malformed-placement]"),
    file(
      "rankfile: a socket and core", "rank 0=a slot=0:1\nrank 1=a slot=1\n", "", status: 65,
      "{dir}/hosts, line 1: the slot '0:1' is no number; write the GPU's place in its "
        + "node: slot=3 [malformed-placement]"),
    file(
      "rankfile: no slot", "rank 0=a slot=0\nrank 1=a\n", "", status: 65,
      "{dir}/hosts, line 2: is not a rank, a host and a slot; write for example: rank "
        + "3=node0 slot=3 [malformed-placement]"),
    file(
      "rankfile: a line of another kind", "rank 0=a slot=0\na slots=8\n", "", status: 65,
      "{dir}/hosts, line 2: is not a rank, a host and a slot; write for example: rank "
        + "3=node0 slot=3 [malformed-placement]"),
    file(
      "rankfile: a relative host", "rank 0=+n0 slot=0\nrank 1=+n0 slot=1\n", "", status: 65,
      "{dir}/hosts, line 1: is not a rank, a host and a slot; write for example: rank "
        + "3=node0 slot=3 [malformed-placement]"),
    file(
      "rankfile: a taken GPU", "rank 0=a slot=0\nrank 1=a slot=1\n", " --taken pod0/gpu1",
      status: 65,
      "{dir}/hosts, line 2: rank 1 is placed on pod0/gpu1, which is taken; give it another "
        + "GPU [placement-conflict]"),
    file(
      "rankfile: a host that --hosts lacks", "rank 0=a slot=0\nrank 1=c slot=1\n", " --hosts a,b",
      status: 65,
      "{dir}/hosts, line 2: host 'c' is not among those of --hosts; add it to the list "
        + "[malformed-placement]"),
    file(
      "rankfile: a node that the fabric lacks", "rank 0=node0 slot=0\nrank 1=node256 slot=1\n", "",
      status: 65,
      "{dir}/hosts, line 2: host 'node256' is node 256, and fabric 'hgx-h800-8' has 256 "
        + "nodes; choose a larger fabric, or name its nodes in order with --hosts "
        + "[malformed-placement]"),
    file(
      "hostfile: more slots than GPUs", "a slots=9\n", "", status: 65,
      "{dir}/hosts, line 1: host 'a' has 9 slots, and its node 8 free GPUs; give it as "
        + "many slots as GPUs, or fewer [malformed-placement]"),
    file(
      "hostfile: slots that are no number", "a slots=many\n", "", status: 65,
      "{dir}/hosts, line 1: 'many' is no number of slots; write for example: node0 slots=8 "
        + "[malformed-placement]"),
    file(
      "hostfile: something unknown of a host", "a slots=1 speed=9\n", "", status: 65,
      "{dir}/hosts, line 1: 'speed=9' is nothing that a hostfile says of a host; write for "
        + "example: node0 slots=8 [malformed-placement]"),
    file(
      "hostfile: too few slots", "a slots=1\n", "", status: 65,
      "{dir}/hosts: there is room for 1 of 2 ranks on 1 host; add hosts, or slots "
        + "[placement-incomplete]"),
    file(
      "hostfile: a host that is no name", "a/b slots=2\n", "", status: 65,
      "{dir}/hosts, line 1: 'a/b' is no host's name; write for example: node0 slots=8 "
        + "[malformed-placement]"),
    file(
      "hostfile: MPICH slots that are no number", "a:x\n", "", status: 65,
      "{dir}/hosts, line 1: 'x' is no number of slots; write for example: node0 slots=8 "
        + "[malformed-placement]"),
    file(
      "hosts a line a rank, too many", "a\nb\na\n", "", status: 65,
      "{dir}/hosts: it names hosts 3 times, some more than once, so that each is one "
        + "rank's, and the job has 2 ranks; name a host for each rank, or each host once "
        + "[placement-incomplete]"),
    file(
      "hosts a line a rank, more than GPUs", "a\na\n",
      " --set pod.gpus=1 --set pod.gpus_per_node=1", status: 65,
      "{dir}/hosts, line 2: host 'a' gets more ranks than its node has free GPUs, 1; "
        + "choose a fabric with larger nodes, or another placement [malformed-placement]"),
    file(
      "hostlist: an open bracket", "gpu[01-02\n", "", status: 65,
      "{dir}/hosts, line 1: a bracket of 'gpu[01-02' is not closed; add the ] "
        + "[malformed-placement]"),
    file(
      "hostlist: an empty name", "a,,b\n", "", status: 65,
      "{dir}/hosts, line 1: '' is no host's name; names have letters, digits, '.', '-' and "
        + "'_'; write for example gpu[001-128,130] [malformed-placement]"),
    file(
      "hostlist: too little room", "a\n", " --set pod.gpus=1 --set pod.gpus_per_node=1", status: 65,
      "{dir}/hosts: there is room for 1 of 2 ranks on 1 host; add hosts, or slots "
        + "[placement-incomplete]"),
    file(
      "hostfile: more hosts than nodes", "a slots=1\nb slots=1\n", " --set pods=1", status: 65,
      "{dir}/hosts, line 2: host 'b' is one too many: fabric 'hgx-h800-8 pods=1' has 1 node with "
        + "a free GPU; choose a larger fabric, or give its pods nodes with "
        + "--set pod.gpus_per_node=N [malformed-placement]"),
    file(
      "nothing but comments", "# rank,gpu\n", "", status: 65,
      "{dir}/hosts: there is nothing in it but comments; give each of the 2 ranks a place "
        + "[placement-incomplete]"),
    file(
      "table: a taken GPU", "rank,gpu\n0,0\n1,1\n", " --taken 1", status: 65,
      "{dir}/hosts, line 3: rank 1 is placed on pod0/gpu1, which is taken; give it another "
        + "GPU [placement-conflict]"),
  ]
}
