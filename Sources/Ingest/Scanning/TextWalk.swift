/// Walks a JSON text that lies in memory, eight bytes at a time where nothing happens.
///
/// The fast way over the many events that are plain and lie whole in memory: every step gives `nil`
/// for whatever is unusual, damaged, or lies in the last bytes of the memory, and the caller then
/// takes the careful way (`ValueExtent`, `FieldScanner`), which accepts more and knows what to say.
/// What is accepted here is accepted there, with the same result.
struct TextWalk {
  private let base: UnsafeRawPointer
  private let count: Int
  /// The next byte to look at.
  private(set) var index: Int

  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highs: UInt64 = 0x8080_8080_8080_8080
  private static let quotes = ones &* UInt64(UInt8(ascii: "\""))
  private static let backslashes = ones &* UInt64(UInt8(ascii: "\\"))
  // Brackets, and few other bytes, are 0x7F once these bits are set.
  private static let bracketBits = ones &* 0x26
  private static let brackets = ones &* 0x7F

  /// A walk over `text` from `start` on; `nil` for no text.
  init?(_ text: UnsafeRawBufferPointer, from start: Int) {
    guard let base = text.baseAddress else { return nil }
    self.base = base
    count = text.count
    index = start
  }

  /// The byte at `index`, 0 behind the end.
  @inline(__always)
  var byte: UInt8 { index < count ? base.load(fromByteOffset: index, as: UInt8.self) : 0 }

  /// Marks the bytes of `word` that are zero; only the lowest mark is certain.
  @inline(__always)
  private static func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word & highs }

  /// Moves over white space.
  @inline(__always)
  mutating func skipSpace() {
    while isSpace(byte) { index &+= 1 }
  }

  /// Moves over `expected`, where it stands here.
  @inline(__always)
  mutating func take(_ expected: UInt8) -> Bool {
    guard byte == expected else { return false }
    index &+= 1
    return true
  }

  /// Moves behind a string; false where none stands here whole.
  @inline(__always)
  mutating func takeString() -> Bool {
    guard take(UInt8(ascii: "\"")) else { return false }
    while index &+ 8 <= count {
      let word = UInt64(
        littleEndian: base.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      let hits = Self.zeros(word ^ Self.quotes) | Self.zeros(word ^ Self.backslashes)
      if hits == 0 {
        index &+= 8
        continue
      }
      index &+= hits.trailingZeroBitCount >> 3
      if byte == UInt8(ascii: "\"") {
        index &+= 1
        return true
      }
      index &+= 2
    }
    return false
  }

  /// Moves behind a number or a word; false where none stands here, or something odd follows it.
  @inline(__always)
  mutating func takeScalar() -> Bool {
    let start = index
    while Self.isScalar(byte) { index &+= 1 }
    return index > start && (isSpace(byte) || byte == UInt8(ascii: ",") || Self.isClosing(byte))
  }

  /// Moves behind an object or array, whatever it holds; false where none stands here whole.
  mutating func takeNested() -> Bool {
    var depth = 0
    while index &+ 8 <= count {
      let word = UInt64(
        littleEndian: base.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      let hits =
        Self.zeros(word ^ Self.quotes)
        | Self.zeros((word | Self.bracketBits) ^ Self.brackets)
      if hits == 0 {
        index &+= 8
        continue
      }
      index &+= hits.trailingZeroBitCount >> 3
      switch byte {
      case UInt8(ascii: "\""):
        guard takeString() else { return false }
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth &+= 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth &-= 1
        if depth == 0 {
          index &+= 1
          return true
        }
      default: break
      }
      index &+= 1
    }
    return false
  }

  /// Moves behind any value.
  @inline(__always)
  mutating func takeValue() -> Bool {
    switch byte {
    case UInt8(ascii: "\""): takeString()
    case UInt8(ascii: "{"), UInt8(ascii: "["): takeNested()
    default: takeScalar()
    }
  }

  @inline(__always)
  private static func isScalar(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
      UInt8(ascii: "+"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"):
      true
    default: false
    }
  }

  @inline(__always)
  private static func isClosing(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")
  }
}

extension TextWalk {
  /// Moves behind the object that begins here, member by member.
  ///
  /// - Parameter member: takes the key, without its quotes, and the byte at which the value begins,
  ///   moves behind the value, and says whether all is as usual.
  @inline(__always)
  mutating func takeMembers(
    _ member: (_ key: Range<Int>, _ walk: inout TextWalk) -> Bool
  ) -> Bool {
    guard take(UInt8(ascii: "{")) else { return false }
    skipSpace()
    if take(UInt8(ascii: "}")) { return true }
    while true {
      let quote = index
      guard takeString() else { return false }
      let key = quote &+ 1..<index &- 1
      skipSpace()
      guard take(UInt8(ascii: ":")) else { return false }
      skipSpace()
      guard member(key, &self) else { return false }
      skipSpace()
      if take(UInt8(ascii: ",")) {
        skipSpace()
        continue
      }
      return take(UInt8(ascii: "}"))
    }
  }
}

/// Whether the bytes of `range` spell `text`.
@inline(__always)
func spells(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ text: StaticString) -> Bool {
  guard range.count == text.utf8CodeUnitCount else { return false }
  let expected = text.utf8Start
  for offset in 0..<range.count where bytes[range.lowerBound &+ offset] != expected[offset] {
    return false
  }
  return true
}
