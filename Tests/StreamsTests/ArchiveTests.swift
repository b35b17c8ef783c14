import Diagnostics
import Streams
import TestSupport
import Testing

/// Archives as directories: which members are files, under which names, with which bytes.
@Suite("Archives")
struct ArchiveTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func opened(_ fixture: TarFixture) throws -> Archive {
    try #require(try Archive(path: directory.write("job", fixture.ended)))
  }

  private func text(_ archive: Archive, _ name: String) throws -> String {
    String(
      decoding: try InputStream.contents(ofFile: archive.directory + "/" + name), as: UTF8.self)
  }

  @Test("what is no archive is none", arguments: ["", "{}", String(repeating: "x", count: 2000)])
  func none(text: String) throws {
    #expect(try Archive(path: directory.write("job", text)) == nil)
    #expect(try Archive(path: directory.path) == nil)
    #expect(try Archive(path: directory.file("missing")) == nil)
  }

  @Test("each layout, and each way to write a long name or a size")
  func layouts() throws {
    let long = String(repeating: "n", count: 150)
    let binary: [UInt8] = [0x80] + [UInt8](repeating: 0, count: 10) + [5]
    let archive = try opened(
      TarFixture()
        .member("d/posix", "1").member("gnu", "2", prefix: "d")
        .member("d/v7", "3", layout: .version7).member("d/old", type: "\0", "4", layout: .gnu)
        .member("././@LongLink", type: "L", "d/" + long + "\0", layout: .gnu)
        .member("d/nn", "5", layout: .gnu)
        .records(TarFixture.record("path", "d/" + long + "ü") + TarFixture.record("size", "6"))
        .member("d/n", "sixsix")
        .member(Array("d/binary".utf8), Array("seven".utf8), size: binary)
        .member("./d//dotted", "8").member("pax_global", type: "g", "52 comment=x\n")
        .member("d/contiguous", type: "7", "9").member("d/empty"))
    #expect(archive.directory == archive.path + "/d" && archive.notes.isEmpty)
    let expected = [
      "posix": "1", "gnu": "2", "v7": "3", "old": "4", long: "5", long + "ü": "sixsix",
      "binary": "seven", "dotted": "8", "contiguous": "9",
    ]
    #expect(
      try directoryEntries(archive.directory) == (expected.keys + ["empty"]).sorted())
    for (name, content) in expected.sorted(by: { $0.key < $1.key }) {
      #expect(try text(archive, name) == content, "\(name)")
    }
    #expect(thrownDiagnostic { try text(archive, "empty") }?.code == .emptyInput)
    let missing = thrownDiagnostic { try text(archive, "missing") }
    #expect(missing?.code == .noSuchFile)
    #expect(missing?.location?.file == archive.path + "/d/missing")
  }

  @Test("no name leads outside, no link is followed, and each is told")
  func passedOver() throws {
    let kinds: [Character] = ["1", "2", "3", "4", "6", "S", "M", "Z"]
    var fixture = TarFixture().member("d/", type: "5").member("d/file", "1")
      .member("../up", "x").member("/etc/passwd", "x").member("d/../../up", "x")
      .member("d/\u{1B}[2J", "x").member("d/._file", "x").member(".hidden/x", "x")
    for kind in kinds { fixture = fixture.member("d/\(kind)", type: kind) }
    let archive = try opened(fixture)
    #expect(try directoryEntries(archive.directory) == ["file"])
    // Five of a kind are told one by one.
    #expect(archive.notes.allSatisfy { $0.code == .memberPassedOver && $0.severity != .dataLoss })
    #expect(
      archive.notes.map(\.problem) == [
        "'../up' is passed over: its name leads out of its directory",
        "'/etc/passwd' is passed over: its name is that of a place outside the archive",
        "'d/../../up' is passed over: its name leads out of its directory",
        "'d/?[2J' is passed over: its name holds control characters",
        "'d/1' is passed over: it is a hard link, and links are not followed",
        "7 more of this kind, 12 in all",
      ])
  }

  @Test("the last of several members of one name is read, and that is told")
  func repeated() throws {
    let archive = try opened(TarFixture().member("a", "old").member("b", "1").member("./a", "new"))
    #expect(archive.directory == archive.path)
    #expect(try text(archive, "a") == "new")
    #expect(
      archive.notes.map(\.problem).first?.hasPrefix("'./a' stands in it more than once") == true)
  }

  @Test("an archive is a directory while it is open, and a file again behind that")
  func lifetime() throws {
    let path = try directory.write("job", TarFixture().member("a", "1").ended)
    for _ in 0..<2 {
      let (first, second) = (try Archive(path: path), try Archive(path: path))
      withExtendedLifetime(first) {
        withExtendedLifetime(second) { #expect(pathKind(path) == .directory) }
        #expect(pathKind(path + "/a") == .file && pathKind(path + "/b") == .missing)
      }
    }
    #expect(pathKind(path) == .file && pathKind(path + "/a") == .missing)
  }

  @Test("cut short anywhere, an archive is never whole", arguments: [nil, "gzip", "zstd"])
  func truncated(program: String?) throws {
    let whole = TarFixture().member("a", String(repeating: "1", count: 700)).member("b", "2").ended
    for length in stride(from: 512, to: whole.count - 512, by: 64) {
      var bytes = Array(whole[..<length])
      if let program { bytes = try packed(bytes, with: program) }
      let path = try directory.write("cut", bytes)
      let diagnostic = thrownDiagnostic { try Archive(path: path) }
      #expect(diagnostic?.code == .truncated, "\(length) of \(whole.count)")
      #expect(diagnostic?.location?.file == path)
    }
  }

  private func packed(_ bytes: [UInt8], with program: String) throws -> [UInt8] {
    let path = try directory.write("plain", bytes)
    let outcome = try Tool.run(program, program == "zstd" ? ["-qf", path] : ["-kf", path])
    #expect(outcome.status == 0, "\(outcome.error)")
    return try TestSupport.bytes(of: path + (program == "zstd" ? ".zst" : ".gz"))
  }

  @Test("salvaged, there is what came before the damage, of the last file as much as there is")
  func salvaged() throws {
    let whole = TarFixture().member("a", "1").member("b", String(repeating: "2", count: 900)).ended
    for program in [nil, "gzip", "zstd"] {
      var bytes = Array(whole[..<(3 * 512 + 100)])
      if let program { bytes = try packed(bytes, with: program) }
      let path = try directory.write("cut", bytes)
      let archive = try #require(try Archive(path: path, salvages: true))
      #expect(archive.damage?.reason.code == .truncated && archive.damage?.files == 2)
      #expect(try text(archive, "a") == "1")
      #expect(try text(archive, "b") == String(repeating: "2", count: 100))
    }
  }

  @Test("what stands behind the end of an archive is told")
  func joined() throws {
    let one = TarFixture().member("a", "1").ended
    let path = try directory.write("two", one + one)
    let archive = try #require(try Archive(path: path))
    #expect(archive.notes.map(\.problem) == ["what follows the end of the archive is not read"])
  }

  @Test("more members than any job has are refused")
  func members() throws {
    let header = TarFixture().member("a").bytes
    let path = try directory.write("many", Array(repeatElement(header, count: 262_145).joined()))
    let diagnostic = thrownDiagnostic { try Archive(path: path) }
    #expect(diagnostic?.code == .limitExceeded)
    #expect(diagnostic?.problem == "holds more than 262144 members")
  }
}
