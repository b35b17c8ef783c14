import JSON
import TestSupport
import Testing

/// Holds the figures of a page against the document beside it.
struct PageFigures {
  private let page: MarkupReader
  private let root: JSONNode

  init(_ page: MarkupReader, _ root: JSONNode) {
    self.page = page
    self.root = root
  }

  /// Expects of each that it reads as the number at its place; gives how many there are.
  func check() throws -> Int {
    let figures = page.leaves.filter { $0.tag.name == "data" }
    for figure in figures {
      let at = try #require(figure.tag["data-at"])
      let stated = try #require(figure.tag["value"].flatMap(Double.init))
      let stored = at.split(separator: " ").map { pointer in
        number(pointer.split(separator: "/").reduce(root.value) { child($0, String($1)) })
      }
      #expect(!stored.contains(nil), "\(at) is no number")
      #expect(stored.compactMap(\.self).reduce(0, +) == stated, "\(at)")
      let (shown, resolution) = try #require(Self.shown(figure.text, at: at), "\(figure.text)")
      #expect(
        abs(shown.magnitude - stated.magnitude) <= resolution * 0.5000001,
        "'\(figure.text)' stands for \(stated) at \(at)")
    }
    return figures.count
  }

  private func child(_ value: JSONValue, _ key: String) -> JSONValue {
    if case .array(let elements) = value, let index = Int(key), elements.indices.contains(index) {
      return elements[index]
    }
    return value[key] ?? .null
  }

  private func number(_ value: JSONValue) -> Double? {
    switch value {
    case .integer(let whole): Double(whole)
    case .number(let number): number
    default: nil
    }
  }

  /// What a text says in the unit that its place has, and the size of its last digit.
  private static func shown(_ text: String, at: String) -> (value: Double, resolution: Double)? {
    let parts = text.replacing("−", with: "-").split(separator: " ").map(String.init)
    guard let first = parts.first, let value = Double(first) else { return nil }
    let digits = first.split(separator: ".").dropFirst().first?.count ?? 0
    var scale = 1.0
    for _ in 0..<digits { scale /= 10 }
    let units: [String: Double] = [
      "%": 0.01, "s": 1e9, "ms": 1e6, "µs": 1e3, "ns": 1, "B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9,
      "TB": 1e12,
    ]
    let key = at.split(separator: " ")[0].split(separator: "/").last ?? ""
    let isTime = key.hasSuffix("_ns") || at.contains("step_time_interval_ns")
    if parts.count > 1 {
      guard let unit = units[parts[1]] else { return nil }
      return (value * unit, scale * unit)
    }
    // A column's unit stands in its heading.
    let unit = isTime ? (key == "path_latency_ns" ? 1e3 : 1e6) : 1
    return (value * unit, scale * unit)
  }
}
