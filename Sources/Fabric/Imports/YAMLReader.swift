import Diagnostics
import JSON
import Yams

/// Reads a YAML document into the values that JSON has, so that readers of the one read the other.
///
/// Plain words are read as YAML 1.2's core has them: `null`, `true`, whole numbers, numbers, and
/// strings otherwise. Anchors and aliases are refused: a few lines of them stand for more than any
/// memory holds.
enum YAMLReader {
  private static let mostValues = 1 << 20

  /// The document of a file.
  ///
  /// - Throws: a `Diagnostic` with the line of what is wrong.
  static func node(_ bytes: [UInt8], file: String) throws -> JSONNode {
    let place = SourceLocation(file: file)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Diagnostic(
        .malformedTopology, at: place, "is no UTF-8 text",
        remedy: "check that this is the file you meant")
    }
    try refuseAnchors(bytes, file: file)
    do {
      guard let root = try Yams.compose(yaml: text, .default, .default, .utf8) else {
        throw Diagnostic(
          .emptyInput, at: place, "holds no document", remedy: "check that it was written whole")
      }
      var room = mostValues
      return JSONNode(try value(root, &room, file: file), at: place)
    } catch let error as YamlError {
      throw diagnostic(error, file: file)
    }
  }

  /// An anchor begins a word: `&` behind white space or an opening bracket, and a name behind it.
  private static func refuseAnchors(_ bytes: [UInt8], file: String) throws {
    var line = 1
    var before = UInt8(ascii: " ")
    for (index, byte) in bytes.enumerated() {
      if byte == UInt8(ascii: "&"), " \t\r\n[{,:?-".utf8.contains(before),
        index + 1 < bytes.count, bytes[index + 1] > 0x20
      {
        throw Diagnostic(
          .malformedTopology, at: SourceLocation(file: file, line: line),
          "an anchor (&…) begins here, and anchors are not read",
          remedy: "write out what it stands for, or quote the text")
      }
      if byte == 0x0A { line += 1 }
      before = byte
    }
  }

  private static func value(_ node: Node, _ room: inout Int, file: String) throws -> JSONValue {
    room -= 1
    guard room >= 0 else {
      throw Diagnostic(
        .limitExceeded, at: SourceLocation(file: file), "holds more than \(mostValues) values",
        remedy: "check that this is the file you meant")
    }
    switch node {
    case .scalar(let scalar):
      return scalar.style == .plain || scalar.style == .any
        ? plain(scalar.string) : .string(scalar.string)
    case .sequence(let sequence):
      var values: [JSONValue] = []
      for element in sequence { values.append(try value(element, &room, file: file)) }
      return .array(values)
    case .mapping(let mapping):
      var members: [JSONValue.Member] = []
      for (key, element) in mapping {
        guard case .scalar(let name) = key else {
          throw Diagnostic(
            .malformedTopology, at: SourceLocation(file: file, line: key.mark?.line),
            "a key is no word", remedy: "write each key as a word before a colon")
        }
        members.append(.init(key: name.string, value: try value(element, &room, file: file)))
      }
      return .object(members)
    case .alias:
      throw Diagnostic(
        .malformedTopology, at: SourceLocation(file: file, line: node.mark?.line),
        "an alias (*…) stands here, and aliases are not read",
        remedy: "write out what it stands for, or quote the text")
    }
  }

  private static func plain(_ text: String) -> JSONValue {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    default: break
    }
    guard let first = text.utf8.first, "+-.0123456789".utf8.contains(first) else {
      return .string(text)
    }
    if let whole = Int64(text) { return .integer(whole) }
    if let number = Double(text), number.isFinite { return .number(number) }
    return .string(text)
  }

  private static func diagnostic(_ error: YamlError, file: String) -> Diagnostic {
    let found: (problem: String, line: Int?) =
      switch error {
      case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
        .composer(_, let problem, let mark, _):
        (problem, mark.line)
      case .reader(let problem, _, _, _): (problem, nil)
      case .duplicatedKeysInMapping(let keys, let context):
        ("the key '\(keys.sorted().first ?? "")' stands twice", context.mark.line)
      case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
        ("it can't be parsed", nil)
      }
    return Diagnostic(
      .malformedTopology, at: SourceLocation(file: file, line: found.line),
      // What stands behind a comma is for those who program with libyaml.
      "is no YAML: \(found.problem.prefix { $0 != "," })",
      remedy: "mend the text there or in the lines before it")
  }
}
