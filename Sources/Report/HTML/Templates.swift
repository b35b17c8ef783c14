import Diagnostics
import Mustache

/// The templates and the style sheet, which are compiled in.
enum Templates {
  private static let sources: [(name: String, bytes: [UInt8])] = [
    ("page", PackageResources.page_mustache),
    ("inspect", PackageResources.inspect_mustache),
    ("trace", PackageResources.trace_mustache),
    ("verdict", PackageResources.verdict_mustache),
    ("step-time", PackageResources.step_time_mustache),
    ("breakdown", PackageResources.breakdown_mustache),
    ("links", PackageResources.links_mustache),
    ("collectives", PackageResources.collectives_mustache),
    ("traffic", PackageResources.traffic_mustache),
    ("timeline", PackageResources.timeline_mustache),
    ("assumptions", PackageResources.assumptions_mustache),
    ("fabrics", PackageResources.fabrics_mustache),
    ("reading", PackageResources.reading_mustache),
    ("sentence", PackageResources.sentence_mustache),
    ("figure", PackageResources.figure_mustache),
    ("cell", PackageResources.cell_mustache),
    ("axis", PackageResources.axis_mustache),
    ("fabric-drawing", PackageResources.fabric_drawing_mustache),
  ]

  /// The style sheet.
  static var css: String { String(decoding: PackageResources.report_css, as: UTF8.self) }

  /// All templates, each under its name and escaping by `ScalarHTML`.
  static func library() throws -> MustacheLibrary {
    MustacheContentTypes.register(ScalarHTML(), named: ScalarHTML.name)
    var library = MustacheLibrary()
    for (name, bytes) in sources {
      // A template that is named elsewhere starts over with the library's own escaping: each says
      // which it wants.
      var text = "{{% CONTENT_TYPE:\(ScalarHTML.name) }}\n" + String(decoding: bytes, as: UTF8.self)
      while text.hasSuffix("\n") { text.removeLast() }
      do {
        try library.register(text, named: name)
      } catch {
        throw Diagnostic(.defect, "the report's template '\(name)' can't be read: \(error)")
      }
    }
    return library
  }
}

/// Escapes text for HTML, element content and quoted attributes alike, Unicode scalar by scalar.
///
/// By characters, as the library does it, a quote with a combining accent would not be a quote, and
/// a name out of a trace could end an attribute. What no page may hold, and what would turn text
/// around, becomes a replacement character.
struct ScalarHTML: MustacheContentType {
  static let name = "SCALAR_HTML"

  func escapeText(_ text: String) -> String {
    var escaped = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "<": escaped.append(contentsOf: "&lt;".unicodeScalars)
      case ">": escaped.append(contentsOf: "&gt;".unicodeScalars)
      case "&": escaped.append(contentsOf: "&amp;".unicodeScalars)
      case "\"": escaped.append(contentsOf: "&quot;".unicodeScalars)
      case "'": escaped.append(contentsOf: "&#39;".unicodeScalars)
      case "\n", "\t": escaped.append(" ")
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{202A}"..."\u{202E}",
        "\u{2066}"..."\u{2069}", "\u{FFFE}"..."\u{FFFF}":
        escaped.append("\u{FFFD}")
      default: escaped.append(scalar)
      }
    }
    return String(escaped)
  }
}
