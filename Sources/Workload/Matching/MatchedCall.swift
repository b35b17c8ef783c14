public import Trace

/// One collective of a group as its members' captures show it: who is there, who has gone by, who
/// never came.
public struct MatchedCall: Sendable {
  /// What is known of one member.
  public enum Standing: Sendable, Equatable {
    /// Its capture holds the call, so far along.
    case recorded(CallState)
    /// Its capture no longer holds the call, and later ones, or its progress, say that it ended.
    case completedUnrecorded
    /// Its progress says that it issued the call, and its capture holds none.
    case issuedUnrecorded
    /// Its capture says that it never issued it.
    case absent
    /// There is no capture of it.
    case untraced
  }

  /// A member of the group.
  public struct Member: Sendable {
    /// The rank.
    public var rank: RankID
    /// What is known of it.
    public var standing: Standing
    var call: RecordedCall?
  }

  /// Index of the group in the trace's list of groups.
  public var group: Int
  /// The number that the capture records, or the position in the group, from 0.
  public var sequence: Int64
  /// In group order.
  public var members: [Member]

  /// The kind on the first member that has the call.
  public var kind: CollectiveKind {
    members.lazy.compactMap(\.call).first?.communication.kind ?? .metadata
  }

  var calls: [RecordedCall] { members.compactMap(\.call) }

  /// Whether all members' captures hold it.
  public var isComplete: Bool { members.allSatisfy { $0.call != nil } }

  /// Members whose capture says that they never came.
  public var absent: [RankID] { members.filter { $0.standing == .absent }.map(\.rank) }

  /// Members of which there is no capture.
  public var untraced: [RankID] { members.filter { $0.standing == .untraced }.map(\.rank) }

  /// Members whose captures hold it.
  public var present: [RankID] { calls.map(\.rank) }

  /// Members that have gone by without a record of it.
  public var passed: [RankID] {
    members.filter {
      $0.standing == .completedUnrecorded || $0.standing == .issuedUnrecorded
    }.map(\.rank)
  }

  /// Members on which it had ended.
  var finished: [RankID] {
    members.filter {
      $0.standing == .recorded(.completed) || $0.standing == .completedUnrecorded
    }.map(\.rank)
  }

  /// Members on which it had not.
  var unfinished: [Member] {
    members.filter {
      $0.standing == .recorded(.scheduled) || $0.standing == .recorded(.started)
    }
  }

  /// Whether it holds members up: it had ended on none, though it was issued on some. One that has
  /// ended anywhere has been joined by all, whatever their captures show.
  var isOpen: Bool {
    var isIssued = false
    for member in members {
      switch member.standing {
      case .recorded(.completed), .completedUnrecorded: return false
      case .recorded: isIssued = true
      default: break
      }
    }
    return isIssued
  }

  /// Whether a member never came to it, or members call it differently.
  var isDivergent: Bool {
    let kind = kind
    return members.contains { member in
      member.standing == .absent || member.call.map { $0.communication.kind != kind } ?? false
    }
  }
}
