import Diagnostics
import Quantities
import Trace

/// Makes one payload of what the members of a collective say.
struct CollectiveSizing {
  /// What one member says, and whose trace it says it from.
  struct Member {
    var call: Communication
    var rank: RankID
    var source: RankID
    /// The group as the source rank is in it.
    var sourceGroup: ProcessGroup

    var isTraced: Bool { rank == source }
    /// Where the source stands in its group.
    var home: Int { sourceGroup.ranks.firstIndex(of: source) ?? 0 }
    /// Where the root that it names stands.
    var root: Int? { call.peer.flatMap { sourceGroup.ranks.firstIndex(of: $0) } }
  }

  let group: ProcessGroup
  let sequence: Int64
  /// In group order.
  let members: [Member]
  let splits: Extrapolation.Splits
  let fillsLost: LostSplits?
  /// Of an all-to-all whose members' splits differ, the rows of its matrix; a lost one is `nil`.
  private(set) var rows: [SplitRows.Row?] = []

  init(
    group: ProcessGroup, sequence: Int64, members: [Member], splits: Extrapolation.Splits,
    fillsLost: LostSplits?
  ) {
    self.group = group
    self.sequence = sequence
    self.members = members
    self.splits = splits
    self.fillsLost = fillsLost
  }

  /// The option that filled in a member's lost splits, where one did.
  var filledBy: String? {
    let isFilled = zip(members, rows).contains { member, row in
      member.isTraced && member.call.sizes == .lost && row?.provenance == .assumed
    }
    return isFilled ? fillsLost.map { "--fill-lost \($0.rawValue)" } : nil
  }

  /// The position of the root, where one is named.
  ///
  /// - Throws: a `Diagnostic` where members name different ones.
  func root() throws -> Int? {
    guard !members[0].call.kind.isPointToPoint else { return nil }
    let named = members.filter { $0.root != nil }
    if let first = named.first, let other = named.first(where: { $0.root != first.root }) {
      throw mismatch(
        "rank \(first.rank.raw) names rank \(group.ranks[first.root ?? 0].raw) as the root and "
          + "rank \(other.rank.raw) names rank \(group.ranks[other.root ?? 0].raw)")
    }
    return named.first?.root
  }

  /// The payload.
  ///
  /// - Throws: a `Diagnostic` where members disagree on sizes or splits.
  mutating func payload() throws -> CollectiveInstance.Payload {
    let first = members[0].call
    switch first.kind {
    case .barrier, .metadata: return .none
    case .send, .receive:
      try checkEqual { $0.kind == .send ? $0.sendBytes : $0.receiveBytes }
      return .buffer(first.kind == .send ? first.sendBytes : first.receiveBytes)
    case .allReduce, .broadcast, .reduce, .reduceScatter, .scatter:
      if first.kind != .scatter { try checkEqual(\.sendBytes) }
      return .buffer(members.map(\.call.sendBytes).max() ?? .zero)
    case .allGather, .gather:
      if first.kind == .allGather { try checkEqual(\.receiveBytes) }
      return .buffer(members.map(\.call.receiveBytes).max() ?? .zero)
    case .allToAll:
      if let other = members.first(where: { $0.call.routing != first.routing }) {
        throw mismatch(
          "rank \(members[0].rank.raw) and rank \(other.rank.raw) route their tokens differently")
      }
      if let routing = first.routing { return .routed(routing) }
      let (matrix, rows) = try splitMatrix()
      self.rows = rows
      return .matrix(matrix)
    }
  }

  private func checkEqual(_ bytes: (Communication) -> ByteCount) throws {
    let expected = bytes(members[0].call)
    guard let other = members.first(where: { bytes($0.call) != expected }) else { return }
    throw mismatch(
      "rank \(members[0].rank.raw) has \(expected.bytes) bytes and "
        + "rank \(other.rank.raw) has \(bytes(other.call).bytes)")
  }

  private func mismatch(_ text: String) -> Diagnostic {
    Diagnostic(
      .collectiveMismatch,
      "group '\(group.label)', sequence \(sequence): \(members[0].call.kind.rawValue): \(text)",
      remedy: "the captures are of different steps or jobs; check that they belong together")
  }

  /// The matrix, and its rows with their provenance where any was not recorded as even; a row that is
  /// lost is `nil`, and empty in the matrix.
  private func splitMatrix() throws -> (SplitMatrix, [SplitRows.Row?]) {
    let count = members.count
    for member in members {
      for splits in [member.call.sendSplits, member.call.receiveSplits] {
        guard let splits, splits.count != count else { continue }
        throw mismatch(
          "rank \(member.rank.raw) has \(splits.count) splits in a group of \(count) ranks")
      }
    }
    if members.allSatisfy({ $0.call.sendSplits == nil && $0.call.sizes != .lost }) {
      let total = members[0].call.sendBytes
      if members.allSatisfy({ $0.call.sendBytes == total }) {
        return (.uniform(bytesPerPair: Double(total.bytes) / Double(count)), [])
      }
    }
    try checkColumns()
    let table = SplitRows(self)
    let rows = try members.indices.map { index in
      do throws(SplitRows.Overfull) {
        return try table.row(index)
      } catch {
        throw mismatch(
          "rank \(members[index].rank.raw) sends \(members[index].call.sendBytes.bytes) bytes, and "
            + "the others get \(error.received) of it")
      }
    }
    return (.rows(rows.map { $0?.bytes ?? [] }), rows)
  }

  private func checkColumns() throws {
    for (i, sender) in members.enumerated() where sender.isTraced {
      guard let sent = sender.call.sendSplits else { continue }
      for (j, receiver) in members.enumerated() where receiver.isTraced {
        guard let received = receiver.call.receiveSplits, received[i] != sent[j] else { continue }
        throw mismatch(
          "rank \(sender.rank.raw) sends \(sent[j]) bytes to rank \(receiver.rank.raw), "
            + "which expects \(received[i])")
      }
    }
  }
}
