/// What a member of an archive calls itself, as a path within the archive.
struct ArchiveName {
  /// Names that are longer are no file's.
  private static let lengthLimit = 4096

  /// Its parts from the top of the archive; none where it is the top itself.
  let parts: [String]
  /// Why it can be no path within the archive, in a clause; `nil` where it can.
  let fault: String?
  /// How messages show it.
  let shown: String

  /// Whether it, or a directory that it is in, is hidden: the `._` files of macOS, for one.
  var isHidden: Bool { parts.contains { $0.hasPrefix(".") && $0 != ".." } }
  /// The path.
  var path: String { parts.joined(separator: "/") }

  /// Takes a name apart.
  init(_ bytes: [UInt8]) {
    shown = Self.printable(bytes.prefix(Self.lengthLimit))
    parts = bytes.prefix(Self.lengthLimit).split(separator: UInt8(ascii: "/"))
      .map { String(decoding: $0, as: UTF8.self) }.filter { $0 != "." }
    fault =
      if bytes.count > Self.lengthLimit {
        "its name is longer than \(Self.lengthLimit) bytes"
      } else if bytes.first == UInt8(ascii: "/") {
        "its name is that of a place outside the archive"
      } else if parts.contains("..") {
        "its name leads out of its directory"
      } else if bytes.contains(where: Self.isControl) {
        "its name holds control characters"
      } else {
        nil
      }
  }

  private static func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7f }

  private static func printable(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes.map { isControl($0) ? UInt8(ascii: "?") : $0 }, as: UTF8.self)
  }
}
