import JSON
import Quantities
import Trace

/// Sizes of elements and tensors under the spellings that PyTorch uses.
enum TensorSizes {
  /// Bytes of one element: of `Float`, `float`, `c10::BFloat16`, `long int`, …; `nil` when unknown.
  static func elementBytes(_ type: String) -> Int64? {
    switch type.lowercased().replacing(prefix: "c10::") {
    case "float", "int", "float32", "int32", "uint32": 4
    case "half", "bfloat16", "short", "short int", "float16", "int16", "uint16": 2
    case "double", "long", "long int", "int64", "float64", "uint64", "long long",
      "complexfloat", "complex<float>":
      8
    case "complexdouble", "complex<double>": 16
    case "byte", "char", "bool", "unsigned char", "signed char", "int8", "uint8", "float8_e4m3fn",
      "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu":
      1
    default: nil
    }
  }

  /// The number of elements behind an entry of `Input Dims`: a shape, or a list of shapes.
  /// Saturates, so that nonsense stays visible as nonsense instead of trapping.
  static func elements(_ dims: JSONValue) -> Int64? {
    guard let entries = dims.arrayValue, !entries.isEmpty else { return nil }
    if entries.allSatisfy({ $0.arrayValue != nil }) {
      return entries.reduce(0) { saturatingSum($0, elements($1) ?? 1) }
    }
    var product: Int64 = 1
    for entry in entries {
      guard let size = entry.integerValue, size >= 0 else { return nil }
      product = saturatingProduct(product, size)
    }
    return product
  }

  static func saturatingProduct(_ lhs: Int64, _ rhs: Int64) -> Int64 {
    let (product, overflow) = lhs.multipliedReportingOverflow(by: rhs)
    return overflow ? .max : product
  }

  static func saturatingSum(_ lhs: Int64, _ rhs: Int64) -> Int64 {
    let (sum, overflow) = lhs.addingReportingOverflow(rhs)
    return overflow ? .max : sum
  }
}

extension Communication {
  /// Gather and scatter state one member's part, of what it sends and of what it gets; the whole is
  /// what all members make together.
  mutating func widenRooted(groupSize: Int?) {
    guard kind == .gather || kind == .scatter, let groupSize else { return }
    let part = kind == .gather ? sendBytes : receiveBytes
    let whole = ByteCount(TensorSizes.saturatingProduct(part.bytes, Int64(groupSize)))
    if kind == .gather { receiveBytes = whole } else { sendBytes = whole }
  }
}

extension String {
  fileprivate func replacing(prefix: String) -> String {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self
  }
}

/// A list that a capture states as an array or as the text of one.
enum CapturedList: Equatable {
  /// All of it.
  case whole([Int64])
  /// Only the beginning: Kineto cuts lists after 30 elements with `...`.
  case cut
  /// No list.
  case absent

  init(_ value: JSONValue?) {
    switch value {
    case .array(let elements):
      let numbers = elements.compactMap(\.integerValue)
      self = numbers.count == elements.count ? .whole(numbers) : .cut
    case .string(let text):
      self.init(text: text)
    default: self = .absent
    }
  }

  private init(text: String) {
    let inner = text.filter { $0 != "[" && $0 != "]" && $0 != " " }
    if inner.contains("...") {
      self = .cut
      return
    }
    if inner.isEmpty {
      self = .whole([])
      return
    }
    let parts = inner.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Int64($0) }
    self = numbers.count == parts.count ? .whole(numbers) : .absent
  }
}
