/// Some of the things that are counted from 0: `gpu3`, `gpu[0-3,7]`, `gpu*`.
struct Selector: Sendable, Hashable {
  /// `nil` for all.
  private var ranges: [ClosedRange<Int>]?

  /// All.
  static let all = Selector(ranges: nil)

  private init(ranges: [ClosedRange<Int>]?) { self.ranges = ranges }

  /// One.
  init(_ number: Int) { ranges = [number...number] }

  /// What stands behind the word: nothing or `*` for all, a number, or ranges in brackets; `nil`
  /// for anything else.
  init?(_ text: Substring) {
    if text.isEmpty || text == "*" {
      self = .all
      return
    }
    var inside = text
    if text.hasPrefix("["), text.hasSuffix("]") {
      inside = text.dropFirst().dropLast()
    } else if text.contains(where: { $0 == "," || $0 == "-" }) {
      return nil
    }
    var ranges: [ClosedRange<Int>] = []
    for part in inside.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map(Self.number)
      guard 1...2 ~= ends.count, let low = ends[0], let high = ends[ends.count - 1], low <= high
      else { return nil }
      ranges.append(low...high)
    }
    self.ranges = ranges
  }

  /// A whole number without a sign.
  private static func number(_ text: Substring) -> Int? {
    text.utf8.allSatisfy { 0x30...0x39 ~= $0 } ? Int(text) : nil
  }

  func contains(_ number: Int) -> Bool {
    guard let ranges else { return true }
    return ranges.contains { $0.contains(number) }
  }

  /// Those of a count that it selects.
  func selected(of count: Int) -> [Int] { (0..<count).filter(contains) }

  /// Whether some of a count are selected.
  func selectsAny(of count: Int) -> Bool {
    guard let ranges else { return count > 0 }
    return ranges.contains { $0.lowerBound < count }
  }

  /// The highest number named, where all that it names is beyond a count or not.
  var highest: Int? { ranges?.map(\.upperBound).max() }
}
