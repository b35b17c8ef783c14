import Quantities
import Trace
import Workload

/// A node of a rank's graph as other tools have graphs: without lanes and lags, all of what it waits
/// for written out.
struct ExportNode {
  /// What it does.
  enum Content {
    /// Work of its duration.
    case work
    /// Nothing, for its duration: what lies between the end of what an operation waits for and its
    /// start.
    case lag
    /// A call, by its number in the program.
    case call(Int)
  }

  var content: Content
  var name: String
  var duration: SimDuration
  var isOnHost: Bool
  /// The lane of the program.
  var lane: Int
  /// Nodes that must have ended; all stand before it.
  var after: [Int]
}

extension ExportNode {
  /// The nodes of a program, each behind all that it waits for: by captured start, and within one
  /// instant by the program.
  ///
  /// - Complexity: O(n log n) in operations and edges.
  static func nodes(of program: RankProgram) -> [ExportNode] {
    var nodes: [ExportNode] = []
    var nodeOfOperation = [Int?](repeating: nil, count: program.operations.count)
    for operation in order(of: program) {
      let content = program.operations[operation]
      var after = predecessors(of: operation, in: program).compactMap { nodeOfOperation[$0] }
        .sorted()
      if content.lag > .zero {
        nodes.append(
          ExportNode(
            content: .lag, name: "lag", duration: content.lag, isOnHost: true, lane: content.lane,
            after: after))
        after = [nodes.count - 1]
      }
      var node = ExportNode(
        content: .work, name: program.names[content.name], duration: content.duration,
        isOnHost: program.lanes[content.lane].kind == .thread, lane: content.lane, after: after)
      if case .collective(let call) = content.kind { node.content = .call(call) }
      nodeOfOperation[operation] = nodes.count
      nodes.append(node)
    }
    return nodes
  }

  /// What an operation waits for, its lane's predecessor included, each once.
  private static func predecessors(of operation: Int, in program: RankProgram) -> [Int] {
    var found = program.dependencies[operation].map(\.operation)
    let range = program.laneRanges[program.operations[operation].lane]
    if operation > range.lowerBound { found.append(operation - 1) }
    var result: [Int] = []
    for index in found.sorted() where result.last != index { result.append(index) }
    return result
  }

  private static func order(of program: RankProgram) -> [Int] {
    let byStart = program.operations.indices.sorted { lhs, rhs in
      let (a, b) = (program.operations[lhs].start, program.operations[rhs].start)
      return a != b ? a < b : lhs < rhs
    }
    var isPlaced = [Bool](repeating: false, count: byStart.count)
    var order: [Int] = []
    order.reserveCapacity(byStart.count)
    for operation in byStart {
      // What it waits for starts no later, but at one instant may come behind it.
      var stack = [operation]
      while let next = stack.last {
        let missing =
          isPlaced[next]
          ? nil : predecessors(of: next, in: program).first { !isPlaced[$0] }
        if let missing, stack.count <= byStart.count {
          stack.append(missing)
          continue
        }
        stack.removeLast()
        guard !isPlaced[next] else { continue }
        isPlaced[next] = true
        order.append(next)
      }
    }
    return order
  }
}
