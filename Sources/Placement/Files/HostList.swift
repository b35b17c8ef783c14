/// Slurm's compressed lists of hosts: `gpu[001-128,130]`, `login,gpu[1-4]`, `rack[0-1]node[00-17]`.
///
/// Numbers in brackets keep the width that the first of a range is written with. Of several brackets in
/// one name the last varies fastest.
enum HostList {
  /// What is wrong with a list.
  struct Fault: Error {
    var problem: String
    var remedy: String
  }

  /// The most hosts that a list may have.
  static let limit = 1 << 20

  /// The hosts, in order.
  static func expand(_ text: String) throws(Fault) -> [String] {
    var hosts: [String] = []
    for term in try terms(text) {
      let more = try expand(term: term)
      guard hosts.count + more.count <= limit else { throw tooMany }
      hosts += more
    }
    return hosts
  }

  /// Whether a text could be one host's name: letters, digits, `.`, `-` and `_`.
  static func isName(_ text: some StringProtocol) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy {
        switch $0 {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2E, 0x2D, 0x5F: true
        default: false
        }
      }
  }

  private static var tooMany: Fault {
    Fault(problem: "it names more than \(limit) hosts", remedy: "check the ranges")
  }

  /// What stands between commas outside of brackets.
  private static func terms(_ text: String) throws(Fault) -> [String] {
    var terms = [""]
    var isInside = false
    for character in text {
      switch character {
      case "[" where isInside, "]" where !isInside:
        throw Fault(
          problem: "the brackets of '\(shown(text))' don't match", remedy: "write each [ with its ]"
        )
      case "[": isInside = true
      case "]": isInside = false
      default: break
      }
      if character == ",", !isInside {
        terms.append("")
      } else {
        terms[terms.count - 1].append(character)
      }
    }
    guard !isInside else {
      throw Fault(problem: "a bracket of '\(shown(text))' is not closed", remedy: "add the ]")
    }
    return terms
  }

  private static func expand(term: String) throws(Fault) -> [String] {
    var hosts = [""]
    var rest = term[...]
    while let open = rest.firstIndex(of: "[") {
      guard let close = rest[open...].firstIndex(of: "]") else { break }
      let middle = try numbers(String(rest[rest.index(after: open)..<close]))
      let head = rest[..<open]
      guard hosts.count * middle.count <= limit else { throw tooMany }
      hosts = hosts.flatMap { host in middle.map { host + head + $0 } }
      rest = rest[rest.index(after: close)...]
    }
    if !rest.isEmpty { hosts = hosts.map { $0 + rest } }
    guard let first = hosts.first, isName(first) else {
      throw Fault(
        problem: "'\(shown(term))' is no host's name",
        remedy: "names have letters, digits, '.', '-' and '_'; write for example gpu[001-128,130]")
    }
    return hosts
  }

  private static func numbers(_ text: String) throws(Fault) -> [String] {
    var result: [String] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let range = NumberRanges.parse(part)?.first else {
        throw Fault(
          problem: "'\(shown(String(part)))' in brackets is no number and no range that goes up",
          remedy: "write for example gpu[001-128,130]")
      }
      guard result.count + range.count <= limit else { throw tooMany }
      let width = part.prefix { $0 != "-" }.count
      result += range.map { number in
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
      }
    }
    return result
  }

  private static func shown(_ text: String) -> String {
    text.count <= 60 ? text : text.prefix(60) + "…"
  }
}
