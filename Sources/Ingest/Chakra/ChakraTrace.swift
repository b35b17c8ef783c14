import Diagnostics
import Quantities
import Streams
import Trace

/// Makes the capture of a rank of the nodes of its Chakra trace.
struct ChakraTrace {
  private let path: String
  private let graph: ChakraGraph
  /// For each node the stream or thread that it names.
  private let named: [Lane?]
  private let schedule: ChakraSchedule
  private let rank: RankID?
  private var builder = RankTraceBuilder()
  private var tally = ChakraTally()
  private var salvage: Salvage?

  /// - Throws: a `Diagnostic` where nodes wait for one another in a ring.
  init(_ nodes: ChakraNodes, path: String, salvage: Salvage?) throws {
    self.path = path
    self.salvage = salvage
    graph = try ChakraGraph(nodes)
    named = graph.nodes.all.map(Self.lane)
    schedule = ChakraSchedule(graph, lanes: named)
    rank = Self.rankInName(lastComponent(path))
    builder.names = nodes.names
  }

  /// The capture.
  consuming func capture() throws -> RankCapture {
    var calls: [Int: Communication] = [:]
    for node in graph.order.map(Int.init) where !graph.isFolded[node] {
      if let call = try communication(node) { calls[node] = call }
    }
    number(&calls)
    add(calls)
    count()
    var trace = try builder.finish(baseNanoseconds: 0, path: path)
    trace.isScheduled = schedule.isMadeUp
    return RankCapture(
      path: path, rank: nil, namedRank: rank, worldSize: nil, groups: builder.groups, trace: trace,
      assumptions: salvage?.assumptions ?? [], log: salvage?.log ?? DiagnosticLog(),
      chakra: tally)
  }

  /// The number before the ending: `moe.3.et`, `chakra.0.json.gz`.
  static func rankInName(_ name: String) -> RankID? {
    var parts = name.split(separator: ".")
    if let last = parts.last, ["gz", "zst"].contains(last) { parts.removeLast() }
    guard parts.count > 1, let ending = parts.popLast(), ["et", "json"].contains(ending),
      let number = parts.last.flatMap({ Int32($0) }), number >= 0, number < maximumWorldSize
    else { return nil }
    return RankID(number)
  }

  // MARK: Calls

  private mutating func communication(_ node: Int) throws -> Communication? {
    let operation = graph.nodes.all[node]
    let attributes = operation.attributes
    var kind: CollectiveKind
    switch operation.work {
    case .send: kind = .send
    case .receive: kind = .receive
    case .collective:
      guard let known = attributes.collective.flatMap(ChakraOperation.kind(ofCollective:)),
        attributes.size != nil || known == .barrier
      else {
        tally.unsized += 1
        return nil
      }
      kind = known
    default: return nil
    }
    var call = Communication(kind: kind, group: group(attributes.group))
    call.sendBytes = ByteCount(kind == .receive || kind == .barrier ? 0 : attributes.size ?? 0)
    call.receiveBytes = ByteCount(kind == .receive ? attributes.size ?? 0 : 0)
    call.sequence = attributes.sequence
    call.label = attributes.label
    if kind.isPointToPoint {
      try checkOwnRank(operation)
      call.tag = attributes.tag ?? 0
      call.peer = (kind == .send ? attributes.destination : attributes.source)
        .map { RankID(Int32($0)) }
      if attributes.size == nil { tally.unsizedMessages += 1 }
    } else {
      call.peer = attributes.root.flatMap { Int32(exactly: $0) }.map { RankID($0) }
    }
    return call
  }

  private func checkOwnRank(_ operation: ChakraOperation) throws {
    let attributes = operation.attributes
    let (name, own) =
      operation.work == .send
      ? ("comm_src", attributes.source) : ("comm_dst", attributes.destination)
    guard let rank, let own, own != Int64(rank.raw) else { return }
    throw Diagnostic(
      .valueOutOfRange, at: operation.place,
      "node \(operation.id): \(name) is \(own) in the file of rank \(rank.raw)",
      remedy: "a rank sends from and receives at itself; check the file's name")
  }

  private mutating func group(_ name: String?) -> Int {
    builder.group(
      CapturedGroup(
        name: name.flatMap { $0.isEmpty ? nil : $0 } ?? "world", purpose: "", ranks: nil,
        isWorld: name?.isEmpty ?? true))
  }

  /// Calls without recorded starts are numbered in the graph's order, which is the same on all ranks.
  private func number(_ calls: inout [Int: Communication]) {
    guard schedule.isMadeUp else { return }
    var isNumbered: [Int: Bool] = [:]
    for call in calls.values where !call.kind.isPointToPoint {
      isNumbered[call.group, default: true] =
        isNumbered[call.group, default: true] && call.sequence != nil
    }
    var next: [Channel: Int64] = [:]
    for node in graph.order.map(Int.init) {
      guard let call = calls[node] else { continue }
      if !call.kind.isPointToPoint, isNumbered[call.group] ?? false { continue }
      let channel = Channel(call)
      calls[node]?.sequence = next[channel, default: 0]
      next[channel, default: 0] += 1
    }
  }

  /// What calls are numbered on.
  private struct Channel: Hashable {
    var group: Int
    var end: CollectiveKind?
    var peer: RankID?

    init(_ call: Communication) {
      group = call.group
      guard call.kind.isPointToPoint else { return }
      end = call.kind
      peer = call.peer
    }
  }

  // MARK: Events

  private mutating func add(_ calls: [Int: Communication]) {
    let families = graph.nodes.all.indices.map { family($0, isCall: calls[$0] != nil) }
    let ends = zip(schedule.starts, schedule.durations).map { $0 + $1 }
    let chains =
      schedule.isMadeUp ? ChakraLanes(graph, named: named, families: families, ends: ends) : nil
    var draftOfNode = [Int](repeating: 0, count: families.count)
    for node in graph.order.map(Int.init) where !graph.isFolded[node] {
      let operation = graph.nodes.all[node]
      var draft = RankTraceBuilder.Draft(
        kind: kind(of: operation, isCall: calls[node] != nil),
        lane: builder.lane(chains.map { $0.lanes[$0.laneOfNode[node]] } ?? families[node]),
        start: schedule.starts[node], duration: schedule.durations[node], name: operation.name)
      if let call = calls[node] {
        draft.communication = builder.communications.count
        builder.communications.append(call)
      }
      draftOfNode[node] = builder.add(draft)
      for before in graph.predecessors[node].map(Int.init) where !graph.isFolded[before] {
        // The order of a made-up lane says what waits for what on it.
        if let chains, chains.laneOfNode[before] == chains.laneOfNode[node] { continue }
        builder.addEdge(from: draftOfNode[before], to: draftOfNode[node])
      }
    }
  }

  private static func lane(_ operation: ChakraOperation) -> Lane? {
    let attributes = operation.attributes
    if attributes.isHost { return attributes.thread.map { Lane(kind: .thread, name: String($0)) } }
    return (attributes.stream ?? attributes.thread).map { Lane(kind: .stream, name: String($0)) }
  }

  private func family(_ node: Int, isCall: Bool) -> Lane {
    let operation = graph.nodes.all[node]
    if let lane = named[node] { return lane }
    if operation.attributes.isHost { return Lane(kind: .thread, name: "host") }
    return Lane(
      kind: .stream,
      name: isCall ? "communication" : operation.work == .memory ? "memory" : "compute")
  }

  private func kind(of operation: ChakraOperation, isCall: Bool) -> EventKind {
    if operation.attributes.isHost { return isCall ? .hostCollective : .hostOperation }
    return operation.work == .memory ? .memcpy : .kernel
  }

  private mutating func count() {
    tally.isScheduled = schedule.isMadeUp
    for (node, operation) in graph.nodes.all.enumerated() where !graph.isFolded[node] {
      switch operation.work {
      case .compute, .memory:
        if operation.duration == nil, operation.attributes.duration == nil {
          tally.untimed += 1
        } else {
          tally.timed += 1
        }
      case .other: tally.unknownTypes += 1
      default: break
      }
    }
    tally.dangling = graph.dangling
    tally.firstDangling = graph.firstDangling.map {
      (graph.nodes.all[$0.node].id, $0.id, graph.nodes.all[$0.node].place)
    }
    tally.droppedControl = graph.droppedControl
  }
}
