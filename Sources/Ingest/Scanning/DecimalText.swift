/// The number of thousandths in a decimal text: `4458676388068.751` → 4458676388068751.
///
/// Captures state microseconds with up to three decimals; read through a Double, an epoch in
/// nanoseconds loses digits. Digits past the third round half up; an exponent goes through Double.
/// `nil` for text that is no number or exceeds Int64.
func thousandths(_ text: some Collection<UInt8>) -> Int64? {
  var value: Int64 = 0
  var negative = false
  var digits = 0
  var decimals: Int?
  var roundUp = false
  for (position, byte) in text.enumerated() {
    switch byte {
    case UInt8(ascii: "-") where position == 0: negative = true
    case UInt8(ascii: ".") where decimals == nil && digits > 0: decimals = 0
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      digits += 1
      if let count = decimals {
        decimals = count + 1
        if count >= 3 {
          if count == 3 { roundUp = byte >= UInt8(ascii: "5") }
          continue
        }
      }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
      if overflow || carry { return nil }
      value = sum
    case UInt8(ascii: "e") where digits > 0, UInt8(ascii: "E") where digits > 0:
      guard let number = Double(String(decoding: Array(text), as: UTF8.self)) else { return nil }
      let scaled = (number * 1000).rounded()
      return scaled.magnitude < 9e18 ? Int64(scaled) : nil
    default: return nil
    }
  }
  guard digits > 0 else { return nil }
  for _ in min(decimals ?? 0, 3)..<3 {
    let (product, overflow) = value.multipliedReportingOverflow(by: 10)
    if overflow { return nil }
    value = product
  }
  if roundUp { value += 1 }
  return negative ? -value : value
}

/// The integer that a decimal text spells, quotes around it allowed; `nil` for anything else.
func integer(_ text: some Collection<UInt8>) -> Int64? {
  Int64(String(decoding: text.filter { $0 != UInt8(ascii: "\"") }, as: UTF8.self))
}

/// The number of thousandths in the text at `range`: up to 18 digits and a point in one go, with up to
/// three decimals; whatever else it may be as `thousandths(_:)` has it.
func thousandths(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Int64? {
  guard 1...18 ~= range.count else { return thousandths(bytes[range]) }
  var value: Int64 = 0
  var point: Int?
  for index in range {
    let digit = bytes[index] &- UInt8(ascii: "0")
    if digit > 9 {
      guard bytes[index] == UInt8(ascii: "."), point == nil, index > range.lowerBound else {
        return thousandths(bytes[range])
      }
      point = index
      continue
    }
    value = value &* 10 &+ Int64(digit)
  }
  let scale: Int64
  switch point.map({ range.upperBound - 1 - $0 }) ?? 0 {
  case 0: scale = 1000
  case 1: scale = 100
  case 2: scale = 10
  case 3: scale = 1
  default: return thousandths(bytes[range])
  }
  let (product, overflow) = value.multipliedReportingOverflow(by: scale)
  return overflow ? nil : product
}

/// The integer at `range`: plain digits in one go, whatever else as `integer(_:)` has it.
func integer(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Int64? {
  guard 1...18 ~= range.count else { return integer(bytes[range]) }
  var value: Int64 = 0
  for index in range {
    let digit = bytes[index] &- UInt8(ascii: "0")
    guard digit <= 9 else { return integer(bytes[range]) }
    value = value &* 10 &+ Int64(digit)
  }
  return value
}
