/// Planes of a network that the same faults touch: traffic is spread over them as over one bundle.
struct PlaneClass: Sendable, Equatable {
  /// The planes, ascending.
  var planes: [Int]

  /// All planes together, where nothing tells them apart; by the faults that touch them; each for
  /// itself where flows are hashed to them.
  ///
  /// - Parameter faults: for each plane the faults that touch it.
  static func classes(
    of network: FabricSpecification.Network, faults: (Int) -> [Int]
  ) -> [PlaneClass] {
    let planes = 0..<network.planes
    if network.balancing == .hash { return planes.map { PlaneClass(planes: [$0]) } }
    var classes: [(faults: [Int], planes: [Int])] = []
    for plane in planes {
      let touching = faults(plane)
      if let known = classes.firstIndex(where: { $0.faults == touching }) {
        classes[known].planes.append(plane)
      } else {
        classes.append((touching, [plane]))
      }
    }
    return classes.map { PlaneClass(planes: $0.planes) }
  }

  /// `plane`, `plane3`, `planes[0-2,4-7]`.
  func name(_ word: String, of count: Int) -> String {
    if count == 1 { return word }
    if planes.count == 1 { return "\(word)\(planes[0])" }
    var runs: [ClosedRange<Int>] = []
    for plane in planes {
      if let last = runs.last, last.upperBound + 1 == plane {
        runs[runs.count - 1] = last.lowerBound...plane
      } else {
        runs.append(plane...plane)
      }
    }
    let parts = runs.map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
    }
    return "\(word)s[\(parts.joined(separator: ","))]"
  }
}
