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

  /// Steps from arrival or completion to the next, in seconds.
  private static func finishes(_ flows: [Flow], _ capacities: [Double]) -> [Double] {
    var solver = FluidSolver(capacities: capacities)
    var waiting = flows.indices.sorted { flows[$0].start > flows[$1].start }
    var running: [(flow: Int, id: VariableID, left: Double)] = []
    var finishes = [Double](repeating: .nan, count: flows.count)
    var now = 0.0
    while !waiting.isEmpty || !running.isEmpty {
      solver.solve()
      let nextEnd = running.map { now + $0.left / solver.rate($0.id) }.min() ?? .infinity
      let nextStart = waiting.last.map { flows[$0].start } ?? .infinity
      let then = min(nextEnd, nextStart)
      for index in running.indices {
        running[index].left -= solver.rate(running[index].id) * (then - now)
      }
      now = then
      for done in running where done.left <= 1e-9 * flows[done.flow].transfer.bytes {
        finishes[done.flow] = now
        solver.remove(done.id)
      }
      running.removeAll { !finishes[$0.flow].isNaN }
      while let next = waiting.last, flows[next].start <= now {
        waiting.removeLast()
        running.append((next, solver.add(flows[next].transfer), flows[next].transfer.bytes))
      }
    }
    return finishes
  }
}
