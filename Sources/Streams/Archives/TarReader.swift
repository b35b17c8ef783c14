import Diagnostics

/// The members of a tar archive, one after the other, as they stand in it.
///
/// A reader of its own, for a tar's layout is little, and libarchive would hide where in a plain archive
/// a member lies, and that an archive stops short between two members; to every start of the process it
/// would add eleven libraries, among them ICU.
struct TarReader {
  /// One member.
  struct Member {
    var name: [UInt8]
    var kind: TarHeader.Kind
    /// Bytes of its content, which begins where the archive's text has been read up to.
    var size: Int64
  }

  /// What names and records of one member may take, in bytes.
  private static let remarkLimit: Int64 = 1 << 20

  private let stream: InputStream
  private var block = [UInt8](repeating: 0, count: TarHeader.blockSize)
  /// Bytes up to the next header, and whose they are.
  private var pending: Int64 = 0
  private var padding: Int64 = 0
  private var member = ""
  /// Whether something stands behind the end of the archive.
  private(set) var hasMore = false

  /// The members of `stream`, from its beginning.
  init(_ stream: InputStream) { self.stream = stream }

  /// The next member; what is left of the content of the one before is passed over. `nil` at the end.
  ///
  /// - Throws: a `Diagnostic` where the archive is damaged or ends without the mark of its end.
  mutating func next() throws -> Member? {
    try skipContent()
    var longName: [UInt8]?
    var records = PaxRecords()
    while true {
      let start = stream.offset
      guard let header = try header() else {
        try readToEnd()
        return nil
      }
      begin(header.size, of: longName ?? records.name ?? header.name)
      switch header.kind {
      case .longName: longName = Array(try remark(at: start).prefix { $0 != 0 })
      case .extended:
        guard let read = PaxRecords(try remark(at: start)) else {
          throw damage(at: start, "the extended header is malformed")
        }
        records = read
      case .remark: try skipContent()
      default: return finished(header, longName, records)
      }
    }
  }

  private mutating func finished(
    _ header: TarHeader, _ longName: [UInt8]?, _ records: PaxRecords
  ) -> Member {
    var found = Member(
      name: longName ?? records.name ?? header.name, kind: header.kind, size: header.size)
    if records.isSparse { found.kind = .sparse }
    let hasContent = header.kind == .file || header.kind == .sparse
    if hasContent, let size = records.size { found.size = size }
    begin(found.size, of: found.name)
    return found
  }

  private mutating func begin(_ size: Int64, of name: [UInt8]) {
    pending = size
    let over = size % Int64(TarHeader.blockSize)
    padding = over == 0 ? 0 : Int64(TarHeader.blockSize) - over
    member = ArchiveName(name).shown
  }

  /// `nil` at the mark of the end.
  private mutating func header() throws -> TarHeader? {
    let start = stream.offset
    let count = try fill()
    guard count == block.count else { throw cut("the archive ends without the mark of its end") }
    if block.allSatisfy({ $0 == 0 }) { return nil }
    guard let header = TarHeader(block[...]) else {
      throw damage(at: start, "the header of a member is damaged")
    }
    return header
  }

  private mutating func fill() throws -> Int {
    var filled = 0
    while filled < block.count {
      let count = try block.withUnsafeMutableBytes {
        try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[filled...]))
      }
      if count == 0 { break }
      filled += count
    }
    return filled
  }

  private mutating func remark(at start: Int64) throws -> [UInt8] {
    guard pending <= Self.remarkLimit else {
      throw Diagnostic(
        .limitExceeded, at: SourceLocation(file: stream.path, byteOffset: start),
        "a member's name or records take more than \(Self.remarkLimit) bytes",
        remedy: "no archiver writes that; the archive is damaged, or made to exhaust memory")
    }
    var bytes: [UInt8] = []
    try readContent { bytes.append(contentsOf: $0) }
    try skipContent()
    return bytes
  }

  /// Hands out the content of the member, piece by piece.
  mutating func readContent(_ take: (UnsafeRawBufferPointer) throws -> Void) throws {
    var piece = [UInt8](repeating: 0, count: Int(min(pending, 1 << 17)))
    while pending > 0 {
      let count = try piece.withUnsafeMutableBytes { buffer in
        let wanted = Int(min(pending, Int64(buffer.count)))
        let count = try stream.read(
          into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]))
        try take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        return count
      }
      if count == 0 { throw cutInMember() }
      pending -= Int64(count)
    }
  }

  /// Passes over what is left of the content of the member, without reading it where the archive is
  /// not compressed.
  mutating func skipContent() throws {
    let skipped = try stream.skip(pending)
    pending -= skipped
    if pending > 0 { throw cutInMember() }
    guard try stream.skip(padding) == padding else { throw cutInMember() }
    padding = 0
  }

  /// Reads what follows the mark of the end: fill, mostly, and of a compressed archive the check sum of
  /// what came before.
  private mutating func readToEnd() throws {
    while true {
      let count = try fill()
      if count == 0 { return }
      hasMore = hasMore || block[..<count].contains { $0 != 0 }
    }
  }

  private func cutInMember() -> Diagnostic { cut("the archive ends in the middle of '\(member)'") }

  private func cut(_ problem: String) -> Diagnostic {
    Diagnostic(
      .truncated, at: SourceLocation(file: stream.path, byteOffset: stream.offset), problem,
      remedy: "the copy was cut short, or the archiver was ended early; copy or pack it again")
  }

  private func damage(at offset: Int64, _ problem: String) -> Diagnostic {
    Diagnostic(
      .malformedArchive, at: SourceLocation(file: stream.path, byteOffset: offset), problem,
      remedy: "copy the archive again from where it was packed")
  }
}
