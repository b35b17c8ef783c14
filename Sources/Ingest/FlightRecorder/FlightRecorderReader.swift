import Diagnostics
import JSON
import Quantities
import Streams
import Trace

/// Reads one dump of PyTorch's NCCL flight recorder: one rank, as JSON or as a pickle of protocol 2.
///
/// Both hold the same tree, so both make the same trace.
struct FlightRecorderReader {
  private let path: String
  private let root: JSONNode
  private var builder = RankTraceBuilder()
  private var log = DiagnosticLog()
  private var salvage: Salvage?
  private var unknown: [String: Int] = [:]
  /// Which group a process group object of this rank is.
  private var groupOfLocal: [Int64: Int] = [:]
  private var timed = 0
  private var unsplit = 0
  private var rootless = 0

  /// The most bytes that a dump may have: a ring of 20,000 entries with their stacks has fewer.
  private static let byteLimit: Int64 = 1 << 26

  /// - Parameter pickled: whether the file is a pickle, else it is JSON.
  /// - Throws: a `Diagnostic` with the byte where the file is neither.
  init(path: String, pickled: Bool, salvages: Bool) throws {
    self.path = path
    if pickled {
      let bytes = try InputStream.contents(ofFile: path, limit: Self.byteLimit)
      root = JSONNode(
        try PickleReader(bytes, path: path).read(), at: SourceLocation(file: path))
    } else {
      root = try JSONNode(contentsOfFile: path, limit: Self.byteLimit)
    }
    salvage = salvages ? Salvage(fileNamed: lastComponent(path)) : nil
  }

  /// The capture of the rank; one without entries is no error, for a rank that issued nothing says
  /// much about a job that hung.
  consuming func read() throws -> RankCapture {
    let version = try root.optional("version")
    if let version, !(try version.string()).hasPrefix("2.") {
      throw version.diagnostic(
        .unsupportedVersion,
        "is '\(try version.string())', and flight recorders of versions 2.x are read here",
        remedy: "dump with PyTorch 2.4 or later")
    }
    let entries = try root.required("entries").elements()
    try declareGroups()
    for entry in entries {
      do {
        try add(entry)
      } catch let diagnostic as Diagnostic {
        guard salvage != nil else {
          throw entries.count > 1 ? diagnostic.offeringSalvage : diagnostic
        }
        try salvage?.leaveOut(diagnostic)
      }
    }
    try salvage?.check(kept: builder.communications.count)
    let progress = try progress()
    noteFindings(entries.count)
    if let salvage { log.append(salvage.log) }
    var trace = try builder.finish(baseNanoseconds: 0, path: path)
    trace.progress = progress
    trace.host = try root.optional("host_name")?.string()
    return RankCapture(
      path: path, rank: try root.optional("rank").map(rank), worldSize: worldSize(),
      groups: builder.groups, trace: trace,
      assumptions: assumptions() + (salvage?.assumptions ?? []), log: log)
  }

  private func rank(_ node: JSONNode) throws -> RankID {
    RankID(index: try node.int(in: 0...maximumWorldSize - 1))
  }

  // MARK: Groups

  private mutating func declareGroups() throws {
    for (key, node) in try root.optional("pg_config")?.members() ?? [] {
      let ranks = try node.optional("ranks")
      var members: [RankID]?
      if let ranks, case .whole(let numbers) = CapturedList(ranks.value), !numbers.isEmpty {
        members = try numbers.map { number in
          guard 0..<Int64(maximumWorldSize) ~= number else {
            throw ranks.diagnostic(.valueOutOfRange, "\(number) is no rank")
          }
          return RankID(index: Int(number))
        }
      }
      _ = builder.group(
        CapturedGroup(
          name: CapturedGroup.identity(try node.optional("name")?.string() ?? key),
          purpose: CapturedGroup.purpose(try node.optional("desc")?.string()), ranks: members))
    }
  }

  /// The default group is all ranks.
  private func worldSize() -> Int? {
    let main = builder.groups.first { $0.name == CapturedGroup.identity("") }
    return main?.ranks?.count
  }

  /// How far the rank had come in its groups. The recorder numbers process group objects in the order
  /// of their making, and names groups by counting in the same order: entries tell some, and where
  /// there are as many statuses as groups, order tells the rest.
  private func progress() throws -> [GroupProgress] {
    let statuses = try (root.optional("pg_status")?.members() ?? []).compactMap { key, node in
      Int64(key).map { (local: $0, node: node) }
    }.sorted { $0.local < $1.local }
    var byLocal = groupOfLocal
    if let inOrder = groupsInOrder(count: statuses.count) {
      let fits = zip(statuses, inOrder).allSatisfy { status, group in
        groupOfLocal[status.local].map { $0 == group } ?? true
      }
      if fits {
        for (status, group) in zip(statuses, inOrder) { byLocal[status.local] = group }
      }
    }
    var seen: Set<Int> = []
    return try statuses.compactMap { local, node in
      guard let group = byLocal[local], seen.insert(group).inserted else { return nil }
      var progress = GroupProgress(group: group)
      progress.lastEnqueued = try Self.number("last_enqueued_collective", of: node)
      progress.lastStarted = try Self.number("last_started_collective", of: node)
      progress.lastCompleted = try Self.number("last_completed_collective", of: node)
      return progress
    }
  }

  /// The groups by the numbers that are their names, where that many have one.
  private func groupsInOrder(count: Int) -> [Int]? {
    let numbered = builder.groups.indices.compactMap { index in
      Int64(builder.groups[index].name).map { (number: $0, index: index) }
    }
    guard numbered.count == count, numbered.count == builder.groups.count else { return nil }
    return numbered.sorted { $0.number < $1.number }.map(\.index)
  }

  /// PyTorch writes -1 for none.
  private static func number(_ key: String, of node: JSONNode) throws -> Int64? {
    guard let number = try node.optional(key)?.integer(in: -1...(.max)) else { return nil }
    return number < 0 ? nil : number
  }

  // MARK: Entries

  private mutating func add(_ node: JSONNode) throws {
    let entry = try FlightRecorderEntry(node)
    let group = builder.group(
      CapturedGroup(name: entry.group.name, purpose: entry.group.purpose, ranks: nil))
    if let local = entry.localGroup { groupOfLocal[local] = group }
    guard let kind = entry.kind else {
      unknown[entry.name, default: 0] += 1
      return
    }
    var call = Communication(kind: kind, group: group)
    call.sequence = entry.sequence
    call.state = entry.state
    call.peer = try peer(entry, at: node)
    if kind != .barrier {
      call.sendBytes = ByteCount(entry.sendBytes)
      call.receiveBytes = ByteCount(entry.receiveBytes)
    }
    if entry.isTimed { timed += 1 }
    if kind == .allToAll { unsplit += 1 }
    if [.broadcast, .reduce, .gather, .scatter].contains(kind) { rootless += 1 }
    builder.add(
      RankTraceBuilder.Draft(
        kind: .kernel,
        lane: builder.lane(Lane(kind: .stream, name: entry.group.name)),
        start: entry.start, duration: entry.duration, name: builder.names.intern(entry.name),
        communication: builder.communications.count))
    builder.communications.append(call)
  }

  /// Named groups count their own members; the default group counts ranks.
  private func peer(_ entry: FlightRecorderEntry, at node: JSONNode) throws -> RankID? {
    guard let place = entry.peer else { return nil }
    let group = builder.groups.first { $0.name == entry.group.name }
    if entry.group.name == CapturedGroup.identity("") { return RankID(index: place) }
    guard let ranks = group?.ranks, ranks.indices.contains(place) else {
      throw try node.required("profiling_name").diagnostic(
        .groupUnknown,
        "'\(entry.name)' names place \(place) of group '\(entry.group.name)', which "
          + (group?.ranks.map { "has \($0.count) ranks" } ?? "has no ranks in pg_config"))
    }
    return ranks[place]
  }

  // MARK: Findings

  private mutating func noteFindings(_ entries: Int) {
    let place = SourceLocation(file: path)
    if entries == 0 {
      log.note(
        Diagnostic(
          .emptyInput, severity: .warning, at: place,
          "the dump holds no entries: the rank is known, and what it did is not",
          remedy: "its pg_status may tell how far it came; see 'refract inspect --matching'"))
    }
    for (name, count) in unknown.sorted(by: { $0.key < $1.key }) {
      log.note(
        Diagnostic(
          .collectiveUnsized, severity: .warning, at: place,
          "'\(name)' is no communication known here; its entries are left out: \(count)"))
    }
  }

  private func assumptions() -> [Assumption] {
    var assumptions: [Assumption] = []
    let calls = builder.communications.count
    if calls > 0 {
      assumptions.append(
        Assumption(
          "flight-recorder",
          "flight recorders say when calls were issued, and nothing of what ran between them"))
    }
    if timed < calls {
      assumptions.append(
        Assumption(
          "flight-recorder-times",
          "calls of which the flight recorder has no duration end when they are issued"))
    }
    if unsplit > 0 {
      assumptions.append(
        Assumption(
          "splits-lost",
          "all-to-all calls of flight recorders are known by their totals; each rank's rows are "
            + "spread evenly over its group"))
    }
    if rootless > 0 {
      assumptions.append(
        Assumption(
          "root", "flight recorders name no root; the first member of the group is taken for it"))
    }
    return assumptions
  }
}
