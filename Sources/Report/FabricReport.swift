public import Fabric
import Quantities

/// What `fabric list` and `fabric check` print.
public enum FabricReport {
  /// A line a fabric, then what each says of itself.
  public static func text(_ fabrics: [Fabric]) -> String {
    var table = TextTable([
      ("fabric", .left), ("GPUs", .right), ("pods", .right), ("scale-up Gb/s", .right),
      ("planes", .right), ("path µs", .right), ("scale-out Gb/s", .right), ("path µs", .right),
      ("links", .right), ("status", .left),
    ])
    for fabric in fabrics {
      let specification = fabric.specification
      table.add([
        fabric.name, String(fabric.gpuCount), String(specification.pods),
        gigabits(specification.scaleUp), String(specification.scaleUp.planes),
        path(specification.scaleUp), specification.scaleOut.map(gigabits) ?? "–",
        specification.scaleOut.map(path) ?? "–", String(fabric.linkCount), specification.status,
      ])
    }
    let notes = fabrics.flatMap { fabric -> [String] in
      let specification = fabric.specification
      let source = specification.source.isEmpty ? "" : "Source: \(specification.source)."
      let parts = [specification.description, source].filter { !$0.isEmpty }
      return parts.isEmpty ? [] : Wording.folded("\(fabric.name): " + parts.joined(separator: " "))
    }
    return Wording.text(table.lines() + (notes.isEmpty ? [] : [""]) + notes)
  }

  /// What a GPU has of a network, as a collective sees it; behind it how many times less all GPUs of
  /// a pod have together, where that is so.
  private static func gigabits(_ network: FabricSpecification.Network) -> String {
    let rate = network.bandwidth.gigabitsPerSecond * network.efficiency
    let text = fixedPoint(rate, digits: rate < 10 ? 1 : 0)
    guard network.oversubscription > 1 else { return text }
    let ratio = network.oversubscription
    return text + " (\(fixedPoint(ratio, digits: ratio == ratio.rounded() ? 0 : 1)):1)"
  }

  private static func path(_ network: FabricSpecification.Network) -> String {
    fixedPoint((network.hopLatency * 2).seconds * 1e6, digits: 2)
  }
}
