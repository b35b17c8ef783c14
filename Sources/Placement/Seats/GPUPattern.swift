/// GPUs as a person names several at once, in terms with a comma between:
///
///     pod0/gpu[0-3]      those of a pod, by their places in it
///     pod[0-1,7]/gpu*    all of some pods; pod[0-1,7] is the same
///     node3, node[0-7]   all of some nodes, numbered through the fabric
///     0-31               by number
struct GPUPattern {
  /// What is wrong with a pattern.
  struct Fault: Error {
    var problem: String
    var remedy: String
  }

  private let layout: FabricLayout
  private let gpuCount: Int

  init(_ layout: FabricLayout) {
    self.layout = layout
    gpuCount = layout.pods.last?.upperBound ?? 0
  }

  /// Whether a word is meant as a pattern rather than as a file: all its terms begin as GPUs do.
  static func isMeant(_ word: String) -> Bool {
    let terms = terms(word)
    return !terms.isEmpty
      && terms.allSatisfy { term in
        if NumberRanges.parse(term) != nil { return true }
        for stem in ["pod", "node"] where term.hasPrefix(stem) {
          let next = term.dropFirst(stem.count).first
          return next.map { $0 == "[" || $0 == "*" || ("0"..."9").contains($0) } ?? false
        }
        return false
      }
  }

  /// The GPUs, as ranges in the order of the terms.
  func gpus(_ text: String) throws(Fault) -> [Range<Int>] {
    var result: [Range<Int>] = []
    for term in Self.terms(text) { result += try gpus(ofTerm: term) }
    return result
  }

  private func gpus(ofTerm term: String) throws(Fault) -> [Range<Int>] {
    if let numbers = NumberRanges.parse(term) {
      for range in numbers where range.upperBound >= gpuCount {
        throw missing("GPU \(range.upperBound)", "GPUs are numbers below \(gpuCount)")
      }
      return numbers.map { $0.lowerBound..<$0.upperBound + 1 }
    }
    let parts = term.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    if parts.count == 1, term.hasPrefix("node") {
      return try indices(term, "node", count: layout.nodes.count).map { layout.nodes[$0].gpus }
    }
    guard term.hasPrefix("pod"), parts.count <= 2 else { throw unreadable(term) }
    let pods = try indices(parts[0], "pod", count: layout.pods.count).map { layout.pods[$0] }
    guard parts.count == 2 else { return pods }
    var gpus: [Range<Int>] = []
    for pod in pods {
      gpus += try indices(parts[1], "gpu", count: pod.count).map {
        pod.lowerBound + $0..<pod.lowerBound + $0 + 1
      }
    }
    return gpus
  }

  /// The numbers behind a stem: `pod[0-3]`, `pod7`, `pod*`.
  private func indices(_ term: String, _ stem: String, count: Int) throws(Fault) -> [Int] {
    guard term.hasPrefix(stem) else { throw unreadable(term) }
    var rest = term.dropFirst(stem.count)
    if rest == "*" { return Array(0..<count) }
    if rest.first == "[", rest.last == "]" {
      rest = rest.dropFirst().dropLast()
    } else if NumberRanges.number(rest) == nil {
      throw unreadable(term)
    }
    guard let ranges = NumberRanges.parse(rest) else { throw unreadable(term) }
    for range in ranges where range.upperBound >= count {
      throw missing(
        "\(stem)\(range.upperBound)", "the last is \(stem)\(count - 1)")
    }
    return ranges.flatMap { Array($0) }
  }

  private func unreadable(_ term: String) -> Fault {
    Fault(
      problem: "'\(term)' names no GPUs",
      remedy: "write for example pod0/gpu[0-3], pod[1-2], node3 or 0-31")
  }

  private func missing(_ name: String, _ remedy: String) -> Fault {
    Fault(problem: "the fabric has no \(name)", remedy: remedy)
  }

  /// The terms of a text: what stands between commas outside of brackets, and between spaces.
  static func terms(_ text: String) -> [String] {
    var terms: [String] = []
    var term = ""
    var depth = 0
    for character in text {
      if character == "[" { depth += 1 }
      if character == "]" { depth -= 1 }
      if (character == "," && depth <= 0) || character.isWhitespace {
        if !term.isEmpty { terms.append(term) }
        term = ""
      } else {
        term.append(character)
      }
    }
    return term.isEmpty ? terms : terms + [term]
  }
}
