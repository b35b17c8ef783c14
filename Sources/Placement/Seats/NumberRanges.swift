/// `1 node`, `6 nodes`.
func counted(_ count: Int, _ noun: String) -> String {
  "\(count) \(noun)" + (count == 1 ? "" : "s")
}

/// Whole numbers and ranges of them as people write them: `3`, `0-7`, `0-3,8`.
enum NumberRanges {
  /// The ranges, in order; `nil` where a part is neither a number nor a range that goes up.
  static func parse(_ text: some StringProtocol) -> [ClosedRange<Int>]? {
    var ranges: [ClosedRange<Int>] = []
    for part in Substring(text).split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false)
      guard ends.count <= 2, let first = number(ends[0]) else { return nil }
      guard let last = ends.count == 2 ? number(ends[1]) : first, last >= first else { return nil }
      ranges.append(first...last)
    }
    return ranges
  }

  /// Digits alone: a sign is no part of a number here.
  static func number(_ text: some StringProtocol) -> Int? {
    isDigits(text) ? Int(text) : nil
  }

  /// Whether a text is digits, and nothing else.
  static func isDigits(_ text: some StringProtocol) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { 0x30...0x39 ~= $0 }
  }
}
