public import Fabric
import Quantities

/// What `fabric show` prints: all figures of one fabric.
public enum FabricDetails {
  /// Its size, its networks, its links by class, its paths, and where the numbers come from.
  public static func text(_ fabric: Fabric) -> String {
    let specification = fabric.specification
    let about = [
      ("", specification.description), ("Source: ", specification.source),
      ("Status: ", specification.status),
    ].filter { !$0.1.isEmpty }
    var lines = [fabric.name]
    lines += about.flatMap { Wording.folded("  " + $0.0 + $0.1, indent: "    ") }
    lines += ["", "  " + size(fabric), ""]
    lines += networks(fabric).lines(indent: "  ") + [""]
    lines += links(fabric).lines(indent: "  ")
    let paths = paths(fabric)
    if !paths.isEmpty { lines += [""] + paths.lines(indent: "  ") }
    return Wording.text(lines)
  }

  private static func size(_ fabric: Fabric) -> String {
    let specification = fabric.specification
    let pods = FabricFigures.count(specification.pods, "pod")
    let nodes = specification.gpusPerNode.map { ", nodes of \($0)" } ?? ""
    return "\(FabricFigures.count(fabric.gpuCount, "GPU")) in \(pods) of "
      + "\(specification.gpusPerPod)\(nodes)"
  }

  private static func networks(_ fabric: Fabric) -> TextTable {
    var table = TextTable([
      ("network", .left), ("a GPU injects", .right), ("over", .left), ("efficiency", .right),
      ("oversubscription", .right), ("technology", .left), ("bisection", .right),
    ])
    let specification = fabric.specification
    func add(
      _ name: String, _ network: FabricSpecification.Network, _ part: String,
      _ bisection: Bandwidth?
    ) {
      table.add([
        name, FabricFigures.rate(FabricFigures.injection(network)),
        FabricFigures.count(network.planes, part), FabricFigures.number(network.efficiency),
        FabricFigures.number(network.oversubscription) + ":1", network.technology.rawValue,
        bisection.map(FabricFigures.rate) ?? "–",
      ])
    }
    add("within a pod", specification.scaleUp, "plane", fabric.podBisectionBandwidth)
    if let scaleOut = specification.scaleOut {
      add(
        "between pods", scaleOut, "NIC",
        specification.pods > 1 ? fabric.bisectionBandwidth : nil)
    }
    return table
  }

  private static func links(_ fabric: Fabric) -> TextTable {
    var table = TextTable([
      ("links", .left), ("tier", .left), ("count", .right), ("connections", .right),
      ("a link carries", .right), ("latency", .right), ("pJ/bit", .right), ("technology", .left),
    ])
    let classes = fabric.linkClasses
    for of in classes {
      let link = of.link
      table.add([
        of.pattern, link.tier.rawValue, String(of.count), String(of.count * link.multiplicity),
        FabricFigures.rate(link.bandwidth), FabricFigures.latency(link.latency),
        link.energyPicojoulesPerBit.map(FabricFigures.number) ?? "unknown",
        link.technology.rawValue,
      ])
    }
    let connections = classes.reduce(0) { $0 + $1.count * $1.link.multiplicity }
    table.add(["all", "", String(fabric.linkCount), String(connections), "", "", "", ""])
    return table
  }

  private static func paths(_ fabric: Fabric) -> TextTable {
    var table = TextTable([
      ("path from the first GPU", .left), ("links", .right), ("latency", .right),
      ("energy", .right),
    ])
    for path in fabric.pathClasses {
      let links = path.links
      table.add([
        path.staysInPod ? "within its pod" : "to other pods",
        links.lowerBound == links.upperBound
          ? String(links.lowerBound) : "\(links.lowerBound) to \(links.upperBound)",
        FabricFigures.latency(path.latency), FabricFigures.energy(path.energyPicojoulesPerBit),
      ])
    }
    return table
  }
}
