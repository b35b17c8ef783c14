import Fabric
import Quantities

extension FabricDrawing {
  /// The network between pods as a band below them, with the NICs' lines into it.
  mutating func drawScaleOut(below pods: PodExits) {
    guard let network = fabric.specification.scaleOut else { return }
    let style = Self.style(network)
    let isNarrow = fabric.specification.pods > 1 && network.oversubscription > 1
    // A single line out of the pod needs no bar.
    let bar = pods.gpusBottom + (pods.gpus.count > 1 ? 14 : 0)
    let trunks = isNarrow ? pods.bottom + 34 : bar
    let top = pods.bottom + (isNarrow ? 96 : 58)
    canvas.lines(pods.gpus.map { (from: (x: $0, y: pods.gpusBottom), to: (x: $0, y: bar)) }, style)
    let ends = (pods.gpus.first ?? 0, pods.gpus.last ?? 0)
    let middle = (pods.edges.left + pods.edges.right) / 2
    let drops = pods.isOneRow && pods.gpus.count <= 8 && !isNarrow ? pods.gpus : [middle]
    if drops != pods.gpus { canvas.line([(ends.0, bar), (ends.1, bar)], style + " bar") }
    if isNarrow {
      canvas.line([(middle, bar), (middle, trunks)], style + " thick")
      drawTrunk(network, x: middle, y: trunks)
      canvas.line([(middle, trunks + 30), (middle, top)], style)
    } else {
      let weight = drops.count == 1 ? " thick" : ""
      canvas.lines(drops.map { (from: (x: $0, y: bar), to: (x: $0, y: top)) }, style + weight)
      canvas.label(perPod(network), x: middle, y: pods.bottom + 33, ground: "page")
    }
    if let others = pods.others {
      canvas.line([(others.x, others.y), (others.x, top)], style + (isNarrow ? "" : " thick"))
    }
    let band = drawOutLeaves(network, top: top)
    canvas.plate(
      x: Self.margin, y: band, width: Self.width - 2 * Self.margin, height: 46, "scale-out",
      radius: 10)
    canvas.text(
      "between pods: " + Self.words(network, part: "NIC"), x: Self.width / 2, y: band + 28, "label",
      anchor: .middle)
    bottom = band + 46
  }

  /// Leaf switches as a row above the spines; where the spines' band is.
  private mutating func drawOutLeaves(
    _ network: FabricSpecification.Network, top: Double
  ) -> Double {
    let specification = fabric.specification
    let edges = (left: Self.margin, right: Self.width - Self.margin)
    let (leaf, count, words): (FabricSpecification.Leaf, Int, String)
    switch network.topology {
    case .leafSpine(let found):
      leaf = found
      count = (specification.gpuCount + leaf.gpus - 1) / leaf.gpus
      words = "\(leaf.gpus) GPUs in a row to a leaf"
    case .rails(let found, _):
      leaf = found
      let rails = specification.gpusPerNode ?? 1
      let block = leaf.gpus * rails
      count = (specification.gpuCount + block - 1) / block * rails
      words = "\(rails) rails: leaf i serves GPU i mod \(rails) of \(leaf.gpus) nodes in a row"
    case .switch, .direct, .circuits: return top
    }
    canvas.line([(edges.left + 20, top), (edges.right - 8, top)], Self.style(network) + " bar")
    let centres = drawSwitches(count, edges: edges, y: top + 22) { "leaf \($0)" }
    canvas.lines(
      centres.map { (from: (x: $0, y: top), to: (x: $0, y: top + 22)) }, Self.style(network))
    let band = top + 22 + Self.planeHeight + 56
    canvas.lines(
      centres.map { (from: (x: $0, y: top + 22 + Self.planeHeight), to: (x: $0, y: band)) },
      leaf.technology.rawValue)
    let above = Bandwidth(
      bytesPerSecond: FabricFigures.injection(network).bytesPerSecond * Double(leaf.gpus)
        / leaf.oversubscription)
    canvas.label(
      "\(words), \(FabricFigures.rate(above)) to the spines, \(FabricFigures.ratio(leaf))",
      x: Self.width / 2, y: top + 22 + Self.planeHeight + 32, ground: "page")
    return band
  }

  private func perPod(_ network: FabricSpecification.Network) -> String {
    let rate = FabricFigures.injection(network)
    let pod = Bandwidth(
      bytesPerSecond: rate.bytesPerSecond * Double(fabric.specification.gpusPerPod)
        / network.oversubscription)
    return "\(FabricFigures.rate(rate)) a GPU, \(FabricFigures.rate(pod)) a pod"
  }

  /// The funnel at which a pod's GPUs share what leaves it.
  private mutating func drawTrunk(_ network: FabricSpecification.Network, x: Double, y: Double) {
    canvas.plate(x: x - 190, y: y, width: 380, height: 30, "shared " + Self.style(network))
    let ratio = FabricFigures.number(network.oversubscription)
    canvas.text(
      "\(ratio):1: \(perPod(network)), out and in", x: x, y: y + 20, "label", anchor: .middle)
  }

  private static func words(_ network: FabricSpecification.Network, part: String) -> String {
    let rate = FabricFigures.injection(network)
    let each = Bandwidth(bytesPerSecond: rate.bytesPerSecond / Double(network.planes))
    let spines =
      switch network.topology {
      case .leafSpine: "spines; "
      case .rails(_, let cross): cross == .spine ? "spines; " : "spines, other rails forwarded; "
      case .switch, .direct, .circuits: ""
      }
    let parts =
      network.planes > 1
      ? "\(network.planes) \(part)s of \(FabricFigures.rate(each)) a GPU"
      : "one \(part) of \(FabricFigures.rate(rate)) a GPU"
    return spines + parts + (network.narrowing > 1 ? "" : ", not oversubscribed")
  }
}
