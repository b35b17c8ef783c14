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
    var others: (x: Double, y: Double)?
    /// The lower edge of the pods.
    var bottom: Double
    /// The left and right edge of the drawn pod.
    var edges: (left: Double, right: Double)
  }

  /// Height from the planes' lower edge to the GPUs, room for the links between them.
  private static let linkRoom = 104.0
  private static let planeHeight = 34.0
  private static let padding = 20.0

  /// The first pod in full, at the left; the others, where there are any, at the right.
  mutating func drawPods() -> PodExits {
    let specification = fabric.specification
    let left = Self.margin
    let right = Self.width - Self.margin - (specification.pods > 1 ? 250 : 0)
    let top = bottom
    let grid = GPUGrid(
      gpus: specification.gpusPerPod, gpusPerNode: specification.gpusPerNode,
      width: right - left - 2 * Self.padding, height: 180)
    let planesTop = top + 40
    let gridTop = planesTop + Self.planeHeight + Self.linkRoom
    let gridLeft = (left + right - grid.width) / 2
    let room = specification.scaleOut == nil ? 20.0 : 32
    let end = gridTop + grid.height + room
    canvas.box(x: left, y: top, width: right - left, height: end - top, "pod", radius: 12)
    canvas.text(
      specification.pods > 1 ? "pod 0" : "the pod", x: left + Self.padding, y: top + 26, "head")
    canvas.squares(grid, x: gridLeft, y: gridTop, "gpu")
    drawNumbers(grid, x: gridLeft, y: gridTop)
    canvas.text(
      Self.what(grid, specification), x: right - Self.padding, y: top + 26, "quiet", anchor: .end)
    switch DrawnTopology(specification.scaleUp) {
    case .switch(let planes):
      drawPlanes(
        planes, edges: (left + Self.padding, right - Self.padding), y: planesTop, grid: grid,
        gridLeft: gridLeft, gridTop: gridTop)
    }
    bottom = end
    var exits = PodExits(
      gpus: (0..<min(grid.columns, grid.squares)).map { gridLeft + grid.x($0) + grid.side / 2 },
      gpusBottom: gridTop + grid.height, isOneRow: grid.rows == 1, others: nil, bottom: end,
      edges: (left, right))
    if specification.pods > 1 {
      exits.others = drawOtherPods(left: right + 40, top: top, end: end)
    }
    return exits
  }

  /// What squares stand for.
  private static func what(_ grid: GPUGrid, _ specification: FabricSpecification) -> String {
    let all = FabricFigures.count(specification.gpusPerPod, "GPU")
    let each = grid.gpusPerSquare > 1 ? ", \(grid.gpusPerSquare) a square" : ""
    let nodes =
      specification.gpusPerNode.map {
        $0 < specification.gpusPerPod
          ? ", \(FabricFigures.count(specification.gpusPerPod / $0, "node")) of \($0)"
          : ", one node"
      } ?? ""
    return all + each + nodes
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
  private mutating func drawPlaneBoxes(
    _ planes: Int, edges: (left: Double, right: Double), y: Double
  ) -> [Double] {
    let span = edges.right - edges.left
    let most = span > 700 ? 10 : 8
    let names: [Int?] =
      planes <= most ? Array(0..<planes) : Array(0..<most - 2) + [nil, planes - 1]
    let pitch = span / Double(names.count)
    let width = min(pitch - 12, planes == 1 ? 220 : 96)
    var centres: [Double] = []
    for (place, name) in names.enumerated() {
      let centre = edges.left + (Double(place) + 0.5) * pitch
      guard let name else {
        canvas.text("…", x: centre, y: y + 16, "head", anchor: .middle)
        canvas.text("\(planes) in all", x: centre, y: y + 31, "quiet", anchor: .middle)
        continue
      }
      canvas.plate(x: centre - width / 2, y: y, width: width, height: Self.planeHeight, "switch")
      canvas.text(
        planes == 1 ? "switch" : name < 1000 ? "plane \(name)" : String(name), x: centre, y: y + 22,
        "label", anchor: .middle)
      centres.append(centre)
    }
    return centres
  }

  /// The other pods as cards, the first ones and the last; gives the point where their lines meet.
  private mutating func drawOtherPods(
    left: Double, top: Double, end: Double
  ) -> (x: Double, y: Double) {
    let specification = fabric.specification
    let others = specification.pods - 1
    let bus = Self.width - Self.margin - 8
    let width = bus - 26 - left
    let rows: [Int?] = others <= 4 ? Array(1...others) : [1, 2, nil, others]
    let pitch = min(74, (end - top) / Double(rows.count))
    let style = specification.scaleOut.map(Self.style) ?? ""
    for (place, pod) in rows.enumerated() {
      let y = top + Double(place) * pitch
      guard let pod else {
        canvas.text("⋮", x: left + width / 2, y: y + pitch / 2 - 8, "head", anchor: .middle)
        canvas.text(
          "× \(others), all like pod 0", x: left + width / 2, y: y + pitch / 2 + 10, "quiet",
          anchor: .middle)
        continue
      }
      let height = pitch - 14
      canvas.plate(x: left, y: y, width: width, height: height, "pod", radius: 10)
      canvas.text("pod \(pod)", x: left + 16, y: y + height / 2 + 4.5, "label")
      canvas.text(
        FabricFigures.count(specification.gpusPerPod, "GPU"), x: left + width - 16,
        y: y + height / 2 + 4.5, "quiet", anchor: .end)
      canvas.lines(
        [(from: (x: left + width, y: y + height / 2), to: (x: bus, y: y + height / 2))], style)
    }
    return (bus, top + (pitch - 14) / 2)
  }
}
