/// Where a JSON value ends, found byte by byte without building anything; resumable, so that a
/// value may lie across reads.
///
/// Checks only what finding the end needs: brackets and strings. Whoever uses the value parses it.
struct ValueExtent {
  /// What the bytes so far tell.
  enum Progress: Equatable {
    /// The value ends before the byte at this index.
    case ends(before: Int)
    /// All bytes belong to the value, and it goes on.
    case continues
    /// The byte at this index can't begin or close a value here.
    case malformed(at: Int)
  }

  private var depth = 0
  private var inString = false
  private var escaped = false
  private var inScalar = false

  /// Looks at `bytes` from `start` on.
  mutating func scan(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Progress {
    var index = start
    while index < bytes.count {
      let byte = bytes[index]
      if inString {
        if escaped {
          escaped = false
        } else if byte == UInt8(ascii: "\\") {
          escaped = true
        } else if byte == UInt8(ascii: "\"") {
          inString = false
          if depth == 0 { return .ends(before: index + 1) }
        }
        index += 1
        continue
      }
      switch byte {
      case UInt8(ascii: "\""):
        if inScalar { return .malformed(at: index) }
        inString = true
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        if inScalar { return .malformed(at: index) }
        depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if depth == 0 { return inScalar ? .ends(before: index) : .malformed(at: index) }
        depth -= 1
        if depth == 0 { return .ends(before: index + 1) }
      case UInt8(ascii: ","), 0x20, 0x0A, 0x0D, 0x09:
        if depth == 0 { return inScalar ? .ends(before: index) : .malformed(at: index) }
      default:
        if depth == 0 { inScalar = true }
      }
      index += 1
    }
    return .continues
  }
}
