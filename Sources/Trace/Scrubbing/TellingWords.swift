/// Which texts would tell something if they were found in a scrubbed trace.
///
/// A trace directory holds numbers, and words of this project: what is made of those alone tells nothing,
/// nor do fewer than four letters or digits more. Of texts that tell something each word of that length
/// does too, so that parts of a name are found where the whole is not.
enum TellingWords {
  /// The shortest word that is looked for, in bytes.
  static let shortest = 4
  /// The shortest number: epochs in nanoseconds have 19 digits, in seconds 10, and byte counts and
  /// times of a trace may have 10.
  static let shortestNumber = 12

  /// Words of the format and of neutral names, and all parts of them, in small letters.
  private static let known: Set<String> = {
    let texts =
      NativeFormat.vocabulary + NeutralWords.all
      + NeutralAssumptions.sentences.flatMap { [$0.code, $0.text] }
    var parts: Set<String> = []
    for word in Set(texts.flatMap { words($0.lowercased()) }) {
      for start in word.indices {
        for end in word[start...].indices { parts.insert(String(word[start...end])) }
      }
    }
    return parts
  }()

  /// What to look for so that nothing of `secret` is left.
  static func patterns(of secret: Secret) -> [String] {
    guard secret.kind != .forbidden else { return [secret.text] }
    let text = secret.text.lowercased()
    if text.utf8.allSatisfy(isDigit) { return text.utf8.count >= shortestNumber ? [text] : [] }
    guard !NeutralWords.isNeutral(secret.text) else { return [] }
    let telling = words(text).filter { !$0.utf8.allSatisfy(isDigit) && !known.contains($0) }
    guard telling.reduce(0, { $0 + $1.utf8.count }) >= shortest else { return [] }
    return [text] + telling.filter { $0.utf8.count >= shortest }
  }

  /// Runs of letters, digits, underscores, and of what is not ASCII.
  private static func words(_ text: String) -> [String] {
    text.utf8.split { byte in !(isDigit(byte) || isLetter(byte)) }
      .compactMap { String($0) }
  }

  static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || byte == 0x5F || byte >= 0x80
  }
}
