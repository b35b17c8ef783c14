import Diagnostics
import Quantities
import Streams
import Trace

/// A capture of a rank while other files of the rank add to it what it lacks.
struct RankJoint {
  private(set) var capture: RankCapture
  /// Of each name the index of the group that has it.
  private var numbers: [String: Int] = [:]

  init(_ capture: RankCapture) {
    self.capture = capture
    for (index, group) in capture.groups.enumerated() { numbers[group.name] = index }
  }

  /// Takes from a file what the capture lacks: splits that are lost, and groups, roots and peers that
  /// nobody tells. A file that does not fit is noted, and nothing is taken from it.
  ///
  /// - Throws: a `Diagnostic` where the file is of a job of another size, or its splits fit no group.
  mutating func take(_ records: RankRecords) throws {
    try checkWorldSize(records.worldSize, of: records.path)
    capture.log.append(records.log)
    capture.assumptions += records.assumptions.filter { !capture.assumptions.contains($0) }
    var places: [Int?] = []
    let own = issued(onlySplits: records.source == .splitsFile)
    do throws(CallAlignment.Misfit) {
      let alignment = try CallAlignment(
        own.map { call($0) },
        records.calls.map { call in
          CallAlignment.Call(
            communication: call.communication,
            group: call.group.map { records.groups[$0].name })
        })
      places = alignment.places
    } catch {
      capture.log.note(
        Diagnostic(
          .collectiveMismatch, severity: .warning, at: SourceLocation(file: records.path),
          "does not fit \(lastComponent(capture.path)), and nothing is taken from it: "
            + error.reason, remedy: "name files of the same steps"))
    }
    for (index, place) in zip(own, places) {
      if let place { try complete(index, with: records.calls[place], of: records) }
    }
    for group in records.groups { _ = number(of: group) }
    forgetGroupAssumptions()
  }

  private func call(_ index: Int) -> CallAlignment.Call {
    let communication = capture.trace.communications[index]
    return CallAlignment.Call(
      communication: communication,
      group: capture.groupless.contains(index) ? nil : capture.groups[communication.group].name)
  }

  /// The calls that were recorded, in the order in which the host issued them.
  private func issued(onlySplits: Bool) -> [Int] {
    let events = capture.trace.events
    var calls: [(start: Int64, event: Int, index: Int)] = []
    for event in events.indices {
      guard let index = events[event].communication else { continue }
      let communication = capture.trace.communications[index]
      guard communication.kind != .metadata, communication.assumedBy == nil,
        !onlySplits || communication.kind == .allToAll
      else { continue }
      let start = events[events[event].launchedBy ?? event].start
      calls.append((start.picoseconds, event, index))
    }
    return calls.sorted { ($0.start, $0.event) < ($1.start, $1.event) }.map(\.index)
  }

  private mutating func complete(
    _ index: Int, with record: RankRecords.Call, of records: RankRecords
  ) throws {
    var call = capture.trace.communications[index]
    let other = record.communication
    let isGroupless = capture.groupless.contains(index)
    if isGroupless, let group = record.group {
      call.group = number(of: records.groups[group])
      // What a member gets was worked out for another group.
      call.receiveBytes = other.receiveBytes
      capture.groupless.remove(index)
    }
    if call.peer == nil { call.peer = other.peer }
    if call.sizes == .lost, other.sizes != .lost {
      call.sendSplits = other.sendSplits
      call.sizes = .recovered(from: records.source)
    }
    if call.receiveSplitsAreLost, !other.receiveSplitsAreLost {
      call.receiveSplits = other.receiveSplits
      call.receiveBytes = other.receiveBytes
      call.receiveSplitsAreLost = false
    }
    if let count = capture.groups[call.group].ranks?.count,
      let fault = call.fault(groupSize: count)
    {
      throw Diagnostic(
        .valueOutOfRange, at: SourceLocation(file: records.path),
        "\(call.title) in group '\(capture.groups[call.group].name)': \(fault)",
        remedy: "the file was damaged or edited; capture or copy it again")
    }
    capture.trace.communications[index] = call
  }

  /// The index of a group among the capture's, which learn of it what they lack.
  private mutating func number(of group: CapturedGroup) -> Int {
    guard let number = numbers[group.name] else {
      numbers[group.name] = capture.groups.count
      capture.groups.append(group)
      return capture.groups.count - 1
    }
    capture.groups[number].complete(from: group)
    return number
  }

  /// Once every call has its group, nothing leans on the default group any more.
  private mutating func forgetGroupAssumptions() {
    guard capture.groupless.isEmpty else { return }
    let obsolete = [
      KinetoReader.defaultGroupAssumption, GlooOperations.defaultGroupAssumption,
    ]
    capture.assumptions.removeAll { obsolete.contains($0) }
  }

  private mutating func checkWorldSize(_ size: Int?, of path: String) throws {
    guard let size else { return }
    if let known = capture.worldSize, known != size {
      throw Diagnostic(
        .collectiveMismatch, at: SourceLocation(file: path),
        "is of a job of \(size) ranks, and \(capture.path) of one of \(known)",
        remedy: "name files of one job only")
    }
    capture.worldSize = size
  }

  /// Takes what the capture kit says of the job and of this rank.
  ///
  /// - Parameter declaresGroups: whether to take groups that the rank does not name as well.
  /// - Throws: a `Diagnostic` where the two contradict each other.
  mutating func take(_ manifest: CaptureManifest, declaresGroups: Bool) throws {
    try checkWorldSize(manifest.worldSize, of: manifest.path)
    for group in manifest.groups where declaresGroups || numbers[group.name] != nil {
      let known = capture.groups[number(of: group)]
      guard let ranks = known.ranks, ranks != group.ranks else { continue }
      throw Diagnostic(
        .collectiveMismatch, at: SourceLocation(file: manifest.path),
        "group '\(group.name)' has other ranks there than in \(capture.path)",
        remedy: "name files of one capture only")
    }
    guard let own = manifest.ranks.first(where: { $0.rank == capture.rank }) else { return }
    if capture.trace.host == nil { capture.trace.host = own.host }
    if capture.trace.device == nil { capture.trace.device = own.device }
  }
}
