import Trace

/// When the nodes of a rank run: as recorded, or, where no starts are, as soon as what they wait for has
/// ended.
struct ChakraSchedule {
  /// For each node its start and how long it takes, in nanoseconds.
  private(set) var starts: [Int64]
  private(set) var durations: [Int64]
  /// Whether the starts were made up.
  let isMadeUp: Bool

  /// - Complexity: O(edges).
  /// - Parameter lanes: for each node the stream or thread that it names, on which one runs at a time,
  ///   in the graph's order; `nil` where it names none.
  init(_ graph: ChakraGraph, lanes: [Lane?]) {
    let nodes = graph.nodes.all
    durations = nodes.map(\.span)
    starts = Array(repeating: 0, count: nodes.count)
    isMadeUp = !Self.isRecorded(nodes)
    // No schedule of a trace that lasts longer is of use, and sums must not overflow.
    let latest = 2 * longestTraceNanoseconds
    var free: [Lane: Int64] = [:]
    for place in graph.order.map(Int.init) where !graph.isFolded[place] {
      let ready = graph.predecessors[place].reduce(Int64(0)) {
        max($0, starts[Int($1)] + durations[Int($1)])
      }
      let held = lanes[place].flatMap { free[$0] } ?? 0
      let start = min(latest, max(ready, held) + graph.delays[place])
      starts[place] = isMadeUp ? start : nodes[place].start ?? start
      if let lane = lanes[place] { free[lane] = starts[place] + durations[place] }
    }
    if !isMadeUp { absorbRounding(graph) }
  }

  /// Starts count as recorded where most nodes have one: a node that starts at 0 has none written.
  private static func isRecorded(_ nodes: [ChakraOperation]) -> Bool {
    nodes.count { $0.start != nil } * 2 > nodes.count
  }

  /// Starts and durations are whole microseconds: one that ends within a microsecond after what waits
  /// for it has started ended before that.
  private mutating func absorbRounding(_ graph: ChakraGraph) {
    for (place, predecessors) in graph.predecessors.enumerated() {
      for before in predecessors.map(Int.init) {
        let excess = starts[before] + durations[before] - starts[place]
        if 1...1000 ~= excess { durations[before] = max(0, durations[before] - excess) }
      }
    }
  }
}
