/// The records of a POSIX extended header that matter here: they go before the header itself.
struct PaxRecords {
  var name: [UInt8]?
  var size: Int64?
  var isSparse = false

  /// None.
  init() {}

  /// Reads `LENGTH KEY=VALUE\n`, one after the other; `nil` where they are not that.
  init?(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let digits = rest.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
      guard let length = Int(String(decoding: digits, as: UTF8.self)),
        length > digits.count + 1, length <= rest.count,
        rest[rest.startIndex + digits.count] == 0x20,
        rest[rest.startIndex + length - 1] == 0x0A
      else { return nil }
      let record = rest.prefix(length - 1).dropFirst(digits.count + 1)
      guard let sign = record.firstIndex(of: UInt8(ascii: "=")) else { return nil }
      let key = String(decoding: record[..<sign], as: UTF8.self)
      guard take(key, record[(sign + 1)...]) else { return nil }
      rest = rest.dropFirst(length)
    }
  }

  private mutating func take(_ key: String, _ value: ArraySlice<UInt8>) -> Bool {
    if key.hasPrefix("GNU.sparse.") { isSparse = true }
    switch key {
    case "path": name = value.isEmpty ? nil : Array(value)
    case "size":
      guard let stated = Int64(String(decoding: value, as: UTF8.self)), stated >= 0 else {
        return false
      }
      size = stated
    default: break
    }
    return true
  }
}
