import Fabric
import Quantities
import Study

/// What each fabric is, for a reader who has never heard of it.
struct FabricsView {
  struct Row {
    let fabric: String
    let cells: [Cell]
    let status: String
    let description: String
    let source: String
    let hasSource: Bool
  }

  let rows: [Row]

  /// Each fabric once, in order.
  init(_ results: [ScenarioResult]) {
    var seen: Set<String> = []
    rows = results.enumerated().compactMap { place, result in
      seen.insert(result.fabric).inserted ? Self.row(result, "/scenarios/\(place)/") : nil
    }
  }

  private static func row(_ result: ScenarioResult, _ base: String) -> Row {
    let fabric = result.specification
    let at = base + "fabric_specification/"
    var cells = [
      Cell(.count(fabric.pods, at: at + "pods")),
      Cell(.count(fabric.gpusPerPod, at: at + "gpus_per_pod")),
    ]
    cells += network(fabric.scaleUp, at + "scale_up/")
    if let scaleOut = fabric.scaleOut {
      cells += network(scaleOut, at + "scale_out/")
      cells.append(
        Cell(
          .decimal(scaleOut.oversubscription, digits: 1, at: at + "scale_out/oversubscription")))
    } else {
      cells += [.dash, .dash, .dash]
    }
    return Row(
      fabric: result.fabric, cells: cells, status: fabric.status,
      description: fabric.description, source: fabric.source, hasSource: !fabric.source.isEmpty)
  }

  private static func network(
    _ network: FabricSpecification.Network, _ at: String
  ) -> [Cell] {
    let latency = network.hopLatency * 2
    return [
      Cell(
        .decimal(
          network.bandwidth.gigabitsPerSecond * network.efficiency, digits: 0,
          at: at + "effective_bandwidth_gbps")),
      Cell(.time(latency, in: .microseconds, at: at + "path_latency_ns")),
    ]
  }
}
