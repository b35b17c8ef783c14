import Diagnostics
import Trace

/// Sizes of calls whose rules say tokens, by a routing file; and what that came to, for those who read
/// results.
struct RoutedSizes {
  private let routing: ExpertRouting
  /// How many calls of a group and title there were so far.
  private var counts: [Stream: Int] = [:]
  private var known: [Shape: [[Int64]]] = [:]
  /// All calls so far.
  private(set) var calls = 0
  private var hottest = 0.0
  private var held: ClosedRange<Int64>?
  private var ruled: Set<Int64> = []
  private var repeatedFor: Int?

  private struct Stream: Hashable {
    var group: Int
    var title: String
  }

  private struct Shape: Hashable {
    var group: Int
    var layer: Int
    var direction: TokenRouting.Direction
    var tokenBytes: Int64
  }

  init(_ routing: ExpertRouting) { self.routing = routing }

  /// Bytes from each member to each, of the next call of a title in a group: dispatch as the matrix has
  /// it, combine transposed.
  ///
  /// Calls take the matrices in turn, those of the backward pass, which comes to the layers in the
  /// opposite order, from the last.
  /// - Throws: a `Diagnostic` where the matrix is not one of this group.
  mutating func bytes(
    _ rule: TokenRouting, title: String, group: ProcessGroup, number: Int
  ) throws -> [[Int64]] {
    let stream = Stream(group: number, title: title)
    let place = counts[stream, default: 0] % routing.layers.count
    counts[stream, default: 0] += 1
    calls += 1
    let layer = title.hasSuffix("(backward)") ? routing.layers.count - 1 - place : place
    let shape = Shape(
      group: number, layer: layer, direction: rule.direction, tokenBytes: rule.tokenBytes)
    if let bytes = known[shape] { return bytes }
    let tokens = try routing.tokens(layer: layer, group: group)
    note(tokens, rule)
    let bytes = tokens.indices.map { i in
      tokens.indices.map { j in
        (rule.direction == .dispatch ? tokens[i][j] : tokens[j][i]) * rule.tokenBytes
      }
    }
    known[shape] = bytes
    return bytes
  }

  private mutating func note(_ tokens: [[Int64]], _ rule: TokenRouting) {
    let sent = tokens.map { $0.reduce(0, +) }
    let received = tokens.indices.map { column in tokens.reduce(0) { $0 + $1[column] } }
    let total = Double(sent.reduce(0, +))
    if total > 0 {
      hottest = max(hottest, Double((received.max() ?? 0) * Int64(tokens.count)) / total)
    }
    let (low, high) = (sent.min() ?? 0, sent.max() ?? 0)
    held = min(held?.lowerBound ?? low, low)...max(held?.upperBound ?? high, high)
    ruled.insert(rule.tokens * rule.expertsPerToken)
    if tokens.count != routing.rowCount { repeatedFor = tokens.count }
  }

  /// What a result leans on.
  ///
  /// - Throws: a `Diagnostic` where no call is sized by the file, which then does nothing.
  func assumption() throws -> Assumption {
    guard calls > 0, let held else {
      throw Diagnostic(
        .usage, at: SourceLocation(file: routing.file),
        "sizes no call: the step has no all-to-all whose rules say tokens",
        remedy: "leave --routing out, or name the rules with --rules")
    }
    let name = routing.file.split(separator: "/").last.map(String.init) ?? routing.file
    var text =
      "sizes of all-to-all calls come from the routing file '\(name)', in place of balanced routing: "
      + "\(calls) calls; a copy of a token for each of its experts goes straight to the expert's rank, "
      + "whatever --dedup says; the hottest rank gets \(Self.ratio(hottest)) times the mean"
    if ruled != [held.lowerBound] || held.lowerBound != held.upperBound {
      let rules = ruled.sorted().map(String.init).joined(separator: ", ")
      text +=
        "; its ranks send \(held.lowerBound) to \(held.upperBound) copies where rules say \(rules)"
    }
    if routing.layers.count > 1 {
      text += "; its \(routing.layers.count) matrices are used in turn"
    }
    if let repeatedFor {
      text += "; its matrix of \(routing.rowCount) ranks is repeated for \(repeatedFor)"
    }
    return Assumption("routing-file", text)
  }

  private static func ratio(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
  }
}
