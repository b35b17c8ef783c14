import Diagnostics

/// Slurm's lists of names: `gpu[001-128,130],login1,rack[1-2]n[01-36]`.
enum HostList {
  /// The most names that a list may stand for.
  static let limit = 1 << 20

  /// All names, in order; leading zeros are kept as Slurm keeps them.
  ///
  /// - Throws: a `Diagnostic` at `place` where brackets, ranges or names are wrong.
  static func names(_ text: String, at place: SourceLocation) throws -> [String] {
    var names: [String] = []
    for item in try items(text, place) {
      names += try expand(item, place, room: limit - names.count)
    }
    return names
  }

  private static func wrong(
    _ place: SourceLocation, _ problem: String, _ remedy: String
  ) -> Diagnostic {
    Diagnostic(.malformedTopology, at: place, problem, remedy: remedy)
  }

  /// The parts between commas that stand outside of brackets.
  private static func items(_ text: String, _ place: SourceLocation) throws -> [Substring] {
    var items: [Substring] = []
    var start = text.startIndex
    var isOpen = false
    for index in text.indices {
      switch text[index] {
      case "[":
        guard !isOpen else { throw unbalanced(text, place) }
        isOpen = true
      case "]":
        guard isOpen else { throw unbalanced(text, place) }
        isOpen = false
      case "," where !isOpen:
        items.append(text[start..<index])
        start = text.index(after: index)
      default: break
      }
    }
    guard !isOpen else { throw unbalanced(text, place) }
    items.append(text[start...])
    guard items.allSatisfy({ !$0.isEmpty }) else {
      throw wrong(place, "the list '\(text)' has an empty name", "remove the comma too many")
    }
    return items
  }

  private static func unbalanced(_ text: String, _ place: SourceLocation) -> Diagnostic {
    wrong(
      place, "the brackets of '\(text)' don't match", "write ranges as in gpu[001-128]")
  }

  private static func expand(
    _ item: Substring, _ place: SourceLocation, room: Int
  ) throws -> [String] {
    var names = [""]
    var rest = item
    while !rest.isEmpty {
      let plain = rest.prefix { $0 != "[" }
      names = names.map { $0 + plain }
      rest = rest.dropFirst(plain.count)
      guard !rest.isEmpty else { break }
      let inner = rest.dropFirst().prefix { $0 != "]" }
      rest = rest.dropFirst(inner.count + 2)
      let numbers = try ranges(inner, place, room: room / max(names.count, 1))
      names = names.flatMap { name in numbers.map { name + $0 } }
    }
    guard names.count <= room else { throw tooMany(place) }
    return names
  }

  private static func tooMany(_ place: SourceLocation) -> Diagnostic {
    Diagnostic(
      .limitExceeded, at: place, "the list stands for more than \(limit) names",
      remedy: "check the ranges")
  }

  private static func ranges(
    _ text: Substring, _ place: SourceLocation, room: Int
  ) throws -> [String] {
    var numbers: [String] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false)
      guard 1...2 ~= ends.count, let first = number(ends[0]),
        let last = number(ends[ends.count - 1])
      else {
        throw wrong(place, "'\(part)' is no range of numbers", "write it as in gpu[001-128]")
      }
      guard first <= last else {
        throw wrong(place, "the range '\(part)' runs backwards", "swap its ends")
      }
      guard numbers.count + last - first < room else { throw tooMany(place) }
      numbers += (first...last).map { value in
        let digits = String(value)
        return String(repeating: "0", count: max(0, ends[0].count - digits.count)) + digits
      }
    }
    return numbers
  }

  private static func number(_ text: Substring) -> Int? {
    guard 1...9 ~= text.utf8.count, text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
    return Int(text)
  }
}
