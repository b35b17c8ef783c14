import Diagnostics
public import Fabric
import Mustache
import Quantities

/// A picture of a fabric, drawn from its specification: one pod in full, the others summed up, the
/// network between them, and what the numbers are.
public struct FabricDrawing {
  static let width = 960.0
  static let margin = 32.0

  let fabric: Fabric
  var canvas = SVGCanvas()
  /// How far down the drawing has come.
  var bottom = 0.0

  private init(_ fabric: Fabric) { self.fabric = fabric }

  /// The picture as an SVG document, in light and in dark; the same bytes for the same fabric.
  ///
  /// - Throws: a `Diagnostic` where a template is broken, a defect.
  public static func svg(_ fabric: Fabric) throws -> [UInt8] {
    var drawing = FabricDrawing(fabric)
    drawing.drawHeading()
    let pods = drawing.drawPods()
    drawing.drawScaleOut(below: pods)
    drawing.drawFacts()
    return try drawing.document()
  }

  private func document() throws -> [UInt8] {
    let view = FabricDrawingView(
      width: SVGCanvas.number(Self.width), height: SVGCanvas.number(bottom + Self.margin),
      title: fabric.name, description: fabric.specification.description,
      style: String(decoding: PackageResources.fabric_drawing_css, as: UTF8.self),
      boxes: canvas.boxes,
      lines: canvas.lines, plates: canvas.plates, marks: canvas.marks, labels: canvas.labels,
      texts: canvas.texts)
    guard let text = try Templates.library().render(view, withTemplate: "fabric-drawing") else {
      throw Diagnostic(.defect, "there is no template 'fabric-drawing'")
    }
    return Array((text + "\n").utf8)
  }

  /// The style of a line or a box of a technology, named as the style sheet names it.
  static func style(_ network: FabricSpecification.Network) -> String {
    network.technology.rawValue
  }

  private mutating func drawHeading() {
    let specification = fabric.specification
    let size =
      "\(FabricFigures.count(fabric.gpuCount, "GPU")): \(FabricFigures.pods(specification))"
    bottom = 16
    for line in Self.lines(fabric.name, width: 56) {
      bottom += 30
      canvas.text(line, x: Self.margin, y: bottom, "title")
    }
    // Behind a short name, else below it.
    if fabric.name.count * 13 + size.count * 8 <= Int(Self.width - 2 * Self.margin) {
      canvas.text(size, x: Self.width - Self.margin, y: bottom, "size", anchor: .end)
    } else {
      for line in Self.lines(size, width: 100) {
        bottom += 24
        canvas.text(line, x: Self.margin, y: bottom, "size")
      }
    }
    bottom += 8
    drawQuiet(specification.description)
    bottom += 22
  }

  /// A paragraph in small letters across the page; none where the text is empty.
  mutating func drawQuiet(_ text: String) {
    guard !text.isEmpty else { return }
    for line in Self.lines(text, width: 120) {
      bottom += 18
      canvas.text(line, x: Self.margin, y: bottom, "quiet")
    }
  }

  /// Lines of at most `width` characters, within words too where they are longer.
  static func lines(_ text: String, width: Int) -> [String] {
    Wording.folded(text, indent: "", width: width).flatMap { line -> [String] in
      var rest = Substring(line)
      var lines: [String] = []
      while rest.count > width {
        lines.append(String(rest.prefix(width)))
        rest = rest.dropFirst(width)
      }
      return lines + [String(rest)]
    }
  }
}

/// What the template of the drawing sees.
struct FabricDrawingView {
  let width: String
  let height: String
  let title: String
  let description: String
  let style: String
  let boxes: [SVGCanvas.Box]
  let lines: [SVGCanvas.Path]
  let plates: [SVGCanvas.Box]
  let marks: [SVGCanvas.Path]
  let labels: [SVGCanvas.Box]
  let texts: [SVGCanvas.Text]
}
