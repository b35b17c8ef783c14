import TestSupport

/// Chakra traces that are none, contradict themselves, or don't belong together.
enum ChakraCases {
  private typealias Chakra = ChakraFixture

  private static func et(_ name: String, _ nodes: [UInt8]...) -> BadFile {
    BadFile(name, .bytes(Chakra.file(nodes)))
  }

  private static func one(
    _ name: String, _ bytes: [UInt8], _ error: String
  ) -> BadInput {
    BadInput(
      name, [BadFile("t.0.et", .bytes(bytes))], "inspect {dir}/t.0.et",
      "{dir}/t.0.et" + error)
  }

  /// The first node begins behind the metadata and its own length.
  private static let good = Chakra.file(Chakra.compute(1))

  static let all: [BadInput] = framing + nodes + graphs + jobs + json

  private static let framing = [
    one(
      "Chakra: a node cut short", Array(good.dropLast(4)),
      ", byte 8: the file ends after 27 of the 31 bytes of a message; the copy or the job was cut "
        + "short; copy the file again" + orSalvage + " [truncated]"),
    one(
      "Chakra: a length beyond any file", good + Chakra.varint(1 << 40),
      ", byte 40: a message of 1099511627776 bytes is announced, and nothing in a Chakra trace is so "
        + "large" + damaged + orSalvage + " [malformed-event]"),
    one(
      "Chakra: a length longer than 64 bits", good + [UInt8](repeating: 0xFF, count: 11),
      ", byte 40: the length of a message is longer than 64 bits" + damaged + orSalvage
        + " [malformed-event]"),
    one(
      "Chakra: a length cut short", good + [0x80],
      ", byte 40: the file ends within the length of a message; the copy or the job was cut short; "
        + "copy the file again" + orSalvage + " [truncated]"),
    one(
      "Chakra: zeros behind the last node", good + [0, 0],
      ", byte 41: node 0 has no type" + damaged + orSalvage + " [malformed-event]"),
    one(
      "Chakra: only metadata", Chakra.file(),
      ": is a Chakra trace without nodes; the job or its converter wrote nothing; leave the file out "
        + "or write it again [empty-input]"),
  ]

  private static let nodes = [
    one(
      "Chakra: an id that is text", good + [4, 0x0A, 2, 0x31, 0x32],
      ", byte 41: a node: field 1 has the wrong wire type 2" + damaged + orSalvage
        + " [malformed-event]"),
    one(
      "Chakra: a name past the end of its node", good + [4, 0x08, 2, 0x12, 9],
      ", byte 43: a node: field 2 is cut short or of the unknown wire type 2" + damaged + orSalvage
        + " [malformed-event]"),
    one(
      "Chakra: a name that is no UTF-8", good + [5, 0x08, 2, 0x12, 1, 0xFF],
      ", byte 41: a node can't be decoded: invalidUTF8" + damaged + orSalvage
        + " [malformed-event]"),
    one(
      "Chakra: an id twice", Chakra.file(Chakra.compute(1), Chakra.compute(1)),
      ", byte 41: node 1 stands here a second time; ids tell nodes apart; write the file again with "
        + "one for each" + orSalvage + " [duplicate-key]"),
    one(
      "Chakra: an unknown collective", Chakra.file(Chakra.collective(1, 42, bytes: 8)),
      ", byte 9: node 1: comm_type 42 is no collective known here" + damaged + orSalvage
        + " [value-out-of-range]"),
    one(
      "Chakra: a negative size", Chakra.file(Chakra.collective(1, 0, bytes: -8)),
      ", byte 9: node 1: comm_size -8 is no size of a message" + damaged + orSalvage
        + " [value-out-of-range]"),
    one(
      "Chakra: a size that is text",
      Chakra.file(Chakra.node(1, type: 7, [("comm_size", .text("8"))])),
      ", byte 9: node 1: 'comm_size' is no whole number of 64 bits" + damaged + orSalvage
        + " [wrong-type]"),
    one(
      "Chakra: a send to nobody",
      Chakra.file(Chakra.node(1, type: 5, [("comm_size", .int64(8))])),
      ", byte 9: node 1: comm_dst is missing" + damaged + orSalvage + " [value-out-of-range]"),
    one(
      "Chakra: a send of another rank",
      Chakra.file(Chakra.message(1, isSend: true, from: 3, to: 4, bytes: 8)),
      ", byte 9: node 1: comm_src is 3 in the file of rank 0; a rank sends from and receives at "
        + "itself; check the file's name [value-out-of-range]"),
    one(
      "Chakra: a node that lasts for years", Chakra.file(Chakra.compute(1, micros: .max)),
      ", byte 9: node 1: lasts more than 11 days" + damaged + orSalvage + " [value-out-of-range]"),
  ]

  private static let graphs = [
    one(
      "Chakra: nodes that wait in a ring",
      Chakra.file(
        Chakra.compute(1), Chakra.compute(2, after: [1, 4]), Chakra.compute(3, after: [2]),
        Chakra.compute(4, after: [3])),
      ", byte 41: nodes wait for one another in a ring: 2 → 3 → 4 → 2; no order of them can be "
        + "carried out; check how the trace was converted [deadlock]"),
    one(
      "Chakra: a node that waits for itself", Chakra.file(Chakra.compute(5, after: [5])),
      ", byte 9: nodes wait for one another in a ring: 5 → 5; no order of them can be carried out; "
        + "check how the trace was converted [deadlock]"),
    one(
      "Chakra: a schedule of weeks",
      Chakra.file(
        Chakra.compute(1, micros: 900_000_000_000),
        Chakra.compute(2, after: [1], micros: 900_000_000_000),
        Chakra.compute(3, after: [2], micros: 1)),
      ": its events span more than 11 days, from 'compute' to 'compute'; one of the two has a wrong "
        + "clock; remove it or capture again [malformed-event]"),
  ]

  private static let jobs = [
    BadInput(
      "Chakra: one rank of a group of two",
      [
        et("t.0.et", Chakra.collective(1, 0, bytes: 8, group: "3")),
        .text("groups.json", #"{"3": [0, 1]}"#),
      ], "replay {dir} --fabric reference-switch",
      "{dir}: the job has 2 ranks, and there is no trace of rank 1; name the files of all ranks, or "
        + "let the traced ones stand for all with --extrapolate [ranks-missing]"),
    BadInput(
      "Chakra: two files of one rank",
      [et("a.0.et", Chakra.compute(1)), et("b.0.et", Chakra.compute(1))], "inspect {dir}",
      "{dir}/b.0.et: is rank 0, and so is {dir}/a.0.et; name one file a rank, all of one job "
        + "[duplicate-rank]"),
    BadInput(
      "Chakra: a group without its member",
      [
        et("t.0.et", Chakra.collective(1, 0, bytes: 8, group: "3")),
        .text("groups.json", #"{"3": [1, 2]}"#),
      ], "inspect {dir}",
      "{dir}/t.0.et: rank 0 communicates in group '3', of which it is no member; name files of one "
        + "job only, each under its own rank [group-unknown]"),
    BadInput(
      "Chakra: a group with a negative rank",
      [et("t.0.et", Chakra.compute(1)), .text("groups.json", #"{"3": [0, -1]}"#)], "inspect {dir}",
      "{dir}/groups.json, at 3[1]: -1 is not within 0...1048575; keep what can be read with "
        + "--salvage [value-out-of-range]"),
    BadInput(
      "Chakra: a group that names a rank twice",
      [et("t.0.et", Chakra.compute(1)), .text("groups.json", #"{"3": [0, 0]}"#)], "inspect {dir}",
      "{dir}/groups.json, at 3: a group needs ranks, each once; list the global ranks of the group's "
        + "members" + orSalvage + " [value-out-of-range]"),
    BadInput(
      "Chakra: groups without a trace", [.text("groups.json", #"{"3": [0, 1]}"#)],
      "inspect {dir}/groups.json",
      "{dir}/groups.json: lists process groups, and there is no Chakra trace beside it; name it "
        + "together with the ranks' .et files [unknown-format]"),
    BadInput(
      "Chakra: two files of groups that disagree",
      [
        et("t.0.et", Chakra.compute(1)), .text("a.json", #"{"3": [0, 1]}"#),
        .text("b.json", #"{"3": [1, 0]}"#),
      ], "inspect {dir}",
      "{dir}/b.json: group '3' has other ranks than in {dir}/a.json; name one file of groups, that of "
        + "this job [group-unknown]"),
    BadInput(
      "Chakra: a send and a receive of different tags",
      [
        et("t.0.et", Chakra.message(1, isSend: true, from: 0, to: 1, bytes: 8, tag: 5)),
        et("t.1.et", Chakra.message(1, isSend: false, from: 0, to: 1, bytes: 8, tag: 6)),
      ], "replay {dir} --fabric reference-switch",
      "{dir}: group 'world:0→1', sequence 0: send with tag 5 on rank 0, recv with tag 6 on rank 1; "
        + "each send needs a receive of its tag; check that the traces belong together "
        + "[collective-mismatch]"),
  ]

  private static let json = [
    BadInput(
      "Chakra JSON: a node without an id",
      [.text("t.0.json", #"{"workload_graph": [{"NodeType": 4}]}"#)], "inspect {dir}/t.0.json",
      "{dir}/t.0.json, at workload_graph[0].Id: the key 'Id' is missing; add it" + orSalvage
        + " [missing-key]"),
    BadInput(
      "Chakra JSON: a size that is text",
      [.text("t.0.json", #"{"workload_graph": [{"Id": 1, "NodeType": 7, "comm_size": "8"}]}"#)],
      "inspect {dir}/t.0.json",
      "{dir}/t.0.json, at workload_graph[0].comm_size: 'comm_size' is no whole number of 64 bits"
        + damaged + orSalvage + " [wrong-type]"),
    BadInput(
      "Chakra JSON: no nodes", [.text("t.0.json", #"{"workload_graph": []}"#)],
      "inspect {dir}/t.0.json",
      "{dir}/t.0.json: is a Chakra trace without nodes; the job or its converter wrote nothing; leave "
        + "the file out or write it again [empty-input]"),
    BadInput(
      "export: a directory with something in it",
      [et("t.0.et", Chakra.compute(1)), BadFile("out", .directory), .text("out/mine", "x")],
      "export {dir}/t.0.et --to goal -o {dir}/out", status: 73,
      "{dir}/out: holds 'mine', which no export wrote; name a directory that is empty or does not "
        + "exist [cannot-write]"),
    BadInput(
      "export: all steps", [et("t.0.et", Chakra.compute(1))],
      "export {dir}/t.0.et --to goal -o {dir}/out --step all", status: 64,
      "--step all names several steps, and an export holds one; name one of them by its number "
        + "[usage]"),
  ]
}
