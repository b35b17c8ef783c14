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
    let rows = rows(fabric)
    lines += networks(rows).lines(indent: "  ") + [""]
    let remarks = remarks(fabric, rows)
    if !remarks.isEmpty { lines += remarks + [""] }
    lines += links(fabric).lines(indent: "  ")
    let paths = paths(fabric)
    if !paths.isEmpty { lines += [""] + paths.lines(indent: "  ") }
    return Wording.text(lines)
  }

  private static func size(_ fabric: Fabric) -> String {
    let pods = FabricFigures.pods(fabric.specification).replacing(", in nodes", with: ", nodes")
    return "\(FabricFigures.count(fabric.gpuCount, "GPU")) in \(pods)"
  }

  /// A network, what it is called, and what is known of its bisection.
  private struct Row {
    let name: String
    let network: FabricSpecification.Network
    let parts: String
    let bisection: Bisection?
  }

  private static func rows(_ fabric: Fabric) -> [Row] {
    let specification = fabric.specification
    var rows: [Row] = []
    for (number, kind) in specification.podKinds.enumerated() {
      let which = specification.podKinds.count > 1 ? " of \(kind.gpus)" : ""
      if let rack = kind.rack, let gpus = kind.gpusPerRack {
        rows.append(
          Row(
            name: "within a rack of \(gpus)", network: rack,
            parts: FabricFigures.parts(rack, gpus: gpus, "plane"), bisection: nil))
      }
      rows.append(
        Row(
          name: "within a pod" + which, network: kind.scaleUp,
          parts: FabricFigures.parts(kind.scaleUp, gpus: kind.gpus, "plane"),
          bisection: fabric.podBisection(kind: number)))
    }
    if let scaleOut = specification.scaleOut {
      rows.append(
        Row(
          name: "between pods", network: scaleOut,
          parts: FabricFigures.parts(scaleOut, gpus: fabric.gpuCount, "NIC"),
          bisection: specification.pods > 1 ? fabric.bisection : nil))
    }
    return rows
  }

  private static func networks(_ rows: [Row]) -> TextTable {
    var table = TextTable([
      ("network", .left), ("topology", .left), ("a GPU injects", .right), ("over", .left),
      ("efficiency", .right), ("oversubscription", .right), ("technology", .left),
      ("bisection", .right),
    ])
    for row in rows {
      let network = row.network
      table.add([
        row.name, FabricFigures.topology(network),
        FabricFigures.rate(FabricFigures.injection(network)), row.parts,
        FabricFigures.number(network.efficiency),
        FabricFigures.number(network.oversubscription) + ":1", network.technology.rawValue,
        FabricFigures.bisection(row.bisection),
      ])
    }
    return table
  }

  /// What the table leaves open: why a bisection is not computed, what circuits can be set to, what is
  /// lost.
  private static func remarks(_ fabric: Fabric, _ rows: [Row]) -> [String] {
    var remarks: [String] = []
    for row in rows {
      switch row.bisection {
      case .notComputed(let reason):
        remarks.append("The bisection \(row.name) is not computed: \(reason).")
      case .atMost:
        remarks.append(
          "The bisection \(row.name) is a bound: that of one halving; another may have less.")
      case .exact, nil: break
      }
    }
    remarks += FabricFigures.remarks(fabric.specification)
    return remarks.flatMap { Wording.folded("  " + $0, indent: "    ") }
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
    let kinds = fabric.specification.podKinds
    for number in kinds.indices {
      let which = kinds.count > 1 ? "a pod of \(kinds[number].gpus)" : "its pod"
      for path in fabric.pathClasses(from: fabric.firstGPU(ofKind: number))
      where path.staysInPod || number == 0 {
        let links = path.links
        table.add([
          path.staysInPod ? "within \(which)" : "to other pods",
          links.lowerBound == links.upperBound
            ? String(links.lowerBound) : "\(links.lowerBound) to \(links.upperBound)",
          FabricFigures.latency(path.latency), FabricFigures.energy(path.energyPicojoulesPerBit),
        ])
      }
    }
    return table
  }
}
