/// One header block of a tar archive: what it says of the member behind it.
///
/// The layouts of POSIX (ustar), GNU and Version 7, which differ behind the first 257 bytes.
struct TarHeader {
  /// Archives consist of blocks of so many bytes.
  static let blockSize = 512

  /// What stands behind a header.
  enum Kind: Equatable {
    case file, directory, hardLink, symbolicLink, device, pipe
    /// A file of which the holes are left out.
    case sparse
    /// The rest of a file that begins on another volume.
    case continuation
    /// The name of the next member, where it is too long for its header.
    case longName
    /// Records on the next member.
    case extended
    /// What no member needs: a link's long target, records on all members, a volume's label.
    case remark
    case unknown(UInt8)
  }

  var kind: Kind
  var name: [UInt8]
  /// Bytes of content; 0 of what has none, whatever the header says.
  var size: Int64

  /// Whether `block` is a header: its checksum holds.
  static func isHeader(_ block: ArraySlice<UInt8>) -> Bool {
    guard block.count >= blockSize, let stated = number(field(block, checksumField)) else {
      return false
    }
    let spaces = Int64(checksumField.count) * 0x20
    let others = block.prefix(blockSize).enumerated().lazy
      .filter { !checksumField.contains($0.offset) }.map(\.element)
    // Some old writers added up signed bytes.
    return stated == spaces + others.reduce(0) { $0 + Int64($1) }
      || stated == spaces + others.reduce(0) { $0 + Int64(Int8(bitPattern: $1)) }
  }

  /// Whether a file that begins with `head` is an archive, damaged or not.
  static func beginsArchive(_ head: ArraySlice<UInt8>) -> Bool {
    guard head.count >= blockSize else { return false }
    return isHeader(head) || field(head, magicField).starts(with: Array("ustar".utf8))
  }

  /// Reads a block; `nil` where it is no header, or states no size.
  init?(_ block: ArraySlice<UInt8>) {
    guard Self.isHeader(block), let size = Self.number(Self.field(block, 124..<136)) else {
      return nil
    }
    name = Self.text(Self.field(block, 0..<100))
    // GNU's magic ends in spaces, and what POSIX has for the prefix of the name is other things there.
    if Self.field(block, Self.magicField).elementsEqual(Array("ustar\0".utf8)) {
      let prefix = Self.text(Self.field(block, 345..<500))
      if !prefix.isEmpty { name = prefix + [UInt8(ascii: "/")] + name }
    }
    kind = Self.kind(block[block.startIndex + 156])
    // Version 7 has no type of its own for directories.
    if kind == .file, name.last == UInt8(ascii: "/") { kind = .directory }
    switch kind {
    case .directory, .hardLink, .symbolicLink, .device, .pipe: self.size = 0
    default: self.size = size
    }
  }

  private static func kind(_ flag: UInt8) -> Kind {
    switch Character(Unicode.Scalar(flag)) {
    case "0", "\0", "7": .file
    case "1": .hardLink
    case "2": .symbolicLink
    case "3", "4": .device
    case "5": .directory
    case "6": .pipe
    case "S": .sparse
    case "M": .continuation
    case "L": .longName
    case "x", "X": .extended
    // GNU's lists of a directory's files have content, unlike directories.
    case "K", "g", "V", "D": .remark
    default: .unknown(flag)
    }
  }

  private static let checksumField = 148..<156
  private static let magicField = 257..<263

  private static func field(_ block: ArraySlice<UInt8>, _ range: Range<Int>) -> ArraySlice<UInt8> {
    block[block.startIndex + range.lowerBound..<block.startIndex + range.upperBound]
  }

  private static func text(_ field: ArraySlice<UInt8>) -> [UInt8] {
    Array(field.prefix { $0 != 0 })
  }

  /// Octal digits, or, with the highest bit set, a binary number; `nil` for anything else.
  private static func number(_ field: ArraySlice<UInt8>) -> Int64? {
    if let first = field.first, first & 0x80 != 0 {
      var value = Int64(first & 0x7f)
      for byte in field.dropFirst() {
        guard value <= Int64.max >> 8 else { return nil }
        value = value << 8 | Int64(byte)
      }
      return value
    }
    let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0x20 && $0 != 0 }
    if digits.isEmpty { return 0 }
    return Int64(String(decoding: digits, as: UTF8.self), radix: 8).flatMap { $0 < 0 ? nil : $0 }
  }
}
