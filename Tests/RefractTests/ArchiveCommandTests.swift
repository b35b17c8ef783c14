import TestSupport
import Testing

/// An archive is the directory that it holds, to every command and to the byte.
@Suite("Archives as input")
struct ArchiveCommandTests {
  private let directory: TemporaryDirectory
  private static let native = ProjectFiles.path("traces/captured-moe-ep4")

  init() throws { directory = try TemporaryDirectory() }

  /// Packs the last component of `path` with GNU tar.
  private func pack(_ path: String, as name: String, _ options: [String] = []) throws -> String {
    let archive = directory.file(name)
    let parts = path.split(separator: "/")
    let parent = "/" + parts.dropLast().joined(separator: "/")
    let run = try Tool.run(
      "tar", options + ["-cf", archive, "-C", parent, String(parts.last ?? "")])
    try #require(run.status == 0, "\(run.error)")
    return archive
  }

  /// What `refract` prints and writes, with the inputs' paths and names taken out.
  private func results(
    _ arguments: [String], of inputs: [String], named names: [String]
  ) throws -> [String] {
    let output = directory.file("out")
    let run = try Tool.refract(
      arguments.map { $0 == "OUT" ? output : $0 }.flatMap { $0 == "IN" ? inputs : [$0] })
    #expect(run.status == 0, "\(run.error)")
    var texts = [run.output, run.error]
    for name in (try? directory.allEntries())?.filter({ $0.hasPrefix("out/") }) ?? [] {
      if let content = try? bytes(of: directory.file(name)) {
        texts.append(name + "\n" + String(decoding: content, as: UTF8.self))
      }
    }
    _ = try Tool.run("rm", ["-rf", output])
    return texts.map { text in
      zip(inputs + inputs.map { String($0.split(separator: "/").last ?? "") }, names + names)
        .reduce(text) { $0.replacing($1.0, with: $1.1) }
        // Where an archive holds a directory, its members' paths go through it.
        .replacing("NAME/dlrm_kineto/", with: "NAME/")
    }
  }

  private static let commands: [[String]] = [
    ["inspect", "IN"], ["inspect", "IN", "--json", "--dependencies"],
    ["inspect", "IN", "--matching"],
    ["ingest", "IN", "-o", "OUT"], ["export", "IN", "--to", "chakra", "-o", "OUT"],
    ["export", "IN", "--to", "native", "-o", "OUT"],
    ["replay", "IN", "--fabric", "hgx-h100-8", "--json", "-o", "OUT"],
    ["compare", "IN", "--fabric", "hgx-h100-8", "--fabric", "passage-512", "-o", "OUT"],
    ["calibrate", "IN", "--fabric", "hgx-h100-8", "-o", "OUT"],
  ]

  @Test("a native trace in each compression, to every command", arguments: commands)
  func native(_ command: [String]) throws {
    let expected = try results(command, of: [Self.native], named: ["NAME"])
    #expect(expected.contains { $0.count > 200 })
    var packings = [["job.tar"], ["job.tgz", "--gzip"], ["packed.dat", "--zstd"]]
    if command[0] == "ingest" {
      packings += [["old.tar", "--format=v7"], ["posix.tar.zst", "--format=posix", "--zstd"]]
    }
    for packing in packings {
      let archive = try pack(Self.native, as: packing[0], Array(packing.dropFirst()))
      let read = try results(command, of: [archive], named: ["NAME"])
      #expect(read == expected, "\(packing)")
    }
  }

  @Test("threads change nothing, nor does where temporary files go, and none stays")
  func temporary() throws {
    let archive = try pack(Self.native, as: "job.tar.zst", ["--zstd"])
    let first = directory.file("tmp")
    _ = try Tool.run("mkdir", [first])
    func replay(_ setting: String, threads: Int) throws -> Tool.Outcome {
      try Tool.run(
        "env",
        [
          setting, Tool.refractPath, "replay", archive, "--fabric", "hgx-h100-8", "--json",
          "--threads", "\(threads)",
        ])
    }
    let expected = try replay("TMPDIR=", threads: 1)
    #expect(expected.status == 0 && expected.output.count > 1000)
    #expect(!expected.output.contains("/tmp"))
    for threads in [1, 8] {
      #expect(try replay("TMPDIR=\(first)", threads: threads).output == expected.output)
    }
    #expect(try directory.allEntries() == ["job.tar.zst", "tmp"])
  }

  @Test("ended by a signal, it leaves nothing", arguments: ["INT", "TERM", "KILL"])
  func signals(_ signal: String) throws {
    let text = String(repeating: "refract", count: 20_000_000)
    let archive = directory.file("job.tar.zst")
    try directory.write("plain", TarFixture().member("a", text).ended)
    _ = try Tool.run("zstd", ["-q", "--rm", directory.file("plain"), "-o", archive])
    _ = try Tool.run("mkdir", [directory.file("tmp")])
    for delay in ["0.02", "0.1", "0.3"] {
      _ = try Tool.run(
        "env",
        [
          "TMPDIR=\(directory.file("tmp"))", "timeout", "-s", signal, delay, Tool.refractPath,
          "inspect", archive,
        ])
      #expect(try directory.allEntries() == ["job.tar.zst", "tmp"])
    }
  }

  @Test("without room for what comes out of it, a compressed archive is refused")
  func noRoom() throws {
    let archive = try pack(Self.native, as: "job.tar.gz", ["--gzip"])
    let remedy =
      "; point TMPDIR at a directory that can be written and has room for what the archive holds "
      + "[cannot-write]\n"
    let missing = try Tool.run(
      "env", ["TMPDIR=/nowhere", Tool.refractPath, "inspect", archive])
    #expect(missing.status == 73 && missing.output.isEmpty)
    #expect(
      missing.error
        == "refract: error: \(archive): can't be unpacked into a temporary file: No such "
        + "file or directory" + remedy)
    // A limit that is reached as a disk becomes full, where the signal is ignored.
    let script = "trap '' XFSZ; ulimit -f 8; exec \(Tool.refractPath) inspect \(archive)"
    let full = try Tool.run("bash", ["-c", script])
    #expect(full.status == 73 && full.output.isEmpty)
    #expect(
      full.error == "refract: error: \(archive): can't be unpacked into a temporary file: File too "
        + "large" + remedy)
    // A plain one is read where it lies.
    let plain = try pack(Self.native, as: "job.tar")
    let run = try Tool.run("env", ["TMPDIR=/nowhere", Tool.refractPath, "inspect", plain])
    #expect(run.status == 0, "\(run.error)")
  }

  @Test("what is passed over of an archive is told, in the results as well")
  func passedOver() throws {
    let archive = try directory.write(
      "job.tar",
      TarFixture().member("job/rank0.json", TraceCases.kineto)
        .member("job/rank1.json", TraceCases.kineto.mended("\"rank\": 0", "\"rank\": 1"))
        .member("job/rank2.json", type: "2").ended)
    let run = try Tool.refract("replay", archive, "--fabric", "hgx-h100-8", "--json")
    let told = "'job/rank2.json' is passed over: it is a symbolic link, and links are not followed"
    #expect(run.status == 0 && run.output.contains(told))
    #expect(
      run.error == "refract: warning: \(archive): \(told); pack with --dereference "
        + "[member-passed-over]\n")
  }

  @Test("salvaged, a cut archive yields what came before, and the result says so")
  func salvaged() throws {
    let second = TraceCases.kineto.mended("\"rank\": 0", "\"rank\": 1")
    let whole = TarFixture().member("job/rank0.json", TraceCases.kineto)
      .member("job/rank1.json", second).ended
    let archive = try directory.write("job.tar", Array(whole.dropLast(1500)))
    let refused = try Tool.refract("inspect", archive)
    #expect(refused.status == 65 && refused.error.contains("with --salvage"))
    let run = try Tool.refract("inspect", archive, "--salvage", "--json")
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output.contains("the archive job.tar is damaged, and what follows is left out"))
    #expect(run.error.contains("data loss: \(archive), byte"))
  }

  @Test(
    "real archives are the directories in them, alone and together",
    .enabled(if: SharedFiles.arePresent, "\(SharedFiles.reason)"))
  func real() throws {
    let names = ["dlrm_kineto", "dlrm_pytorch_et"]
    let archives = names.map { SharedFiles.path("captures/dlrm8/\($0).tar.gz") }
    for archive in archives {
      try #require(Tool.run("tar", ["xzf", archive, "-C", directory.path]).status == 0)
    }
    let directories = names.map { directory.file($0) }
    for command in [
      ["replay", "IN", "--fabric", "dgx-v100-8", "--json", "-o", "OUT"],
      ["ingest", "IN", "-o", "OUT"],
      ["inspect", "IN", "--json"],
    ] {
      let expected = try results(command, of: directories, named: ["NAME", "NAME"])
      #expect(
        try results(command, of: archives, named: ["NAME", "NAME"]) == expected, "\(command)")
      // An archive beside files.
      let mixed = try results(
        command, of: [archives[0], directories[1]], named: ["NAME", "NAME"])
      #expect(mixed == expected, "\(command)")
    }
    let chakra = SharedFiles.path("captures/chakra/feeder_tests_trace.tar.gz")
    try #require(Tool.run("tar", ["xzf", chakra, "-C", directory.path]).status == 0)
    let written = try [chakra, directory.file("tests/data")].map { input in
      let output = directory.file("out")
      #expect(try Tool.refract("ingest", input, "-o", output, "--quiet").status == 0)
      return try directory.allEntries().filter { $0.hasPrefix("out/") }
        .map { try bytes(of: directory.file($0)) }
    }
    #expect(written[0] == written[1] && written[0].count == 2)
  }
}
