import TestSupport

/// Fabric files that are no valid JSON, or no file to read.
enum FabricTextCases {
  static let all = [
    FabricCases.whole(
      "empty", "",
      ": is empty; it was probably never written; write or capture it again [empty-input]"),
    FabricCases.whole(
      "no JSON", "pods: 2\n",
      """
      , line 1, byte 0: not valid JSON: unexpected character; mend or capture the file \
      again [malformed-json]
      """),
    FabricCases.whole("a list", "[]", ": is an array where an object is expected [wrong-type]"),
    FabricCases.whole(
      "a byte order mark", "\u{FEFF}" + FabricCases.fabric,
      """
      , line 1, byte 0: not valid JSON: the text begins with a byte order mark; save the \
      file as UTF-8 without one [malformed-json]
      """),
    FabricCases.file(
      "UTF-16", .bytes([0xFF, 0xFE] + FabricCases.fabric.utf8.flatMap { [$0, 0] }),
      """
      , line 1, byte 0: not valid JSON: the text is UTF-16; save the file as UTF-8 \
      [malformed-json]
      """),
    FabricCases.file(
      "a name that is not UTF-8",
      .bytes(Array(FabricCases.fabric.mended("\"f\"", "\"é\"").utf8).filter { $0 != 0xC3 }),
      """
      , line 3, byte 45: not valid JSON: the byte 0xA9 here is not UTF-8; save the file \
      as UTF-8, or copy it again [malformed-json]
      """),
    FabricCases.changed(
      "a key that would clear the screen", "\"gpus\": 8", "\"\\u001B[2J\\n\": 8",
      """
      , at pod.\\u001B[2J\\u000A: the key '\\u001B[2J\\u000A' is not known here; known keys are \
      gpus, gpus_per_node, gpus_per_package, gpus_per_rack, rack, scale_up [unknown-key]
      """),
    FabricCases.changed(
      "a key twice", "\"pods\": 2,", "\"pods\": 2,\n  \"pods\": 4,",
      """
      , line 5, byte 64: the key 'pods' stands in this object a second time; remove one \
      of the two [duplicate-key]
      """),
    FabricCases.changed(
      "a key twice further in", "\"gpus\": 8,", "\"gpus\": 8, \"gpus\": 4,",
      """
      , line 6, byte 88: the key 'gpus' stands in this object a second time; remove one \
      of the two [duplicate-key]
      """),
    FabricCases.changed(
      "a trailing comma", "1000 }", "1000, }",
      """
      , line 10, byte 247: not valid JSON: a comma stands before the closing '}'; remove \
      the comma [malformed-json]
      """),
    FabricCases.changed(
      "a comment", "\"pods\": 2,", "\"pods\": 2, // two",
      """
      , line 4, byte 62: not valid JSON: a comment begins here; JSON has none; remove it \
      [malformed-json]
      """),
    FabricCases.changed(
      "single quotes", "\"f\"", "'f'",
      """
      , line 3, byte 44: not valid JSON: a string begins with a single quote; put \
      strings in double quotes [malformed-json]
      """),
    FabricCases.changed(
      "a key without quotes", "\"pods\"", "pods",
      """
      , line 4, byte 51: not valid JSON: quoted object property name expected; mend or \
      capture the file again [malformed-json]
      """),
    FabricCases.changed(
      "a missing brace", "1000 }\n}", "1000 }\n",
      """
      , line 11, byte 248: not valid JSON: the text ends before the value does; mend or \
      capture the file again [malformed-json]
      """),
    FabricCases.changed(
      "text behind it", "1000 }\n}", "1000 }\n}}",
      """
      , line 11, byte 249: not valid JSON: unexpected character; mend or capture the \
      file again [malformed-json]
      """),
    FabricCases.changed(
      "a word that JSON does not have", "\"pods\": 2", "\"pods\": True",
      """
      , line 4, byte 59: not valid JSON: boolean expected; mend or capture the file \
      again [malformed-json]
      """),
    FabricCases.changed(
      "a line feed in a string", "\"f\"", "\"f\n\"",
      """
      , line 3, byte 46: not valid JSON: a string holds a bare control character; close \
      the string, or write the character as \\u000A [malformed-json]
      """),
    FabricCases.whole(
      "a hundred levels", String(repeating: "[", count: 100),
      """
      , line 1, byte 64: not valid JSON: nesting too deep; mend or capture the file \
      again [malformed-json]
      """),
    FabricCases.whole(
      "a name of 2 MB",
      FabricCases.fabric.mended("\"f\"", "\"" + String(repeating: "f", count: 2 << 20) + "\""),
      """
      : holds more than 1048576 bytes; check that this is the file you meant \
      [limit-exceeded]
      """),
    FabricCases.file(
      "a directory", .directory,
      ": is a directory where a file is expected; name a file in it [cannot-read]"),
    FabricCases.file(
      "a pipe", .pipe,
      """
      : is a pipe, and files are read more than once; write what comes through it to a \
      file, and name that [cannot-read]
      """),
    FabricCases.file(
      "gzip cut short", .cut(FabricCases.fabric, by: .gzip, share: 0.5),
      """
      : the gzip data ends in the middle of a frame, after compressed byte 81; the copy \
      or the job was cut short; copy the file again [truncated]
      """),
  ]
}
