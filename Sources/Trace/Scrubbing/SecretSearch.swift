import Diagnostics
import JSON
import Streams

/// Looks for secrets in the bytes of a trace directory, decompressed, and in the names of its files.
///
/// Letters count as the same in both cases. A secret is looked for as it is, and as JSON writes it; one
/// of digits alone only where no digit stands beside it.
public struct SecretSearch: Sendable {
  private struct Pattern {
    var bytes: [UInt8]
    var secret: Int
    var isNumber: Bool
  }

  private let secrets: [Secret]
  private var patterns: [Pattern] = []
  /// Patterns by a hash of their first `head` bytes, and those that are shorter.
  private var byHead: [UInt32: [Int]] = [:]
  private var short: [Int] = []
  /// Which low halves of such hashes there are: most places are passed by a look at this.
  private var filter = [Bool](repeating: false, count: 1 << 16)

  private static let head = 4

  /// How many different texts are looked for.
  public var count: Int { patterns.count }

  /// A search for `secrets`, in their order.
  public init(_ secrets: [Secret]) {
    self.secrets = secrets
    var seen: Set<[UInt8]> = []
    for (index, secret) in secrets.enumerated() {
      for text in TellingWords.patterns(of: secret) {
        for bytes in [Array(text.utf8), Self.escaped(text)].map(Self.folded)
        where seen.insert(bytes).inserted {
          let isNumber = secret.kind != .forbidden && bytes.allSatisfy(TellingWords.isDigit)
          add(Pattern(bytes: bytes, secret: index, isNumber: isNumber))
        }
      }
    }
  }

  private mutating func add(_ pattern: Pattern) {
    guard !pattern.bytes.isEmpty else { return }
    let number = patterns.count
    patterns.append(pattern)
    guard pattern.bytes.count >= Self.head else {
      short.append(number)
      return
    }
    let key = pattern.bytes.prefix(Self.head).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    byHead[key, default: []].append(number)
    filter[Self.place(key)] = true
  }

  private static func place(_ key: UInt32) -> Int { Int((key &* 2_654_435_761) >> 16) }

  private static func folded(_ bytes: [UInt8]) -> [UInt8] { bytes.map(folded) }

  private static func folded(_ byte: UInt8) -> UInt8 {
    byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
  }

  private static func escaped(_ text: String) -> [UInt8] {
    var json = JSONWriter(indented: false)
    json.string(text)
    return Array(json.bytes.dropFirst().dropLast())
  }

  /// Looks through a directory.
  ///
  /// - Throws: a `Diagnostic` at the first place where a secret is found.
  /// - Complexity: O(bytes).
  public func check(directory: String, shownAs shown: String) throws {
    for entry in try directoryEntries(directory) {
      if let secret = first(in: Array(entry.utf8)) {
        throw found(secret, at: SourceLocation(file: shown + "/" + entry), in: "its name")
      }
      var lines = try LineReader(path: directory + "/" + entry)
      while let line = try lines.next() {
        guard let secret = first(in: line) else { continue }
        throw found(
          secret, at: SourceLocation(file: shown + "/" + entry, line: lines.line), in: "the line")
      }
    }
  }

  private func found(_ secret: Secret, at place: SourceLocation, in what: String) -> Diagnostic {
    Diagnostic(
      .secretRemains, at: place, "\(what) would hold '\(secret.text)', \(secret.kind.words)",
      remedy: secret.kind == .forbidden
        ? "it is a word of the format, or part of a number that a replay needs; forbid something longer"
        : "nothing was written; rename it in the input")
  }

  /// The first secret in a text.
  private func first(in text: [UInt8]) -> Secret? {
    var key: UInt32 = 0
    let folded = Self.folded(text)
    for end in folded.indices {
      key = key << 8 | UInt32(folded[end])
      guard end >= Self.head - 1, filter[Self.place(key)], let numbers = byHead[key] else {
        continue
      }
      let start = end - Self.head + 1
      for number in numbers where stands(patterns[number], at: start, of: folded) {
        return secrets[patterns[number].secret]
      }
    }
    for number in short {
      let last = folded.count - patterns[number].bytes.count
      guard last >= 0 else { continue }
      if (0...last).contains(where: { stands(patterns[number], at: $0, of: folded) }) {
        return secrets[patterns[number].secret]
      }
    }
    return nil
  }

  private func stands(_ pattern: Pattern, at start: Int, of text: [UInt8]) -> Bool {
    let end = start + pattern.bytes.count
    guard end <= text.count, text[start..<end].elementsEqual(pattern.bytes) else { return false }
    guard pattern.isNumber else { return true }
    let before = start > 0 && TellingWords.isDigit(text[start - 1])
    let after = end < text.count && TellingWords.isDigit(text[end])
    return !before && !after
  }
}
