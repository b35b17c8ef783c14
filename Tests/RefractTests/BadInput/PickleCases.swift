import TestSupport

/// Flight recorder dumps that are no pickle of plain data.
enum PickleCases {
  private static let start = PickleText()
  private static let mend = "; copy or capture the file again [malformed-pickle]"

  private static func pickle(_ name: String, _ bytes: [UInt8], _ error: String) -> BadInput {
    BadInput(
      "pickle: " + name, [BadFile("_dump_0", .bytes(bytes))], "inspect {dir}/_dump_0",
      "{dir}/_dump_0, byte " + error)
  }

  private static func executing(_ name: String, _ bytes: [UInt8], at byte: Int) -> BadInput {
    pickle(
      name, bytes,
      """
      \(byte): the pickle instruction \(name) would run code, and none is run here; a \
      flight recorder writes no such thing; don't unpickle this file anywhere \
      [unsafe-pickle]
      """)
  }

  private static let system = Array("posix\nsystem\n".utf8)

  static let all: [BadInput] = unsafe + broken + limits

  private static let unsafe: [BadInput] = [
    executing("GLOBAL", start.op("c", system).op("(").string("id").op("t").op("R").ended, at: 2),
    executing("REDUCE", start.op("N").op("N").op("R").ended, at: 4),
    executing("BUILD", start.op("}").op("}").op("b").ended, at: 4),
    executing("INST", start.op("(").string("id").op("i", system).ended, at: 10),
    executing("OBJ", start.op("(").op("N").op("o").ended, at: 4),
    executing("NEWOBJ", start.op("N").op(")").op(0x81).ended, at: 4),
    executing("EXT1", start.op(0x82, [1]).ended, at: 2),
    executing("BINPERSID", start.op("N").op("Q").ended, at: 3),
    executing("STACK_GLOBAL", start.string("os").string("system").op(0x93).ended, at: 20),
  ]

  private static let broken: [BadInput] = [
    pickle(
      "protocol 5", PickleText(protocol: 5).op(0x95, [4, 0, 0, 0, 0, 0, 0, 0]).op("N").ended,
      """
      0: is a pickle of protocol 5, and flight recorders write protocol 2; write it again \
      with pickle.dump(…, protocol=2), or as JSON [unsupported-version]
      """),
    pickle(
      "a frame of protocol 4", start.op(0x95, [4, 0, 0, 0, 0, 0, 0, 0]).op("N").ended,
      "2: not a valid pickle: the instruction FRAME is none that a flight recorder writes" + mend),
    pickle(
      "bytes", start.op("C", [1, 0x61]).ended,
      """
      2: not a valid pickle: the instruction SHORT_BINBYTES is none that a flight recorder \
      writes\(mend)
      """),
    pickle(
      "a byte that is no instruction", start.op(0xFF).ended,
      "2: not a valid pickle: the instruction 0xff is none that a flight recorder writes" + mend),
    pickle(
      "cut short", start.op("}").op("(").string("version").bytes,
      "16: not a valid pickle: ends without its STOP; copy or capture the file again [truncated]"),
    pickle(
      "a string cut short", Array(start.op("}").op("(").string("version").bytes.dropLast(3)),
      """
      4: not a valid pickle: asks for 7 bytes where 4 are left; copy or capture the file \
      again [truncated]
      """),
    pickle(
      "a string of 4 GiB", start.op("X", [0xFF, 0xFF, 0xFF, 0xFF]).ended,
      """
      2: not a valid pickle: asks for 4294967295 bytes where 1 are left; copy or capture \
      the file again [truncated]
      """),
    pickle(
      "a whole number of 4 GiB", start.op(0x8B, [0xFF, 0xFF, 0xFF, 0xFF]).ended,
      """
      2: not a valid pickle: asks for 4294967295 bytes where 1 are left; copy or capture \
      the file again [truncated]
      """),
    pickle(
      "a whole number of 9 bytes", start.op(0x8A, [9, 1, 2, 3, 4, 5, 6, 7, 8, 9]).ended,
      "2: not a valid pickle: a whole number of 9 bytes does not fit in 64 bits" + mend),
    pickle(
      "a number that is none", start.op("G", [0x7F, 0xF8, 0, 0, 0, 0, 0, 0]).ended,
      "2: a number is not finite; copy or capture the file again [value-out-of-range]"),
    pickle(
      "a string that is no UTF-8", start.op("X", [1, 0, 0, 0, 0xFF]).ended,
      "2: not a valid pickle: a string is no UTF-8" + mend),
    pickle(
      "a memo that is empty", start.op("]").op("h", [3]).op("a").ended,
      "3: not a valid pickle: names memo 3, in which nothing was put" + mend),
    pickle(
      "a long memo that is empty", start.op("j", [0xFF, 0xFF, 0xFF, 0xFF]).ended,
      "2: not a valid pickle: names memo 4294967295, in which nothing was put" + mend),
    pickle(
      "a mark that was not set", start.op("]").op("e").ended,
      "3: not a valid pickle: closes a mark where none is open" + mend),
    pickle(
      "a mark that is not closed", start.op("]").op("(").ended,
      "4: not a valid pickle: ends with a mark that nothing closes" + mend),
    pickle(
      "a value from below a mark", start.op("N").op("(").op(0x85).op("t").ended,
      "4: not a valid pickle: takes 1 values where 0 are there" + mend),
    pickle(
      "a value from an empty stack", start.op("q", [0]).ended,
      "2: not a valid pickle: takes a value from an empty stack" + mend),
    pickle(
      "an element for a dictionary", start.op("}").op("N").op("a").ended,
      "4: not a valid pickle: elements are added to something that is no list" + mend),
    pickle(
      "a key without a value", start.op("}").op("(").op("N").op("u").ended,
      "5: not a valid pickle: a key is set without a value" + mend),
    pickle(
      "a key that is None", start.op("}").op("N").op("N").op("s").ended,
      "6: not a valid pickle: a key is neither a string nor a whole number" + mend),
    pickle(
      "a key twice", start.op("}").string("a").op("N").op("s").string("a").op("N").op("s").ended,
      "19: not a valid pickle: the key 'a' stands in a dictionary a second time" + mend),
    pickle(
      "two values", start.op("N").op("N").ended,
      "4: not a valid pickle: ends with 2 values where one is expected" + mend),
    pickle(
      "text behind its end", start.op("N").ended + [0x4E],
      "3: not a valid pickle: 1 bytes follow its end" + mend),
    pickle(
      "a list that holds itself", start.op("]").op("q", [0]).op("h", [0]).op("a").ended,
      "8: not a valid pickle: a container holds itself" + mend),
    BadInput(
      "pickle: of something else", [BadFile("_dump_0", .bytes(start.op("]").ended))],
      "inspect {dir}/_dump_0",
      "{dir}/_dump_0: is an array where an object is expected [wrong-type]"),
  ]

  /// A list in a list in a list, 100 deep.
  private static var deep: [UInt8] {
    start.bytes + [UInt8](repeating: 0x5D, count: 100) + [UInt8](repeating: 0x61, count: 99)
      + [0x2E]
  }

  /// 41 lists, each of which holds the one before it twice: 2^40 values, were they written out.
  private static var doubling: [UInt8] {
    var text = start.op("(").op("]").op("q", [0])
    for level in UInt8(1)...40 {
      text = text.op("]").op("q", [level])
      text = text.op("h", [level - 1]).op("a").op("h", [level - 1]).op("a")
    }
    return text.op("t").ended
  }

  private static let limits: [BadInput] = [
    pickle(
      "nested deeply", deep,
      "201: not a valid pickle: is nested more than 64 levels deep" + mend),
    pickle(
      "lists that name each other twice", doubling,
      """
      367: names its lists so often that they come to more than 66192 values; check that \
      this is the file you meant [limit-exceeded]
      """),
    pickle(
      "five million values", start.bytes + [UInt8](repeating: 0x4E, count: 5_000_000),
      """
      4194306: holds more than 4194304 values; check that this is the file you meant \
      [limit-exceeded]
      """),
    pickle(
      "five million marks", start.bytes + [UInt8](repeating: 0x28, count: 5_000_000),
      """
      4194306: holds more than 4194304 values; check that this is the file you meant \
      [limit-exceeded]
      """),
  ]
}
