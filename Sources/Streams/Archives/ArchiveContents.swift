import Diagnostics

/// Goes through an archive and finds, or brings, its files to where they can be read in any order.
struct ArchiveContents {
  /// No job has so many files.
  private static let memberLimit = 1 << 18
  private static let nameLimit = 1 << 26

  private(set) var found = OpenArchives.Contents()
  /// What is passed over.
  var log = DiagnosticLog()

  /// Files found so far.
  var count: Int { found.members.count }

  let path: String
  private let stream: InputStream
  private let backing: ArchiveMember.Backing
  private var reader: TarReader
  /// Bytes unpacked; `nil` where the archive is plain, and its files are read where they lie.
  private var unpacked: Int64?
  private var seen = 0
  private var nameBytes = 0

  /// - Throws: a `Diagnostic` where it can't be opened, or there is no place to unpack it.
  init(path: String) throws {
    self.path = path
    stream = try InputStream(path: path, padding: .archive)
    reader = TarReader(stream)
    let isPlain = stream.compression == .none
    unpacked = isPlain ? nil : 0
    backing = ArchiveMember.Backing(
      try isPlain ? FileDescriptor(reading: path) : FileDescriptor(temporaryFor: path))
  }

  /// Reads all of it. What came before damage stays.
  ///
  /// - Throws: a `Diagnostic` where the archive is damaged or too large, or the room ran out.
  mutating func read() throws {
    while let member = try reader.next() {
      try count(member)
      let name = ArchiveName(member.name)
      // As where a directory is read, what is hidden is not looked at.
      if name.isHidden || member.kind == .directory { continue }
      if let reason = name.fault ?? Self.reason(member.kind) {
        passOver(name, reason, Self.remedy(member.kind))
      } else if !name.parts.isEmpty {
        try take(member, name)
      }
    }
    guard reader.hasMore else { return }
    log.note(
      Diagnostic(
        .memberPassedOver, severity: .warning, at: SourceLocation(file: path),
        "what follows the end of the archive is not read",
        remedy: "name archives one by one, rather than joined to one file"))
  }

  private mutating func count(_ member: TarReader.Member) throws {
    seen += 1
    nameBytes += member.name.count
    guard seen <= Self.memberLimit, nameBytes <= Self.nameLimit else {
      throw Diagnostic(
        .limitExceeded, at: SourceLocation(file: path, byteOffset: stream.offset),
        seen > Self.memberLimit
          ? "holds more than \(Self.memberLimit) members"
          : "the names of its members take more than \(Self.nameLimit) bytes",
        remedy: "pack the files of one job only")
    }
  }

  private mutating func take(_ member: TarReader.Member, _ name: ArchiveName) throws {
    let start = unpacked ?? stream.offset
    var end = start
    defer {
      // Of a file that is cut short there is what comes before.
      if end > start || member.size == 0 { keep(name, start..<end) }
    }
    if unpacked == nil {
      defer { end = start + min(member.size, stream.offset - start) }
      try reader.skipContent()
      return
    }
    try reader.readContent { [backing] piece in
      try backing.append(piece)
      end += Int64(piece.count)
    }
    unpacked = end
  }

  private mutating func keep(_ name: ArchiveName, _ range: Range<Int64>) {
    let member = ArchiveMember(file: backing, range: range)
    for depth in name.parts.indices.dropFirst() {
      found.directories.insert(name.parts[..<depth].joined(separator: "/"))
    }
    guard found.members.updateValue(member, forKey: name.path) != nil else { return }
    log.note(
      Diagnostic(
        .memberPassedOver, severity: .warning, at: SourceLocation(file: path),
        "'\(name.shown)' stands in it more than once; the last one is read, as it would be unpacked"
      ))
  }
}
