import Fabric
import Quantities

extension FabricDrawing {
  /// The network between pods as a band below them, with the NICs' lines into it.
  mutating func drawScaleOut(below pods: PodExits) {
    guard let network = fabric.specification.scaleOut else { return }
    let style = Self.style(network)
    let isNarrow = fabric.specification.pods > 1 && network.oversubscription > 1
    let bar = pods.gpusBottom + 14
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
      canvas.line([others, (others.x, top)], style + (isNarrow ? "" : " thick"))
    }
    canvas.plate(
      x: Self.margin, y: top, width: Self.width - 2 * Self.margin, height: 46, "scale-out",
      radius: 10)
    canvas.text(
      "between pods: " + Self.words(network, part: "NIC"), x: Self.width / 2, y: top + 28, "label",
      anchor: .middle)
    bottom = top + 46
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
    let parts =
      network.planes > 1
      ? "\(network.planes) \(part)s of \(FabricFigures.rate(each)) a GPU"
      : "one \(part) of \(FabricFigures.rate(rate)) a GPU"
    return parts + (network.oversubscription > 1 ? "" : ", not oversubscribed")
  }
}
