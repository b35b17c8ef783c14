/// Tells padding from content while a text streams by, so that a file made to exhaust time or memory
/// ends early, however large it claims to be.
///
/// Two limits that no capture comes near: white space in a row, and, once the text is large enough to
/// matter, how many times it outgrows its compressed form (captures: 10 to 60 times; archives of small
/// files that are all alike: 400 times, for they consist of headers).
struct PaddingGuard {
  /// White space in a row, in bytes.
  let blankLimit: Int64
  /// Times that a text may outgrow its compressed form.
  static let ratioLimit: Int64 = 500
  /// Below so many bytes, how far a text outgrows its compressed form does not matter.
  let ratioFloor: Int64

  /// For one file.
  static let text = PaddingGuard()
  /// For an archive, whose files are looked at one by one once they are unpacked: onto a disk, so that
  /// more of them matters less.
  static let archive = PaddingGuard(blankLimit: .max, ratioFloor: 1 << 26)

  private var blanks: Int64 = 0

  init(blankLimit: Int64 = 1 << 18, ratioFloor: Int64 = 1 << 20) {
    self.blankLimit = blankLimit
    self.ratioFloor = ratioFloor
  }

  /// What is too much about the next piece of a text, in a clause; `nil` where nothing is.
  ///
  /// - Parameters:
  ///   - offset: bytes of the text up to the end of the piece.
  ///   - packed: compressed bytes that it was made of; `nil` where it was not compressed.
  mutating func excess(
    _ piece: UnsafeRawBufferPointer, offset: Int64, packed: Int64?
  ) -> String? {
    // Pieces with anything in them start anew, so that the usual one costs a look at its first byte.
    blanks = Self.isBlank(piece) ? blanks + Int64(piece.count) : 0
    if blanks > blankLimit {
      return "more than \(blankLimit) bytes of white space follow one another"
    }
    if let packed, offset > ratioFloor, offset / max(1, packed) > Self.ratioLimit {
      return "inflates to more than \(Self.ratioLimit) times its size"
    }
    return nil
  }

  private static func isBlank(_ piece: UnsafeRawBufferPointer) -> Bool {
    for byte in piece where byte != 0x20 && byte != 0x0A && byte != 0x0D && byte != 0x09 {
      return false
    }
    return true
  }
}
