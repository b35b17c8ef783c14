import Diagnostics
import JSON

/// A change to a fabric file, as the command line states it: `scale_out.bandwidth_gbps=800`.
public struct FabricOverlay: Sendable, Hashable {
  /// The text as given.
  public let text: String
  private let path: [String]
  private let value: String

  /// An overlay; the value is JSON, or a plain word.
  ///
  /// - Throws: a `Diagnostic` where the text is not `KEY.PATH=VALUE`.
  public init(_ text: String) throws {
    let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let path = sides[0].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard sides.count == 2, !sides[1].isEmpty, path.allSatisfy({ !$0.isEmpty }) else {
      throw Diagnostic(
        .usage, "--set '\(text)' is not KEY.PATH=VALUE",
        remedy: "write for example --set scale_out.bandwidth_gbps=800")
    }
    self.text = text
    self.path = path
    value = String(sides[1])
  }

  /// The document with the change made.
  ///
  /// - Throws: a `Diagnostic` where the document has no place for it. Whether the result is a fabric
  ///   is for its reader to say.
  func apply(to root: JSONNode) throws -> JSONNode {
    let place = SourceLocation(file: "--set \(text)")
    guard let changed = root.value.setting(path, to: parsed(at: place)) else {
      throw Diagnostic(
        .missingKey, at: place, "the fabric has no '\(path.dropLast().joined(separator: "."))'",
        remedy: "check the key path against the fabric's file")
    }
    return JSONNode(changed, at: root.location)
  }

  /// What the text says. A lone `true` is no document to the parser.
  private func parsed(at place: SourceLocation) -> JSONValue {
    switch value {
    case "true": .bool(true)
    case "false": .bool(false)
    default: (try? JSONParser().parse(Array(value.utf8), at: place)) ?? .string(value)
    }
  }
}
