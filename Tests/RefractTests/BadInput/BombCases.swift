import TestSupport

/// Files made to exhaust time or memory: each is refused after a few megabytes.
enum BombCases {
  private static func trace(
    _ name: String, _ head: String, _ filler: String, by packer: BadFile.Packer, _ error: String
  ) -> BadInput {
    BadInput(
      "bomb: " + name,
      [BadFile("t.json", .bomb(head: head, filler: filler, gibibytes: 4, by: packer))],
      "inspect {dir}/t.json", "{dir}/t.json" + error)
  }

  private static let open = String(
    TraceCases.kineto[
      ..<(TraceCases.kineto.firstRange(of: "{\"ph\"")?.lowerBound ?? TraceCases.kineto.endIndex)])
  private static let event =
    #"{"ph":"X","cat":"kernel","name":"a","tid":7,"ts":1,"dur":1,"args":{"stream":7}},"#

  static let all = [
    trace(
      "a whole trace and 4 GiB of spaces, zstd", TraceCases.kineto, " ", by: .zstd,
      """
      , byte 262619: more than 262144 bytes of white space follow one another; no \
      profiler writes that; the file is damaged, or made to exhaust memory \
      [limit-exceeded]
      """),
    trace(
      "a whole trace and 4 GiB of spaces, gzip", TraceCases.kineto, " ", by: .gzip,
      """
      , byte 262619: more than 262144 bytes of white space follow one another; no \
      profiler writes that; the file is damaged, or made to exhaust memory \
      [limit-exceeded]
      """),
    trace(
      "a head and 4 GiB of line feeds", open, "\n", by: .zstd,
      """
      , byte 262291: more than 262144 bytes of white space follow one another; no \
      profiler writes that; the file is damaged, or made to exhaust memory \
      [limit-exceeded]
      """),
    trace(
      "4 GiB of nesting in an event", open + #"{"args": "#, "[", by: .zstd,
      """
      , byte 786588: inflates to more than 500 times its size; no profiler writes that; \
      the file is damaged, or made to exhaust memory [limit-exceeded]
      """),
    trace(
      "4 GiB of nesting in what is skipped", #"{"schemaVersion": 1, "x": "#, "[", by: .zstd,
      """
      , byte 786458: inflates to more than 500 times its size; no profiler writes that; \
      the file is damaged, or made to exhaust memory [limit-exceeded]
      """),
    trace(
      "4 GiB of one name", open + #"{"name": ""#, "a", by: .gzip,
      """
      , byte 786589: inflates to more than 500 times its size; no profiler writes that; \
      the file is damaged, or made to exhaust memory [limit-exceeded]
      """),
    trace(
      "4 GiB of events", open, event, by: .zstd,
      """
      , byte 786579: inflates to more than 500 times its size; no profiler writes that; \
      the file is damaged, or made to exhaust memory [limit-exceeded]
      """),
    trace(
      "4 GiB of numbers in a header", #"{"distributedInfo": ["#, "1,", by: .zstd,
      """
      , byte 786453: inflates to more than 500 times its size; no profiler writes that; \
      the file is damaged, or made to exhaust memory [limit-exceeded]
      """),
    BadInput(
      "bomb: a plain name of 1 MB",
      [
        .text(
          "t.json",
          TraceCases.kineto.mended("\"a\"", "\"" + String(repeating: "a", count: 1 << 20) + "\""))
      ], "inspect {dir}/t.json",
      """
      {dir}/t.json, byte 184: the event's name is longer than 65536 bytes; no profiler \
      writes such; the file is damaged [limit-exceeded]
      """),
    BadInput(
      "bomb: 2 MB of plain spaces",
      [
        .text(
          "t.json",
          TraceCases.kineto.mended("7}},", "7}}," + String(repeating: " ", count: 2 << 20)))
      ], "inspect {dir}/t.json",
      """
      {dir}/t.json, byte 393216: more than 262144 bytes of white space follow one \
      another; no profiler writes that; the file is damaged, or made to exhaust memory \
      [limit-exceeded]
      """),
    BadInput(
      "bomb: a manifest and 4 GiB of spaces",
      [
        BadFile(
          "manifest.json",
          .bomb(head: NativeTraceCases.manifest, filler: " ", gibibytes: 4, by: .zstd)),
        .text("r0", NativeTraceCases.events),
      ], "inspect {dir}",
      """
      {dir}/manifest.json, byte 262358: more than 262144 bytes of white space follow one \
      another; no profiler writes that; the file is damaged, or made to exhaust memory \
      [limit-exceeded]
      """),
    BadInput(
      "bomb: a manifest of 4 GiB of nesting",
      [BadFile("manifest.json", .bomb(head: "", filler: "[", gibibytes: 4, by: .zstd))],
      "inspect {dir}",
      """
      {dir}/manifest.json, byte 1048576: inflates to more than 500 times its size; no \
      profiler writes that; the file is damaged, or made to exhaust memory \
      [limit-exceeded]
      """),
    BadInput(
      "bomb: a rank file and 4 GiB of line feeds",
      [
        .text("manifest.json", NativeTraceCases.manifest),
        BadFile("r0", .bomb(head: NativeTraceCases.events, filler: "\n", gibibytes: 4, by: .gzip)),
      ], "inspect {dir}",
      """
      {dir}/r0, byte 262326: more than 262144 bytes of white space follow one another; \
      no profiler writes that; the file is damaged, or made to exhaust memory \
      [limit-exceeded]
      """),
    BadInput(
      "bomb: a rank file of 4 GiB of events",
      [
        .text("manifest.json", NativeTraceCases.manifest),
        BadFile(
          "r0",
          .bomb(
            head: "",
            filler: #"{"kind":"kernel","lane":0,"start_ns":0,"duration_ns":5,"name":"k"}"# + "\n",
            gibibytes: 4, by: .zstd)),
      ], "inspect {dir}",
      """
      {dir}/r0, byte 1048576: inflates to more than 500 times its size; no profiler \
      writes that; the file is damaged, or made to exhaust memory [limit-exceeded]
      """),
    BadInput(
      "bomb: a fabric and 4 GiB of spaces",
      [BadFile("f.json", .bomb(head: FabricCases.fabric, filler: " ", gibibytes: 4, by: .zstd))],
      "fabric check {dir}/f.json",
      """
      {dir}/f.json, byte 262393: more than 262144 bytes of white space follow one \
      another; no profiler writes that; the file is damaged, or made to exhaust memory \
      [limit-exceeded]
      """),
    BadInput(
      "bomb: rules and 4 GiB of spaces",
      CommandLineCases.job + [
        BadFile("r.json", .bomb(head: RuleCases.rules, filler: " ", gibibytes: 4, by: .gzip))
      ], CommandLineCases.replay + " --fabric hgx-h800-8 --rules {dir}/r.json",
      """
      {dir}/r.json, byte 262413: more than 262144 bytes of white space follow one \
      another; no profiler writes that; the file is damaged, or made to exhaust memory \
      [limit-exceeded]
      """),
    BadInput(
      "bomb: a placement and 4 GiB of line feeds",
      CommandLineCases.job + [
        BadFile("p.csv", .bomb(head: "rank,gpu\n0,0\n", filler: "\n", gibibytes: 4, by: .zstd))
      ], CommandLineCases.replay + " --fabric hgx-h800-8 --placement {dir}/p.csv",
      """
      {dir}/p.csv, byte 262157: more than 262144 bytes of white space follow one \
      another; no profiler writes that; the file is damaged, or made to exhaust memory \
      [limit-exceeded]
      """),
  ]
}
