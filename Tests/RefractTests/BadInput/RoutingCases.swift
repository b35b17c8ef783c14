import TestSupport

/// Routing files that are wrong, or of another job.
enum RoutingCases {
  private static let rules = RuleCases.rules.mended(
    """
    "kernel": "*reduce*", "kind": "all_reduce", "group": "ep", "send_bytes": "tokens * hidden"
    """,
    """
    "kernel": "a", "kind": "all_to_all", "group": "ep", "routing": { "direction": "dispatch", \
    "tokens": 1, "token_bytes": 1, "experts_per_token": 1, "experts": 8 }
    """)
  private static let replay =
    CommandLineCases.replay + " --fabric hgx-h800-8 --rules {dir}/r.json --routing {dir}/m.json"

  private static func file(_ name: String, _ text: String, _ error: String) -> BadInput {
    BadInput(
      "routing: " + name,
      CommandLineCases.job + [.text("r.json", rules), .text("m.json", text)], replay,
      "{dir}/m.json" + error)
  }

  private static func named(_ name: String, _ layers: String, _ error: String) -> BadInput {
    file(name, "{\"schema\": \"refract.routing/1\", \"layers\": \(layers)}", error)
  }

  static let all = [
    BadInput(
      "routing: no such file", CommandLineCases.job + [.text("r.json", rules)], replay, status: 66,
      "{dir}/m.json: no such file; check the name [no-such-file]"),
    file(
      "an empty file", "",
      """
      : is empty; it was probably never written; write or capture it again [empty-input]
      """),
    file(
      "rows of two lengths", "[[1, 2], [3]]",
      """
      , at [1]: has 1 columns, and the first row has 2; give all rows one length \
      [value-out-of-range]
      """),
    file("an empty matrix", "[]", ": is an empty matrix [value-out-of-range]"),
    file("an empty row", "[[], []]", ", at [0]: is an empty row [value-out-of-range]"),
    file(
      "a negative count", "[[1, 2], [3, -4]]",
      ", at [1][1]: -4 is not within 0...4294967296 [value-out-of-range]"),
    file(
      "half a token", "[[1, 2], [3, 4.5]]",
      ", at [1][1]: is a number where a whole number is expected [wrong-type]"),
    file(
      "a word", "[[1, 2], [3, \"four\"]]",
      ", at [1][1]: is a string where a whole number is expected [wrong-type]"),
    file(
      "more tokens than can be counted", "[[1, 2], [3, 4294967296]]",
      """
      , at [1][1]: brings the tokens of the matrix above 4294967296 [value-out-of-range]
      """),
    file(
      "a row that is a number", "[1, 2]",
      ", at [0]: is a number where an array is expected [wrong-type]"),
    file(
      "a version to come", "{\"schema\": \"refract.routing/2\"}",
      """
      , at schema: is 'refract.routing/2', and this version reads refract.routing/1 \
      [unsupported-version]
      """),
    file("no schema", "{}", ", at schema: the key 'schema' is missing; add it [missing-key]"),
    named("no layers", "[]", ", at layers: is empty; give it a matrix [value-out-of-range]"),
    named(
      "an unknown key", "[{\"tokens\": [[1]], \"experts\": 2}]",
      """
      , at layers[0].experts: the key 'experts' is not known here; known keys are name, tokens \
      [unknown-key]
      """),
    named(
      "layers of two shapes", "[{\"tokens\": [[1, 2], [3, 4]]}, {\"tokens\": [[1, 2]]}]",
      """
      , at layers[1].tokens: has 1 rows and 2 columns, and the first layer has 2 and 2; give all \
      layers one shape [value-out-of-range]
      """),
    file(
      "a matrix of another job", "[[1, 2, 3], [4, 5, 6], [7, 8, 9]]",
      """
      : has matrices of 3 rows and 3 columns, and the group 'ep' has 2 ranks; a row for each of 2 \
      ranks and a column for each, or for each of a multiple of 2 experts, are needed \
      [value-out-of-range]
      """),
    file(
      "a matrix of half the job", "[[1]]",
      """
      : has matrices of 1 rows and 1 columns, and the group 'ep' has 2 ranks; a row for each of 2 \
      ranks and a column for each, or for each of a multiple of 2 experts, are needed; or repeat the \
      matrix with --routing-tile [value-out-of-range]
      """),
    BadInput(
      "routing: calls that no rule counts in tokens",
      CommandLineCases.job + [.text("m.json", "[[1, 2], [3, 4]]")],
      CommandLineCases.replay + " --fabric hgx-h800-8 --routing {dir}/m.json", status: 64,
      """
      {dir}/m.json: sizes no call: the step has no all-to-all whose rules say tokens; leave --routing \
      out, or name the rules with --rules [usage]
      """),
    BadInput(
      "routing: nothing to repeat", CommandLineCases.job,
      CommandLineCases.replay + " --fabric hgx-h800-8 --routing-tile", status: 64,
      "Error: --routing-tile repeats the matrix of --routing, which is missing…"),
  ]
}
