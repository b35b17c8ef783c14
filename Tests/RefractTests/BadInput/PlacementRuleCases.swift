import TestSupport

/// Files of placement rules that are wrong, for a job of 2 ranks.
enum PlacementRuleCases {
  private static let head = #"{"schema":"refract.placement-rules/1","rules":"#

  private static func rules(
    _ name: String, _ text: String, status: Int32, _ error: String
  ) -> BadInput {
    BadInput(
      "placement rules: " + name, CommandLineCases.job + [.text("rules.json", text)],
      "place check {dir}/rank0.json {dir}/rank1.json --fabric hgx-h800-8 --rules {dir}/rules.json",
      status: status, error)
  }

  static let all = [
    rules(
      "another version", #"{"schema":"refract.placement-rules/2","rules":[]}"#, status: 65,
      "{dir}/rules.json, at schema: is 'refract.placement-rules/2', and this version reads "
        + "refract.placement-rules/1 [unsupported-version]"),
    rules(
      "none", head + #"[]}"#, status: 65,
      "{dir}/rules.json, at rules: there is no rule in it; add one, or leave the file out "
        + "[malformed-rule]"),
    rules(
      "a rule that asks nothing", head + #"[{}]}"#, status: 65,
      "{dir}/rules.json, at rules[0]: the rule asks for nothing; give it one of keep, "
        + "spread, limit, step_time [malformed-rule]"),
    rules(
      "a rule that is no object", head + #"[3]}"#, status: 65,
      "{dir}/rules.json, at rules[0]: is a number where an object is expected [wrong-type]"),
    rules(
      "a rule that asks two things", head + #"[{"keep":"tp","limit":"x"}]}"#, status: 65,
      "{dir}/rules.json, at rules[0]: the rule has both 'keep' and 'limit'; give it one of "
        + "keep, spread, limit, step_time [malformed-rule]"),
    rules(
      "no place to keep in", head + #"[{"keep":"tp"}]}"#, status: 65,
      "{dir}/rules.json, at rules[0].in: the key 'in' is missing; add it [missing-key]"),
    rules(
      "a place that nobody knows", head + #"[{"keep":"tp","in":"rack"}]}"#, status: 65,
      "{dir}/rules.json, at rules[0].in: 'rack' is not a place to keep groups in; use "
        + "node, pod, rail [malformed-rule]"),
    rules(
      "a group that is not there", head + #"[{"keep":"tp","in":"pod"}]}"#, status: 65,
      "{dir}/rules.json, at rules[0].keep: the trace has no group 'tp'; it has default_pg, "
        + "all_reduce; or add \"optional\": true [malformed-rule]"),
    rules(
      "an empty group", head + #"[{"keep":"","in":"pod"}]}"#, status: 65,
      "{dir}/rules.json, at rules[0].keep: is empty; name something [malformed-rule]"),
    rules(
      "a key of another rule", head + #"[{"keep":"dp","in":"pod","over":"pod"}]}"#, status: 65,
      "{dir}/rules.json, at rules[0].over: the key 'over' is not known here; known keys "
        + "are in, keep, name, optional, severity [unknown-key]"),
    rules(
      "a figure that nobody knows", head + #"[{"limit":"cross","at_most":1}]}"#, status: 65,
      "{dir}/rules.json, at rules[0].limit: 'cross' is not a figure; use cross_node_share, "
        + "cross_pod_share, cross_rail_share, busiest_link_share, busiest_link_ms, mean_links "
        + "[malformed-rule]"),
    rules(
      "a limit without a bound", head + #"[{"limit":"mean_links"}]}"#, status: 65,
      "{dir}/rules.json, at rules[0].at_most: the key 'at_most' is missing; add it "
        + "[missing-key]"),
    rules(
      "a share above 1", head + #"[{"limit":"cross_pod_share","at_most":2}]}"#, status: 65,
      "{dir}/rules.json, at rules[0].at_most: 2 is more than 1, and cross_pod_share a "
        + "share; give a share from 0 to 1 [value-out-of-range]"),
    rules(
      "a negative bound", head + #"[{"limit":"busiest_link_ms","at_most":-1}]}"#, status: 65,
      "{dir}/rules.json, at rules[0].at_most: is -1 and must be at least 0 "
        + "[value-out-of-range]"),
    rules(
      "a limit of a group that is not there",
      head + #"[{"limit":"mean_links","of":"ep","at_most":2}]}"#, status: 65,
      "{dir}/rules.json, at rules[0].of: the trace has no group 'ep'; it has default_pg, "
        + "all_reduce; or add \"optional\": true [malformed-rule]"),
    rules(
      "a time that nobody knows", head + #"[{"step_time":"soon"}]}"#, status: 65,
      "{dir}/rules.json, at rules[0].step_time: 'soon' is nothing to ask of a step's time; "
        + "use at_most with 'ms', or no_worse_than with 'policy' and 'by_percent' "
        + "[malformed-rule]"),
    rules(
      "a time without a policy", head + #"[{"step_time":"no_worse_than"}]}"#, status: 65,
      "{dir}/rules.json, at rules[0].policy: the key 'policy' is missing; add it "
        + "[missing-key]"),
    rules(
      "a policy that is wrong", head + #"[{"step_time":"no_worse_than","policy":"plane=0"}]}"#,
      status: 65,
      "{dir}/rules.json, at rules[0].policy: placement 'plane=0': '0' is no number of "
        + "ranks, at least 1; write for example plane=4 [malformed-rule]"),
    rules(
      "a severity that nobody knows", head + #"[{"keep":"dp","in":"pod","severity":"fatal"}]}"#,
      status: 65,
      "{dir}/rules.json, at rules[0].severity: 'fatal' is not a severity; use error, "
        + "warning [malformed-rule]"),
    rules(
      "a flag that is text", head + #"[{"keep":"dp","in":"pod","optional":"yes"}]}"#, status: 65,
      "{dir}/rules.json, at rules[0].optional: is a string where true or false is expected "
        + "[wrong-type]"),
    rules(
      "a key that nobody knows", head + #"[{"keep":"dp","in":"pod"}],"rulez":1}"#, status: 65,
      "{dir}/rules.json, at rulez: the key 'rulez' is not known here; known keys are "
        + "description, name, rules, schema [unknown-key]"),
    rules(
      "rules that are no list", head + #"3}"#, status: 65,
      "{dir}/rules.json, at rules: is a number where an array is expected [wrong-type]"),
    rules(
      "a text that ends early", head + #"[{"keep":"dp","in":"pod"}"#, status: 65,
      "{dir}/rules.json, line 1, byte 71: not valid JSON: the text ends before the value "
        + "does; mend or capture the file again [malformed-json]"),
    rules(
      "a policy's file that is not there",
      head + #"[{"step_time":"no_worse_than","policy":"no.csv"}]}"#, status: 66,
      "{dir}/rules.json, at rules[0].policy: 'no.csv' is neither a placement policy nor a file; "
        + "policies are " + PlacementCases.policies + " [no-such-file]"),
  ]
}
