import ChakraSchema
import JSON
import Quantities
import Streams
import SwiftProtobuf
import Trace
import Workload

/// Writes a workload as Chakra execution traces: `trace.<rank>.et` for each rank, and the ranks of the
/// groups in `groups.json`.
struct ChakraExporter {
  private let workload: Workload
  private let groups: ExportGroups
  /// Above the tags of all plain messages: those of exchanges, by instance.
  private let firstExchangeTag: Int
  private(set) var notes = ExportNotes()

  init(_ workload: Workload) {
    self.workload = workload
    groups = ExportGroups(workload)
    firstExchangeTag =
      workload.programs.flatMap(\.calls).filter { $0.communication.kind.isPointToPoint }
      .map { $0.position + 1 }.max() ?? 0
  }

  /// Writes all ranks, one at a time.
  mutating func write(to directory: inout ExportDirectory) throws {
    notes = ExportNotes()
    let graphs = workload.programs.map(ExportNode.nodes)
    for rank in workload.programOfRank.indices {
      let program = workload.programOfRank[rank]
      var writer = ChakraRankWriter(
        workload, groups, rank: rank, firstExchangeTag: firstExchangeTag)
      try directory.write("trace.\(rank).et") { file in
        try writer.write(graphs[program], to: file)
      }
      notes.add(writer.notes)
    }
    let list = groupList()
    try directory.write("groups.json") { try $0.write(list) }
  }

  private func groupList() -> [UInt8] {
    var json = JSONWriter(indented: true)
    json.object { json in
      for (index, group) in groups.groups.enumerated() {
        json.member(String(index + 1), group.ranks.map(\.raw))
      }
    }
    json.endLine()
    return json.bytes
  }
}

/// Writes the nodes of one rank.
private struct ChakraRankWriter {
  private let workload: Workload
  private let groups: ExportGroups
  private let rank: Int
  private let firstExchangeTag: Int
  private let program: RankProgram
  /// Of each lane the attribute that names it, where a number does and no other lane has it.
  private let lanes: [ChakraAttribute?]
  private var nextID: UInt64 = 0
  private(set) var notes = ExportNotes()

  init(_ workload: Workload, _ groups: ExportGroups, rank: Int, firstExchangeTag: Int) {
    self.workload = workload
    self.groups = groups
    self.rank = rank
    self.firstExchangeTag = firstExchangeTag
    let program = workload.programs[workload.programOfRank[rank]]
    self.program = program
    lanes = program.lanes.map { lane in
      guard let number = Int64(lane.name), program.lanes.count(where: { $0 == lane }) == 1 else {
        return nil
      }
      return .integer(lane.kind == .thread ? "tid" : "stream", number)
    }
  }

  mutating func write(_ nodes: [ExportNode], to file: OutputFile) throws {
    var metadata = ChakraGlobalMetadata()
    metadata.version = "0.0.4"
    try writeDelimited(metadata, to: file)
    // The id of what stands for each node when it has ended.
    var ids: [UInt64] = []
    ids.reserveCapacity(nodes.count)
    for node in nodes {
      let after = node.after.map { ids[$0] }
      guard case .call(let call) = node.content else {
        ids.append(try write(work(node, after), to: file))
        continue
      }
      let instance = workload.instances[workload.instance(ofCall: call, rank: rank)]
      if case .matrix(.rows(let rows)) = instance.payload {
        ids.append(try write(exchange: rows, of: call, node, after, to: file))
      } else {
        ids.append(try write(self.call(call, instance, node, after), to: file))
      }
    }
  }

  private mutating func write(_ node: ChakraNode, to file: OutputFile) throws -> UInt64 {
    var numbered = node
    numbered.id = nextID
    nextID += 1
    try writeDelimited(numbered, to: file)
    return numbered.id
  }

  private func writeDelimited(_ message: some Message, to file: OutputFile) throws {
    let bytes: [UInt8] = try message.serializedBytes()
    var length = UInt64(bytes.count)
    var varint: [UInt8] = []
    while length >= 0x80 {
      varint.append(UInt8(length & 0x7f) | 0x80)
      length >>= 7
    }
    varint.append(UInt8(length))
    try file.write(varint)
    try file.write(bytes)
  }

  // MARK: Nodes

  private func node(
    _ type: ChakraNodeType, _ name: String, isOnHost: Bool, _ after: [UInt64]
  ) -> ChakraNode {
    var node = ChakraNode()
    node.name = name
    node.type = type
    node.dataDependencies = after
    node.attributes = [.flag("is_cpu_op", isOnHost)]
    return node
  }

  private func work(_ source: ExportNode, _ after: [UInt64]) -> ChakraNode {
    var node = node(.compute, source.name, isOnHost: source.isOnHost, after)
    setDuration(of: &node, source)
    if case .lag = source.content {
      node.attributes.append(.flag("refract.lag", true))
    } else if let lane = lanes[source.lane] {
      node.attributes.append(lane)
    }
    return node
  }

  /// Whole microseconds are all that the format has; where they are not all there is, or are none, the
  /// nanoseconds stand in an attribute.
  private func setDuration(of node: inout ChakraNode, _ source: ExportNode) {
    let nanoseconds = max(0, source.duration.nanosecondsRounded)
    node.durationMicros = UInt64((nanoseconds + 500) / 1000)
    if nanoseconds % 1000 != 0 || nanoseconds == 0, node.type == .compute || nanoseconds > 0 {
      node.attributes.append(.integer("refract.duration_ns", nanoseconds))
    }
  }

  private mutating func call(
    _ call: Int, _ instance: CollectiveInstance, _ source: ExportNode, _ after: [UInt64]
  ) -> ChakraNode {
    let group = workload.groups[instance.group]
    let count = group.ranks.count
    if instance.kind == .send {
      guard case .buffer(let bytes) = instance.payload else {
        return node(.compute, source.name, isOnHost: source.isOnHost, after)
      }
      let pair = (group.ranks[0].index, group.ranks[1].index)
      var node = message(
        from: pair.0, to: pair.1, bytes.bytes, tag: program.calls[call].position, source, after)
      if let lane = lanes[source.lane] { node.attributes.append(lane) }
      setDuration(of: &node, source)
      return node
    }
    var node = node(.collective, source.name, isOnHost: source.isOnHost, after)
    setDuration(of: &node, source)
    if let lane = lanes[source.lane] { node.attributes.append(lane) }
    node.attributes.append(
      .integer("comm_type", Int64(Self.type(of: instance.kind).rawValue)))
    node.attributes.append(.integer("comm_size", notes.size(of: instance, count: count)))
    if let number = groups.numbers[instance.group] {
      node.attributes.append(.text("pg_name", String(number)))
    }
    node.attributes.append(.integer("refract.sequence", instance.sequence))
    if let root = instance.root {
      node.attributes.append(.integer("refract.root", Int64(group.ranks[root].raw)))
    }
    if let label = instance.label { node.attributes.append(.text("refract.label", label)) }
    return node
  }

  private func message(
    from sender: Int, to receiver: Int, _ bytes: Int64, tag: Int, _ source: ExportNode,
    _ after: [UInt64]
  ) -> ChakraNode {
    var node = node(
      sender == rank ? .send : .receive, source.name, isOnHost: source.isOnHost, after)
    node.attributes += [
      .integer("comm_size", bytes), .integer("comm_src", Int64(sender)),
      .integer("comm_dst", Int64(receiver)), .integer("comm_tag", Int64(tag)),
    ]
    return node
  }

  /// An exchange of unequal parts: a message for each other member with which there is any, and a node
  /// behind them all.
  private mutating func write(
    exchange rows: [[Int64]], of call: Int, _ source: ExportNode, _ after: [UInt64],
    to file: OutputFile
  ) throws -> UInt64 {
    let number = workload.instance(ofCall: call, rank: rank)
    let members = workload.groups[workload.instances[number].group].ranks.map(\.index)
    let tag = firstExchangeTag + number
    let own = members.firstIndex(of: rank) ?? 0
    var ids: [UInt64] = []
    for distance in 1..<max(1, members.count) {
      let (to, from) = (
        (own + distance) % members.count, (own + members.count - distance) % members.count
      )
      for (i, j) in [(own, to), (from, own)] where rows[i][j] > 0 {
        let part = message(
          from: members[i], to: members[j], rows[i][j], tag: tag, source, after)
        ids.append(try write(part, to: file))
      }
    }
    notes.exchanges += 1
    var end = node(
      .compute, source.name + ": end", isOnHost: source.isOnHost, ids.isEmpty ? after : ids)
    end.attributes.append(.integer("refract.duration_ns", 0))
    if let lane = lanes[source.lane] { end.attributes.append(lane) }
    return try write(end, to: file)
  }

  private static func type(of kind: CollectiveKind) -> ChakraCollectiveType {
    switch kind {
    case .allReduce: .allReduce
    case .reduceScatter: .reduceScatter
    case .allGather: .allGather
    case .allToAll: .allToAll
    case .broadcast: .broadcast
    case .reduce: .reduce
    case .gather: .gather
    case .scatter: .scatter
    case .barrier, .send, .receive, .metadata: .barrier
    }
  }
}

extension ChakraAttribute {
  fileprivate static func integer(_ name: String, _ value: Int64) -> ChakraAttribute {
    var attribute = ChakraAttribute()
    attribute.name = name
    attribute.int64Value = value
    return attribute
  }

  fileprivate static func flag(_ name: String, _ value: Bool) -> ChakraAttribute {
    var attribute = ChakraAttribute()
    attribute.name = name
    attribute.boolValue = value
    return attribute
  }

  fileprivate static func text(_ name: String, _ value: String) -> ChakraAttribute {
    var attribute = ChakraAttribute()
    attribute.name = name
    attribute.stringValue = value
    return attribute
  }
}
