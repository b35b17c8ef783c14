/// Neutral names for the texts of one kind of thing: a word, and a number by first appearance. Equal
/// texts get equal names, different ones different names.
struct NeutralNames {
  /// What was named, in order of first appearance.
  private(set) var texts: [String] = []
  private var names: [String: String] = [:]
  private var counts: [String: Int] = [:]

  /// The name of `text`; `word` decides where it is new.
  mutating func name(of text: String, word: @autoclosure () -> String) -> String {
    if let name = names[text] { return name }
    let word = word()
    let number = counts[word, default: 0]
    counts[word] = number + 1
    let name = word + String(number)
    names[text] = name
    texts.append(text)
    return name
  }
}

/// The words of neutral names, and how to know one.
enum NeutralWords {
  static let host = "host "
  static let rules = "rules "
  static let label = "label "
  /// Of groups: of a text that is somewhere a purpose, of another, and of what follows a `@` or `:`.
  static let purpose = "p"
  static let group = "g"
  static let groupPart = "x"
  static let step = "step"

  /// The labels of the rules that come along: words of the field, by which calibrations know
  /// collectives.
  static let knownLabels: Set<String> = [
    "dispatch layout", "notify dispatch", "cached notify", "dispatch", "dispatch (backward)",
    "combine", "combine (backward)",
  ]

  /// What an event is called, before its number. What computes is called by its class, where it has
  /// one, in words that the rules that come along know.
  static func event(
    _ kind: EventKind, _ call: CollectiveKind?, _ kernelClass: KernelClass = .other
  ) -> String {
    if let call { return call.rawValue + " " }
    // What issues a collective on the host computes too.
    let computes = kind == .kernel || kind == .hostOperation || kind == .launch
    if computes, let word = words[kernelClass] { return word }
    return switch kind {
    case .kernel, .hostCollective: "compute "
    case .memcpy: "copy "
    case .memset: "fill "
    case .hostOperation: "host work "
    case .launch: "launch "
    case .synchronize: "synchronize "
    case .poll: "poll "
    case .streamWait: "stream wait "
    case .step: step + " "
    }
  }

  private static let words: [KernelClass: String] = [
    .gemm: "product ", .attention: "attention ", .memoryBound: "memory ",
  ]

  /// All of them.
  static let all: [String] =
    [host, rules, label, purpose, group, groupPart, step] + knownLabels.sorted()
    + words.values.sorted() + EventKind.allCases.map { event($0, nil) }
    + CollectiveKind.allCases.map { event(.kernel, $0) }

  private static let numbered = Set(all)

  /// Whether a text is a neutral name already: a word and a number, or, of groups, such joined by `@`
  /// and `:`.
  static func isNeutral(_ text: String) -> Bool {
    text.split(separator: "@", omittingEmptySubsequences: false)
      .flatMap { $0.split(separator: ":", omittingEmptySubsequences: false) }
      .allSatisfy { part in
        let digits = part.utf8.reversed().prefix { $0 >= 0x30 && $0 <= 0x39 }.count
        let word = String(part.dropLast(digits))
        return word.isEmpty || knownLabels.contains(word) || numbered.contains(word)
      }
  }
}
