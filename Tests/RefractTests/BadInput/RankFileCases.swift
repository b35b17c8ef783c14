import TestSupport

/// Native traces whose rank file breaks the format.
enum RankFileCases {
  private static func inEvents(
    _ name: String, _ old: String, _ new: String, _ error: String
  ) -> BadInput {
    BadInput(
      "rank file: " + name,
      NativeTraceCases.files(events: NativeTraceCases.events.mended(old, new)),
      "inspect {dir}", "{dir}/r0" + error)
  }

  private static func rankFile(
    _ name: String, _ content: BadFile.Content, status: Int32 = 65, _ error: String
  ) -> BadInput {
    BadInput(
      "rank file: " + name,
      [.text("manifest.json", NativeTraceCases.manifest), BadFile("r0", content)],
      "inspect {dir}", status: status, "{dir}/r0" + error)
  }

  static let all = times + values + files

  private static let times = [
    inEvents(
      "time running backwards", "\"start_ns\":0", "\"start_ns\":10",
      """
      , line 2: starts before the event of the line before it; order the lines by \
      start_ns\(orSalvage) [malformed-event]
      """),
    inEvents(
      "a negative start", "\"start_ns\":0", "\"start_ns\":-1",
      """
      , line 1, at start_ns: -1 is not within 0...1000000000000000; keep what can be \
      read with --salvage [value-out-of-range]
      """),
    inEvents(
      "a start past 11 days", "\"start_ns\":9", "\"start_ns\":1000000000000001",
      """
      , line 2, at start_ns: 1000000000000001 is not within 0...1000000000000000; keep \
      what can be read with --salvage [value-out-of-range]
      """),
    inEvents(
      "a negative duration", "\"duration_ns\":5", "\"duration_ns\":-5",
      """
      , line 1, at duration_ns: -5 is not within 0...1000000000000000; keep what can be \
      read with --salvage [value-out-of-range]
      """),
    inEvents(
      "a duration past 11 days", "\"duration_ns\":5", "\"duration_ns\":1000000000000001",
      """
      , line 1, at duration_ns: 1000000000000001 is not within 0...1000000000000000; \
      keep what can be read with --salvage [value-out-of-range]
      """),
    inEvents(
      "a duration of NaN", "\"duration_ns\":5", "\"duration_ns\":NaN",
      """
      , line 1, byte 53: not valid JSON: 'NaN' is no JSON number; write a finite number, \
      or null where there is none\(orSalvage) [malformed-json]
      """),
    inEvents(
      "a duration of 1e400", "\"duration_ns\":5", "\"duration_ns\":1e400",
      """
      , line 1, byte 53: not valid JSON: the number 1e400 is too large for any \
      computation; check where it comes from\(orSalvage) [malformed-json]
      """),
    inEvents(
      "a duration beyond 64 bits", "\"duration_ns\":5", "\"duration_ns\":99999999999999999999",
      """
      , line 1, byte 53: not valid JSON: the whole number 99999999999999999999 does not \
      fit in 64 bits; check where it comes from\(orSalvage) [malformed-json]
      """),
    inEvents(
      "a duration that is text", "\"duration_ns\":5", "\"duration_ns\":\"5\"",
      """
      , line 1, at duration_ns: is a string where a whole number is expected; keep what \
      can be read with --salvage [wrong-type]
      """),
  ]

  private static let values = [
    inEvents(
      "broken JSON", "\"lane\":0,", "\"lane\":,",
      """
      , line 1, byte 24: not valid JSON: unexpected character; mend or capture the file \
      again\(orSalvage) [malformed-json]
      """),
    inEvents(
      "a line cut short", "\"name\":\"k\"}", "\"name\":\"k",
      """
      , line 1, byte 64: not valid JSON: the text ends before the value does; mend or \
      capture the file again\(orSalvage) [malformed-json]
      """),
    inEvents(
      "a key twice", "\"lane\":0", "\"lane\":0,\"lane\":0",
      """
      , line 1, byte 26: the key 'lane' stands in this object a second time; remove one \
      of the two\(orSalvage) [duplicate-key]
      """),
    inEvents(
      "an unknown key", "\"lane\"", "\"lame\"",
      """
      , line 1, at lame: the key 'lame' is not known here; known keys are after, \
      communication, duration_ns, kind, lane, launched_by, name, start_ns\(orSalvage) [unknown-key]
      """),
    inEvents(
      "an unknown kind", "\"kernel\"", "\"colonel\"",
      """
      , line 1, at kind: is no kind of event that this version knows; keep what can be \
      read with --salvage [value-out-of-range]
      """),
    inEvents(
      "a lane that is not there", "\"lane\":0", "\"lane\":1",
      """
      , line 1, at lane: 1 is not within 0...0; keep what can be read with --salvage \
      [value-out-of-range]
      """),
    inEvents(
      "a launch that is none", "\"name\":\"n\"", "\"name\":\"n\",\"launched_by\":0",
      """
      , at launched_by: event 1 names event 0, which is no launch; name an event of the \
      kind launch, counted from 0\(orSalvage) [malformed-event]
      """),
    inEvents(
      "a launch beyond the file", "\"name\":\"n\"", "\"name\":\"n\",\"launched_by\":2",
      """
      , line 2, at launched_by: 2 is not within 0...1; keep what can be read with \
      --salvage [value-out-of-range]
      """),
    inEvents(
      "an event that waits for itself", "\"name\":\"n\"", "\"name\":\"n\",\"after\":[0,1]",
      """
      , line 2, at after[1]: an event can't wait for itself; keep what can be read with \
      --salvage [value-out-of-range]
      """),
    inEvents(
      "an event that waits for one beyond the file", "\"name\":\"n\"",
      "\"name\":\"n\",\"after\":[2]",
      """
      , line 2, at after[0]: 2 is not within 0...1; keep what can be read with --salvage \
      [value-out-of-range]
      """),
    inEvents(
      "an event that waits for one twice", "\"name\":\"n\"",
      "\"name\":\"n\",\"after\":[0,0]",
      """
      , line 2, at after: names an event twice; keep what can be read with \
      --salvage [value-out-of-range]
      """),
    inEvents(
      "a group that is not there", "\"group\":0", "\"group\":1",
      """
      , line 2, at communication.group: 1 is not within 0...0; keep what can be read \
      with --salvage [value-out-of-range]
      """),
    inEvents(
      "an unknown kind of communication", "all_to_all", "all_to_none",
      """
      , line 2, at communication.kind: is no kind of communication known here; keep what \
      can be read with --salvage [value-out-of-range]
      """),
    inEvents(
      "one split for two ranks", "\"group\":0", "\"group\":0,\"send_splits_bytes\":[1]",
      """
      , line 2, at communication.send_splits_bytes: holds 1 splits for a group of 2 \
      ranks; keep what can be read with --salvage [value-out-of-range]
      """),
    inEvents(
      "a negative split", "\"group\":0", "\"group\":0,\"send_splits_bytes\":[1,-1]",
      """
      , line 2, at communication.send_splits_bytes[1]: -1 is not within \
      0...1152921504606846976; keep what can be read with --salvage [value-out-of-range]
      """),
    inEvents(
      "splits that overflow", "\"group\":0",
      "\"group\":0,\"send_splits_bytes\":[1152921504606846976,1]",
      """
      , line 2, at communication: the splits add up to no size of a message; keep what \
      can be read with --salvage [value-out-of-range]
      """),
    inEvents(
      "bytes that no message has", "\"group\":0", "\"group\":0,\"send_bytes\":1152921504606846977",
      """
      , line 2, at communication.send_bytes: 1152921504606846977 is not within \
      0...1152921504606846976; keep what can be read with --salvage [value-out-of-range]
      """),
    inEvents(
      "a cap of nothing", "\"group\":0", "\"group\":0,\"injection_cap_gbps\":0",
      """
      , line 2, at communication.injection_cap_gbps: is 0 and must be more than 0; keep \
      what can be read with --salvage [value-out-of-range]
      """),
    inEvents(
      "a routing that does not divide", "\"group\":0",
      "\"group\":0,\"routing\":{\"direction\":\"dispatch\",\"tokens\":1,\"token_bytes\":1,\"experts_per_token\":3,\"experts\":8,\"expert_groups\":3}",
      """
      , line 2, at communication.routing: experts must divide evenly into expert groups; \
      keep what can be read with --salvage [value-out-of-range]
      """),
    inEvents(
      "a peer beyond any job", "\"group\":0", "\"group\":0,\"peer\":1048576",
      """
      , line 2, at communication.peer: 1048576 is not within 0...1048575; keep what can \
      be read with --salvage [value-out-of-range]
      """),
    inEvents(
      "zero bytes", "{\"kind\"", "\0\0\0\0\n{\"kind\"",
      """
      , line 1, byte 0: not valid JSON: a zero byte stands here; the disk lost a part of \
      the file; copy it again\(orSalvage) [malformed-json]
      """),
    inEvents(
      "a line of prose", "{\"kind\"", "hello\n{\"kind\"",
      """
      , line 1, byte 0: not valid JSON: unexpected character; mend or capture the file \
      again\(orSalvage) [malformed-json]
      """),
    inEvents(
      "a list where an event stands", "{\"kind\"", "[]\n{\"kind\"",
      """
      , line 1: is an array where an object is expected; keep what can be read with \
      --salvage [wrong-type]
      """),
  ]

  private static let files = [
    rankFile(
      "empty", .bytes([]),
      ": is empty; it was probably never written; write or capture it again [empty-input]"),
    rankFile(
      "a directory", .directory,
      ": is a directory where a file is expected; name a file in it [cannot-read]"),
    rankFile(
      "a pipe", .pipe,
      """
      : is a pipe, and files are read more than once; write what comes through it to a \
      file, and name that [cannot-read]
      """),
    rankFile(
      "zstd cut short", .cut(NativeTraceCases.events, by: .zstd, share: 0.6),
      """
      : the zstd data ends in the middle of a frame, after compressed byte 66; the copy \
      or the job was cut short; copy the file again [truncated]
      """),
    rankFile(
      "zstd damaged", .flipped(NativeTraceCases.events, by: .zstd),
      """
      : the zstd data is corrupt near compressed byte 0: Restored data doesn't match \
      checksum; copy the file again from where it was captured [corrupt-compression]
      """),
  ]
}
