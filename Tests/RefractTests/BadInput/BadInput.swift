import TestSupport
import Testing

/// One malformed input as a user meets it: what lies in a directory, what is asked for, and the exact
/// words and status with which it must end. `{dir}` stands for the directory.
struct BadInput: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var files: [BadFile]
  /// Words of the command line, parted by spaces.
  var arguments: String
  var status: Int32
  /// What `refract: error: ` is followed by, and nothing after; of messages of the parser of
  /// command lines, which begin with `Error:`, the first line and a `…`.
  var error: String

  init(
    _ name: String, _ files: [BadFile], _ arguments: String, status: Int32 = 65, _ error: String
  ) {
    testDescription = name
    self.files = files
    self.arguments = arguments
    self.status = status
    self.error = error
  }
}

/// What many messages end in.
let damaged = "; the file was damaged or edited; capture or copy it again"
let orSalvage = ", or keep what can be read with --salvage"

/// Something to put into the directory.
struct BadFile: Sendable {
  enum Content: Sendable {
    case bytes([UInt8])
    case directory
    case pipe
    /// The text, packed by a program.
    case packed(String, by: Packer)
    /// The first share of that.
    case cut(String, by: Packer, share: Double)
    /// That with a byte in its middle turned over.
    case flipped(String, by: Packer)
    /// The text, then gibibytes of a filler, packed.
    case bomb(head: String, filler: String, gibibytes: Int, by: Packer)
  }

  /// A program that compresses.
  enum Packer: String, Sendable { case zstd, gzip }

  var name: String
  var content: Content

  init(_ name: String, _ content: Content) {
    self.name = name
    self.content = content
  }

  static func text(_ name: String, _ text: String) -> BadFile {
    BadFile(name, .bytes(Array(text.utf8)))
  }

  /// Puts it into `directory`.
  func write(to directory: TemporaryDirectory) throws {
    let path = directory.file(name)
    switch content {
    case .bytes(let bytes): try directory.write(name, bytes)
    case .directory: _ = try Tool.run("mkdir", ["-p", path])
    case .pipe: _ = try Tool.run("mkfifo", [path])
    case .packed(let text, let packer): try directory.write(name, packer.pack(text))
    case .cut(let text, let packer, let share):
      let packed = try packer.pack(text)
      try directory.write(name, Array(packed.prefix(Int(Double(packed.count) * share))))
    case .flipped(let text, let packer):
      var packed = try packer.pack(text)
      packed[packed.count / 2] ^= 0xff
      try directory.write(name, packed)
    case .bomb(let head, let filler, let gibibytes, let packer):
      // Frames and members one after the other are one text.
      let mebibytes = 16
      let frame = try packer.pack(
        String(repeating: filler, count: (mebibytes << 20) / filler.utf8.count))
      let parts = try (
        directory.write(name, packer.pack(head)), directory.write(name + ".frame", frame)
      )
      let count = (gibibytes << 10) / mebibytes
      _ = try Tool.run(
        "sh",
        ["-c", "for i in $(seq \(count)); do cat \(parts.1); done >> \(parts.0); rm \(parts.1)"])
    }
  }
}

extension BadFile.Packer {
  func pack(_ text: String) throws -> [UInt8] {
    let directory = try TemporaryDirectory()
    let plain = try directory.write("plain", text)
    _ = try Tool.run(rawValue, self == .zstd ? ["-qf", plain] : ["-nkf", plain])
    return try bytes(of: plain + (self == .zstd ? ".zst" : ".gz"))
  }
}

extension String {
  /// This text with the first `old` replaced; loudly wrong where there is none.
  func mended(_ old: String, _ new: String) -> String {
    contains(old) ? replacing(old, with: new, maxReplacements: 1) : "'\(old)' IS NOT IN THE TEXT"
  }
}
