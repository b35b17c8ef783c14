import TestSupport

/// Choices of algorithms that are wrong, for a job of 2 ranks that all-reduces.
enum AlgorithmCases {
  private static let head = #"{"schema":"refract.algorithms/1","rules":"#
  private static let replay = CommandLineCases.replay + " --fabric hgx-h800-8"

  private static func rules(
    _ name: String, _ text: String, status: Int32 = 65, _ error: String
  ) -> BadInput {
    BadInput(
      "algorithms: " + name, CommandLineCases.job + [.text("rules.json", text)],
      replay + " --algorithms {dir}/rules.json", status: status, error)
  }

  private static func word(_ name: String, _ word: String, _ error: String) -> BadInput {
    BadInput("algorithm: " + name, [], replay + " --algorithm " + word, status: 64, error)
  }

  private static let kinds =
    "all_reduce, reduce_scatter, all_gather, all_to_all, broadcast, reduce, gather, scatter, "
    + "barrier, send"

  static let all = [
    word(
      "no name", "all_reduce",
      "Error: --algorithm: 'all_reduce' is not KIND=NAME, KIND@GROUP=NAME or least; write for "
        + "example all_reduce=tree…"),
    word(
      "no group", "all_reduce@=tree",
      "Error: --algorithm: 'all_reduce@=tree' is not KIND=NAME, KIND@GROUP=NAME or least; write for "
        + "example all_reduce=tree…"),
    word(
      "no such kind", "all_sum=tree",
      "Error: --algorithm: 'all_sum' is not a kind of collective; use \(kinds)…"),
    word(
      "another kind's", "all_reduce=pairwise",
      "Error: --algorithm: 'pairwise' is no algorithm of all_reduce; use ring, tree, "
        + "halving-doubling, hierarchical, in-network, least…"),
    BadInput(
      "algorithm: about nothing", CommandLineCases.job, replay + " --algorithm all_gather=direct",
      status: 64,
      "rank0.json on hgx-h800-8: "
        + "--algorithm all_gather=direct is about no collective of the trace; leave it out; what its "
        + "tokens take is up to --dedup [usage]"),
    BadInput(
      "algorithm: switches that can't", CommandLineCases.job,
      replay + " --algorithm all_reduce=in-network", status: 64,
      "rank0.json on hgx-h800-8: "
        + "all_reduce can't go in-network: the switches of pod0 of fabric 'hgx-h800-8' do not add up what "
        + "goes through them; choose another algorithm, or 'least'; where the switches do, say --set "
        + "pod.scale_up.in_network_reduction=true [usage]"),
    rules(
      "another version", #"{"schema":"refract.algorithms/2","rules":[]}"#,
      "{dir}/rules.json, at schema: is 'refract.algorithms/2', and this version reads "
        + "refract.algorithms/1 [unsupported-version]"),
    rules(
      "none", head + "[]}",
      "{dir}/rules.json, at rules: there is no rule in it; add one, or leave the file out "
        + "[malformed-rule]"),
    rules(
      "a rule that says nothing", head + #"[{"kind":"all_reduce"}]}"#,
      "{dir}/rules.json, at rules[0]: the rule says nothing; give it one of algorithm, protocol, "
        + "channels, injection_cap_gbps [malformed-rule]"),
    rules(
      "no such kind", head + #"[{"kind":"sum","algorithm":"tree"}]}"#,
      "{dir}/rules.json, at rules[0].kind: 'sum' is not a kind of collective; use \(kinds) "
        + "[malformed-rule]"),
    rules(
      "a name for any kind", head + #"[{"algorithm":"tree"}]}"#,
      "{dir}/rules.json, at rules[0].algorithm: 'tree' is for some kinds of collectives, and the rule "
        + "is about any; give the rule a 'kind', or name 'least' [malformed-rule]"),
    rules(
      "a name that is a number", head + #"[{"kind":"all_reduce","algorithm":3}]}"#,
      "{dir}/rules.json, at rules[0].algorithm: is no string; name an algorithm [malformed-rule]"),
    rules(
      "sizes the wrong way round",
      head + #"[{"bytes_at_least":9,"bytes_at_most":8,"algorithm":"least"}]}"#,
      "{dir}/rules.json, at rules[0].bytes_at_most: 8 is less than 9 [value-out-of-range]"),
    rules(
      "no channels", head + #"[{"channels":0}]}"#,
      "{dir}/rules.json, at rules[0].channels: 0 is not within 1...4096 [value-out-of-range]"),
    rules(
      "a protocol that nobody knows", head + #"[{"protocol":"LL64"}]}"#,
      "{dir}/rules.json, at rules[0].protocol: 'LL64' is not a protocol; use LL, LL128, Simple "
        + "[malformed-rule]"),
    rules(
      "a protocol without NCCL's latencies", head + #"[{"protocol":"LL"}]}"#, status: 64,
      "{dir}/rules.json names protocols, and only NCCL's latencies know of them; add --latency nccl, "
        + "or leave the protocols out [usage]"),
    rules(
      "a key that nobody knows", head + #"[{"chanels":2}]}"#,
      "{dir}/rules.json, at rules[0].chanels: the key 'chanels' is not known here; known keys are "
        + "algorithm, bytes_at_least, bytes_at_most, channels, group, injection_cap_gbps, kind, "
        + "members_at_least, members_at_most, protocol [unknown-key]"),
    BadInput(
      "algorithms: no such file", CommandLineCases.job, replay + " --algorithms {dir}/none.json",
      status: 66,
      "{dir}/none.json: no such file; check the name [no-such-file]"),
  ]
}
