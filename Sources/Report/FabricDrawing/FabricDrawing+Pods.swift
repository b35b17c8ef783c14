import Fabric
import Quantities

extension FabricDrawing {
  /// Where lines leave the pods: across the drawn one, and down from the others.
  struct PodExits {
    /// The drawn pod's GPUs, from left to right, at the lower edge of their grid.
    var gpus: [Double]
    var gpusBottom: Double
    /// Whether that is all of them.
    var isOneRow: Bool
    /// Where the lines of the other pods gather.
    var others: Others?
    /// The lower edge of the pods.
    var bottom: Double
    /// The left and right edge of the drawn pod.
    var edges: (left: Double, right: Double)

    /// Where lines of the other pods meet, and how far down the pods come.
    struct Others {
      var x: Double
      var y: Double
      var bottom: Double
    }
  }

  /// Height from the planes' lower edge to the GPUs, room for the links between them.
  private static let linkRoom = 104.0
  /// The same where there are leaf switches: to the spines, and to the GPUs.
  static let leafRoom = 72.0
  static let planeHeight = 34.0
  static let padding = 20.0

  /// Where a pod is drawn.
  struct PodFrame {
    var left: Double
    var right: Double
    var top: Double
    var middle: Double { (left + right) / 2 }
    /// Without its border.
    var inner: (left: Double, right: Double) {
      (left + FabricDrawing.padding, right - FabricDrawing.padding)
    }
  }

  /// What is drawn of a pod: how far down, and where lines leave it.
  struct PodBody {
    var bottom: Double
    var exits: [Double]
    var isOneRow: Bool
    /// Where squares of GPUs are, by GPU of the pod, where each has one.
    var squares: [(x: Double, y: Double, side: Double)] = []
  }

  /// The first pod in full, at the left; the others, where there are any, at the right.
  mutating func drawPods() -> PodExits {
    let specification = fabric.specification
    let kind = specification.podKinds[0]
    let frame = PodFrame(
      left: Self.margin, right: Self.width - Self.margin - (specification.pods > 1 ? 250 : 0),
      top: bottom)
    let name = specification.pods > 1 ? "pod 0" : "the pod"
    let lit = specification.circuits.map { ", circuits set to \($0.configurations[0].name)" } ?? ""
    canvas.text(
      name + Self.cut(lit, to: 40), x: frame.inner.left, y: frame.top + 26, "head")
    let topology = DrawnTopology(kind.scaleUp, gpus: kind.gpus)
    let body = kind.rack == nil ? drawBody(topology, frame, kind) : drawRacks(topology, frame, kind)
    drawLost(body)
    let hasExits = specification.scaleOut != nil && body.exits.count > 1
    let end = body.bottom + (hasExits ? 32 : 20)
    canvas.box(
      x: frame.left, y: frame.top, width: frame.right - frame.left, height: end - frame.top, "pod",
      radius: 12)
    bottom = end
    var exits = PodExits(
      gpus: body.exits, gpusBottom: body.exits.count > 1 ? body.bottom : end,
      isOneRow: body.isOneRow, others: nil, bottom: end, edges: (frame.left, frame.right))
    if specification.pods > 1 {
      exits.others = drawOtherPods(left: frame.right + 40, top: frame.top, end: end)
      bottom = max(bottom, exits.others?.bottom ?? bottom)
      exits.bottom = bottom
    }
    return exits
  }

  /// A text, its end left out where it is longer.
  private static func cut(_ text: String, to count: Int) -> String {
    text.count > count ? text.prefix(count - 1) + "…" : text
  }

  private mutating func drawBody(
    _ topology: DrawnTopology, _ frame: PodFrame, _ kind: FabricSpecification.PodKind
  ) -> PodBody {
    switch topology {
    case .switch(let planes):
      let (grid, x, y) = drawGrid(
        frame, kind, top: frame.top + 40 + Self.planeHeight + Self.linkRoom)
      drawPlanes(planes, edges: frame.inner, y: frame.top + 40, grid: grid, gridLeft: x, gridTop: y)
      return body(grid, x, y)
    case .leafSpine(let planes, let leaf):
      let (grid, x, y) = drawGrid(
        frame, kind, top: frame.top + 40 + 2 * Self.planeHeight + 2 * Self.leafRoom)
      drawLeafSpine(planes, leaf, frame, grid: grid, gridLeft: x, gridTop: y)
      return body(grid, x, y)
    case .circle(let connections): return drawCircle(connections, frame, kind)
    case .grid(let torus): return drawTorus(torus, frame, kind)
    case .summary(let text):
      canvas.text(text, x: frame.middle, y: frame.top + 62, "label", anchor: .middle)
      canvas.text(
        Self.linkWords(kind), x: frame.middle, y: frame.top + 82, "quiet", anchor: .middle)
      let (grid, x, y) = drawGrid(frame, kind, top: frame.top + 102)
      return body(grid, x, y)
    }
  }

  /// GPUs as squares; where they begin.
  private mutating func drawGrid(
    _ frame: PodFrame, _ kind: FabricSpecification.PodKind, top: Double
  ) -> (grid: GPUGrid, x: Double, y: Double) {
    let grid = GPUGrid(
      gpus: kind.gpus, gpusPerNode: kind.gpusPerNode, width: frame.inner.right - frame.inner.left,
      height: 180)
    let x = frame.middle - grid.width / 2
    canvas.squares(grid, x: x, y: top, "gpu")
    drawNumbers(grid, x: x, y: top)
    drawCount(frame, kind, each: grid.gpusPerSquare)
    return (grid, x, top)
  }

  private func body(_ grid: GPUGrid, _ x: Double, _ y: Double) -> PodBody {
    var body = PodBody(
      bottom: y + grid.height,
      exits: (0..<min(grid.columns, grid.squares)).map { x + grid.x($0) + grid.side / 2 },
      isOneRow: grid.rows == 1)
    if grid.gpusPerSquare == 1 {
      body.squares = (0..<grid.squares).map { (x + grid.x($0), y + grid.y($0), grid.side) }
    }
    return body
  }

  /// Crosses over the GPUs of the drawn pod that are lost.
  private mutating func drawLost(_ body: PodBody) {
    let first = fabric.gpus(inPod: 0).lowerBound
    for (place, square) in body.squares.enumerated() where !fabric.isHealthy(gpu: first + place) {
      canvas.cross(x: square.x, y: square.y, side: square.side)
    }
  }

  /// How many GPUs, at the right above.
  mutating func drawCount(
    _ frame: PodFrame, _ kind: FabricSpecification.PodKind, each: Int
  ) {
    canvas.text(
      Self.what(kind, each: each), x: frame.inner.right, y: frame.top + 26, "quiet", anchor: .end)
  }

  /// What squares stand for.
  private static func what(_ kind: FabricSpecification.PodKind, each: Int) -> String {
    let all = FabricFigures.count(kind.gpus, "GPU")
    let squares = each > 1 ? ", \(each) a square" : ""
    let nodes =
      kind.gpusPerNode.map {
        $0 < kind.gpus ? ", \(FabricFigures.count(kind.gpus / $0, "node")) of \($0)" : ", one node"
      } ?? ""
    return all + squares + nodes
  }

  private mutating func drawNumbers(_ grid: GPUGrid, x: Double, y: Double) {
    guard grid.cell >= 28, grid.gpusPerSquare == 1 else { return }
    for square in 0..<grid.squares {
      canvas.text(
        String(square), x: x + grid.x(square) + grid.side / 2,
        y: y + grid.y(square) + grid.side / 2 + 4.5, "number", anchor: .middle)
    }
  }

  /// The planes above, every GPU connected to each: line by line where few enough, over a bar
  /// otherwise.
  private mutating func drawPlanes(
    _ planes: Int, edges: (left: Double, right: Double), y: Double, grid: GPUGrid,
    gridLeft: Double, gridTop: Double
  ) {
    let network = fabric.specification.scaleUp
    let style = Self.style(network)
    let centres = drawPlaneBoxes(planes, edges: edges, y: y)
    let low = y + Self.planeHeight
    let gpus = (0..<min(grid.columns, grid.squares)).map {
      (x: gridLeft + grid.x($0) + grid.side / 2, y: gridTop)
    }
    let isShared = network.oversubscription > 1
    if gpus.count == grid.squares, gpus.count * centres.count <= 64, !isShared {
      canvas.lines(
        centres.flatMap { centre in gpus.map { (from: $0, to: (x: centre, y: low)) } }, style)
    } else {
      let bar = gridTop - 16
      let ends = [gpus.first?.x ?? 0, gpus.last?.x ?? 0] + centres
      canvas.lines(gpus.map { (from: $0, to: (x: $0.x, y: bar)) }, style)
      canvas.line([(ends.min() ?? 0, bar), (ends.max() ?? 0, bar)], style + " bar")
      canvas.lines(centres.map { (from: (x: $0, y: bar), to: (x: $0, y: low)) }, style)
    }
    let middle = (edges.left + edges.right) / 2
    if isShared {
      canvas.plate(x: middle - 150, y: low + 20, width: 300, height: 44, "shared " + style)
      let together = Bandwidth(
        bytesPerSecond: FabricFigures.injection(network).bytesPerSecond
          * Double(fabric.specification.gpusPerPod) / network.oversubscription)
      canvas.text(
        "shared by all: \(FabricFigures.rate(together)), both directions", x: middle, y: low + 47,
        "label", anchor: .middle)
    } else {
      let rate = FabricFigures.injection(network)
      let each = Bandwidth(bytesPerSecond: rate.bytesPerSecond / Double(planes))
      let parts = planes > 1 ? ", \(FabricFigures.rate(each)) to each plane" : ""
      canvas.label(
        "\(FabricFigures.rate(rate)) a GPU\(parts)", x: middle, y: low + Self.linkRoom / 2 - 2)
    }
  }

  /// The boxes of the planes, the first few and the last where there are many; where their middles
  /// are.
  mutating func drawPlaneBoxes(
    _ planes: Int, edges: (left: Double, right: Double), y: Double
  ) -> [Double] {
    drawSwitches(planes, edges: edges, y: y) { planes == 1 ? "switch" : "plane \($0)" }
  }

  /// A row of switches, the first few and the last where there are many; where their middles are.
  mutating func drawSwitches(
    _ count: Int, edges: (left: Double, right: Double), y: Double, name: (Int) -> String
  ) -> [Double] {
    let span = edges.right - edges.left
    let most = span > 700 ? 10 : 8
    let places: [Int?] =
      count <= most ? Array(0..<count) : Array(0..<most - 2) + [nil, count - 1]
    let pitch = span / Double(places.count)
    let width = min(pitch - 8, count == 1 ? 220 : 96)
    var centres: [Double] = []
    for (place, number) in places.enumerated() {
      let centre = edges.left + (Double(place) + 0.5) * pitch
      guard let number else {
        canvas.text("…", x: centre, y: y + 16, "head", anchor: .middle)
        canvas.text("\(count) in all", x: centre, y: y + 31, "quiet", anchor: .middle)
        continue
      }
      canvas.plate(x: centre - width / 2, y: y, width: width, height: Self.planeHeight, "switch")
      let words = name(number)
      // As much as fits: digits are 7 wide.
      let text = Double(words.count) * 7.2 <= width ? words : String(number)
      canvas.text(text, x: centre, y: y + 22, "label", anchor: .middle)
      centres.append(centre)
    }
    return centres
  }
}
