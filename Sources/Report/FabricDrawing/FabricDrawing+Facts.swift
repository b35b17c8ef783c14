import Fabric
import Quantities

extension FabricDrawing {
  /// A column of figures.
  private struct Column {
    var head: String
    var network: FabricSpecification.Network
    var tier: Tier
    var bisection: Bisection?
    /// The latency and the energy of its paths.
    var path: (latency: String, energy: String)?

    init(
      _ head: String, _ network: FabricSpecification.Network, _ tier: Tier, _ bisection: Bisection?,
      _ path: PathClass?
    ) {
      (self.head, self.network, self.tier, self.bisection) = (head, network, tier, bisection)
      self.path = path.map {
        (FabricFigures.latency($0.latency), FabricFigures.energy($0.energyPicojoulesPerBit))
      }
    }
  }

  /// The networks of the first pod, and that between pods.
  private func columns() -> [Column] {
    let specification = fabric.specification
    let kind = specification.podKinds[0]
    let paths = fabric.pathClasses
    let within = paths.first { $0.staysInPod }
    let which = specification.podKinds.count > 1 ? " of \(kind.gpus)" : ""
    var columns: [Column] = []
    if let rack = kind.rack {
      // A switch, always.
      var column = Column("within a rack", rack, .rack, nil, nil)
      let energy = rack.energyPicojoulesPerBit.map { $0 * 2 }
      column.path = (
        FabricFigures.latency(rack.hopLatency * 2), FabricFigures.energy(energy.map { $0...$0 })
      )
      columns.append(column)
    }
    columns.append(
      Column("within a pod" + which, kind.scaleUp, .scaleUp, fabric.podBisection(), within))
    if let scaleOut = specification.scaleOut {
      columns.append(
        Column(
          "between pods", scaleOut, .scaleOut, specification.pods > 1 ? fabric.bisection : nil,
          paths.first { !$0.staysInPod }))
    }
    return columns
  }

  /// Below: what lines mean, and the figures of each network.
  mutating func drawFacts() {
    let columns = columns()
    let places = [Self.margin] + (columns.count > 2 ? [220.0, 460, 700] : [260.0, 600])
    bottom += 40
    for (column, x) in zip(columns, places.dropFirst()) {
      canvas.text(column.head, x: x, y: bottom, "head")
    }
    drawRow("links", columns: places, columns.map(\.network.technology.rawValue))
    // What each line looks like, beside its word.
    for (column, x) in zip(columns, places.dropFirst()) {
      canvas.line(
        [(x + 76, bottom - 4), (x + 140, bottom - 4)], Self.style(column.network) + " thick")
    }
    drawRow("topology", columns: places, columns.map(\.network.topology.word))
    drawRow(
      "a GPU injects", columns: places,
      columns.map { FabricFigures.rate(FabricFigures.injection($0.network)) })
    drawRow(
      "bisection bandwidth", columns: places,
      columns.map { FabricFigures.bisection($0.bisection) })
    drawRow(
      "path from GPU to GPU", columns: places,
      columns.map { $0.path?.latency ?? "–" })
    drawRow(
      "energy of a path", columns: places,
      columns.map { $0.path?.energy ?? "–" })
    let classes = fabric.linkClasses
    let isMixed = fabric.specification.podKinds.count > 1
    drawRow(
      "number of links", columns: places,
      columns.map { column in
        let of = classes.filter { $0.link.tier == column.tier }
        let connections = of.reduce(0) { $0 + $1.count * $1.link.multiplicity }
        let links = of.reduce(0) { $0 + $1.count }
        let all = column.tier != .scaleOut && isMixed ? ", all pods'" : ""
        return "\(links) (\(FabricFigures.count(connections, "connection")))\(all)"
      })
    bottom += 12
    for remark in FabricFigures.remarks(fabric.specification) { drawQuiet(remark) }
    drawProvenance()
  }

  private mutating func drawRow(
    _ name: String, columns: [Double], _ cells: [String]
  ) {
    bottom += 24
    canvas.text(name, x: columns[0], y: bottom, "quiet")
    for (cell, x) in zip(cells, columns.dropFirst()) {
      canvas.text(cell, x: x, y: bottom, "label")
    }
  }

  private mutating func drawProvenance() {
    let specification = fabric.specification
    for (name, text) in [("Source: ", specification.source), ("Status: ", specification.status)]
    where !text.isEmpty {
      drawQuiet(name + text)
    }
  }
}
