import TestSupport

/// Words of `--placement`, `--taken` and `--hosts` that are wrong, for a job of 2 ranks.
enum PlacementWordCases {
  private static func word(
    _ name: String, _ arguments: String, status: Int32, _ error: String
  ) -> BadInput {
    BadInput(
      "placement: " + name, CommandLineCases.job,
      "place show {dir}/rank0.json {dir}/rank1.json --fabric hgx-h800-8 " + arguments,
      status: status, error)
  }

  static let all = [
    word(
      "a plane of no ranks", "--placement plane=0", status: 64,
      "placement 'plane=0': '0' is no number of ranks, at least 1; write for example "
        + "plane=4 [usage]"),
    word(
      "a plane without a size", "--placement plane", status: 64,
      "placement 'plane': it needs a value; policies are "
        + PlacementCases.policies
        + "; a file of that name needs a path [usage]"),
    word(
      "a seed with a sign", "--placement random=-1", status: 64,
      "placement 'random=-1': '-1' is no seed; write a whole number below 2^64: random=1 "
        + "[usage]"),
    word(
      "a seed beyond 64 bits", "--placement random=99999999999999999999", status: 64,
      "placement 'random=99999999999999999999': '99999999999999999999' is no seed; write a "
        + "whole number below 2^64: random=1 [usage]"),
    word(
      "an order with a size of 0", "--placement order=tp:0", status: 64,
      "placement 'order=tp:0': '0' is no size of 'tp'; write for example "
        + "order=tp:8-ep:8-dp:4-pp:2, or with the job's own numbering "
        + "order=ep-tp-dp-pp@tp-ep-dp-pp [usage]"),
    word(
      "an order with a dimension twice", "--placement order=tp-tp", status: 64,
      "placement 'order=tp-tp': 'tp' stands in it twice; write for example "
        + "order=tp:8-ep:8-dp:4-pp:2, or with the job's own numbering "
        + "order=ep-tp-dp-pp@tp-ep-dp-pp [usage]"),
    word(
      "an order that is empty", "--placement order=", status: 64,
      "placement 'order=': '' is no dimension; write for example "
        + "order=tp:8-ep:8-dp:4-pp:2, or with the job's own numbering "
        + "order=ep-tp-dp-pp@tp-ep-dp-pp [usage]"),
    word(
      "an order with two numberings", "--placement order=tp@tp@tp", status: 64,
      "placement 'order=tp@tp@tp': there is more than one '@'; write for example "
        + "order=tp:8-ep:8-dp:4-pp:2, or with the job's own numbering "
        + "order=ep-tp-dp-pp@tp-ep-dp-pp [usage]"),
    word(
      "an order with other dimensions behind the @", "--placement order=tp:2@dp", status: 64,
      "placement 'order=tp:2@dp': 'dp' has not the same dimensions as 'tp'; write for "
        + "example order=tp:8-ep:8-dp:4-pp:2, or with the job's own numbering "
        + "order=ep-tp-dp-pp@tp-ep-dp-pp [usage]"),
    word(
      "an order whose sizes make another job", "--placement order=tp:3", status: 64,
      "placement 'order=tp:3': tp:3 does not make the job's 2 ranks; give sizes whose "
        + "product is the number of ranks [usage]"),
    word(
      "an order without sizes", "--placement order=tp-ep", status: 64,
      "placement 'order=tp-ep': neither it nor the trace's groups tell the sizes of 'tp' "
        + "and 'ep'; write them: tp:8 [usage]"),
    word(
      "an order of dimensions that nobody numbers", "--placement order=x:2", status: 64,
      "placement 'order=x:2': nothing tells how the job numbers its ranks; write its own "
        + "order behind an @, the fastest first [usage]"),
    word(
      "a group that is not there", "--placement group-first=tp", status: 64,
      "placement 'group-first=tp': the trace has no group 'tp'; it has default_pg, "
        + "all_reduce [usage]"),
    word(
      "a group without a name", "--placement group-first=", status: 64,
      "placement 'group-first=': there is nothing behind the '='; write for example "
        + "group-first=ep [usage]"),
    word(
      "rails for a group that is not there", "--placement rail-aligned=ep", status: 64,
      "placement 'rail-aligned=ep': the trace has no group 'ep'; it has default_pg, "
        + "all_reduce [usage]"),
    word(
      "captured hosts that nobody knows", "--placement captured", status: 64,
      "placement 'captured': no capture says on which host ranks 0-1 ran; say how many "
        + "ranks share one with --ranks-per-host [usage]"),
    word(
      "more hosts than nodes", "--placement captured --ranks-per-host 1 --set pods=1", status: 64,
      "placement 'captured': rank 1: host 'host1' is one too many: fabric 'hgx-h800-8 "
        + "pods=1' has 1 node with a free GPU; choose a larger fabric, or give its pods nodes "
        + "with --set pod.gpus_per_node=N [usage]"),
    word(
      "more ranks on a host than GPUs of its node",
      "--placement captured --ranks-per-host 2 --set pod.gpus=1 --set pod.gpus_per_node=1",
      status: 64,
      "placement 'captured': rank 1: host 'host0' gets more ranks than its node has free "
        + "GPUs, 1; choose a fabric with larger nodes, or another placement [usage]"),
    word(
      "no nodes", "--placement cyclic:nodes=0", status: 64,
      "placement 'cyclic:nodes=0': '0' is no number of nodes, at least 1; write for "
        + "example cyclic:nodes=16 [usage]"),
    word(
      "more nodes than the fabric has", "--placement block:nodes=257", status: 64,
      "placement 'block:nodes=257' asks for 257 nodes, and fabric 'hgx-h800-8' has 256 "
        + "with a free GPU; ask for fewer, or for none in particular [usage]"),
    word(
      "nodes that are too small",
      "--placement random=1:nodes=1 --set pod.gpus=1 --set pod.gpus_per_node=1", status: 64,
      "placement 'random=1:nodes=1' asks for 1 node with room for 1 of 2 ranks; ask for "
        + "more nodes [usage]"),
    word(
      "hosts with an open bracket", "--placement hosts=gpu[1", status: 64,
      "placement 'hosts=gpu[1': a bracket of 'gpu[1' is not closed; add the ] [usage]"),
    word(
      "hosts with a range that goes down", "--placement hosts=gpu[3-1]", status: 64,
      "placement 'hosts=gpu[3-1]': '3-1' in brackets is no number and no range that goes "
        + "up; write for example gpu[001-128,130] [usage]"),
    word(
      "a host twice", "--placement hosts=a,a", status: 64,
      "placement 'hosts=a,a': host 'a' stands in it twice; name each host once [usage]"),
    word(
      "a name that no host has", "--placement hosts=a/b", status: 64,
      "placement 'hosts=a/b': 'a/b' is no host's name; names have letters, digits, '.', "
        + "'-' and '_'; write for example gpu[001-128,130] [usage]"),
    word(
      "hosts without names", "--placement hosts=", status: 64,
      "placement 'hosts=': there is nothing behind the '='; write for example "
        + "hosts=gpu[001-064] [usage]"),
    word(
      "hosts beyond all measure", "--placement hosts=n[0-9999999]", status: 64,
      "placement 'hosts=n[0-9999999]': it names more than 1048576 hosts; check the ranges "
        + "[usage]"),
    word(
      "hosts with too little room",
      "--placement hosts=a --set pod.gpus=1 --set pod.gpus_per_node=1", status: 64,
      "placement 'hosts=a': there is room for 1 of 2 ranks on 1 host; add hosts, or slots "
        + "[usage]"),
    word(
      "a host that --hosts lacks", "--placement hosts=c --hosts a,b", status: 64,
      "placement 'hosts=c': host 'c' is not among those of --hosts; add it to the list "
        + "[usage]"),
    word(
      "a node that the fabric lacks", "--placement hosts=node256", status: 64,
      "placement 'hosts=node256': host 'node256' is node 256, and fabric 'hgx-h800-8' has "
        + "256 nodes; choose a larger fabric, or name its nodes in order with --hosts "
        + "[usage]"),
    word(
      "declared hosts that can't be read", "--placement captured --ranks-per-host 1 --hosts a[",
      status: 64,
      "--hosts 'a[': a bracket of 'a[' is not closed; add the ] [usage]"),
    word(
      "a declared host twice", "--placement captured --ranks-per-host 1 --hosts a,a", status: 64,
      "--hosts 'a,a': host 'a' stands in it twice; name each node of the fabric once, in "
        + "order [usage]"),
    word(
      "a node all of whose GPUs are taken", "--placement hosts=node0 --taken node0", status: 64,
      "placement 'hosts=node0': host 'node0' has no free GPU; take fewer GPUs, or leave "
        + "the host out [usage]"),
    word(
      "a taken GPU that is not there", "--taken pod0/gpu8", status: 64,
      "--taken 'pod0/gpu8': the fabric has no gpu8; the last is gpu7 [usage]"),
    word(
      "a taken pod that is not there", "--taken pod256", status: 64,
      "--taken 'pod256': the fabric has no pod256; the last is pod255 [usage]"),
    word(
      "taken numbers that are not there", "--taken 0-2048", status: 64,
      "--taken '0-2048': the fabric has no GPU 2048; GPUs are numbers below 2048 [usage]"),
    word(
      "a taken pattern that is open", "--taken pod[0-", status: 64,
      "--taken 'pod[0-': 'pod[0-' names no GPUs; write for example pod0/gpu[0-3], "
        + "pod[1-2], node3 or 0-31 [usage]"),
    word(
      "taken GPUs of nothing", "--taken pod0/nic1", status: 64,
      "--taken 'pod0/nic1': 'nic1' names no GPUs; write for example pod0/gpu[0-3], "
        + "pod[1-2], node3 or 0-31 [usage]"),
    word(
      "neither taken GPUs nor a file", "--taken gpus.txt", status: 66,
      "gpus.txt: is neither a pattern of GPUs nor a file; write for example --taken "
        + "pod0/gpu[0-3] [no-such-file]"),
    word(
      "too few GPUs left", "--taken pod[0-255]", status: 65,
      "fabric 'hgx-h800-8': the job has 2 ranks, and fabric 'hgx-h800-8' has 2048 GPUs, of "
        + "which 2048 are taken or lost: 0 are left; take fewer, choose a larger fabric, or raise "
        + "'pods' in its file [fabric-too-small]"),
    word(
      "a policy that is misspelled", "--placement plain=4", status: 66,
      "plain=4: is neither a placement policy nor a file; policies are "
        + PlacementCases.policies
        + " [no-such-file]"),
  ]
}
