/// Kineto files whose JSON holds together and whose contents are wrong.
enum TraceContentCases {
  private static func changed(
    _ name: String, _ old: String, _ new: String, _ error: String
  ) -> BadInput {
    TraceCases.changed(name, old, new, error)
  }

  /// The all-reduce made an all-to-all with splits.
  private static func splits(_ name: String, _ splits: String, _ error: String) -> BadInput {
    changed(
      name, #""allreduce", "#, #""all_to_all", "In split size": \#(splits), "#, error)
  }

  static let all = strings + numbers + ranks + collectives

  private static let strings = [
    changed(
      "a name that is a number", "\"name\": \"a\"", "\"name\": 12",
      ", byte 184: the event's name is no string\(damaged)\(orSalvage) [wrong-type]"),
    TraceCases.bytes(
      "a name that is not UTF-8",
      Array(TraceCases.kineto.mended("\"name\": \"a\"", "\"name\": \"é\"").utf8).filter {
        $0 != 0xC3
      },
      """
      , byte 185: not valid JSON: the byte 0xA9 here is not UTF-8; save the file as \
      UTF-8, or copy it again\(orSalvage) [malformed-json]
      """),
    TraceCases.bytes(
      "a collective that is not UTF-8",
      Array(TraceCases.kineto.mended("\"Float\"", "\"Floaé\"").utf8).filter { $0 != 0xC3 },
      """
      , byte 389: not valid JSON: the byte 0xA9 here is not UTF-8; save the file as \
      UTF-8, or copy it again\(orSalvage) [malformed-json]
      """),
    changed(
      "a line feed in a name", "\"name\": \"a\"", "\"name\": \"a\nb\"",
      """
      , byte 186: not valid JSON: a string holds a bare control character; close the \
      string, or write the character as \\u000A\(orSalvage) [malformed-json]
      """),
    changed(
      "half a surrogate pair", "\"name\": \"a\"", "\"name\": \"\\ud83d\"",
      """
      , byte 185: not valid JSON: half of a surrogate pair stands alone; write the \
      character itself, or both halves\(orSalvage) [malformed-json]
      """),
    changed(
      "a zero character", "\"name\": \"a\"", "\"name\": \"a\\u0000b\"",
      """
      , byte 186: not valid JSON: \\u0000 stands in a string; no name holds it; remove \
      it\(orSalvage) [malformed-json]
      """),
    changed(
      "an escape that is none", "\"name\": \"a\"", "\"name\": \"C:\\jobs\"",
      """
      , byte 187: not valid JSON: '\\j' begins no escape of JSON's; write a backslash as \
      \\\\\(orSalvage) [malformed-json]
      """),
    changed(
      "a string in single quotes", "\"dtype\": \"Float\"", "\"dtype\": 'Float'",
      """
      , byte 384: not valid JSON: a string begins with a single quote; put strings in \
      double quotes\(orSalvage) [malformed-json]
      """),
    changed(
      "a comma behind the last argument", "\"Process Group Name\": \"0\"",
      "\"Process Group Name\": \"0\",",
      ", byte 472: not valid JSON inside an event\(damaged)\(orSalvage) [malformed-json]"),
    changed(
      "a comment in a header", "\"rank\": 0,", "\"rank\": 0, /* master */",
      """
      , byte 32: not valid JSON: a comment begins here; JSON has none; remove \
      it\(orSalvage) [malformed-json]
      """),
    changed(
      "a hundred levels of lists", "\"dtype\":",
      "\"x\": " + String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
        + ", \"dtype\":",
      """
      , byte 443: not valid JSON: nesting too deep; mend or capture the file \
      again\(orSalvage) [malformed-json]
      """),
  ]

  private static let numbers = [
    changed(
      "NaN elements", "\"In msg nelems\": 8", "\"In msg nelems\": NaN",
      """
      , byte 410: not valid JSON: 'NaN' is no JSON number; write a finite number, or \
      null where there is none\(orSalvage) [malformed-json]
      """),
    changed(
      "elements of 1e400", "\"In msg nelems\": 8", "\"In msg nelems\": 1e400",
      """
      , byte 410: not valid JSON: the number 1e400 is too large for any computation; \
      check where it comes from\(orSalvage) [malformed-json]
      """),
    changed(
      "elements beyond 64 bits", "\"In msg nelems\": 8", "\"In msg nelems\": 99999999999999999999",
      """
      , byte 410: not valid JSON: the whole number 99999999999999999999 does not fit in \
      64 bits; check where it comes from\(orSalvage) [malformed-json]
      """),
    changed(
      "elements that no message has", "\"In msg nelems\": 8",
      "\"In msg nelems\": 9000000000000000000",
      """
      : all_reduce in group '0': 9223372036854775807 bytes are no size of a \
      message\(damaged) [value-out-of-range]
      """),
    changed(
      "a number that leads with zero", "\"In msg nelems\": 8", "\"In msg nelems\": 08",
      """
      , byte 410: not valid JSON: '08' is no JSON number; write digits, with a point and \
      an exponent where needed, no sign but '-'\(orSalvage) [malformed-json]
      """),
    changed(
      "a dtype that nobody knows", "Float", "Quaternion",
      """
      , byte 244: the dtype 'Quaternion' of allreduce is not known; name one of \
      PyTorch's, such as Float or BFloat16 [collective-unsized]
      """),
    splits(
      "a negative split", "[-1, 9]",
      """
      , byte 244: 'In split size' holds a negative split; keep what can be read with \
      --salvage [value-out-of-range]
      """),
    splits(
      "splits that do not divide the tensor", "[2, 3]",
      """
      , byte 244: 'In split size' adds up to 5 rows, which don't divide the 32 bytes of \
      the tensor; keep what can be read with --salvage [value-out-of-range]
      """),
    splits(
      "three splits for two ranks", "[4, 2, 2]",
      """
      : all_to_all in group '0': 3 splits for a group of 2 ranks\(damaged) \
      [value-out-of-range]
      """),
    splits(
      "splits that overflow", "[9000000000000000000, 9000000000000000000]",
      """
      , byte 244: 'In split size' adds up to 9223372036854775807 rows, which don't \
      divide the 32 bytes of the tensor; keep what can be read with --salvage \
      [value-out-of-range]
      """),
  ]

  private static let ranks = [
    changed(
      "a rank below zero", "\"rank\": 0", "\"rank\": -1",
      ", at distributedInfo.rank: -1 is not within 0...1048575 [value-out-of-range]"),
    changed(
      "half a rank", "\"rank\": 0", "\"rank\": 0.5",
      ", at distributedInfo.rank: is a number where a whole number is expected [wrong-type]"),
    changed(
      "a rank that is text", "\"rank\": 0", "\"rank\": \"0\"",
      ", at distributedInfo.rank: is a string where a whole number is expected [wrong-type]"),
    changed(
      "a rank outside its job", "\"rank\": 0", "\"rank\": 2",
      """
      : is rank 2 of a job of 2 ranks; ranks count from 0; name files of one job only \
      [value-out-of-range]
      """),
    changed(
      "a rank beyond any job", "\"rank\": 0", "\"rank\": 1048576",
      ", at distributedInfo.rank: 1048576 is not within 0...1048575 [value-out-of-range]"),
    changed(
      "a job of no ranks", "\"world_size\": 2", "\"world_size\": 0",
      ", at distributedInfo.world_size: 0 is not within 1...1048576 [value-out-of-range]"),
    changed(
      "a job of too many ranks", "\"world_size\": 2", "\"world_size\": 2000000",
      """
      , at distributedInfo.world_size: 2000000 is not within 1...1048576 \
      [value-out-of-range]
      """),
    changed(
      "a job of true ranks", "\"world_size\": 2", "\"world_size\": true",
      """
      , at distributedInfo.world_size: is a boolean where a whole number is expected \
      [wrong-type]
      """),
    changed(
      "an info that is a list", "{\"distributedInfo\": {", "{\"distributedInfo\": [], \"other\": {",
      ", at distributedInfo: is an array where an object is expected [wrong-type]"),
    changed(
      "groups that are no list", "\"pg_config\": [", "\"pg_config\": 2, \"other\": [",
      ", at distributedInfo.pg_config: is a number where an array is expected [wrong-type]"),
    changed(
      "a group without a name", "\"pg_name\": \"0\", ", "",
      """
      , at distributedInfo.pg_config[0].pg_name: the key 'pg_name' is missing; add it \
      [missing-key]
      """),
    changed(
      "a group with a rank outside the job", "[0, 1]", "[0, 2]",
      """
      : group '0' names rank 2 of a job of 2 ranks; name files of one job only \
      [value-out-of-range]
      """),
    changed(
      "a group with a negative rank", "[0, 1]", "[0, -1]",
      """
      , at distributedInfo.pg_config[0].ranks[1]: -1 is not within 0...1048575 \
      [value-out-of-range]
      """),
    changed(
      "a group as text with a rank beyond any job", "[0, 1]", "\"[0, 4294967296]\"",
      ", at distributedInfo.pg_config[0].ranks: 4294967296 is no rank [value-out-of-range]"),
    changed(
      "a group with a rank twice", "[0, 1]", "[0, 0]",
      ": group '0' names a rank twice\(damaged) [value-out-of-range]"),
  ]

  private static let collectives = [
    changed(
      "a call in a group of others", "\"Process Group Name\": \"0\"",
      "\"Process Group Name\": \"7\", \"Process Group Ranks\": \"[1]\"",
      """
      : rank 0 communicates in group '7', of which it is no member; name files of one \
      job only, each under its own rank [group-unknown]
      """),
    changed(
      "a call in a group nobody lists", "\"Process Group Name\": \"0\"",
      "\"Process Group Name\": \"7\"",
      """
      : the ranks of group '7' are neither on an event nor in distributedInfo, or only \
      cut short; name a file that states them, or capture with a PyTorch that writes \
      pg_config [group-unknown]
      """),
    changed(
      "a call whose group has a negative rank", "\"Process Group Name\": \"0\"",
      "\"Process Group Name\": \"7\", \"Process Group Ranks\": \"[0, -1]\"",
      """
      , byte 244, at args: -1 in 'Process Group Ranks' is no rank; keep what can be read \
      with --salvage [value-out-of-range]
      """),
  ]
}
