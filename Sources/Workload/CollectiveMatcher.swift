import Diagnostics
import Quantities
import Trace

/// Matches the calls of all ranks by (group, sequence).
struct CollectiveMatcher {
  private let trace: Trace
  private let extrapolation: Extrapolation?
  private let fillsLost: LostSplits?
  private var losses = LostCalls()
  private var routed: RoutedSizes?
  private var programs: [RankProgram]
  private let programOfRank: [Int]
  private var groups: [ProcessGroup] = []
  private var groupNumbers: [RankProgram.Slot: Int] = [:]
  private var slotNumbers: SlotNumbers
  private var groupsOfRank: [[Int]] = []
  private var instances = InstanceTable()
  /// By list of instances the last captured arrival of any member, by position.
  private var lastArrivals: [[SimTime]] = []
  private var hasSplits: [[Bool]] = []
  /// Lists of instances by what makes groups alike.
  private var listOf: [[Seat]: Int] = [:]

  /// What matching yields.
  struct Matched {
    var programs: [RankProgram]
    var groups: [ProcessGroup]
    var groupsOfRank: [[Int]]
    var instances: InstanceTable
    /// By list of instances the last captured arrival of any member, by position.
    var lastArrivals: [[SimTime]]
    /// What a routing file came to, where there is one.
    var routed: RoutedSizes?
  }

  init(
    _ trace: Trace, programs: [RankProgram], programOfRank: [Int], options: WorkloadOptions
  ) {
    self.trace = trace
    self.programs = programs
    self.programOfRank = programOfRank
    extrapolation = options.extrapolation
    fillsLost = options.fillsLost
    routed = options.routing.map(RoutedSizes.init)
    slotNumbers = SlotNumbers(trace)
  }

  /// Matches everything.
  ///
  /// - Throws: a `Diagnostic` that names group, sequence, and the ranks present and missing, or the
  ///   first call whose splits are lost and how many there are.
  /// - Complexity: O(ranks × calls).
  consuming func match() throws -> Matched {
    programs = try programs.map(slotted)
    hasSplits = programs.map(Self.hasSplits)
    for rank in programOfRank.indices { groupsOfRank.append(try groups(of: rank)) }
    let members = callsByGroup()
    for group in groups.indices { try matchGroup(group, members[group]) }
    if let refusal = losses.refusal { throw refusal }
    return Matched(
      programs: programs, groups: groups, groupsOfRank: groupsOfRank, instances: instances,
      lastArrivals: lastArrivals, routed: routed)
  }

  // MARK: Slots and groups

  /// Gives each call its slot, and its position among the calls there: by recorded number where
  /// all have one, else by order.
  private func slotted(_ unslotted: RankProgram) throws -> RankProgram {
    var program = unslotted
    var slots: [SlotNumbers.Channel: Int] = [:]
    var callsOfSlot: [[Int]] = []
    for index in program.calls.indices {
      let channel = try channel(of: program.calls[index].communication, source: program.source)
      let slot = slots[channel] ?? slots.count
      if slot == slots.count {
        slots[channel] = slot
        program.slots.append(channel.slot(in: trace))
        program.channels.append(channel)
        callsOfSlot.append([])
      }
      program.calls[index].slot = slot
      callsOfSlot[slot].append(index)
    }
    for var calls in callsOfSlot {
      if calls.contains(where: { program.calls[$0].communication.tag != nil }) {
        // Messages of one tag keep their order; those of different tags pass one another.
        calls.sort {
          Self.taggedOrder(program.calls[$0], $0) < Self.taggedOrder(program.calls[$1], $1)
        }
      } else if calls.allSatisfy({ program.calls[$0].communication.sequence != nil }) {
        calls.sort {
          (program.calls[$0].communication.sequence ?? 0, $0)
            < (program.calls[$1].communication.sequence ?? 0, $1)
        }
      }
      for (position, call) in calls.enumerated() { program.calls[call].position = position }
    }
    return program
  }

  private static func taggedOrder(_ call: RankProgram.Call, _ index: Int) -> (Int64, Int64, Int) {
    (call.communication.tag ?? .min, call.communication.sequence ?? 0, index)
  }

  /// The group of a call; for sends and receives the pair, from sender to receiver.
  private func channel(
    of call: Communication, source: RankID
  ) throws -> SlotNumbers.Channel {
    let group = trace.groups[call.group]
    guard call.kind.isPointToPoint else { return SlotNumbers.Channel(group: call.group) }
    guard let peer = call.peer else {
      throw Diagnostic(
        .collectiveMismatch,
        "rank \(source.raw), group '\(group.label)': a \(call.kind.rawValue) does not say its peer")
    }
    guard peer != source else {
      throw Diagnostic(
        .collectiveMismatch,
        "rank \(source.raw), group '\(group.label)': a \(call.kind.rawValue) names its own rank")
    }
    let (sender, receiver) = call.kind == .send ? (source, peer) : (peer, source)
    return SlotNumbers.Channel(group: call.group, from: sender, to: receiver)
  }

  private mutating func groups(of rank: Int) throws -> [Int] {
    let program = programs[programOfRank[rank]]
    let numbers: [Int]
    if let channels = slotNumbers.channels(of: program, at: rank) {
      numbers = channels.map { number($0) }
    } else {
      numbers = try program.slots.map { slot in
        number(try counterpartSlot(of: slot, program, at: rank))
      }
    }
    guard !numbers.indices.contains(where: { numbers[..<$0].contains(numbers[$0]) }) else {
      throw Diagnostic(
        .groupUnknown,
        "two groups of rank \(program.source.raw) have one counterpart at rank \(rank)",
        remedy: "give groups of the same ranks different names, or name the traces of all ranks")
    }
    return numbers
  }

  private func counterpartSlot(
    of slot: RankProgram.Slot, _ program: RankProgram, at rank: Int
  ) throws -> RankProgram.Slot {
    let target = RankID(index: rank)
    let shift = target.raw - program.source.raw
    let ranks =
      slot.pairOf != nil
      ? slot.group.ranks.map { RankID($0.raw + shift) }
      : counterpart(of: slot.group, source: program.source, at: target)
    guard let ranks, ranks.allSatisfy({ $0.raw >= 0 && $0.index < trace.worldSize }) else {
      throw Diagnostic(
        .groupUnknown,
        "the group '\(slot.group.name)' of rank \(program.source.raw) has no counterpart at rank "
          + "\(rank)",
        remedy: "a group of irregular ranks can't be extrapolated; name the traces of all ranks")
    }
    if ranks == slot.group.ranks { return slot }
    if let name = slot.pairOf {
      // A group of the pair alone has a counterpart of its own name.
      let group = trace.groups.first { $0.name == name }
      let other = group.flatMap { known(like: $0, ranks: $0.ranks.map { RankID($0.raw + shift) }) }
      return RankProgram.Slot(
        from: ranks[0], to: ranks[1], of: other?.name ?? name, purpose: slot.group.purpose)
    }
    return RankProgram.Slot(
      known(like: slot.group, ranks: ranks)
        ?? ProcessGroup(
          name: "\(Self.stem(slot.group.name))@\(ranks[0].raw)", purpose: slot.group.purpose,
          ranks: ranks))
  }

  /// A traced rank may know the same group under its own name: one of the same stem, or the one
  /// that stands at the same place among groups of the same purpose and ranks.
  private func known(like group: ProcessGroup, ranks: [RankID]) -> ProcessGroup? {
    let stem = Self.stem(group.name)
    let candidates = trace.groups.filter { $0.ranks == ranks && $0.purpose == group.purpose }
    if let named = candidates.first(where: { Self.stem($0.name) == stem }) { return named }
    let alike = trace.groups.filter { $0.ranks == group.ranks && $0.purpose == group.purpose }
    guard !group.purpose.isEmpty, alike.count == candidates.count,
      let place = alike.firstIndex(of: group)
    else { return nil }
    return candidates[place]
  }

  /// A group's name without the first rank that tells it from its like: `ep@8` → `ep`.
  private static func stem(_ name: String) -> Substring {
    guard let mark = name.lastIndex(of: "@"), Int(name[name.index(after: mark)...]) != nil else {
      return name[...]
    }
    return name[..<mark]
  }

  /// The number of what a rank's calls meet on, by its group's index: names are looked at once.
  private mutating func number(_ channel: SlotNumbers.Channel) -> Int {
    if let number = slotNumbers[channel] { return number }
    let number = number(channel.slot(in: trace))
    slotNumbers[channel] = number
    return number
  }

  private mutating func number(_ slot: RankProgram.Slot) -> Int {
    if let number = groupNumbers[slot] { return number }
    groupNumbers[slot] = groups.count
    groups.append(slot.group)
    return groups.count - 1
  }

  // MARK: Matching

  /// A member's calls on a group, by position.
  private struct Member {
    var rank: Int
    var slot: Int
    var calls: [Int]
  }

  /// Where a member of a group takes its calls from: groups whose members agree in this make the same
  /// calls, so long as no call says what goes to whom.
  private struct Seat: Hashable {
    var program: Int32
    var slot: Int32
    var isTraced: Bool
  }

  private func callsByGroup() -> [[Member]] {
    let callsOfSlots = programs.map { program in
      var calls: [[Int]] = program.slots.map { _ in [] }
      for index in program.calls.indices.sorted(by: {
        program.calls[$0].position < program.calls[$1].position
      }) {
        calls[program.calls[index].slot].append(index)
      }
      return calls
    }
    var members: [[Member]] = groups.map { _ in [] }
    for rank in programOfRank.indices {
      for (slot, calls) in callsOfSlots[programOfRank[rank]].enumerated() {
        members[groupsOfRank[rank][slot]].append(Member(rank: rank, slot: slot, calls: calls))
      }
    }
    return members
  }

  private mutating func matchGroup(_ group: Int, _ members: [Member]) throws {
    let ranks = groups[group].ranks
    let present = Dictionary(uniqueKeysWithValues: members.map { ($0.rank, $0) })
    let ordered = ranks.map { present[$0.index] }
    let seats = seats(ordered)
    if let seats, let list = listOf[seats] {
      instances.append(sharing: list)
      return
    }
    let longest = members.map(\.calls.count).max() ?? 0
    var matched: [CollectiveInstance] = []
    var arrivals: [SimTime] = []
    for position in 0..<longest {
      let calls = zip(ranks, ordered).map { rank, member -> (RankID, Communication?) in
        guard let member, position < member.calls.count else { return (rank, nil) }
        return (rank, communication(member, position))
      }
      try checkAgreement(calls, group: group, position: position)
      let together = zip(calls, ordered).compactMap { call, member in
        call.1.flatMap { communication in
          member.map { MemberCall(communication, rank: $0.rank, call: $0.calls[position]) }
        }
      }
      matched.append(try instance(together, group: group, position: position))
      arrivals.append(together.map(captured).map(\.start).max() ?? .origin)
    }
    let list = instances.append(matched)
    lastArrivals.append(arrivals)
    if let seats { listOf[seats] = list }
  }

  /// What makes a group like others; `nil` where its calls hang on who is who.
  private func seats(_ members: [Member?]) -> [Seat]? {
    guard routed == nil else { return nil }
    var seats: [Seat] = []
    for member in members {
      guard let member else { return nil }
      let program = programOfRank[member.rank]
      guard !hasSplits[program][member.slot] else { return nil }
      seats.append(
        Seat(
          program: Int32(program), slot: Int32(member.slot),
          isTraced: isTraced(member.rank)))
    }
    return seats
  }

  /// Whether what a rank did is its own, or the trace says that it is.
  private func isTraced(_ rank: Int) -> Bool {
    programs[programOfRank[rank]].source.index == rank || slotNumbers.isRepeated(rank)
  }

  /// For each program and slot whether a call there says what goes to whom, or should.
  private static func hasSplits(_ program: RankProgram) -> [Bool] {
    var has = program.slots.map { _ in false }
    for call in program.calls {
      let said = call.communication
      if said.sendSplits != nil || said.receiveSplits != nil || said.sizes == .lost
        || said.receiveSplitsAreLost
      {
        has[call.slot] = true
      }
    }
    return has
  }

  private func captured(_ member: MemberCall) -> Operation {
    let program = programs[programOfRank[member.rank]]
    return program.operations[program.calls[member.call].operation]
  }

  private func communication(_ member: Member, _ position: Int) -> Communication {
    programs[programOfRank[member.rank]].calls[member.calls[position]].communication
  }

  /// Every member must be there with the same kind and, where all record one, the same number.
  private func checkAgreement(
    _ calls: [(RankID, Communication?)], group: Int, position: Int
  ) throws {
    let place = calls.lazy.compactMap { $0.1?.sequence }.first ?? Int64(position)
    let missing = calls.filter { $0.1 == nil }.map(\.0)
    let present = calls.compactMap { rank, call in call.map { (rank, $0) } }
    guard let first = present.first else { return }
    let what = "group '\(groups[group].label)', sequence \(place): "
    guard missing.isEmpty else {
      throw Diagnostic(
        .collectiveMismatch,
        what + "\(first.1.kind.rawValue) is called by \(rankList(present.map(\.0))) "
          + "and missing on \(rankList(missing))",
        remedy: "capture the same steps on all ranks, or choose a step that all hold with --step")
    }
    if first.1.kind.isPointToPoint {
      guard let other = present.first(where: { $0.1.tag != first.1.tag }) else { return }
      throw Diagnostic(
        .collectiveMismatch,
        what + "\(first.1.kind.rawValue) with tag \(first.1.tag ?? 0) on rank \(first.0.raw), "
          + "\(other.1.kind.rawValue) with tag \(other.1.tag ?? 0) on rank \(other.0.raw)",
        remedy: "each send needs a receive of its tag; check that the traces belong together")
    }
    if let other = present.first(where: { $0.1.kind != first.1.kind }) {
      throw Diagnostic(
        .collectiveMismatch,
        what + "\(first.1.kind.rawValue) on rank \(first.0.raw), "
          + "\(other.1.kind.rawValue) on rank \(other.0.raw)",
        remedy: "the captures are of different steps or jobs; check that they belong together")
    }
    if let number = first.1.sequence,
      let other = present.first(where: { $0.1.sequence.map { $0 != number } ?? false })
    {
      throw Diagnostic(
        .collectiveMismatch,
        what + "rank \(other.0.raw) is at sequence \(other.1.sequence ?? 0) there",
        remedy: "capture the same steps on all ranks, or choose a step that all hold with --step")
    }
  }

  private struct MemberCall {
    var communication: Communication
    var rank: Int
    var call: Int

    init(_ communication: Communication, rank: Int, call: Int) {
      self.communication = communication
      self.rank = rank
      self.call = call
    }
  }

  private func sourceGroup(_ member: MemberCall) -> ProcessGroup {
    let program = programs[programOfRank[member.rank]]
    return program.slots[program.calls[member.call].slot].group
  }

  private mutating func instance(
    _ members: [MemberCall], group: Int, position: Int
  ) throws -> CollectiveInstance {
    let first = members[0].communication
    var sizing = CollectiveSizing(
      group: groups[group], sequence: first.sequence ?? Int64(position),
      members: members.map { member in
        CollectiveSizing.Member(
          call: member.communication, rank: RankID(index: member.rank),
          source: programs[programOfRank[member.rank]].source,
          sourceGroup: sourceGroup(member))
      }, splits: extrapolation?.splits ?? .balanced, fillsLost: fillsLost)
    var payload = try sizing.payload()
    takeRows(sizing, of: members)
    if case .routed(let routing) = payload,
      let bytes = try routed?.bytes(
        routing, title: first.title, group: groups[group], number: group)
    {
      payload = .matrix(.rows(bytes))
      take(bytes, of: members)
    }
    let durations = members.map { captured($0).duration }
    return CollectiveInstance(
      kind: first.kind == .receive ? .send : first.kind, group: group,
      sequence: sizing.sequence, payload: payload, root: try sizing.root(),
      injectionCap: first.injectionCap, label: first.label,
      assumedBy: first.assumedBy ?? sizing.filledBy,
      capturedDuration: durations.max() ?? .zero, capturedTransfer: durations.min() ?? .zero,
      tracedMembers: members.count { isTraced($0.rank) })
  }

  /// Keeps what a routing file says in the programs of its own members.
  private mutating func take(_ bytes: [[Int64]], of members: [MemberCall]) {
    for (place, member) in members.enumerated() {
      let program = programOfRank[member.rank]
      guard programs[program].source.index == member.rank else { continue }
      var call = programs[program].calls[member.call].communication
      call.routing = nil
      call.sendSplits = bytes[place]
      call.receiveSplits = bytes.map { $0[place] }
      call.sendBytes = ByteCount(bytes[place].reduce(0, +))
      call.receiveBytes = ByteCount(bytes.reduce(0) { $0 + $1[place] })
      call.sizes = .recovered(from: .routing)
      programs[program].calls[member.call].communication = call
    }
  }

  /// Keeps what was recovered of lost splits in the programs, and counts what was not.
  private mutating func takeRows(_ sizing: CollectiveSizing, of members: [MemberCall]) {
    for (member, row) in zip(members, sizing.rows) where member.communication.sizes == .lost {
      guard let row else {
        losses.note(RankID(index: member.rank), sizing)
        continue
      }
      let program = programOfRank[member.rank]
      guard programs[program].source.index == member.rank else { continue }
      programs[program].calls[member.call].communication.sendSplits = row.bytes
      programs[program].calls[member.call].communication.sizes = row.provenance
    }
  }
}
