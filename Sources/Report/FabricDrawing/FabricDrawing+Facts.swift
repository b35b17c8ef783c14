import Fabric
import Quantities

extension FabricDrawing {
  /// Below: what lines mean, and the figures of each network.
  mutating func drawFacts() {
    let specification = fabric.specification
    let columns = [Self.margin, 260.0, 600]
    bottom += 40
    let paths = fabric.pathClasses
    canvas.text("within a pod", x: columns[1], y: bottom, "head")
    if specification.scaleOut != nil {
      canvas.text("between pods", x: columns[2], y: bottom, "head")
    }
    let networks = [specification.scaleUp] + (specification.scaleOut.map { [$0] } ?? [])
    drawRow("links", columns: columns, networks.map(\.technology.rawValue))
    // What each line looks like, beside its word.
    for (network, x) in zip(networks, columns.dropFirst()) {
      canvas.line([(x + 76, bottom - 4), (x + 140, bottom - 4)], Self.style(network) + " thick")
    }
    drawRow(
      "a GPU injects", columns: columns,
      networks.map { FabricFigures.rate(FabricFigures.injection($0)) })
    let bisections = [
      fabric.podBisectionBandwidth, specification.pods > 1 ? fabric.bisectionBandwidth : nil,
    ]
    drawRow(
      "bisection bandwidth", columns: columns,
      networks.indices.map { bisections[$0].map(FabricFigures.rate) ?? "–" })
    let ways = networks.indices.map { place in
      paths.first { $0.staysInPod == (place == 0) }
    }
    drawRow(
      "path from GPU to GPU", columns: columns,
      ways.map { $0.map { FabricFigures.latency($0.latency) } ?? "–" })
    drawRow(
      "energy of a path", columns: columns,
      ways.map { $0.map { FabricFigures.energy($0.energyPicojoulesPerBit) } ?? "–" })
    let classes = fabric.linkClasses
    let counts = [Tier.scaleUp, .scaleOut].map { tier in
      classes.reduce(into: (links: 0, connections: 0)) { sum, each in
        guard each.link.tier == tier else { return }
        sum.links += each.count
        sum.connections += each.count * each.link.multiplicity
      }
    }
    drawRow(
      "number of links", columns: columns,
      networks.indices.map {
        "\(counts[$0].links) (\(FabricFigures.count(counts[$0].connections, "connection")))"
      })
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
    bottom += 12
    for (name, text) in [("Source: ", specification.source), ("Status: ", specification.status)]
    where !text.isEmpty {
      drawQuiet(name + text)
    }
  }
}
