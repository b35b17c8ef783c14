public import Simulation

/// Max-min fair rates the slow, obviously right way: from the definition, everything anew.
///
/// Raise all levels x_v / n_v together until some link is full or some bound is met; whoever is
/// held there stays; go on with the rest.
public func naiveMaxMinRates(_ transfers: [Transfer], capacities: [Double]) -> [Double] {
  var rates = [Double?](repeating: nil, count: transfers.count)
  while rates.contains(where: { $0 == nil }) {
    var level = Double.infinity
    func room(_ link: Int) -> (room: Double, claim: Double) {
      var room = capacities[link]
      var claim = 0.0
      for (index, transfer) in transfers.enumerated() {
        for (id, weight) in zip(transfer.links, transfer.weights) where id.index == link {
          if let rate = rates[index] {
            room -= weight * rate
          } else {
            claim += weight * transfer.fairShare
          }
        }
      }
      return (max(0, room), claim)
    }
    let rooms = capacities.indices.map(room)
    for (room, claim) in rooms where claim > 0 { level = min(level, room / claim) }
    for (index, transfer) in transfers.enumerated() where rates[index] == nil {
      level = min(level, transfer.rateBound / transfer.fairShare)
    }
    let full = Set(
      capacities.indices.filter {
        rooms[$0].claim > 0 && rooms[$0].room / rooms[$0].claim <= level * (1 + 1e-12)
      })
    for (index, transfer) in transfers.enumerated() where rates[index] == nil {
      let crossesFull = zip(transfer.links, transfer.weights).contains {
        $1 > 0 && full.contains($0.index)
      }
      if transfer.rateBound / transfer.fairShare <= level * (1 + 1e-12) {
        rates[index] = transfer.rateBound
      } else if crossesFull || level == .infinity {
        rates[index] = level * transfer.fairShare
      }
    }
  }
  return rates.map { $0 ?? 0 }
}
