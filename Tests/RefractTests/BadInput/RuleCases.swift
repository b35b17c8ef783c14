import TestSupport

/// Rules files that are wrong.
enum RuleCases {
  static let rules = """
    {
      "schema": "refract.rules/1",
      "name": "r",
      "parameters": { "tokens": 4096, "hidden": 7168 },
      "groups": [ { "name": "ep", "ranks": "world" } ],
      "rules": [
        { "kernel": "*reduce*", "kind": "all_reduce", "group": "ep", "send_bytes": "tokens * hidden" }
      ]
    }
    """

  private static func changed(
    _ name: String, _ old: String, _ new: String, _ error: String
  ) -> BadInput {
    BadInput(
      "rules: " + name, CommandLineCases.job + [.text("r.json", rules.mended(old, new))],
      CommandLineCases.replay + " --fabric hgx-h800-8 --rules {dir}/r.json", "{dir}/r.json" + error)
  }

  private static func size(_ name: String, _ expression: String, _ error: String) -> BadInput {
    changed(name, "\"tokens * hidden\"", expression, error)
  }

  static let all = text + expressions + meaning

  private static let text = [
    changed(
      "a version to come", "rules/1", "rules/2",
      """
      , at schema: is 'refract.rules/2', and this version reads refract.rules/1 \
      [unsupported-version]
      """),
    changed(
      "a key twice", "\"group\": \"ep\"", "\"group\": \"ep\", \"group\": \"ep\"",
      """
      , line 7, byte 230: the key 'group' stands in this object a second time; remove \
      one of the two [duplicate-key]
      """),
    changed(
      "a parameter twice", "\"hidden\": 7168", "\"hidden\": 7168, \"hidden\": 4096",
      """
      , line 4, byte 98: the key 'hidden' stands in this object a second time; remove \
      one of the two [duplicate-key]
      """),
    changed(
      "an unknown key", "\"kernel\"", "\"kernal\"",
      """
      , at rules[0].kernal: the key 'kernal' is not known here; known keys are \
      annotation, group, host_waits, injection_cap_gbps, kernel, kind, label, \
      receive_bytes, routing, send_bytes [unknown-key]
      """),
    changed(
      "a parameter that is text", "7168", "\"7168\"",
      ", at parameters.hidden: is a string where a number is expected [wrong-type]"),
    changed(
      "a parameter of NaN", "7168", "NaN",
      """
      , line 4, byte 92: not valid JSON: 'NaN' is no JSON number; write a finite number, \
      or null where there is none [malformed-json]
      """),
    changed(
      "a parameter of 1e400", "7168", "1e400",
      """
      , line 4, byte 92: not valid JSON: the number 1e400 is too large for any \
      computation; check where it comes from [malformed-json]
      """),
    changed(
      "rules that are no list", "\"rules\": [", "\"rules\": 1, \"x\": [",
      """
      , at x: the key 'x' is not known here; known keys are description, groups, name, \
      parameters, rules, schema, source [unknown-key]
      """),
    BadInput(
      "rules: neither a rule set nor a file", CommandLineCases.job,
      CommandLineCases.replay + " --fabric hgx-h800-8 --rules deep", status: 66,
      "deep: is neither a rule set nor a file; rule sets are deepep [no-such-file]"),
    BadInput(
      "rules: empty", CommandLineCases.job + [.text("r.json", "")],
      CommandLineCases.replay + " --fabric hgx-h800-8 --rules {dir}/r.json",
      """
      {dir}/r.json: is empty; it was probably never written; write or capture it again \
      [empty-input]
      """),
  ]

  private static let expressions = [
    size(
      "an expression with no end", "\"tokens *\"",
      ", at rules[0].send_bytes: the expression ends too early [malformed-rule]"),
    size(
      "an expression that goes on", "\"tokens hidden\"",
      ", at rules[0].send_bytes: 'tokens hidden' goes on where it should end [malformed-rule]"),
    size(
      "a parameter that is not there", "\"tokens * hiden\"",
      """
      , at rules[0].send_bytes: 'hiden' is no parameter; there are hidden, tokens \
      [malformed-rule]
      """),
    size(
      "division by zero", "\"tokens / 0\"",
      ", at rules[0].send_bytes: 'tokens / 0' is not a finite number [malformed-rule]"),
    size(
      "an expression past any number", "\"1e308 * 10\"",
      ", at rules[0].send_bytes: '1e308 * 10' is not a finite number [malformed-rule]"),
    size(
      "more bytes than any message", "\"1e18 * 10\"",
      ", at rules[0].send_bytes: 1e+19 is no count of bytes or things [value-out-of-range]"),
    size(
      "a negative size", "\"0 - tokens\"",
      ", at rules[0].send_bytes: -4096.0 is no count of bytes or things [value-out-of-range]"),
    size(
      "a character that is no sign", "\"tokens ^ 2\"",
      ", at rules[0].send_bytes: 'tokens ^ 2' goes on where it should end [malformed-rule]"),
    size(
      "parentheses a hundred deep", "\"" + String(repeating: "(", count: 100) + "1\"",
      ", at rules[0].send_bytes: the expression nests too deep [malformed-rule]"),
    size(
      "a sum of 100,000 terms that ends early",
      "\"" + String(repeating: "1+", count: 100_000) + "\"",
      ", at rules[0].send_bytes: the expression ends too early [malformed-rule]"),
    size(
      "a size that is a list", "[1]",
      """
      , at rules[0].send_bytes: is an array where a number or expression is expected \
      [malformed-rule]
      """),
  ]

  private static let meaning = [
    changed(
      "a kind that nobody knows", "\"all_reduce\"", "\"dance\"",
      """
      , at rules[0].kind: 'dance' is no kind of collective; use compute, metadata, \
      barrier, all_to_all, all_reduce, … [malformed-rule]
      """),
    changed(
      "a send", "\"all_reduce\"", "\"send\"",
      """
      , at rules[0].kind: 'send' is no kind of collective; use compute, metadata, \
      barrier, all_to_all, all_reduce, … [malformed-rule]
      """),
    changed(
      "no size", ", \"send_bytes\": \"tokens * hidden\"", "",
      """
      , at rules[0]: the rule does not say how many bytes move; add 'send_bytes' \
      [malformed-rule]
      """),
    changed(
      "a group that is not there", "\"group\": \"ep\"", "\"group\": \"tp\"",
      ", at rules[0].group: the group 'tp' is not among this file's groups [malformed-rule]"),
    changed(
      "two groups of one name", "\"world\" }", "\"world\" }, { \"name\": \"ep\", \"ranks\": [0] }",
      """
      , at groups[1]: the group 'ep' stands here a second time; give each group its own \
      name [malformed-rule]
      """),
    changed(
      "a group with a negative rank", "\"world\"", "[-1]",
      ", at groups[0].ranks[0]: -1 is not within 0...1048575 [value-out-of-range]"),
    changed(
      "a cap of nothing", "\"group\": \"ep\"", "\"group\": \"ep\", \"injection_cap_gbps\": 0",
      ", at rules[0].injection_cap_gbps: 0.0 is not above 0 [value-out-of-range]"),
    changed(
      "tokens for an all-reduce", "\"group\": \"ep\"",
      "\"group\": \"ep\", \"routing\": { \"direction\": \"dispatch\", \"tokens\": 1, \"token_bytes\": 1, \"experts_per_token\": 1, \"experts\": 8 }",
      ", at rules[0].routing: only an all_to_all routes tokens [malformed-rule]"),
    changed(
      "a token to more experts than there are", "\"all_reduce\"",
      "\"all_to_all\", \"routing\": { \"direction\": \"dispatch\", \"tokens\": 1, \"token_bytes\": 1, \"experts_per_token\": 9, \"experts\": 8 }",
      """
      , at rules[0].routing: a token can't be sent to more experts of a group than it \
      has [value-out-of-range]
      """),
    changed(
      "an empty pattern", "\"*reduce*\"", "\"\"",
      ", at rules[0].kernel: the pattern is empty; write * for any name [malformed-rule]"),
    changed(
      "a pattern with an open set", "\"*reduce*\"", "\"*[reduce*\"",
      """
      , at rules[0].kernel: the pattern opens a set with '[' and never closes it; close \
      it, or write \\[ for the character itself [malformed-rule]
      """),
    changed(
      "a pattern that ends in a backslash", "\"*reduce*\"", "\"*reduce\\\\\"",
      """
      , at rules[0].kernel: the pattern ends in a backslash; write \\\\ for a backslash \
      [malformed-rule]
      """),
  ]
}
