import TestSupport

/// Native traces whose manifest breaks the format.
enum NativeTraceCases {
  static let manifest = """
    {"schema": "refract.trace/1", "world_size": 2, "groups": [{"name": "0", "ranks": [0, 1]}],
     "ranks": [{"rank": 0, "file": "r0", "events": 2, "origin_ns": 0,
                "lanes": [{"kind": "stream", "name": "7"}]}]}
    """
  static let events = """
    {"kind":"kernel","lane":0,"start_ns":0,"duration_ns":5,"name":"k"}
    {"kind":"kernel","lane":0,"start_ns":9,"duration_ns":5,"name":"n","communication":{"kind":"all_to_all","group":0}}

    """

  static func files(manifest: String = manifest, events: String = events) -> [BadFile] {
    [.text("manifest.json", manifest), .text("r0", events)]
  }

  private static func inManifest(
    _ name: String, _ old: String, _ new: String, status: Int32 = 65, _ error: String
  ) -> BadInput {
    BadInput(
      "manifest: " + name, files(manifest: manifest.mended(old, new)), "inspect {dir}",
      status: status, "{dir}/" + error)
  }

  static let all = manifests + ranks

  private static let manifests = [
    inManifest(
      "a version to come", "trace/1", "trace/2",
      """
      manifest.json, at schema: is 'refract.trace/2', and this version reads \
      refract.trace/1; ingest the capture again with this version [unsupported-version]
      """),
    inManifest(
      "dependencies of no kind", "\"origin_ns\": 0,",
      "\"origin_ns\": 0, \"dependencies\": \"all\",",
      """
      manifest.json, at ranks[0].dependencies: must be 'waits', or left out [value-out-of-range]
      """),
    inManifest(
      "no version", "\"schema\": \"refract.trace/1\", ", "",
      "manifest.json, at schema: the key 'schema' is missing; add it [missing-key]"),
    inManifest(
      "an unknown key", "\"world_size\"", "\"hosts\": 1, \"world_size\"",
      """
      manifest.json, at hosts: the key 'hosts' is not known here; known keys are \
      assumptions, groups, ranks, repeats, schema, world_size [unknown-key]
      """),
    inManifest(
      "a key twice", "\"world_size\": 2", "\"world_size\": 2, \"world_size\": 4",
      """
      manifest.json, line 1, byte 47: the key 'world_size' stands in this object a \
      second time; remove one of the two [duplicate-key]
      """),
    inManifest(
      "a missing key", "\"origin_ns\": 0,", "",
      """
      manifest.json, at ranks[0].origin_ns: the key 'origin_ns' is missing; add it \
      [missing-key]
      """),
    inManifest(
      "NaN", "\"origin_ns\": 0", "\"origin_ns\": NaN",
      """
      manifest.json, line 2, byte 154: not valid JSON: 'NaN' is no JSON number; write a \
      finite number, or null where there is none [malformed-json]
      """),
    inManifest(
      "1e400", "\"origin_ns\": 0", "\"origin_ns\": 1e400",
      """
      manifest.json, line 2, byte 154: not valid JSON: the number 1e400 is too large for \
      any computation; check where it comes from [malformed-json]
      """),
    inManifest(
      "half a nanosecond", "\"origin_ns\": 0", "\"origin_ns\": 0.5",
      """
      manifest.json, at ranks[0].origin_ns: is a number where a whole number is expected \
      [wrong-type]
      """),
    inManifest(
      "no ranks", "\"world_size\": 2", "\"world_size\": 0",
      "manifest.json, at world_size: 0 is not within 1...1048576 [value-out-of-range]"),
    inManifest(
      "2^40 ranks", "\"world_size\": 2", "\"world_size\": 1099511627776",
      """
      manifest.json, at world_size: 1099511627776 is not within 1...1048576 \
      [value-out-of-range]
      """),
    inManifest(
      "text that ends early", "}]}]}", "}]",
      """
      manifest.json, line 3, byte 211: not valid JSON: the text ends before the value \
      does; mend or capture the file again [malformed-json]
      """),
    inManifest(
      "text behind it", "}]}]}", "}]}]} {}",
      """
      manifest.json, line 3, byte 215: not valid JSON: unexpected character; mend or \
      capture the file again [malformed-json]
      """),
    inManifest(
      "a list where an object stands", "{\"schema\"", "[{\"schema\"",
      """
      manifest.json, line 3, byte 215: not valid JSON: the text ends before the value \
      does; mend or capture the file again [malformed-json]
      """),
    inManifest(
      "a trailing comma", "}]}]}", "}],}]}",
      """
      manifest.json, line 3, byte 212: not valid JSON: a comma stands before the closing \
      '}'; remove the comma [malformed-json]
      """),
    BadInput(
      "manifest: a byte order mark", files(manifest: "\u{FEFF}" + manifest), "inspect {dir}",
      """
      {dir}/manifest.json, line 1, byte 0: not valid JSON: the text begins with a byte \
      order mark; save the file as UTF-8 without one [malformed-json]
      """),
    BadInput(
      "manifest: empty", files(manifest: ""), "inspect {dir}",
      """
      {dir}/manifest.json: is empty; it was probably never written; write or capture it \
      again [empty-input]
      """),
    BadInput(
      "manifest: a pipe", [BadFile("manifest.json", .pipe)], "inspect {dir}",
      """
      {dir}/manifest.json: is a pipe, and files are read more than once; write what \
      comes through it to a file, and name that [cannot-read]
      """),
  ]

  private static let ranks = [
    inManifest(
      "a rank outside the job", "\"rank\": 0", "\"rank\": 2",
      "manifest.json, at ranks[0].rank: 2 is not within 0...1 [value-out-of-range]"),
    inManifest(
      "a negative rank", "\"rank\": 0", "\"rank\": -1",
      "manifest.json, at ranks[0].rank: -1 is not within 0...1 [value-out-of-range]"),
    inManifest(
      "a group's rank outside the job", "[0, 1]", "[0, 7]",
      "manifest.json, at groups[0].ranks[1]: 7 is not within 0...1 [value-out-of-range]"),
    inManifest(
      "a group's rank twice", "[0, 1]", "[0, 0]",
      "manifest.json, at groups[0]: a group needs ranks, each once [value-out-of-range]"),
    inManifest(
      "a group without ranks", "[0, 1]", "[]",
      "manifest.json, at groups[0]: a group needs ranks, each once [value-out-of-range]"),
    inManifest(
      "two groups of one name", "[0, 1]}", "[0, 1]}, {\"name\": \"0\", \"ranks\": [0]}",
      """
      manifest.json, at groups[1]: the group '0' stands here a second time; a group is \
      known by its name; give each its own [value-out-of-range]
      """),
    inManifest(
      "a call on a group of others", "[0, 1]", "[1]",
      "r0, line 2, at communication.group: rank 0 is no member of group '0' [group-unknown]"),
    inManifest(
      "a rank twice", "\"name\": \"7\"}]}",
      "\"name\": \"7\"}]}, {\"rank\": 0, \"file\": \"r0\", \"events\": 2, \"origin_ns\": 0, \"lanes\": []}",
      """
      manifest.json, at ranks[1]: rank 0 stands here a second time; name each rank once \
      [duplicate-rank]
      """),
    inManifest(
      "a lane that is neither stream nor thread", "\"stream\"", "\"river\"",
      """
      manifest.json, at ranks[0].lanes[0].kind: must be 'stream' or 'thread' \
      [value-out-of-range]
      """),
    inManifest(
      "no lanes", "[{\"kind\": \"stream\", \"name\": \"7\"}]", "[]",
      """
      r0, line 1: the manifest gives this rank no lanes; keep what can be read with \
      --salvage [value-out-of-range]
      """),
    inManifest(
      "a file elsewhere", "\"r0\"", "\"../r0\"",
      """
      manifest.json, at ranks[0].file: must name a file in the trace directory itself \
      [value-out-of-range]
      """),
    inManifest(
      "a file that is the directory", "\"r0\"", "\".\"",
      """
      manifest.json, at ranks[0].file: must name a file in the trace directory itself \
      [value-out-of-range]
      """),
    inManifest(
      "a file that is not there", "\"r0\"", "\"r1\"", status: 66,
      "r1: the file of rank 0 is not there; copy the trace directory again [no-such-file]"),
    inManifest(
      "more events than lines", "\"events\": 2", "\"events\": 3",
      """
      r0: holds 2 events where the manifest says 3; copy the trace directory again, or \
      ingest the capture again\(orSalvage) [truncated]
      """),
    inManifest(
      "fewer events than lines", "\"events\": 2", "\"events\": 1",
      """
      r0: holds 2 events where the manifest says 1; copy the trace directory again, or \
      ingest the capture again\(orSalvage) [truncated]
      """),
    inManifest(
      "more events than can be numbered", "\"events\": 2", "\"events\": 3000000000",
      """
      manifest.json, at ranks[0].events: 3000000000 is not within 0...2147483647 \
      [value-out-of-range]
      """),
  ]
}
