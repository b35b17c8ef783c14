import CExpat
import Diagnostics

/// Reads a small XML document into a tree, with expat. Documents with a type declaration are refused,
/// for only those can define entities.
enum XMLReader {
  /// The most elements that a document may have, and how deep they may nest.
  private static let limits = (elements: 1 << 18, depth: 64)

  /// What the handlers of a parse share.
  private final class Builder {
    let file: String
    var open: [XMLElement] = []
    var root: XMLElement?
    var elements = 0
    var failure: Diagnostic?
    var parser: XML_Parser?

    init(file: String) { self.file = file }

    var place: SourceLocation {
      SourceLocation(file: file, line: parser.map { Int(XML_GetCurrentLineNumber($0)) })
    }

    func fail(_ code: Diagnostic.Code, _ problem: String, _ remedy: String) {
      if failure == nil { failure = Diagnostic(code, at: place, problem, remedy: remedy) }
      if let parser { XML_StopParser(parser, XML_Bool(XML_FALSE)) }
    }

    func start(_ name: String, _ attributes: [(name: String, value: String)]) {
      elements += 1
      guard elements <= limits.elements, open.count < limits.depth else {
        return fail(
          .limitExceeded, "has more elements, or deeper ones, than any topology",
          "check that this is the file you meant")
      }
      open.append(XMLElement(name: name, attributes: attributes, place: place))
    }

    func end() {
      guard let element = open.popLast() else { return }
      if open.isEmpty {
        root = element
      } else {
        open[open.count - 1].children.append(element)
      }
    }
  }

  /// The document's root.
  ///
  /// - Throws: a `Diagnostic` with the line of what is wrong.
  static func root(_ bytes: [UInt8], file: String) throws -> XMLElement {
    guard let parser = XML_ParserCreate("UTF-8") else {
      throw Diagnostic(.defect, at: SourceLocation(file: file), "expat has no memory")
    }
    defer { XML_ParserFree(parser) }
    let builder = Builder(file: file)
    builder.parser = parser
    setHandlers(of: parser)
    let status = withExtendedLifetime(builder) {
      XML_SetUserData(parser, Unmanaged.passUnretained(builder).toOpaque())
      return bytes.withUnsafeBytes {
        XML_Parse(
          parser, $0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32($0.count), 1)
      }
    }
    if let failure = builder.failure { throw failure }
    guard status == XML_STATUS_OK, let root = builder.root else {
      let message = XML_ErrorString(XML_GetErrorCode(parser)).map { String(cString: $0) }
      throw Diagnostic(
        .malformedTopology, at: builder.place, "is no XML: \(message ?? "it can't be parsed")",
        remedy: "dump the topology again with NCCL_TOPO_DUMP_FILE")
    }
    return root
  }

  private static func setHandlers(of parser: XML_Parser) {
    XML_SetElementHandler(
      parser,
      { data, name, attributes in
        guard let data, let name, var at = attributes else { return }
        let builder = Unmanaged<Builder>.fromOpaque(data).takeUnretainedValue()
        var pairs: [(name: String, value: String)] = []
        // Names and values in turn, then a null.
        while let key = at[0], let value = at[1] {
          pairs.append((String(cString: key), String(cString: value)))
          at += 2
        }
        builder.start(String(cString: name), pairs)
      },
      { data, _ in
        guard let data else { return }
        Unmanaged<Builder>.fromOpaque(data).takeUnretainedValue().end()
      })
    XML_SetStartDoctypeDeclHandler(parser) { data, _, _, _, _ in
      guard let data else { return }
      Unmanaged<Builder>.fromOpaque(data).takeUnretainedValue().fail(
        .malformedTopology, "has a document type, which no topology has",
        "remove the <!DOCTYPE …>")
    }
  }
}
