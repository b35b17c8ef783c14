import JSON
import Simulation
import TestSupport
import Testing

/// Cases with exact finish times, each flow its own transfer.
@Suite("Max-min reference cases", .enabled(if: SharedFiles.arePresent, "\(SharedFiles.reason)"))
struct ReferenceCaseTests {
  private struct Flow {
    var transfer: Transfer
    var start: Double
    var finish: Double
  }

  @Test(arguments: [
    "parkinglot6_shared", "pods2x8_over4_uniform", "star16_moe_skew", "star8_uniform",
  ])
  func finishTimes(name: String) throws {
    let root = try JSONNode(
      contentsOfFile: SharedFiles.path("reference/maxmin/\(name).json"))
    let capacities = try root.required("links").elements().map {
      try $0.required("bandwidth").double()
    }
    let flows = try root.required("flows").elements().map { node in
      let route = try node.required("route").elements().map {
        LinkID(index: try $0.int(in: 0...capacities.count - 1))
      }
      return Flow(
        transfer: Transfer(
          bytes: try node.required("size").double(), links: route,
          weights: route.map { _ in 1 }),
        start: try node.required("start").double(), finish: try node.required("finish").double())
    }
    for (index, finish) in Self.finishes(flows, capacities).enumerated() {
      let expected = flows[index].finish
      #expect(
        (finish - expected).magnitude <= 1e-9 * expected, "flow \(index): \(finish), \(expected)")
    }
  }

  /// Steps from arrival or completion to the next.
  private static func finishes(_ flows: [Flow], _ capacities: [Double]) -> [Double] {
    var progress = FluidProgress(capacities: capacities)
    let order = flows.indices.sorted { (flows[$0].start, $0) < (flows[$1].start, $1) }
    var arriving = order[...]
    var flowOf: [VariableID: Int] = [:]
    var finishes = [Double](repeating: .nan, count: flows.count)
    while !arriving.isEmpty || progress.nextCompletion < .infinity {
      let start = arriving.first.map { flows[$0].start } ?? .infinity
      let now = min(start, progress.nextCompletion)
      progress.advance(to: now)
      while let ended = progress.takeCompletion(through: now) {
        finishes[flowOf[ended.id] ?? 0] = ended.time
      }
      while let next = arriving.first, flows[next].start <= now {
        arriving.removeFirst()
        flowOf[progress.start(flows[next].transfer)] = next
      }
      progress.settle()
    }
    return finishes
  }
}
