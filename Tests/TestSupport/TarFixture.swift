/// Writes tar archives header by header: what archivers write, and what nobody should.
public struct TarFixture: Sendable {
  /// Which of the layouts a header has.
  public enum Layout: Sendable { case posix, gnu, version7 }

  /// The bytes so far, without the mark of the end.
  public private(set) var bytes: [UInt8] = []

  /// An archive of nothing so far.
  public init() {}

  /// Adds a member.
  ///
  /// - Parameters:
  ///   - prefix: the part of the name that POSIX has for long ones.
  ///   - size: what the header says, where that is not the size of `content`: octal, or as it is.
  public func member(
    _ name: [UInt8], type: Character = "0", _ content: [UInt8] = [], layout: Layout = .posix,
    prefix: String = "", size: [UInt8]? = nil
  ) -> TarFixture {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ bytes: [UInt8], at offset: Int) {
      header.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }
    put(Array(name.prefix(100)), at: 0)
    put(Array("0000644\0".utf8), at: 100)
    put(size ?? Self.octal(content.count), at: 124)
    put([type.asciiValue ?? 0], at: 156)
    switch layout {
    case .posix: put(Array("ustar\u{0}00".utf8) + [], at: 257)
    case .gnu: put(Array("ustar  \0".utf8), at: 257)
    case .version7: break
    }
    put(Array(prefix.utf8), at: 345)
    put([UInt8](repeating: 0x20, count: 8), at: 148)
    let sum = header.reduce(0) { $0 + Int($1) }
    put(Array(Self.octal(sum).suffix(7)) + [0], at: 148)
    var archive = self
    archive.bytes += header + content
    archive.bytes += [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    return archive
  }

  /// Adds a member.
  public func member(
    _ name: String, type: Character = "0", _ content: String = "", layout: Layout = .posix,
    prefix: String = ""
  ) -> TarFixture {
    member(
      Array(name.utf8), type: type, Array(content.utf8), layout: layout, prefix: prefix)
  }

  /// Adds a POSIX extended header for the member that follows.
  public func records(_ records: String) -> TarFixture {
    member("records", type: "x", records)
  }

  /// One record of such a header.
  public static func record(_ key: String, _ value: String) -> String {
    let rest = " \(key)=\(value)\n"
    var length = rest.utf8.count
    while String(length).utf8.count + rest.utf8.count != length {
      length = String(length).utf8.count + rest.utf8.count
    }
    return "\(length)\(rest)"
  }

  /// All of it, with the mark of the end.
  public var ended: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }

  /// Eleven digits and a space.
  public static func octal(_ number: Int) -> [UInt8] {
    let digits = String(number, radix: 8)
    return Array((String(repeating: "0", count: 11 - digits.count) + digits + " ").utf8)
  }
}
