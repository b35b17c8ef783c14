import TestSupport

/// Files of links and flows that are wrong.
enum FlowCases {
  private static let good = """
    {"links": [{"id": 0, "bandwidth": 10}, {"id": 7, "bandwidth": 20}],
     "flows": [{"size": 5, "start": 0, "route": [0, 7]}]}
    """

  private static func changed(
    _ name: String, _ old: String, _ new: String, _ error: String
  ) -> BadInput {
    BadInput(
      "flows: " + name, [.text("f.json", good.mended(old, new))], "flows {dir}/f.json -o {dir}/out",
      "{dir}/f.json" + error)
  }

  static let all = [
    changed(
      "a link that is not there", "[0, 7]", "[0, 1]",
      ", at flows[0].route[1]: there is no link 1 [value-out-of-range]"),
    changed(
      "a link twice", "[0, 7]", "[7, 7]",
      ", at flows[0].route: names a link twice [value-out-of-range]"),
    changed(
      "two links of one number", "\"id\": 7", "\"id\": 0",
      ", at links[1]: there is a link 0 already [value-out-of-range]"),
    changed(
      "nothing that holds a flow", "[0, 7]", "[]",
      """
      , at flows[0].route: is empty, and nothing else holds the flow; name its links, or give it \
      a 'bound' [value-out-of-range]
      """),
    changed(
      "no size", "\"size\": 5, ", "",
      ", at flows[0].size: the key 'size' is missing; add it [missing-key]"),
    changed(
      "a negative size", "\"size\": 5", "\"size\": -5",
      ", at flows[0].size: is -5 and must be at least 0 [value-out-of-range]"),
    changed(
      "a start before the beginning", "\"start\": 0", "\"start\": -1",
      ", at flows[0].start: is -1 and must be at least 0 [value-out-of-range]"),
    changed(
      "a start that is a word", "\"start\": 0", "\"start\": \"now\"",
      ", at flows[0].start: is a string where a number is expected [wrong-type]"),
    changed(
      "a share of nothing", "\"start\": 0", "\"share\": 0",
      ", at flows[0].share: 0.0 is not within 1e-12...1000000000000.0 [value-out-of-range]"),
    changed(
      "no weight at all", "\"start\": 0", "\"weights\": [0, 0]",
      """
      , at flows[0]: has no weight on any link, and nothing else holds the flow; give it a \
      weight, or a 'bound' [value-out-of-range]
      """),
    changed(
      "a size beyond all", "\"size\": 5", "\"size\": 1e300",
      ", at flows[0].size: 1e+300 is more than 1e+30 [value-out-of-range]"),
    changed(
      "a bandwidth beyond all", "\"bandwidth\": 20", "\"bandwidth\": 1e200",
      ", at links[1].bandwidth: 1e+200 is more than 1e+30 [value-out-of-range]"),
    changed(
      "too few weights", "\"start\": 0", "\"weights\": [1]",
      ", at flows[0].weights: holds 1 weights for 2 links [value-out-of-range]"),
    changed(
      "a slip of typing", "\"start\"", "\"begin\"",
      """
      , at flows[0].begin: the key 'begin' is not known here; known keys are bound, dst, finish, \
      id, route, share, size, src, start, weights [unknown-key]
      """),
    changed(
      "units that are not read", "{\"links\"", "{\"units\": {\"time\": \"ms\"}, \"links\"",
      """
      , at units.time: is 'ms' where only 's' is read; convert the numbers [value-out-of-range]
      """),
    changed(
      "a change of no link", "\"flows\"",
      "\"changes\": [{\"time\": 1, \"link\": 3, \"bandwidth\": 1}], \"flows\"",
      ", at changes[0].link: there is no link 3 [value-out-of-range]"),
    changed(
      "a link without bandwidth", "\"bandwidth\": 20", "\"bandwidth\": 0",
      """
      : flow 0 gets no bandwidth, and never ends; give its links a capacity [deadlock]
      """),
    BadInput(
      "flows: no file", [], "flows {dir}/f.json", status: 66,
      "{dir}/f.json: no such file; check the name [no-such-file]"),
    BadInput(
      "flows: a tolerance of all", [], "flows {dir}/f.json --tolerance 1", status: 64,
      "Error: --tolerance is at least 0 and less than 1…"),
    BadInput(
      "replay: a negative tolerance", CommandLineCases.job,
      CommandLineCases.replay + " --fabric hgx-h800-8 --tolerance=-1", status: 64,
      "Error: --tolerance is at least 0 and less than 1…"),
    BadInput(
      "replay: a weight of nothing", CommandLineCases.job,
      CommandLineCases.replay + " --fabric hgx-h800-8 --weight ep=0", status: 64,
      "Error: --weight 'ep=0' is not GROUP=WEIGHT with a weight above 0…"),
    BadInput(
      "replay: a tolerance of nothing that it is for", CommandLineCases.job,
      CommandLineCases.replay + " --fabric hgx-h800-8 --tolerance 0.1", status: 64,
      "Error: --tolerance is for single flows: give it with --tier flow or both…"),
    BadInput(
      "replay: a weight of no group", CommandLineCases.job,
      CommandLineCases.replay + " --fabric hgx-h800-8 --weight epp=2", status: 64,
      """
      rank0.json on hgx-h800-8: --weight names the group 'epp', and the trace has none; its \
      groups are default_pg [usage]
      """),
    BadInput(
      "replay: a tier that nobody knows", CommandLineCases.job,
      CommandLineCases.replay + " --fabric hgx-h800-8 --tier packet", status: 64,
      """
      Error: The value 'packet' is invalid for '--tier <tier>'. Please provide one of 'coflow', \
      'flow' or 'both'.…
      """),
  ]
}
