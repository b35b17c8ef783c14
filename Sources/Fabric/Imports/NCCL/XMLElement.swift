import Diagnostics

/// An element of an XML document, its texts left out.
struct XMLElement {
  var name: String
  /// In the order of the document.
  var attributes: [(name: String, value: String)]
  var children: [XMLElement] = []
  /// Where its tag begins.
  var place: SourceLocation

  /// The value of an attribute.
  subscript(name: String) -> String? { attributes.first { $0.name == name }?.value }

  /// A whole number in an attribute; `nil` where there is no such attribute.
  ///
  /// - Throws: a `Diagnostic` where it is none, or not within `range`.
  func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
    guard let text = self[name] else { return nil }
    guard let value = Int(text), range.contains(value) else {
      throw Diagnostic(
        .valueOutOfRange, at: place,
        "'\(name)' of <\(self.name)> is '\(text)' and must be a whole number from "
          + "\(range.lowerBound) to \(range.upperBound)",
        remedy: "dump the topology again with NCCL_TOPO_DUMP_FILE")
    }
    return value
  }
}
