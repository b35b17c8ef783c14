import Diagnostics

/// What a person writes for a policy.
struct PolicyWord {
  /// What the words look like, for messages.
  static let all =
    "linear, block, cyclic, plane=N, order=tp-cp-ep-dp-pp, group-first=KIND, rail-aligned, "
    + "random=SEED, captured and hosts=LIST"

  private let word: String

  init(_ word: String) { self.word = word }

  /// The policy; a word that is none is a file.
  ///
  /// - Throws: a usage `Diagnostic` where a parameter is wrong.
  func rule() throws -> PlacementPolicy.Rule {
    let (head, nodes) = try splitNodes()
    let sides = head.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let value = sides.count == 2 ? String(sides[1]) : nil
    switch (sides[0], value) {
    case ("linear", nil): return .linear
    case ("captured", nil): return .captured
    case ("block", nil): return .block(nodes: nodes)
    case ("cyclic", nil): return .cyclic(nodes: nodes)
    case ("rail-aligned", nil): return .railAligned(nil)
    case ("rail-aligned", let kind?): return .railAligned(try text(kind, "tp"))
    case ("group-first", let kind?): return .groupFirst(try text(kind, "ep"))
    case ("order", let order?): return .order(try ParallelOrder(order))
    case ("hosts", let list?): return .hosts(try text(list, "gpu[001-064]"))
    case ("plane", let size?):
      guard let size = NumberRanges.number(size), size > 0 else {
        throw fault("'\(size)' is no number of ranks, at least 1", "write for example plane=4")
      }
      return .plane(size, nodes: nodes)
    case ("random", let seed?):
      guard let number = UInt64(seed), NumberRanges.isDigits(seed) else {
        throw fault("'\(seed)' is no seed", "write a whole number below 2^64: random=1")
      }
      return .random(seed: number, nodes: nodes)
    case ("plane", nil), ("random", nil), ("order", nil), ("group-first", nil):
      throw fault("it needs a value", "policies are \(Self.all); a file of that name needs a path")
    default: return .file(word)
    }
  }

  /// The word before `:nodes=N`, and N.
  private func splitNodes() throws -> (head: String, nodes: Int?) {
    let mark = ":nodes="
    let takesNodes = ["block", "cyclic", "plane=", "random="].contains { word.hasPrefix($0) }
    guard takesNodes, let range = word.firstRange(of: mark) else { return (word, nil) }
    guard let nodes = NumberRanges.number(word[range.upperBound...]), nodes > 0 else {
      throw fault(
        "'\(word[range.upperBound...])' is no number of nodes, at least 1",
        "write for example cyclic:nodes=16")
    }
    return (String(word[..<range.lowerBound]), nodes)
  }

  private func text(_ value: String, _ example: String) throws -> String {
    guard !value.isEmpty else {
      throw fault("there is nothing behind the '='", "write for example \(word)\(example)")
    }
    return value
  }

  private func fault(_ problem: String, _ remedy: String) -> Diagnostic {
    Diagnostic(.usage, "placement '\(word)': \(problem)", remedy: remedy)
  }
}
