import Fabric
import Quantities

extension FabricDrawing {
  /// Leaf switches below the spines of their planes, GPUs below their leaf where one row holds all.
  mutating func drawLeafSpine(
    _ planes: Int, _ leaf: FabricSpecification.Leaf, _ frame: PodFrame, grid: GPUGrid,
    gridLeft: Double, gridTop: Double
  ) {
    let kind = fabric.specification.podKinds[0]
    let leaves = kind.gpus / leaf.gpus
    let (style, up) = (Self.style(kind.scaleUp), leaf.technology.rawValue)
    let spinesTop = frame.top + 40
    let leavesTop = spinesTop + Self.planeHeight + Self.leafRoom
    let spines = drawSwitches(planes, edges: frame.inner, y: spinesTop) {
      planes == 1 ? "spines" : "spine \($0)"
    }
    let centres = drawSwitches(leaves, edges: frame.inner, y: leavesTop) { "leaf \($0)" }
    canvas.lines(
      spines.flatMap { spine in
        centres.map {
          (from: (x: $0, y: leavesTop), to: (x: spine, y: spinesTop + Self.planeHeight))
        }
      }, up)
    let low = leavesTop + Self.planeHeight
    let gpus = (0..<min(grid.columns, grid.squares)).map { gridLeft + grid.x($0) + grid.side / 2 }
    if grid.rows == 1, centres.count == leaves, grid.gpusPerSquare == 1 {
      canvas.lines(
        gpus.enumerated().map {
          (from: (x: $1, y: gridTop), to: (x: centres[$0 / leaf.gpus], y: low))
        }, style)
    } else {
      // Which GPUs are below which leaf is said in words.
      let bar = gridTop - 14
      canvas.lines(gpus.map { (from: (x: $0, y: gridTop), to: (x: $0, y: bar)) }, style)
      let ends = [gpus.first ?? 0, gpus.last ?? 0] + centres
      canvas.line([(ends.min() ?? 0, bar), (ends.max() ?? 0, bar)], style + " bar")
      canvas.lines(centres.map { (from: (x: $0, y: bar), to: (x: $0, y: low)) }, style)
    }
    let injection = FabricFigures.injection(kind.scaleUp)
    let above = Bandwidth(
      bytesPerSecond: injection.bytesPerSecond * Double(leaf.gpus) / leaf.oversubscription)
    let all = planes > 1 ? ", all planes" : ""
    canvas.label(
      "\(FabricFigures.rate(above)) a leaf, \(FabricFigures.ratio(leaf))\(all)", x: frame.middle,
      y: spinesTop + Self.planeHeight + Self.leafRoom / 2 + 4)
    let shared = kind.scaleUp.oversubscription
    let narrow = shared > 1 ? ", the pod \(FabricFigures.number(shared)):1" : ""
    canvas.label(
      "\(FabricFigures.rate(injection)) a GPU, \(leaf.gpus) in a row to a leaf\(narrow)",
      x: frame.middle, y: low + Self.leafRoom / 2 - 4)
  }

  /// Racks as boxes inside the pod, each with its switch and its GPUs, below the pod's own network.
  mutating func drawRacks(
    _ topology: DrawnTopology, _ frame: PodFrame, _ kind: FabricSpecification.PodKind
  ) -> PodBody {
    guard let network = kind.rack, let size = kind.gpusPerRack else {
      return PodBody(bottom: frame.top, exits: [], isOneRow: false)
    }
    let (inner, count) = (frame.inner, kind.gpus / size)
    let planesTop = frame.top + 40
    let centres: [Double]
    switch topology {
    case .switch(let planes): centres = drawPlaneBoxes(planes, edges: inner, y: planesTop)
    case .leafSpine, .circle, .grid, .summary:
      let words = FabricFigures.topology(kind.scaleUp)
      canvas.plate(
        x: inner.left, y: planesTop, width: inner.right - inner.left, height: Self.planeHeight,
        "switch")
      canvas.text(
        "between racks: " + words, x: frame.middle, y: planesTop + 22, "label", anchor: .middle)
      centres = [frame.middle]
    }
    let most = inner.right - inner.left > 700 ? 6 : 4
    let places: [Int?] = count <= most ? Array(0..<count) : Array(0..<most - 2) + [nil, count - 1]
    let pitch = (inner.right - inner.left) / Double(places.count)
    let top = planesTop + Self.planeHeight + Self.leafRoom
    let grid = GPUGrid(gpus: size, gpusPerNode: nil, width: pitch - 40, height: 90)
    let height = 98 + grid.height
    var body = PodBody(bottom: top + height, exits: [], isOneRow: false)
    var squares: [(x: Double, y: Double, side: Double)] = []
    for (place, rack) in places.enumerated() {
      let middle = inner.left + (Double(place) + 0.5) * pitch
      guard let rack else {
        canvas.text("…", x: middle, y: top + height / 2 - 6, "head", anchor: .middle)
        canvas.text(
          "\(count) racks in all", x: middle, y: top + height / 2 + 14, "quiet", anchor: .middle)
        continue
      }
      drawRack(rack, network, grid, x: middle, y: top, width: pitch - 16, height: height)
      canvas.lines(
        centres.map { (from: (x: middle, y: top), to: (x: $0, y: planesTop + Self.planeHeight)) },
        Self.style(kind.scaleUp))
      body.exits.append(middle)
      if grid.gpusPerSquare == 1, place == rack {
        squares += (0..<grid.squares).map {
          (middle - grid.width / 2 + grid.x($0), top + 82 + grid.y($0), grid.side)
        }
      }
    }
    body.squares = squares
    let (up, within) = (FabricFigures.injection(kind.scaleUp), FabricFigures.injection(network))
    canvas.label(
      "\(FabricFigures.rate(up)) a GPU between racks, \(FabricFigures.rate(within)) within",
      x: frame.middle, y: planesTop + Self.planeHeight + Self.leafRoom / 2 + 4)
    drawCount(frame, kind, each: grid.gpusPerSquare)
    return body
  }

  private mutating func drawRack(
    _ rack: Int, _ network: FabricSpecification.Network, _ grid: GPUGrid, x: Double, y: Double,
    width: Double, height: Double
  ) {
    canvas.plate(x: x - width / 2, y: y, width: width, height: height, "pod", radius: 8)
    canvas.text("rack \(rack)", x: x, y: y + 20, "label", anchor: .middle)
    let planes = network.planes == 1 ? "switch" : "\(network.planes) planes"
    let box = min(120, width - 24)
    canvas.plate(x: x - box / 2, y: y + 30, width: box, height: 26, "switch")
    canvas.text(planes, x: x, y: y + 47, "label", anchor: .middle)
    let left = x - grid.width / 2
    canvas.squares(grid, x: left, y: y + 82, "gpu")
    // Above the box of the rack, as squares are.
    let bar = y + 70
    let columns = (0..<min(grid.columns, grid.squares)).map { left + grid.x($0) + grid.side / 2 }
    let style = Self.style(network)
    canvas.mark(
      columns.map { (from: (x: $0, y: y + 82), to: (x: $0, y: bar)) }
        + [
          (
            from: (x: min(columns[0], x), y: bar),
            to: (x: max(columns[columns.count - 1], x), y: bar)
          ),
          (from: (x: x, y: bar), to: (x: x, y: y + 56)),
        ], style)
  }
}
