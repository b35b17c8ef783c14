import Quantities

/// Shapes of a drawing in layers, each above the one before: boxes, lines, plates, squares, texts.
struct SVGCanvas {
  /// A rectangle with rounded corners.
  struct Box {
    let x: String
    let y: String
    let width: String
    let height: String
    let radius: String
    let style: String
  }

  /// A path: lines, or many squares in one.
  struct Path {
    let data: String
    let style: String
  }

  /// A line of text.
  struct Text {
    let x: String
    let y: String
    let anchor: String
    let style: String
    let text: String
  }

  /// How a text stands to its point.
  enum Anchor: String { case start, middle, end }

  private(set) var boxes: [Box] = []
  private(set) var lines: [Path] = []
  private(set) var plates: [Box] = []
  private(set) var marks: [Path] = []
  private(set) var labels: [Box] = []
  private(set) var texts: [Text] = []

  /// A number as SVG takes it, to a tenth.
  static func number(_ value: Double) -> String {
    let text = fixedPoint(value, digits: 1)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  private static func box(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String, radius: Double
  ) -> Box {
    Box(
      x: number(x), y: number(y), width: number(width), height: number(height),
      radius: number(radius), style: style)
  }

  /// A box behind everything.
  mutating func box(
    x: Double, y: Double, width: Double, height: Double, _ style: String, radius: Double = 8
  ) {
    boxes.append(Self.box(x, y, width, height, style, radius: radius))
  }

  /// A box above lines: what they end at.
  mutating func plate(
    x: Double, y: Double, width: Double, height: Double, _ style: String, radius: Double = 5
  ) {
    plates.append(Self.box(x, y, width, height, style, radius: radius))
  }

  /// A line through points.
  mutating func line(_ points: [(x: Double, y: Double)], _ style: String) {
    let data = points.map { Self.number($0.x) + " " + Self.number($0.y) }.joined(separator: "L")
    lines.append(Path(data: "M" + data, style: style))
  }

  /// Many lines of a style, each from one point to another.
  mutating func lines(
    _ pairs: [(from: (x: Double, y: Double), to: (x: Double, y: Double))], _ style: String
  ) {
    guard !pairs.isEmpty else { return }
    lines.append(Path(data: Self.data(pairs), style: style))
  }

  private static func data(
    _ pairs: [(from: (x: Double, y: Double), to: (x: Double, y: Double))]
  ) -> String {
    pairs.map { pair in
      "M\(number(pair.from.x)) \(number(pair.from.y))L\(number(pair.to.x)) \(number(pair.to.y))"
    }.joined()
  }

  /// The squares of a grid.
  mutating func squares(_ grid: GPUGrid, x: Double, y: Double, _ style: String) {
    let side = Self.number(grid.side)
    let data = (0..<grid.squares).map { square in
      "M\(Self.number(x + grid.x(square))) \(Self.number(y + grid.y(square)))"
        + "h\(side)v\(side)h-\(side)z"
    }
    marks.append(Path(data: data.joined(), style: style))
  }

  /// One square.
  mutating func square(x: Double, y: Double, side: Double, _ style: String) {
    let length = Self.number(side)
    marks.append(
      Path(
        data: "M\(Self.number(x)) \(Self.number(y))h\(length)v\(length)h-\(length)z", style: style))
  }

  /// Lines among the squares: above boxes.
  mutating func mark(
    _ pairs: [(from: (x: Double, y: Double), to: (x: Double, y: Double))], _ style: String
  ) {
    marks.append(Path(data: Self.data(pairs), style: style))
  }

  /// What is lost: a cross over a square.
  mutating func cross(x: Double, y: Double, side: Double) {
    mark(
      [
        (from: (x: x - 1, y: y - 1), to: (x: x + side + 1, y: y + side + 1)),
        (from: (x: x + side + 1, y: y - 1), to: (x: x - 1, y: y + side + 1)),
      ], "lost")
  }

  /// A text.
  mutating func text(
    _ text: String, x: Double, y: Double, _ style: String, anchor: Anchor = .start
  ) {
    texts.append(
      Text(
        x: Self.number(x), y: Self.number(y), anchor: anchor.rawValue, style: style, text: text))
  }

  /// A text over lines, on a ground of its own.
  ///
  /// - Parameter ground: what lies behind the lines, `ground` within a pod and `page` outside.
  mutating func label(
    _ text: String, x: Double, y: Double, anchor: Anchor = .middle, ground: String = "ground"
  ) {
    let width = Double(text.count) * 6.9 + 14
    let left =
      switch anchor {
      case .start: x - 7
      case .middle: x - width / 2
      case .end: x - width + 7
      }
    labels.append(Self.box(left, y - 14, width, 20, ground, radius: 4))
    self.text(text, x: x, y: y, "label", anchor: anchor)
  }
}
