public import Simulation

/// Lets flows run the slow, obviously right way: from one instant at which anything happens to the
/// next, with all rates found anew from the definition.
///
/// - Returns: for each flow when it ends, in seconds; infinite where it never does.
public func naiveFinishes(_ set: FlowSet) -> [Double] {
  var capacities = set.capacities
  var left = set.flows.map(\.transfer.bytes)
  var finishes = [Double](repeating: .infinity, count: set.flows.count)
  var now = 0.0
  while true {
    for change in set.changes where change.time == now {
      capacities[change.link.index] = change.capacity
    }
    let running = set.flows.indices.filter {
      finishes[$0] == .infinity && set.flows[$0].start <= now
    }
    let rates = naiveMaxMinRates(running.map { set.flows[$0].transfer }, capacities: capacities)
    var then = Double.infinity
    for flow in set.flows where flow.start > now { then = min(then, flow.start) }
    for change in set.changes where change.time > now { then = min(then, change.time) }
    for (flow, rate) in zip(running, rates) where rate > 0 {
      then = min(then, now + left[flow] / rate)
    }
    guard then < .infinity else { return finishes }
    for (flow, rate) in zip(running, rates) where rate > 0 {
      if now + left[flow] / rate <= then * (1 + 1e-13) {
        finishes[flow] = then
      } else {
        left[flow] -= rate * (then - now)
      }
    }
    now = then
  }
}
