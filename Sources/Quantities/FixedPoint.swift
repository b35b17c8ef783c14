/// `value` in decimal with exactly `digits` digits after the point, rounded half away from zero.
///
/// For tables, which want columns; files get the shortest text that reads back the same.
public func fixedPoint(_ value: Double, digits: Int) -> String {
  guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
  var scale = 1.0
  for _ in 0..<digits { scale *= 10 }
  let scaled = (value.magnitude * scale).rounded()
  guard scaled < 9e18 else { return "\(value)" }
  let whole = UInt64(scaled)
  let sign = value < 0 && whole > 0 ? "-" : ""
  guard digits > 0 else { return sign + String(whole) }
  var text = String(whole)
  if text.utf8.count <= digits {
    text = String(repeating: "0", count: digits + 1 - text.utf8.count) + text
  }
  let point = text.index(text.endIndex, offsetBy: -digits)
  return sign + text[..<point] + "." + text[point...]
}
