import Fabric
import Glibc
import Quantities

extension FabricDrawing {
  /// `7 links a GPU, 512 Gb/s each`.
  static func linkWords(_ kind: FabricSpecification.PodKind) -> String {
    let links = FabricFigures.links(kind.scaleUp, gpus: kind.gpus) ?? 0
    let rate = FabricFigures.injection(kind.scaleUp).bytesPerSecond / Double(max(1, links))
    let most = if case .direct(.connections) = kind.scaleUp.topology { "up to " } else { "" }
    return "\(most)\(FabricFigures.count(links, "link")) a GPU, "
      + "\(FabricFigures.rate(Bandwidth(bytesPerSecond: rate))) each"
  }

  /// GPUs on a circle, the first one above, and a line for each pair that is linked.
  mutating func drawCircle(
    _ connections: [FabricSpecification.Connection], _ frame: PodFrame,
    _ kind: FabricSpecification.PodKind
  ) -> PodBody {
    let count = kind.gpus
    let radius = count == 1 ? 0 : count <= 8 ? 96.0 : count <= 16 ? 120 : 150
    let side = count <= 16 ? 30.0 : count <= 32 ? 22 : 15
    let centre = (x: frame.middle, y: frame.top + 54 + side / 2 + radius)
    let points = (0..<count).map { gpu -> (x: Double, y: Double) in
      let angle = 2 * Double.pi * Double(gpu) / Double(count)
      return (centre.x + radius * sin(angle), centre.y - radius * cos(angle))
    }
    var body = PodBody(bottom: centre.y + radius + side / 2, exits: [frame.middle], isOneRow: false)
    let style = Self.style(kind.scaleUp)
    for isSeveral in [false, true] {
      let of = connections.filter { ($0.count > 1) == isSeveral }
      canvas.lines(
        of.map { (from: points[$0.ends[0]], to: points[$0.ends[1]]) },
        isSeveral ? style + " thick" : style)
    }
    for (gpu, point) in points.enumerated() {
      canvas.square(x: point.x - side / 2, y: point.y - side / 2, side: side, "gpu")
      body.squares.append((point.x - side / 2, point.y - side / 2, side))
      if side >= 22 {
        canvas.text(String(gpu), x: point.x, y: point.y + 4.5, "number", anchor: .middle)
      }
    }
    body.bottom += 26
    let isMixed = Set(connections.map(\.count)).count > 1
    canvas.text(
      Self.linkWords(kind) + (isMixed ? "; thick lines are several links" : ""), x: frame.middle,
      y: body.bottom, "label", anchor: .middle)
    drawCount(frame, kind, each: 1)
    return body
  }

  /// One layer of a grid, its first dimension to the right and its second down; how many layers there
  /// are, and what is wrapped around, beside it.
  mutating func drawTorus(
    _ torus: TorusShape, _ frame: PodFrame, _ kind: FabricSpecification.PodKind
  ) -> PodBody {
    let rows = Self.shown(torus.dimensions.count > 1 ? torus.dimensions[1] : 1, most: 10)
    let columns = Self.shown(torus.dimensions[0], most: 14)
    let pitch = columns.count <= 8 && rows.count <= 6 ? 40.0 : 26
    let side = pitch * 0.6
    let origin = (x: frame.inner.left + 30, y: frame.top + 76)
    func centre(_ column: Int, _ row: Int) -> (x: Double, y: Double) {
      (
        origin.x + Double(column) * pitch + side / 2,
        origin.y + Double(row) * pitch + side / 2
      )
    }
    var body = PodBody(bottom: 0, exits: [frame.middle], isOneRow: false)
    for row in rows.indices where rows[row] != nil {
      drawChain(
        columns.indices.map { centre($0, row) }, gap: columns.firstIndex(of: nil),
        wraps: torus.wraps[0], Self.style(kind.scaleUp))
    }
    if torus.dimensions.count > 1 {
      for column in columns.indices where columns[column] != nil {
        drawChain(
          rows.indices.map { centre(column, $0) }, gap: rows.firstIndex(of: nil),
          wraps: torus.wraps[1], Self.style(kind.scaleUp))
      }
    }
    let isWhole = !columns.contains(nil) && !rows.contains(nil)
    for (row, second) in rows.enumerated() {
      for (column, first) in columns.enumerated() where first != nil && second != nil {
        let point = centre(column, row)
        canvas.square(x: point.x - side / 2, y: point.y - side / 2, side: side, "gpu")
        if isWhole { body.squares.append((point.x - side / 2, point.y - side / 2, side)) }
        if side >= 22, let first, let second {
          canvas.text(
            String(second * torus.dimensions[0] + first), x: point.x, y: point.y + 4.5, "number",
            anchor: .middle)
        }
      }
    }
    drawElision(columns, rows, centre)
    let right = centre(columns.count - 1, 0).x + side / 2 + 36
    var y = frame.top + 76
    for paragraph in torusWords(torus, kind) {
      for line in Self.lines(paragraph, width: max(16, Int((frame.inner.right - right) / 6.8))) {
        canvas.text(line, x: right, y: y + 8, "quiet")
        y += 18
      }
      y += 6
    }
    body.bottom = max(centre(0, rows.count - 1).y + side / 2 + 22, y)
    drawCount(frame, kind, each: 1)
    return body
  }

  /// All of a dimension, or the first ones and the last with a gap before it.
  private static func shown(_ extent: Int, most: Int) -> [Int?] {
    extent <= most ? Array(0..<extent) : Array(0..<most - 2) + [nil, extent - 1]
  }

  /// Links along a row or a column, with arrows at both ends where it is wrapped around.
  private mutating func drawChain(
    _ points: [(x: Double, y: Double)], gap: Int?, wraps: Bool, _ style: String
  ) {
    guard points.count > 1 else { return }
    canvas.lines(
      zip(points, points.dropFirst()).enumerated().compactMap { place, pair in
        // Beside the gap half of a link is seen.
        let half = (x: (pair.0.x + pair.1.x) / 2, y: (pair.0.y + pair.1.y) / 2)
        if place == gap { return (from: half, to: pair.1) }
        return place + 1 == gap ? (from: pair.0, to: half) : (from: pair.0, to: pair.1)
      }, style)
    guard wraps else { return }
    for (end, next) in [
      (points[0], points[1]), (points[points.count - 1], points[points.count - 2]),
    ] {
      let length = max((end.x - next.x).magnitude, (end.y - next.y).magnitude)
      let step = (x: (end.x - next.x) / length, y: (end.y - next.y) / length)
      let tip = (x: end.x + step.x * 26, y: end.y + step.y * 26)
      let back = (x: tip.x - step.x * 5, y: tip.y - step.y * 5)
      canvas.lines([(from: end, to: tip)], style)
      // The head without dashes.
      canvas.mark(
        [
          (from: tip, to: (x: back.x - step.y * 4, y: back.y + step.x * 4)),
          (from: tip, to: (x: back.x + step.y * 4, y: back.y - step.x * 4)),
        ], style + " head-of-arrow")
    }
  }

  private mutating func drawElision(
    _ columns: [Int?], _ rows: [Int?], _ centre: (Int, Int) -> (x: Double, y: Double)
  ) {
    if let gap = columns.firstIndex(of: nil) {
      for row in rows.indices where rows[row] != nil {
        let point = centre(gap, row)
        canvas.text("…", x: point.x, y: point.y + 4, "quiet", anchor: .middle)
      }
    }
    if let gap = rows.firstIndex(of: nil) {
      for column in columns.indices where columns[column] != nil {
        let point = centre(column, gap)
        canvas.text("⋮", x: point.x, y: point.y + 5, "quiet", anchor: .middle)
      }
    }
  }

  private func torusWords(
    _ torus: TorusShape, _ kind: FabricSpecification.PodKind
  ) -> [String] {
    var words = [FabricFigures.shape(.torus(torus)), Self.linkWords(kind)]
    let layers = torus.dimensions.dropFirst(2).reduce(1, *)
    if layers > 1 {
      let more = torus.dimensions.dropFirst(2).count { $0 > 1 }
      words.append(
        "one of \(layers) layers; \(2 * more) of the links lead to the layers beside it")
    }
    if torus.wraps.prefix(2).contains(true) {
      words.append("arrows lead to the other end of the row or column")
    }
    return words
  }
}
