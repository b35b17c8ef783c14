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
    let notes = fabrics.compactMap { fabric -> String? in
      let specification = fabric.specification
      let source = specification.source.isEmpty ? "" : "Source: \(specification.source)."
      let parts = [specification.description, source].filter { !$0.isEmpty }
      return parts.isEmpty ? nil : "\(fabric.name): " + parts.joined(separator: " ")
    }
    return (table.lines() + (notes.isEmpty ? [] : [""]) + notes).joined(separator: "\n") + "\n"
  }

  private static func gigabits(_ network: FabricSpecification.Network) -> String {
    fixedPoint(network.bandwidth.gigabitsPerSecond * network.efficiency, digits: 0)
  }

  private static func path(_ network: FabricSpecification.Network) -> String {
    fixedPoint((network.hopLatency * 2).seconds * 1e6, digits: 2)
  }
}
