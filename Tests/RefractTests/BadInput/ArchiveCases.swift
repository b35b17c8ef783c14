import TestSupport

/// Archives that are wrong, and archives of what is wrong.
enum ArchiveCases {
  private static let file = TarFixture().member("job/rank0.json", TraceCases.kineto)

  private static func archive(
    _ name: String, _ bytes: [UInt8], status: Int32 = 65, _ error: String
  ) -> BadInput {
    BadInput(
      "archive: " + name, [BadFile("t.tar", .bytes(bytes))], "inspect {dir}/t.tar", status: status,
      "{dir}/t.tar" + error)
  }

  /// An archive of one member that is passed over.
  private static func nothing(_ name: String, _ fixture: TarFixture, _ error: String) -> BadInput {
    archive(
      name, fixture.ended,
      ": the archive holds no files" + error
        + "; pack a directory of capture files, one a rank [empty-input]")
  }

  private static let cut =
    "; the copy was cut short, or the archiver was ended early; copy or pack it again"
    + orSalvage + " [truncated]"
  private static let again = "; copy the archive again from where it was packed"

  static let all = empty + passedOver + damage + limits + content + inputs

  private static let empty = [
    archive(
      "of nothing", TarFixture().ended,
      """
      , byte 0: begins with 1024 zero bytes; the disk lost the file, it was never written, or it \
      is an archive of nothing; copy or capture it again [malformed-json]
      """),
    nothing("of a directory", TarFixture().member("job/", type: "5"), ""),
    nothing("of what macOS adds", TarFixture().member("job/._rank0.json", "x"), ""),
  ]

  private static let passedOver = [
    nothing(
      "a name that leads out", TarFixture().member("../rank0.json", TraceCases.kineto),
      "; '../rank0.json' is passed over: its name leads out of its directory"),
    nothing(
      "an absolute name", TarFixture().member("/tmp/rank0.json", TraceCases.kineto),
      "; '/tmp/rank0.json' is passed over: its name is that of a place outside the archive"),
    nothing(
      "a name with an escape", TarFixture().member("\u{1B}[2J", TraceCases.kineto),
      "; '?[2J' is passed over: its name holds control characters"),
    nothing(
      "a symbolic link", TarFixture().member("rank0.json", type: "2"),
      "; 'rank0.json' is passed over: it is a symbolic link, and links are not followed"),
    nothing(
      "a hard link", TarFixture().member("rank0.json", type: "1"),
      "; 'rank0.json' is passed over: it is a hard link, and links are not followed"),
    nothing(
      "a device", TarFixture().member("rank0.json", type: "3"),
      "; 'rank0.json' is passed over: it is a device"),
    nothing(
      "a pipe", TarFixture().member("rank0.json", type: "6"),
      "; 'rank0.json' is passed over: it is a pipe"),
    nothing(
      "a sparse file", TarFixture().member("rank0.json", type: "S", TraceCases.kineto),
      "; 'rank0.json' is passed over: it is stored with its holes left out"),
    nothing(
      "a sparse file, by its records",
      TarFixture().records(TarFixture.record("GNU.sparse.major", "1"))
        .member("rank0.json", TraceCases.kineto),
      "; 'rank0.json' is passed over: it is stored with its holes left out"),
    nothing(
      "the rest of a file", TarFixture().member("rank0.json", type: "M", TraceCases.kineto),
      "; 'rank0.json' is passed over: it is part of a file that begins on another volume"),
    nothing(
      "a type that nobody knows", TarFixture().member("rank0.json", type: "Z", TraceCases.kineto),
      "; 'rank0.json' is passed over: it is of a type that is not known here (90)"),
    archive(
      "a name of 5000 bytes",
      TarFixture().member(
        "n", type: "L", String(repeating: "a", count: 5000)
      ).member("a", TraceCases.kineto).ended,
      ": the archive holds no files; '\(String(repeating: "a", count: 4096))' is passed over: "
        + "its name is longer than 4096 bytes; pack a directory of capture files, one a rank "
        + "[empty-input]"),
  ]

  private static let damage = [
    archive(
      "cut in a file", Array(file.bytes.prefix(700)),
      ", byte 700: the archive ends in the middle of 'job/rank0.json'" + cut),
    archive(
      "cut between two files", file.bytes,
      ", byte 1024: the archive ends without the mark of its end" + cut),
    archive(
      "cut in a header", file.bytes + Array(file.bytes.prefix(100)),
      ", byte 1124: the archive ends without the mark of its end" + cut),
    archive(
      "a damaged header", file.bytes + [UInt8](repeating: 0x41, count: 1024),
      ", byte 1024: the header of a member is damaged" + again + orSalvage
        + " [malformed-archive]"),
    archive(
      "a damaged first header", [0x41] + file.ended.dropFirst(),
      ", byte 0: the header of a member is damaged" + again + " [malformed-archive]"),
    archive(
      "a negative size",
      TarFixture().member(Array("a".utf8), size: [UInt8](repeating: 0xff, count: 12)).ended,
      ", byte 0: the header of a member is damaged" + again + " [malformed-archive]"),
    archive(
      "a size that no disk has",
      TarFixture().member(
        Array("a".utf8), Array("1".utf8),
        size: [0x80, 0, 0, 0, 0x7f] + [UInt8](repeating: 0xff, count: 7)
      ).ended,
      ", byte 2048: the archive ends in the middle of 'a'" + cut),
    archive(
      "records that are none", TarFixture().records("99 path=x\n").member("a").ended,
      ", byte 0: the extended header is malformed" + again + " [malformed-archive]"),
    packed(
      "gzip cut short", .cut(text(large.ended), by: .gzip, share: 0.5),
      """
      : the gzip data ends in the middle of a frame, after compressed byte 30372; the copy or the job \
      was cut short; copy the file again\(orSalvage) [truncated]
      """),
    packed(
      "zstd cut short", .cut(text(large.ended), by: .zstd, share: 0.5),
      """
      : the zstd data ends in the middle of a frame, after compressed byte 29194; the copy or the job \
      was cut short; copy the file again [truncated]
      """),
    packed(
      "a byte of it turned over", .flipped(text(large.ended), by: .gzip),
      """
      : the gzip data is corrupt near compressed byte 60730: incorrect data check; copy the file again \
      from where it was captured\(orSalvage) [corrupt-compression]
      """),
  ]

  private static let limits = [
    archive(
      "records of 2 MiB",
      TarFixture().member("r", type: "x", String(repeating: "a", count: 2 << 20)).ended,
      """
      , byte 0: a member's name or records take more than 1048576 bytes; no archiver writes that; \
      the archive is damaged, or made to exhaust memory [limit-exceeded]
      """),
    bomb(
      "of 4 GiB of nesting, zstd", "[", by: .zstd,
      """
      , byte 66978304: inflates to more than 500 times its size; no profiler writes that; the file \
      is damaged, or made to exhaust memory [limit-exceeded]
      """),
    bomb(
      "of 4 GiB of spaces, gzip", " ", by: .gzip,
      """
      , byte 66978304: inflates to more than 500 times its size; no profiler writes that; the file \
      is damaged, or made to exhaust memory [limit-exceeded]
      """),
    bomb(
      "of members without end", text(TarFixture().member("a").bytes), by: .zstd,
      """
      , byte 66978304: inflates to more than 500 times its size; no profiler writes that; the file \
      is damaged, or made to exhaust memory [limit-exceeded]
      """),
    archive(
      "a file and 1 MiB of spaces",
      TarFixture().member("a", TraceCases.kineto + String(repeating: " ", count: 1 << 20)).ended,
      """
      /a, byte 393216: more than 262144 bytes of white space follow one another; no \
      profiler writes that; the file is damaged, or made to exhaust memory \
      [limit-exceeded]
      """),
  ]

  private static let content = [
    archive(
      "of notes", TarFixture().member("job/notes.txt", "hello\n").ended,
      """
      /job/notes.txt: is in no capture format known here; name PyTorch Kineto files, Chakra traces, \
      NCCL flight recorder dumps or NCCL Inspector files (plain, .gz or .zst), a native trace \
      directory, or an archive (.tar, .tar.gz or .tar.zst) of such [unknown-format]
      """),
    archive(
      "of a capture and notes", file.member("job/notes.txt", "hello\n").ended,
      """
      /job/notes.txt: is in no capture format known here; name PyTorch Kineto files, Chakra traces, \
      NCCL flight recorder dumps or NCCL Inspector files (plain, .gz or .zst), a native trace \
      directory, or an archive (.tar, .tar.gz or .tar.zst) of such\(orSalvage) [unknown-format]
      """),
    archive(
      "of an empty file", file.member("job/rank1.json").ended,
      """
      /job/rank1.json: is empty; it was probably never written; write or capture it again\(orSalvage) \
      [empty-input]
      """),
    archive(
      "of a damaged file",
      file.member("job/rank1.json", #"{"traceEvents": [{"ph": "X", }]}"#).ended,
      "/job/rank1.json, byte 29: not valid JSON inside an event\(damaged)\(orSalvage) [malformed-json]"
    ),
    archive(
      "of an archive", TarFixture().member(Array("job/a.tar".utf8), file.ended).ended,
      """
      /job/a.tar: is an archive in a directory or in another archive; name it as an input of its own, \
      or unpack it [unknown-format]
      """),
    archive(
      "of two directories", file.member("other/rank1.json", TraceCases.kineto).ended,
      """
      : the archive has its files in 2 directories, and which of them are one trace it does not say: \
      'job', 'other'; pack each by itself, or unpack it and name those that belong together \
      [empty-input]
      """),
    archive(
      "of a native trace with an error",
      TarFixture().member(
        "trace/manifest.json", NativeTraceCases.manifest.mended("trace/1", "trace/2")
      )
      .member("trace/r0", NativeTraceCases.events).ended,
      """
      /trace/manifest.json, at schema: is 'refract.trace/2', and this version reads refract.trace/1; \
      ingest the capture again with this version [unsupported-version]
      """),
    archive(
      "of a native trace without a rank",
      TarFixture().member("trace/manifest.json", NativeTraceCases.manifest).ended,
      status: 66,
      "/trace/r0: the file of rank 0 is not there; copy the trace directory again [no-such-file]"),
    archive(
      "of two files of one rank", file.member("job/rank1.json", TraceCases.kineto).ended,
      """
      /job/rank1.json: is rank 0, and so is {dir}/t.tar/job/rank0.json; name one file a rank, all of \
      one job [duplicate-rank]
      """),
  ]

  private static let inputs = [
    BadInput(
      "archive: in a directory",
      [BadFile("job", .directory), BadFile("job/a.tar", .bytes(file.ended))],
      "inspect {dir}/job",
      """
      {dir}/job/a.tar: is an archive in a directory or in another archive; name it as an input of its \
      own, or unpack it [unknown-format]
      """),
    BadInput(
      "archive: named twice", [BadFile("t.tar", .bytes(file.ended))],
      "inspect {dir}/t.tar {dir}/t.tar",
      """
      {dir}/t.tar/job/rank0.json: is rank 0, and so is {dir}/t.tar/job/rank0.json; name one file a \
      rank, all of one job [duplicate-rank]
      """),
    BadInput(
      "archive: a member named as if it were unpacked", [BadFile("t.tar", .bytes(file.ended))],
      "inspect {dir}/t.tar/job/rank0.json",
      status: 66,
      "{dir}/t.tar/job/rank0.json: no such file; check the name [no-such-file]"),
    BadInput(
      "archive: of a native trace, beside a file",
      [
        BadFile("t.tar", .bytes(native.ended)), .text("rank0.json", TraceCases.kineto),
      ], "inspect {dir}/t.tar {dir}/rank0.json", status: 64,
      """
      {dir}/t.tar/trace: is a native trace directory, which is a whole trace by itself; name it alone \
      [usage]
      """),
    BadInput(
      "archive: missing", [], "compare {dir}/t.tar --fabric hgx-h800-8", status: 66,
      "{dir}/t.tar: no such file; check the name [no-such-file]"),
    BadInput(
      "archive: where a fabric is expected",
      CommandLineCases.job + [BadFile("f.tar", .bytes(file.ended))],
      CommandLineCases.replay + " --fabric {dir}/f.tar",
      """
      {dir}/f.tar, line 1, byte 3: not valid JSON: a comment begins here; JSON has none; remove it \
      [malformed-json]
      """),
  ]

  private static let native =
    TarFixture().member("trace/manifest.json", NativeTraceCases.manifest)
    .member("trace/r0", NativeTraceCases.events)

  /// One whose file fills several buffers, packed or not.
  private static let large: TarFixture = {
    var random = SeededGenerator(seed: 1)
    let numbers = (0..<6000).map { _ in String(random.next()) }.joined(separator: ",")
    return file.member("job/rank1.json", numbers)
  }()

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  private static func packed(
    _ name: String, _ content: BadFile.Content, _ error: String
  ) -> BadInput {
    BadInput(
      "archive: " + name, [BadFile("t", content)], "inspect {dir}/t", "{dir}/t" + error)
  }

  /// A file of 4 GiB, or what else follows.
  private static func bomb(
    _ name: String, _ filler: String, by packer: BadFile.Packer, _ error: String
  ) -> BadInput {
    let head = TarFixture().member(Array("a".utf8), size: TarFixture.octal(4 << 30)).bytes
    return packed(
      name, .bomb(head: text(head), filler: filler, gibibytes: 4, by: packer), error)
  }
}
