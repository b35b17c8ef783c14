import Diagnostics
import Trace

/// What waits for what among the nodes of one rank, and an order that respects it.
struct ChakraGraph {
  let nodes: ChakraNodes
  /// For each node what it waits for, ascending, each once.
  private(set) var predecessors: [[Int32]]
  /// The nodes in an order in which each stands behind what it waits for; of those that could come
  /// next always the first of the file. So it depends on nothing but the graph, and calls on one group
  /// come in the same order on all ranks that write them alike.
  private(set) var order: [Int32] = []
  /// For each node how long it rests after what it waits for has ended.
  private(set) var delays: [Int64]
  /// Nodes that stand in `delays` instead, or order nothing and do nothing.
  private(set) var isFolded: [Bool]
  /// How many ids name no node, and the first of them with the node that names it.
  private(set) var dangling = 0
  private(set) var firstDangling: (node: Int, id: UInt64)?
  /// Control dependencies left out because they contradict the rest, and a ring that shows it.
  private(set) var droppedControl: (count: Int, ring: [UInt64])?

  /// Resolves ids.
  ///
  /// - Throws: a `Diagnostic` with the ids of a ring, where data dependencies alone make one.
  init(_ nodes: ChakraNodes) throws {
    self.nodes = nodes
    delays = Array(repeating: 0, count: nodes.all.count)
    isFolded = Array(repeating: false, count: nodes.all.count)
    predecessors = []
    resolve(withControl: true)
    fold()
    order = Self.order(predecessors)
    guard order.count < nodes.all.count else { return }
    // Converted traces write the call tree into them, under ids that the conversion has replaced.
    let ring = ring()
    let count = nodes.all.reduce(0) { $0 + $1.controlDependencies.count }
    delays = Array(repeating: 0, count: nodes.all.count)
    isFolded = delays.map { _ in false }
    resolve(withControl: false)
    fold()
    order = Self.order(predecessors)
    guard order.count == nodes.all.count else { throw self.cycle(self.ring()) }
    droppedControl = (count, ring.map { nodes.all[$0].id })
  }

  private mutating func resolve(withControl: Bool) {
    dangling = 0
    firstDangling = nil
    predecessors = []
    predecessors.reserveCapacity(nodes.all.count)
    for (index, node) in nodes.all.enumerated() {
      var found: [Int32] = []
      for id in withControl
        ? node.dataDependencies + node.controlDependencies
        : node.dataDependencies
      {
        if let place = nodes.places[id] {
          found.append(place)
        } else {
          dangling += 1
          firstDangling = firstDangling ?? (index, id)
        }
      }
      predecessors.append(Self.unique(found))
    }
  }

  private static func unique(_ places: [Int32]) -> [Int32] {
    var result: [Int32] = []
    for place in places.sorted() where result.last != place { result.append(place) }
    return result
  }

  /// Folds a lag into what waits for it and for nothing else, and takes metadata for which nothing waits
  /// out.
  private mutating func fold() {
    var successors = [Int32](repeating: 0, count: nodes.all.count)
    var alone = successors
    for list in predecessors {
      for place in list {
        successors[Int(place)] += 1
        if list.count == 1 { alone[Int(place)] += 1 }
      }
    }
    for (index, node) in nodes.all.enumerated() {
      isFolded[index] =
        successors[index] == 0
        ? node.work == .metadata
        : node.attributes.isLag && alone[index] == successors[index]
          && !predecessors[index].contains { nodes.all[Int($0)].attributes.isLag }
    }
    for index in nodes.all.indices where !isFolded[index] {
      guard predecessors[index].count == 1, let lag = predecessors[index].first,
        isFolded[Int(lag)]
      else { continue }
      predecessors[index] = predecessors[Int(lag)]
      delays[index] = nodes.all[Int(lag)].span
    }
    for index in nodes.all.indices where isFolded[index] { predecessors[index] = [] }
  }

  /// - Complexity: O(edges + n log n).
  private static func order(_ predecessors: [[Int32]]) -> [Int32] {
    var missing = predecessors.map { Int32($0.count) }
    let successors = Self.successors(predecessors)
    var ready = LowestFirst()
    for index in predecessors.indices where missing[index] == 0 { ready.insert(Int32(index)) }
    var order: [Int32] = []
    order.reserveCapacity(predecessors.count)
    while let next = ready.removeLowest() {
      order.append(next)
      for place in successors[Int(next)] {
        missing[Int(place)] -= 1
        if missing[Int(place)] == 0 { ready.insert(place) }
      }
    }
    return order
  }

  private static func successors(_ predecessors: [[Int32]]) -> [[Int32]] {
    var successors: [[Int32]] = Array(repeating: [], count: predecessors.count)
    for (index, list) in predecessors.enumerated() {
      for place in list { successors[Int(place)].append(Int32(index)) }
    }
    return successors
  }

  // MARK: Rings

  /// Nodes that wait for one another in a ring, the first of the file first, each before the one that
  /// waits for it.
  private func ring() -> [Int] {
    var isOrdered = Array(repeating: false, count: nodes.all.count)
    for place in order { isOrdered[Int(place)] = true }
    guard var node = isOrdered.firstIndex(of: false) else { return [] }
    // Whatever could not be ordered waits for something else that could not: follow that until a node
    // comes up again.
    var step = [Int?](repeating: nil, count: nodes.all.count)
    var path: [Int] = []
    while step[node] == nil {
      step[node] = path.count
      path.append(node)
      guard let next = predecessors[node].first(where: { !isOrdered[Int($0)] }) else { return [] }
      node = Int(next)
    }
    let ring = Array(path[(step[node] ?? 0)...].reversed())
    let lowest = ring.indices.min { ring[$0] < ring[$1] } ?? 0
    return Array(ring[lowest...] + ring[..<lowest])
  }

  private func cycle(_ ring: [Int]) -> Diagnostic {
    Diagnostic(
      .deadlock, at: ring.first.map { nodes.all[$0].place },
      "nodes wait for one another in a ring: " + Self.words(ring.map { nodes.all[$0].id }),
      remedy: "no order of them can be carried out; check how the trace was converted")
  }

  /// `3 → 5 → 3`, each before the one that waits for it.
  static func words(_ ring: [UInt64]) -> String {
    let shown =
      ring.prefix(8).map(String.init) + (ring.count > 8 ? ["… (\(ring.count) in all)"] : [])
    return (shown + ring.prefix(1).map(String.init)).joined(separator: " → ")
  }
}

extension ChakraOperation {
  /// How long it takes by what it says; 0 where it says nothing.
  var span: Int64 { attributes.duration ?? duration ?? 0 }
}

/// A set of numbers that gives the lowest first: a binary heap.
private struct LowestFirst {
  private var heap: [Int32] = []

  mutating func insert(_ number: Int32) {
    heap.append(number)
    var child = heap.count - 1
    while child > 0, heap[(child - 1) / 2] > heap[child] {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func removeLowest() -> Int32? {
    guard let lowest = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return lowest }
    heap[0] = last
    var parent = 0
    while 2 * parent + 1 < heap.count {
      var child = 2 * parent + 1
      if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
      if heap[parent] <= heap[child] { break }
      heap.swapAt(parent, child)
      parent = child
    }
    return lowest
  }
}
