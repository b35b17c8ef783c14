/// Links between the GPUs of a pod, one direction each: the edges of a GPU follow one another.
struct DirectGraph: Sendable {
  /// For each GPU the number of its first edge; behind them the number of edges.
  private(set) var offsets: [Int] = [0]
  /// For each edge where it goes.
  private(set) var targets: [Int32] = []
  /// For each edge how many links it bundles.
  private(set) var links: [Int32] = []
  /// What one link has of the bandwidth of a GPU: an n-th where the GPU with most links has n.
  private(set) var linkShare = 1.0

  /// The graph of a shape on so many GPUs.
  ///
  /// - Complexity: O(edges · log edges).
  init(_ shape: FabricSpecification.DirectShape, gpus: Int) {
    switch shape {
    case .mesh:
      for gpu in 0..<gpus { append((0..<gpus).filter { $0 != gpu }.map { ($0, 1) }) }
      linkShare = 1 / Double(max(1, gpus - 1))
    case .torus(let torus):
      for gpu in 0..<gpus { append(torus.neighbours(gpu)) }
      linkShare = 1 / Double(max(1, torus.ports))
    case .connections(let connections):
      var counts = [[Int: Int]](repeating: [:], count: gpus)
      for connection in connections {
        let (a, b) = (connection.ends[0], connection.ends[1])
        counts[a][b, default: 0] += connection.count
        counts[b][a, default: 0] += connection.count
      }
      for count in counts { append(count.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }) }
      linkShare = 1 / Double(max(1, counts.map { $0.values.reduce(0, +) }.max() ?? 1))
    }
  }

  private mutating func append(_ edges: [(Int, Int)]) {
    for (target, count) in edges.sorted(by: { $0.0 < $1.0 }) {
      targets.append(Int32(target))
      links.append(Int32(count))
    }
    offsets.append(targets.count)
  }

  var gpuCount: Int { offsets.count - 1 }
  var edgeCount: Int { targets.count }

  /// The edges out of a GPU.
  func edges(from gpu: Int) -> Range<Int> { offsets[gpu]..<offsets[gpu + 1] }

  /// The edge from one GPU to a neighbour.
  func edge(from source: Int, to target: Int) -> Int? {
    var (low, high) = (offsets[source], offsets[source + 1])
    while low < high {
      let middle = (low + high) / 2
      if targets[middle] < target { low = middle + 1 } else { high = middle }
    }
    return low < offsets[source + 1] && targets[low] == target ? low : nil
  }

  /// Where an edge begins.
  func source(ofEdge edge: Int) -> Int {
    var (low, high) = (0, gpuCount)
    while low < high {
      let middle = (low + high) / 2
      if offsets[middle + 1] <= edge { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Which GPUs a GPU reaches.
  func reachable(from gpu: Int) -> [Bool] {
    var reached = Array(repeating: false, count: gpuCount)
    reached[gpu] = true
    var open = [gpu]
    while let next = open.popLast() {
      for edge in edges(from: next) where !reached[Int(targets[edge])] {
        reached[Int(targets[edge])] = true
        open.append(Int(targets[edge]))
      }
    }
    return reached
  }
}
