public import Collectives
import Diagnostics
import JSON
import Quantities
import Trace

/// Rules of what carries out which collectives, as a file, schema `refract.algorithms/1`.
public enum AlgorithmFile {
  static let schema = "refract.algorithms/1"

  /// Reads one.
  ///
  /// - Throws: a `Diagnostic` with file and key path.
  public static func read(_ path: String) throws -> [AlgorithmRule] {
    try JSONNode.rules(inFile: path, schema: schema).map(rule)
  }

  private static func rule(_ node: JSONNode) throws -> AlgorithmRule {
    try node.allow(keys: [
      "kind", "group", "bytes_at_least", "bytes_at_most", "members_at_least", "members_at_most",
      "algorithm", "protocol", "channels", "injection_cap_gbps",
    ])
    var rule = AlgorithmRule()
    rule.kind = try node.optional("kind").map {
      try choice($0, "a kind of collective", AlgorithmWord.kinds)
    }
    rule.group = try node.optional("group")?.string()
    rule.minimumBytes = try node.optional("bytes_at_least")?.integer(in: 0...Int64.max)
    rule.maximumBytes = try node.optional("bytes_at_most")?.integer(
      in: (rule.minimumBytes ?? 0)...Int64.max)
    rule.minimumMembers = try node.optional("members_at_least")?.int(in: 0...Int(Int32.max))
    rule.maximumMembers = try node.optional("members_at_most")?.int(
      in: (rule.minimumMembers ?? 0)...Int(Int32.max))
    if let word = try node.optional("algorithm") {
      do throws(AlgorithmWord.Misfit) {
        rule.algorithm = try AlgorithmWord.choice(try text(word), of: rule.kind)
      } catch {
        throw word.diagnostic(.malformedRule, error.problem, remedy: error.remedy)
      }
    }
    rule.transport = try node.optional("protocol").map {
      try choice($0, "a protocol", TransportProtocol.allCases)
    }
    rule.channels = try node.optional("channels")?.int(in: 1...4096)
    rule.injectionCap = try node.optional("injection_cap_gbps").map {
      Bandwidth.gigabitsPerSecond(try $0.double(atLeast: 1e-6))
    }
    let saysNothing =
      rule.algorithm == nil && rule.transport == nil && rule.channels == nil
      && rule.injectionCap == nil
    guard !saysNothing else {
      throw node.diagnostic(
        .malformedRule, "the rule says nothing",
        remedy: "give it one of algorithm, protocol, channels, injection_cap_gbps")
    }
    return rule
  }

  private static func text(_ node: JSONNode) throws(AlgorithmWord.Misfit) -> String {
    guard let text = try? node.string() else {
      throw AlgorithmWord.Misfit(problem: "is no string", remedy: "name an algorithm")
    }
    return text
  }

  private static func choice<Choice: RawRepresentable<String>>(
    _ node: JSONNode, _ what: String, _ all: [Choice]
  ) throws -> Choice {
    let word = try node.string()
    guard let choice = all.first(where: { $0.rawValue == word }) else {
      throw node.diagnostic(
        .malformedRule, "'\(word)' is not \(what)",
        remedy: "use " + all.map(\.rawValue).joined(separator: ", "))
    }
    return choice
  }
}
