/// A JSON text in which older PyTorch cut lists without quoting them, `[0, 1, ..., ]`, made JSON: each
/// bare `...` becomes the string `"..."`, which no list of numbers holds, and a comma behind it that
/// nothing follows goes away.
///
/// `nil` where there is no bare `...`, so that what is wrong with the text is something else. O(bytes).
func quotingBareEllipses(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
  let dot = UInt8(ascii: ".")
  let quote = UInt8(ascii: "\"")
  var result: [UInt8] = []
  var found = false
  var inString = false
  var index = 0
  while index < text.count {
    let byte = text[index]
    if inString {
      result.append(byte)
      if byte == UInt8(ascii: "\\"), index + 1 < text.count {
        index += 1
        result.append(text[index])
      } else if byte == quote {
        inString = false
      }
    } else if text[index...].prefix(3).elementsEqual([dot, dot, dot]) {
      found = true
      result.append(contentsOf: [quote, dot, dot, dot, quote])
      index += 2
      let rest = text[(index + 1)...].drop(while: isSpace)
      if rest.first == UInt8(ascii: ","),
        rest.dropFirst().first(where: { !isSpace($0) }) == UInt8(ascii: "]")
      {
        index = rest.startIndex
      }
    } else {
      inString = byte == quote
      result.append(byte)
    }
    index += 1
  }
  return found ? result : nil
}
