import JSON
import Quantities
public import Synthesis

/// Closed forms of one step on fabrics: a table, and schema `refract.estimate/1`.
public struct EstimateReport: Sendable {
  private let step: String
  private let rows: [(fabric: String, times: ClosedForm.Times)]

  /// - Parameter step: the step in words.
  public init(step: String, rows: [(fabric: String, times: ClosedForm.Times)]) {
    self.step = step
    self.rows = rows
  }

  /// A table for a terminal.
  public var text: String {
    var table = TextTable([
      ("fabric", .left), ("step ms", .right), ("of the first", .right), ("compute µs", .right),
      ("TP µs", .right), ("within pods µs", .right), ("between pods µs", .right),
      ("exposed µs", .right), ("PP µs", .right), ("gradients ms", .right),
    ])
    for (fabric, times) in rows {
      table.add([
        fabric, Self.number(times.step, 1e3), Self.number(times.step / rows[0].times.step, 1),
        Self.number(times.compute, 1e6), Self.number(times.tensorParallel, 1e6),
        Self.number(times.exchangeWithin, 1e6), Self.number(times.exchangeBetween, 1e6),
        Self.number(times.exposed, 1e6), Self.number(times.pipeline, 1e6),
        Self.number(times.gradients, 1e3),
      ])
    }
    return Wording.text(
      [step, "per layer and micro-batch, but for steps and gradients:", ""] + table.lines())
  }

  private static func number(_ seconds: Double, _ scale: Double) -> String {
    fixedPoint(seconds * scale, digits: 3)
  }

  /// The same as JSON.
  public func json(version: String) -> [UInt8] {
    var json = JSONWriter(indented: true)
    json.object { json in
      json.member("schema", "refract.estimate/1")
      json.member("version", version)
      json.member("step", step)
      json.key("fabrics")
      json.array { json in
        for (fabric, times) in rows {
          json.object { json in
            json.member("fabric", fabric)
            json.member("step_time_ns", times.step * 1e9)
            json.member("compute_ns", times.compute * 1e9)
            json.member("tensor_parallel_ns", times.tensorParallel * 1e9)
            json.member("exchange_within_pods_ns", times.exchangeWithin * 1e9)
            json.member("exchange_between_pods_ns", times.exchangeBetween * 1e9)
            json.member("exposed_ns", times.exposed * 1e9)
            json.member("pipeline_ns", times.pipeline * 1e9)
            json.member("gradients_ns", times.gradients * 1e9)
          }
        }
      }
    }
    json.endLine()
    return json.bytes
  }
}
