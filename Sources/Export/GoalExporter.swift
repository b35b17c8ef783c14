import Quantities
import Streams
import Trace
import Workload

/// Writes a workload as a GOAL schedule, the text that LogGOPSim's `txt2bin` takes (Hoefler, Siebert,
/// Lumsdaine, "Group Operation Assembly Language", ICPP 2009): messages and calculations of each rank,
/// and what requires what. Collectives are lowered to messages by `GoalMessages`.
struct GoalExporter {
  /// As many processors of a rank as GOAL can name: what is on one runs one at a time.
  private static let processorLimit = 256

  private let workload: Workload
  private(set) var notes = ExportNotes()

  init(_ workload: Workload) { self.workload = workload }

  /// Writes all ranks, one at a time, as `schedule.goal`.
  mutating func write(to directory: inout ExportDirectory) throws {
    notes = ExportNotes()
    let graphs = workload.programs.map(ExportNode.nodes)
    try directory.write("schedule.goal") { file in
      try file.write("num_ranks \(workload.programOfRank.count)\n")
      for rank in workload.programOfRank.indices {
        try file.write("\nrank \(rank) {\n")
        try write(graphs[workload.programOfRank[rank]], rank: rank, to: file)
        try file.write("}\n")
      }
    }
  }

  private mutating func write(_ nodes: [ExportNode], rank: Int, to file: OutputFile) throws {
    var lines = GoalLines(file)
    var labels: [Int] = []
    labels.reserveCapacity(nodes.count)
    for node in nodes {
      let after = node.after.map { labels[$0] }
      let processor = node.lane % Self.processorLimit
      guard case .call(let call) = node.content else {
        labels.append(
          try lines.add(
            "calc \(max(0, node.duration.nanosecondsRounded))", on: processor, after: after))
        continue
      }
      labels.append(try write(call, rank: rank, on: processor, after: after, to: &lines))
    }
  }

  /// The messages of a call between an instant behind all that it waits for and one behind them all.
  private mutating func write(
    _ call: Int, rank: Int, on processor: Int, after: [Int], to lines: inout GoalLines
  ) throws -> Int {
    let number = workload.instance(ofCall: call, rank: rank)
    let instance = workload.instances[number]
    let members = workload.groups[instance.group].ranks
    let own = members.firstIndex { $0.index == rank } ?? 0
    let messages = GoalMessages(instance, own: own, count: members.count, notes: &notes).all
    let begin = try lines.add("calc 0", on: processor, after: after)
    var labels: [Int] = []
    var isRequired = [Bool](repeating: false, count: messages.count)
    for message in messages {
      let peer = members[message.peer].index
      for before in message.after { isRequired[before] = true }
      labels.append(
        try lines.add(
          message.isSend
            ? "send \(message.bytes)b to \(peer) tag \(number)"
            : "recv \(message.bytes)b from \(peer) tag \(number)",
          on: processor,
          after: message.after.isEmpty ? [begin] : message.after.map { labels[$0] }))
    }
    let last = labels.indices.filter { !isRequired[$0] }.map { labels[$0] }
    return try lines.add("calc 0", on: processor, after: last.isEmpty ? [begin] : last)
  }
}

/// Writes labelled lines.
private struct GoalLines {
  private let file: OutputFile
  private var count = 0

  init(_ file: OutputFile) { self.file = file }

  /// Adds an operation; gives the number of its label.
  mutating func add(_ operation: String, on processor: Int, after: [Int]) throws -> Int {
    count += 1
    var text = "l\(count): \(operation)" + (processor > 0 ? " cpu \(processor)" : "") + "\n"
    for label in after { text += "l\(count) requires l\(label)\n" }
    try file.write(text)
    return count
  }
}
