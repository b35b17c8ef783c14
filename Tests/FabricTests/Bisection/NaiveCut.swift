import Quantities

@testable import Fabric

/// Bisection bandwidth as its definition has it: for every halving the most that flows from one half
/// to the other over the links of the fabric, by augmenting paths (Edmonds and Karp), which is the
/// capacity that has to be cut. Where links lead is read off their names.
struct NaiveCut {
  private var numbers: [String: Int] = [:]
  private var capacities: [[Double]] = []
  private let fabric: Fabric
  private let gpus: [Int]

  /// - Parameter tiers: which networks.
  init(_ fabric: Fabric, pods: Range<Int>, tiers: Set<Tier>) {
    self.fabric = fabric
    gpus = pods.flatMap { fabric.gpus(inPod: $0) }.filter { fabric.isHealthy(gpu: $0) }
    for gpu in gpus { _ = vertex(fabric.gpuName(gpu)) }
    for index in 0..<fabric.linkCount {
      let link = fabric.link(FabricLinkID(index: index))
      guard tiers.contains(link.tier) else { continue }
      if let (from, to) = ends(link) {
        let (a, b) = (vertex(from), vertex(to))
        capacities[a][b] += link.bandwidth.bytesPerSecond
      }
    }
  }

  private mutating func vertex(_ name: String) -> Int {
    if let known = numbers[name] { return known }
    let number = capacities.count
    numbers[name] = number
    for index in capacities.indices { capacities[index].append(0) }
    capacities.append(Array(repeating: 0, count: number + 1))
    return number
  }

  /// From where to where a link leads; `nil` for links that are not lit.
  private func ends(_ link: Link) -> (String, String)? {
    let parts = link.name.split(separator: "/").map(String.init)
    let last = parts[parts.count - 1]
    if parts[0].hasPrefix("leaf") {
      return last == "up" ? (parts[0], "core") : ("core", parts[0])
    }
    if parts[1] == "scale-out" {
      return last == "egress" ? ("\(parts[0])/out", "core") : ("core", "\(parts[0])/in")
    }
    let isLeaf = parts[1].hasPrefix("leaf")
    if isLeaf {
      let (below, above) = ("\(parts[0])/\(parts[1])/\(parts[2])", "\(parts[0])/\(parts[2])")
      return last == "up" ? (below, above) : (above, below)
    }
    let gpu = "\(parts[0])/\(parts[1])"
    if parts[2].hasPrefix("to-gpu") {
      if parts.count == 4, let circuits = fabric.specification.circuits,
        circuits.configurations[fabric.configuration].name != parts[3]
      {
        return nil
      }
      return (gpu, "\(parts[0])/\(parts[2].dropFirst("to-".count))")
    }
    let isOut = last == "egress"
    let number = fabric.gpu(named: gpu) ?? 0
    let specification = fabric.specification
    let to: String
    if link.tier == .scaleOut {
      if let leaf = LinkLayout.outLeaf(ofGPU: number, specification)?.leaf {
        to = "leaf\(leaf)"
      } else {
        to = LinkLayout.hasTrunks(specification) ? "\(parts[0])/\(isOut ? "out" : "in")" : "core"
      }
    } else if link.tier == .rack {
      to = "\(parts[0])/rack\(fabric.rack(ofGPU: number))/\(parts[2])"
    } else if case .leafSpine(let leaf) = fabric.scaleUp(ofPod: fabric.pod(ofGPU: number)).topology
    {
      let place = number - fabric.gpus(inPod: fabric.pod(ofGPU: number)).lowerBound
      to = "\(parts[0])/leaf\(place / leaf.gpus)/\(parts[2])"
    } else {
      to = "\(parts[0])/\(parts[2])"
    }
    return isOut ? (gpu, to) : (to, gpu)
  }

  /// The least over all halvings.
  func least() -> Double {
    var least = Double.infinity
    for set in 0..<(1 << gpus.count) where set.nonzeroBitCount == gpus.count / 2 {
      let sending = gpus.indices.filter { set >> $0 & 1 == 1 }
      let receiving = gpus.indices.filter { set >> $0 & 1 == 0 }
      // Of an odd number either half may be the smaller one.
      least = min(least, flow(sending, receiving), flow(receiving, sending))
    }
    return least
  }

  /// The most that flows from some of the first vertices to the others.
  private func flow(_ sources: [Int], _ targets: [Int]) -> Double {
    var left = capacities
    let isTarget = Set(targets)
    var sum = 0.0
    while true {
      var before: [Int: Int] = [:]
      var open = sources
      for source in sources { before[source] = source }
      var next = 0
      var end: Int?
      while next < open.count, end == nil {
        let at = open[next]
        next += 1
        for to in left.indices where left[at][to] > 1e-3 && before[to] == nil {
          before[to] = at
          if isTarget.contains(to) {
            end = to
            break
          }
          open.append(to)
        }
      }
      guard let end else { return sum }
      var path = [end]
      while let at = path.last, let from = before[at], from != at { path.append(from) }
      let pairs = zip(path.dropFirst(), path)
      let part = pairs.map { left[$0][$1] }.min() ?? 0
      for (from, to) in pairs {
        left[from][to] -= part
        left[to][from] += part
      }
      sum += part
    }
  }
}
