/// Reads HTML as a browser's tokenizer would, for tests of what a page consists of.
public struct MarkupReader {
  /// A start tag.
  public struct Tag: Sendable {
    /// Its name.
    public var name: String
    /// Its attributes, in order.
    public var attributes: [(name: String, value: String)]

    /// The value of an attribute.
    public subscript(name: String) -> String? { attributes.first { $0.name == name }?.value }
  }

  /// An element that holds nothing but text.
  public struct Leaf: Sendable {
    /// Its start tag.
    public var tag: Tag
    /// Its text, entities resolved.
    public var text: String
  }

  /// The start tags, in order.
  public private(set) var tags: [Tag] = []
  /// All elements without elements in them, in order.
  public private(set) var leaves: [Leaf] = []
  /// Text outside of `style` and `title` elements of the head, entities resolved.
  public private(set) var text = ""
  /// End tags that don't fit, and elements that are not closed.
  public private(set) var faults: [String] = []

  private static let void: Set<String> = ["meta", "link", "br", "hr", "img", "input"]

  /// Reads a page.
  public init(_ page: String) {
    var rest = Array(page.unicodeScalars)[...]
    var open: [(tag: Tag, text: String, isLeaf: Bool)] = []
    while let scalar = rest.first {
      guard scalar == "<" else {
        let stretch = String(String.UnicodeScalarView(rest.prefix { $0 != "<" }))
        rest = rest.dropFirst(stretch.unicodeScalars.count)
        let plain = Self.resolved(stretch)
        if !open.isEmpty { open[open.count - 1].text += plain }
        if open.last?.tag.name != "style" { text += plain }
        continue
      }
      let (isEnd, tag, closes) = Self.tag(&rest)
      if isEnd {
        guard let last = open.popLast(), last.tag.name == tag.name else {
          faults.append("</\(tag.name)> ends nothing")
          continue
        }
        if last.isLeaf { leaves.append(Leaf(tag: last.tag, text: last.text)) }
      } else if tag.name != "!doctype" {
        tags.append(tag)
        if !open.isEmpty { open[open.count - 1].isLeaf = false }
        if !closes, !Self.void.contains(tag.name) { open.append((tag, "", true)) }
      }
    }
    faults += open.map { "<\($0.tag.name)> is not closed" }
  }

  /// Takes a tag off the front.
  private static func tag(
    _ rest: inout ArraySlice<Unicode.Scalar>
  ) -> (isEnd: Bool, tag: Tag, closes: Bool) {
    rest.removeFirst()
    let isEnd = rest.first == "/"
    if isEnd { rest.removeFirst() }
    let name = word(&rest)
    var tag = Tag(name: name.lowercased(), attributes: [])
    var closes = false
    while let scalar = rest.first, scalar != ">" {
      if scalar == "/" { closes = true }
      guard scalar != "/", !scalar.properties.isWhitespace else {
        rest.removeFirst()
        continue
      }
      let name = word(&rest)
      var value = ""
      if rest.first == "=" {
        rest.removeFirst()
        if let quote = rest.first, quote == "\"" || quote == "'" {
          rest.removeFirst()
          let scalars = rest.prefix { $0 != quote }
          value = String(String.UnicodeScalarView(scalars))
          rest = rest.dropFirst(scalars.count + 1)
        } else {
          value = word(&rest)
        }
      } else if name.isEmpty {
        rest.removeFirst()
      }
      tag.attributes.append((name, resolved(value)))
    }
    if !rest.isEmpty { rest.removeFirst() }
    return (isEnd, tag, closes)
  }

  private static func word(_ rest: inout ArraySlice<Unicode.Scalar>) -> String {
    let scalars = rest.prefix {
      !$0.properties.isWhitespace && $0 != ">" && $0 != "/" && $0 != "="
    }
    rest = rest.dropFirst(scalars.count)
    return String(String.UnicodeScalarView(scalars))
  }

  private static func resolved(_ text: String) -> String {
    text.replacing("&lt;", with: "<").replacing("&gt;", with: ">")
      .replacing("&quot;", with: "\"").replacing("&#39;", with: "'").replacing("&amp;", with: "&")
  }
}
