public import Collectives
public import Trace

/// An algorithm as people name it: `least`, `all_reduce=tree`, `all_reduce@dp=tree`.
public enum AlgorithmWord {
  /// Why a word is none.
  public struct Misfit: Error {
    /// What is wrong, in a clause.
    public var problem: String
    /// What to do, in a clause.
    public var remedy: String
  }

  /// The kinds that have an algorithm to choose.
  public static var kinds: [CollectiveKind] {
    CollectiveKind.allCases.filter { $0 != .metadata && $0 != .receive }
  }

  /// What a word of the command line says.
  ///
  /// - Throws: a `Misfit`.
  public static func rule(_ word: String) throws(Misfit) -> AlgorithmRule {
    var rule = AlgorithmRule()
    if word == "least" {
      rule.algorithm = .least
      return rule
    }
    rule.word = word
    let sides = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let about = sides[0].split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    guard sides.count == 2, !about[0].isEmpty, about.count == 1 || !about[1].isEmpty else {
      throw Misfit(
        problem: "'\(word)' is not KIND=NAME, KIND@GROUP=NAME or least",
        remedy: "write for example all_reduce=tree")
    }
    guard let kind = kinds.first(where: { $0.rawValue == about[0] }) else {
      throw Misfit(
        problem: "'\(about[0])' is not a kind of collective",
        remedy: "use " + kinds.map(\.rawValue).joined(separator: ", "))
    }
    rule.kind = kind
    rule.group = about.count == 2 ? String(about[1]) : nil
    rule.algorithm = try choice(String(sides[1]), of: kind)
    return rule
  }

  /// The choice that a name is, for a kind.
  ///
  /// - Throws: a `Misfit` where it is none, or none of that kind's.
  public static func choice(
    _ name: String, of kind: CollectiveKind?
  ) throws(Misfit) -> AlgorithmRule.Choice {
    if name == "least" { return .least }
    guard let kind else {
      throw Misfit(
        problem: "'\(name)' is for some kinds of collectives, and the rule is about any",
        remedy: "give the rule a 'kind', or name 'least'")
    }
    let choices = CollectiveAlgorithm.choices(for: kind)
    guard let algorithm = choices.first(where: { $0.rawValue == name }) else {
      throw Misfit(
        problem: "'\(name)' is no algorithm of \(kind.rawValue)",
        remedy: "use " + (choices.map(\.rawValue) + ["least"]).joined(separator: ", "))
    }
    return .named(algorithm)
  }
}
