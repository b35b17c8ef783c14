import Quantities
public import Trace

/// Two members of one call that say what can't both be.
public struct Disagreement: Sendable {
  /// What they disagree on.
  public enum Subject: String, Sendable {
    /// The kind of collective.
    case kind
    /// The size of a buffer that all must hold alike.
    case size
    /// What one sends the other against what that expects.
    case pair
    /// What all put in against what all get out.
    case total
    /// The root.
    case root
  }

  /// What they disagree on.
  public var subject: Subject
  /// Index of the group in the trace's list of groups.
  public var group: Int
  /// The call's number, or its position.
  public var sequence: Int64
  /// The kind on the first of the two.
  public var kind: CollectiveKind
  /// The two, sender first; empty where it concerns all members.
  public var ranks: [RankID]
  /// What the two say in bytes, where it is bytes.
  public var bytes: [Int64]
  /// How many more there are like it in the same call.
  public var more: Int
  /// Whether the call had not ended.
  public var isOpen: Bool
  /// What it is in a clause.
  public var text: String
}

/// Finds what members of matched calls disagree on.
enum CallChecks {
  /// Of one collective, each subject at most once. O(members²) for splits.
  static func disagreements(in call: MatchedCall) -> [Disagreement] {
    let calls = call.calls
    guard let first = calls.first else { return [] }
    if let other = calls.first(where: { $0.communication.kind != first.communication.kind }) {
      return [
        disagreement(
          .kind, in: call, ranks: [first.rank, other.rank],
          "\(first.communication.kind.rawValue) on rank \(first.rank.raw), "
            + "\(other.communication.kind.rawValue) on rank \(other.rank.raw)")
      ]
    }
    var found: [Disagreement] = []
    if let roots = roots(call) { found.append(roots) }
    switch first.communication.kind {
    case .allToAll: found += splits(call) + totals(call)
    case .allReduce, .reduce, .reduceScatter, .broadcast:
      found += sizes(call) { $0.sendBytes.bytes }
    case .allGather: found += sizes(call) { $0.receiveBytes.bytes }
    default: break
    }
    return found
  }

  /// Of a send and its receive.
  static func disagreement(send: RecordedCall, receive: RecordedCall) -> Disagreement? {
    let sent = send.communication.sendBytes.bytes
    let expected = receive.communication.receiveBytes.bytes
    guard sent != expected else { return nil }
    return Disagreement(
      subject: .pair, group: send.communication.group,
      sequence: send.communication.sequence ?? 0, kind: .send,
      ranks: [send.rank, receive.rank], bytes: [sent, expected], more: 0,
      isOpen: send.communication.state != .completed,
      text: "rank \(send.rank.raw) sends \(sent) bytes to rank \(receive.rank.raw), which expects "
        + "\(expected)")
  }

  private static func disagreement(
    _ subject: Disagreement.Subject, in call: MatchedCall, ranks: [RankID], bytes: [Int64] = [],
    more: Int = 0, _ text: String
  ) -> Disagreement {
    Disagreement(
      subject: subject, group: call.group, sequence: call.sequence, kind: call.kind, ranks: ranks,
      bytes: bytes, more: more, isOpen: call.isOpen, text: text)
  }

  private static func roots(_ call: MatchedCall) -> Disagreement? {
    let named = call.calls.compactMap { member in
      member.communication.peer.map { (rank: member.rank, root: $0) }
    }
    guard let first = named.first, let other = named.first(where: { $0.root != first.root })
    else { return nil }
    return disagreement(
      .root, in: call, ranks: [first.rank, other.rank],
      "rank \(first.rank.raw) names rank \(first.root.raw) as the root, rank \(other.rank.raw) "
        + "names rank \(other.root.raw)")
  }

  private static func sizes(
    _ call: MatchedCall, _ bytes: (Communication) -> Int64
  ) -> [Disagreement] {
    guard let first = call.calls.first else { return [] }
    let expected = bytes(first.communication)
    let others = call.calls.filter { bytes($0.communication) != expected }
    guard let other = others.first else { return [] }
    let differing = bytes(other.communication)
    return [
      disagreement(
        .size, in: call, ranks: [first.rank, other.rank], bytes: [expected, differing],
        more: others.count - 1,
        "rank \(first.rank.raw) has \(expected) bytes, rank \(other.rank.raw) has \(differing)")
    ]
  }

  /// Row i against column i: what each sends to each, and what that expects of it.
  private static func splits(_ call: MatchedCall) -> [Disagreement] {
    var first: Disagreement?
    var count = 0
    for (i, sender) in call.members.enumerated() {
      guard let sent = sender.call?.communication.sendSplits else { continue }
      for (j, receiver) in call.members.enumerated() {
        guard let received = receiver.call?.communication.receiveSplits,
          sent.indices.contains(j), received.indices.contains(i), sent[j] != received[i]
        else { continue }
        count += 1
        first =
          first
          ?? disagreement(
            .pair, in: call, ranks: [sender.rank, receiver.rank], bytes: [sent[j], received[i]],
            "rank \(sender.rank.raw) sends \(sent[j]) bytes to rank \(receiver.rank.raw), which "
              + "expects \(received[i])")
      }
    }
    first?.more = count - 1
    return first.map { [$0] } ?? []
  }

  /// Where no splits are known, what all put in must be what all get out.
  private static func totals(_ call: MatchedCall) -> [Disagreement] {
    guard call.isComplete,
      call.calls.allSatisfy({
        $0.communication.sendSplits == nil && $0.communication.routing == nil
      })
    else { return [] }
    let sent = call.calls.reduce(0) { $0 &+ $1.communication.sendBytes.bytes }
    let received = call.calls.reduce(0) { $0 &+ $1.communication.receiveBytes.bytes }
    guard sent != received else { return [] }
    return [
      disagreement(
        .total, in: call, ranks: [], bytes: [sent, received],
        "the members put in \(sent) bytes and get out \(received)")
    ]
  }
}
