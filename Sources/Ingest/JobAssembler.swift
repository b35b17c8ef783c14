import Diagnostics
import Streams
import Trace

/// Fits the captures of single ranks into one job: numbers of ranks, one list of groups.
struct JobAssembler {
  private var captures: [RankCapture]
  private var groups: [ProcessGroup] = []
  /// Of each group its number, and of each name that of the first group which has it.
  private var numbers: [ProcessGroup: Int] = [:]
  private var firstOfName: [String: Int] = [:]
  private var membership: [Set<RankID>] = []
  private var learned: [String: [RankID]] = [:]
  /// All ranks: one array, so that it is equal to itself at a glance.
  private var world: [RankID] = []
  private var log = DiagnosticLog()
  private var assumptions: [Assumption] = []
  private let lost: [(path: String, reason: Diagnostic)]

  /// - Parameter lost: files that could not be read and are left out.
  init(_ joined: FileJoiner.Joined, lost: [(path: String, reason: Diagnostic)] = []) {
    captures = joined.captures
    for note in joined.notes { log.note(note) }
    self.lost = lost
  }

  /// The trace of the job.
  ///
  /// - Throws: a `Diagnostic` where two files claim one rank, or files of several jobs mix.
  consuming func assemble() throws -> Trace {
    // By rank, so that the order of the files decides nothing.
    let numbered = try numberRanks().sorted { $0.rank < $1.rank }
    noteLost()
    let worldSize = try worldSize(numbered.map(\.rank.raw).max() ?? 0)
    world = (0..<worldSize).map(RankID.init(index:))
    learnRanks()
    let seats = try CommunicatorMembers(
      numbered.map { (captures[$0.capture], $0.rank) }, worldSize: worldSize)
    learned.merge(seats.lists) { known, _ in known }
    assumptions += seats.assumptions
    var ranks: [RankTrace] = []
    for number in numbered {
      let capture = captures[number.capture]
      guard number.rank.index < worldSize else {
        throw Diagnostic(
          .valueOutOfRange, at: SourceLocation(file: capture.path),
          "is rank \(number.rank.raw) of a job of \(worldSize) ranks",
          remedy: "ranks count from 0; name files of one job only")
      }
      var rank = capture.trace
      rank.rank = number.rank
      rank.rankSource = number.source
      let used = Set(rank.communications.map(\.group))
      // Of groups that nothing uses only those are kept whose ranks are known.
      let mapping = try capture.groups.enumerated().map { index, group in
        used.contains(index) || group.ranks != nil || group.isWorld || learned[group.name] != nil
          ? try unify(group, of: capture, worldSize: worldSize) : nil
      }
      try fit(&rank, of: capture, to: mapping, seats)
      ranks.append(rank)
      log.append(capture.log)
      noteLostSplits(of: rank, in: capture.path)
      for assumption in capture.assumptions where !assumptions.contains(assumption) {
        assumptions.append(assumption)
      }
    }
    let used = sortedGroups(&ranks)
    return Trace(
      worldSize: worldSize, groups: used, ranks: ranks, assumptions: assumptions, log: log)
  }

  /// Splits that no file of the rank states. Peers may state them yet, so that it is no loss so far.
  private mutating func noteLostSplits(of rank: RankTrace, in path: String) {
    let lost = rank.communications.count { $0.sizes == .lost }
    guard lost > 0 else { return }
    log.note(
      Diagnostic(
        .splitsLost, severity: .warning, at: SourceLocation(file: path),
        "the capture lacks the splits of all-to-all calls, or cut them (calls: \(lost))",
        remedy: "name the rank's execution trace or splits file beside it"))
  }

  /// Names the groups of a rank by their numbers in the job.
  private func fit(
    _ rank: inout RankTrace, of capture: RankCapture, to mapping: [Int?],
    _ seats: CommunicatorMembers
  ) throws {
    let number = rank.rank
    func check(_ group: Int, _ what: String) throws {
      guard !membership[group].contains(number) else { return }
      throw Diagnostic(
        .groupUnknown, at: SourceLocation(file: capture.path),
        "rank \(number.raw) \(what) in group '\(groups[group].name)', of which it is no member",
        remedy: "name files of one job only, each under its own rank")
    }
    for index in rank.communications.indices {
      guard let group = mapping[rank.communications[index].group] else { continue }
      try check(group, "communicates")
      rank.communications[index].group = group
      if let place = rank.communications[index].peer, !capture.seats.isEmpty {
        rank.communications[index].peer = try seats.rank(
          at: place.index, of: groups[group].name, for: capture)
      }
      if capture.chakra != nil {
        rank.communications[index].completeSizes(groupSize: groups[group].ranks.count)
      }
      if let fault = rank.communications[index].fault(groupSize: groups[group].ranks.count) {
        throw Diagnostic(
          .valueOutOfRange, at: SourceLocation(file: capture.path),
          "\(rank.communications[index].title) in group '\(groups[group].name)': \(fault)",
          remedy: "the file was damaged or edited; capture or copy it again")
      }
    }
    rank.progress = try rank.progress.compactMap { progress in
      guard let group = mapping[progress.group] else { return nil }
      try check(group, "has a status")
      var mapped = progress
      mapped.group = group
      return mapped
    }
  }

  private mutating func noteLost() {
    for (_, reason) in lost.sorted(by: { $0.path < $1.path }) {
      log.note(reason.loss("the file is left out"))
    }
    let names = lost.map { lastComponent($0.path) }
    if let left = Salvage.filesLeftOut(names, of: captures.count + lost.count) {
      assumptions.append(left)
    }
  }

  private struct Number {
    var capture: Int
    var rank: RankID
    var source: String
  }

  private mutating func numberRanks() throws -> [Number] {
    var seen: [RankID: String] = [:]
    var numbers: [Number] = []
    for index in captures.indices {
      if captures[index].rank == nil { captures[index].assumeFirstRank() }
      let capture = captures[index]
      guard let rank = capture.rank else { continue }
      let isAssumed = capture.rankSource == "assumed"
      if let other = seen.updateValue(capture.path, forKey: rank) {
        throw Diagnostic(
          .duplicateRank, at: SourceLocation(file: capture.path),
          "is rank \(rank.raw)\(isAssumed ? " for want of a number" : ""), and so is \(other)",
          remedy: isAssumed
            ? "put the rank in the files' names, as in rank3.json"
            : "name one file a rank, all of one job")
      }
      numbers.append(Number(capture: index, rank: rank, source: capture.rankSource))
    }
    return numbers
  }

  private mutating func worldSize(_ highestRank: Int32) throws -> Int {
    var stated: (size: Int, path: String)?
    for capture in captures {
      guard let size = capture.worldSize else { continue }
      if let stated, stated.size != size {
        throw Diagnostic(
          .collectiveMismatch, at: SourceLocation(file: capture.path),
          "is of a job of \(size) ranks, and \(stated.path) of one of \(stated.size)",
          remedy: "name files of one job only")
      }
      stated = (size, capture.path)
    }
    if let stated { return stated.size }
    assumptions.append(
      Assumption(
        "world-size",
        "no file says how many ranks the job has; taken for the highest known rank + 1"))
    let inNames = lost.compactMap { rankInName(lastComponent($0.path))?.raw }.max() ?? 0
    let inGroups = captures.flatMap(\.groups).compactMap { $0.ranks?.max()?.raw }.max() ?? 0
    let inSeats = captures.flatMap(\.seats.values).map(\.size).max() ?? 0
    return max(Int(max(highestRank, inGroups, inNames)) + 1, inSeats)
  }

  private mutating func unify(
    _ group: CapturedGroup, of capture: RankCapture, worldSize: Int
  ) throws -> Int {
    let ranks = group.isWorld ? world : group.ranks ?? learned[group.name]
    if let known = firstOfName[group.name] {
      guard let ranks, ranks != groups[known].ranks else { return known }
      return try add(
        ProcessGroup(
          name: distinctName(group.name, ranks), purpose: group.purpose, ranks: ranks),
        of: capture, worldSize: worldSize)
    }
    guard let ranks else {
      throw Diagnostic(
        .groupUnknown, at: SourceLocation(file: capture.path),
        "the ranks of group '\(group.name)' are neither on an event nor in distributedInfo, or only "
          + "cut short",
        remedy: "name a file that states them, or capture with a PyTorch that writes pg_config")
    }
    return try add(
      ProcessGroup(name: group.name, purpose: group.purpose, ranks: ranks), of: capture,
      worldSize: worldSize)
  }

  /// Names repeat only where every rank names its own group alike; then the ranks tell them apart.
  private func distinctName(_ name: String, _ ranks: [RankID]) -> String {
    var distinct = name + "@" + String(ranks.first?.raw ?? 0)
    while let other = firstOfName[distinct], groups[other].ranks != ranks {
      distinct += "'"
    }
    return distinct
  }

  /// Ranks that some capture knows of a group that another only names. The default group is all
  /// ranks, whatever a cut list says.
  private mutating func learnRanks() {
    for group in captures.flatMap(\.groups) {
      if let ranks = group.ranks, learned[group.name] == nil { learned[group.name] = ranks }
    }
    let main = CapturedGroup.identity("")
    if learned[main] == nil { learned[main] = world }
  }

  private mutating func add(
    _ group: ProcessGroup, of capture: RankCapture, worldSize: Int
  ) throws -> Int {
    if let known = numbers[group] { return known }
    if let outside = group.ranks.first(where: { $0.index >= worldSize || $0.raw < 0 }) {
      throw Diagnostic(
        .valueOutOfRange, at: SourceLocation(file: capture.path),
        "group '\(group.name)' names rank \(outside.raw) of a job of \(worldSize) ranks",
        remedy: "name files of one job only")
    }
    guard Set(group.ranks).count == group.ranks.count else {
      throw Diagnostic(
        .valueOutOfRange, at: SourceLocation(file: capture.path),
        "group '\(group.name)' names a rank twice",
        remedy: "the file was damaged or edited; capture or copy it again")
    }
    numbers[group] = groups.count
    if firstOfName[group.name] == nil { firstOfName[group.name] = groups.count }
    groups.append(group)
    membership.append(Set(group.ranks))
    return groups.count - 1
  }

  /// The groups in an order that does not depend on the order of the files.
  private func sortedGroups(_ ranks: inout [RankTrace]) -> [ProcessGroup] {
    let order = groups.indices.sorted { lhs, rhs in
      let (a, b) = (groups[lhs], groups[rhs])
      if a.ranks.count != b.ranks.count { return a.ranks.count > b.ranks.count }
      if a.name != b.name { return a.name < b.name }
      return a.ranks.lexicographicallyPrecedes(b.ranks)
    }
    var place = [Int](repeating: 0, count: groups.count)
    for (position, index) in order.enumerated() { place[index] = position }
    for rank in ranks.indices {
      for call in ranks[rank].communications.indices {
        ranks[rank].communications[call].group = place[ranks[rank].communications[call].group]
      }
      for entry in ranks[rank].progress.indices {
        ranks[rank].progress[entry].group = place[ranks[rank].progress[entry].group]
      }
    }
    return order.map { groups[$0] }
  }
}
