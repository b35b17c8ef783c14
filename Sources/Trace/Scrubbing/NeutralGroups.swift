/// Neutral names for process groups, under which groups that belong together still do.
///
/// What tells counterparts and pairs apart stands behind a `@` or `:` in a name, and what they have in
/// common before it; that may be another group's purpose. So names are renamed part by part, and a rank
/// behind the last `@` stays.
struct NeutralGroups {
  private var families = NeutralNames()
  private var parts = NeutralNames()
  private var numbers = NeutralNames()
  private let purposes: Set<String>
  private let worldSize: Int

  init(_ trace: Trace) {
    purposes = Set(trace.groups.map(\.purpose))
    worldSize = trace.worldSize
  }

  /// The group under neutral names.
  mutating func group(_ group: ProcessGroup) -> ProcessGroup {
    var neutral = group
    if !group.purpose.isEmpty { neutral.purpose = family(group.purpose) }
    neutral.name = name(group.name)
    return neutral
  }

  private mutating func family(_ text: String) -> String {
    families.name(
      of: text,
      word: purposes.contains(text) ? NeutralWords.purpose : NeutralWords.group)
  }

  private mutating func name(_ text: String) -> String {
    var result = ""
    var part = ""
    var opener: Character?
    for character in text {
      guard character == "@" || character == ":" else {
        part.append(character)
        continue
      }
      result += self.part(part, behind: opener, isLast: false) + String(character)
      (part, opener) = ("", character)
    }
    return result + self.part(part, behind: opener, isLast: true)
  }

  private mutating func part(_ text: String, behind opener: Character?, isLast: Bool) -> String {
    guard opener != nil else { return text.isEmpty ? "" : family(text) }
    guard isLast, opener == "@", let number = Int(text) else {
      return text.isEmpty ? "" : parts.name(of: text, word: NeutralWords.groupPart)
    }
    if (0..<worldSize).contains(number), String(number) == text { return text }
    // No rank: its digits may say anything. Whatever it says, it goes on telling groups apart.
    let name = numbers.name(of: text, word: "")
    return String(worldSize + (Int(name) ?? 0))
  }
}
