/// Shortest ways over the links between GPUs that work, traffic spread evenly over all of them: at
/// each GPU over the links that lead on.
final class GraphRouter: Sendable {
  private let graph: DirectGraph
  /// Whether an edge works.
  private let works: [Bool]
  /// For each pair the links between them, by target; `unreached` where there is no way.
  private let distances: [UInt16]

  private static let unreached = UInt16.max

  /// - Parameter works: for each edge whether it works; empty for all.
  /// - Complexity: O(GPUs · edges) time, O(GPUs²) space.
  init(_ graph: DirectGraph, works: [Bool] = []) {
    self.graph = graph
    self.works = works
    let count = graph.gpuCount
    var incoming = [[Int32]](repeating: [], count: count)
    for gpu in 0..<count {
      for edge in graph.edges(from: gpu) where works.isEmpty || works[edge] {
        incoming[Int(graph.targets[edge])].append(Int32(gpu))
      }
    }
    var distances = [UInt16](repeating: Self.unreached, count: count * count)
    for target in 0..<count {
      let base = target * count
      distances[base + target] = 0
      var open = [Int32(target)]
      var next = 0
      while next < open.count {
        let gpu = Int(open[next])
        next += 1
        for source in incoming[gpu] where distances[base + Int(source)] == Self.unreached {
          distances[base + Int(source)] = distances[base + gpu] + 1
          open.append(source)
        }
      }
    }
    self.distances = distances
  }

  /// The edges from one GPU to another with the share of the traffic on each, and how many come one
  /// after the other; `nil` where there is no way.
  ///
  /// - Complexity: O(edges of the GPUs on the way).
  func edges(from source: Int, to target: Int) -> (
    edges: [(edge: Int, share: Double)], length: Int
  )? {
    let base = target * graph.gpuCount
    let length = distances[base + source]
    guard length != Self.unreached else { return nil }
    var found: [(edge: Int, share: Double)] = []
    var front = [(gpu: source, share: 1.0)]
    for left in stride(from: Int(length), to: 0, by: -1) {
      var following: [(gpu: Int, share: Double)] = []
      for (gpu, share) in front {
        let onward = graph.edges(from: gpu).filter {
          (works.isEmpty || works[$0]) && distances[base + Int(graph.targets[$0])] == left - 1
        }
        let links = onward.reduce(0) { $0 + Double(graph.links[$1]) }
        for edge in onward {
          let part = share * Double(graph.links[edge]) / links
          found.append((edge, part))
          let next = Int(graph.targets[edge])
          if let known = following.firstIndex(where: { $0.gpu == next }) {
            following[known].share += part
          } else {
            following.append((next, part))
          }
        }
      }
      front = following
    }
    return (found, Int(length))
  }
}
