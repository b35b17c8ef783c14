/// A key that one object of a JSON text states twice: sought only where the count of members says
/// that there is one, in a text that is otherwise valid.
struct DuplicateKey {
  /// The key.
  let key: String
  /// The byte at which it stands the second time.
  let index: Int

  /// Finds the first; `nil` where there is none. `decode` gives the text of a quoted string with
  /// escapes. O(bytes).
  init?(
    in text: UnsafeRawBufferPointer, decode: (UnsafeRawBufferPointer) throws -> String
  ) rethrows {
    var open: [Set<String>] = []
    var index = 0
    while index < text.count {
      switch text[index] {
      case UInt8(ascii: "{"), UInt8(ascii: "["): open.append([])
      case UInt8(ascii: "}"), UInt8(ascii: "]"): open.removeLast()
      case UInt8(ascii: "\""):
        let end = Self.endOfString(text, from: index)
        let next = text[end...].first { !isWhiteSpace($0) }
        if next == UInt8(ascii: ":"), !open.isEmpty {
          let key = try decode(UnsafeRawBufferPointer(rebasing: text[index..<end]))
          if !open[open.count - 1].insert(key).inserted {
            self.key = key
            self.index = index
            return
          }
        }
        index = end
        continue
      default: break
      }
      index += 1
    }
    return nil
  }

  private static func endOfString(_ text: UnsafeRawBufferPointer, from start: Int) -> Int {
    var index = start + 1
    while index < text.count, text[index] != UInt8(ascii: "\"") {
      index += text[index] == UInt8(ascii: "\\") ? 2 : 1
    }
    return min(index + 1, text.count)
  }
}
