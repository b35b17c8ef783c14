public import Fabric
import Quantities

/// What `fabric list` and `fabric check` print.
public enum FabricReport {
  /// A line a fabric, then what each says of itself.
  public static func text(_ fabrics: [Fabric]) -> String {
    var table = TextTable([
      ("fabric", .left), ("GPUs", .right), ("pods", .right), ("topology", .left),
      ("scale-up Gb/s", .right), ("planes", .right), ("path µs", .right),
      ("scale-out Gb/s", .right), ("path µs", .right), ("links", .right), ("status", .left),
    ])
    for fabric in fabrics {
      let specification = fabric.specification
      let (kinds, scaleOut) = (specification.podKinds, specification.scaleOut)
      let paths = hasPlainPaths(specification) ? [] : fabric.pathClasses
      var words = each(kinds) { ($0.rack == nil ? "" : "racks, ") + $0.scaleUp.topology.word }
      if let scaleOut, scaleOut.topology != .switch { words += "; \(scaleOut.topology.word)" }
      table.add([
        fabric.name, String(fabric.gpuCount), String(specification.pods), words,
        each(kinds) { gigabits($0.scaleUp) },
        each(kinds) { kind in
          FabricFigures.links(kind.scaleUp, gpus: kind.gpus) == nil
            ? String(kind.scaleUp.planes) : "–"
        },
        paths.isEmpty
          ? path(specification.scaleUp)
          : each(Array(kinds.indices)) {
            path(fabric.pathClasses(from: fabric.firstGPU(ofKind: $0)).first(where: \.staysInPod))
          },
        scaleOut.map(gigabits) ?? "–",
        paths.isEmpty
          ? scaleOut.map { path($0) } ?? "–" : path(paths.first { !$0.staysInPod }),
        String(fabric.linkCount), specification.status,
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

  /// Of several kinds of pods each, where they differ.
  private static func each<Kind>(_ kinds: [Kind], _ cell: (Kind) -> String) -> String {
    var cells: [String] = []
    for text in kinds.map(cell) where !cells.contains(text) { cells.append(text) }
    return cells.joined(separator: " / ")
  }

  /// Whether all paths have two hops.
  private static func hasPlainPaths(_ specification: FabricSpecification) -> Bool {
    (specification.scaleOut?.topology ?? .switch) == .switch && specification.faults.isEmpty
      && specification.podKinds.allSatisfy {
        $0.rack == nil && $0.scaleUp.topology == .switch
          && $0.scaleUp.hopLatency == specification.scaleUp.hopLatency
      }
  }

  private static func path(_ network: FabricSpecification.Network) -> String {
    microseconds(network.hopLatency * 2)
  }

  /// The paths from the first GPU.
  private static func path(_ paths: PathClass?) -> String {
    guard let latency = paths?.latency else { return "–" }
    let (least, most) = (microseconds(latency.lowerBound), microseconds(latency.upperBound))
    return least == most ? least : "\(least) to \(most)"
  }

  private static func microseconds(_ latency: SimDuration) -> String {
    fixedPoint(latency.seconds * 1e6, digits: 2)
  }
}
