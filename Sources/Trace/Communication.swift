public import Quantities

/// What one rank's trace says of one communication call.
public struct Communication: Sendable, Equatable {
  /// The kind.
  public var kind: CollectiveKind
  /// Index of the process group in the trace's list of groups.
  public var group: Int
  /// The sequence number in the group, where the capture records one; else order decides.
  public var sequence: Int64?
  /// Bytes that this rank puts in.
  public var sendBytes: ByteCount = .zero
  /// Bytes that this rank gets out.
  public var receiveBytes: ByteCount = .zero
  /// All-to-all-v: bytes to each member, in group order; `nil` for an even split, or where `sizes`
  /// says that they are lost.
  public var sendSplits: [Int64]?
  /// All-to-all-v: bytes from each member, in group order; `nil` for an even split, or where they are
  /// lost.
  public var receiveSplits: [Int64]?
  /// How the bytes that this rank puts in, and their splits, are known.
  public var sizes = SizeProvenance.recorded
  /// Whether the splits of what this rank gets are known to nobody; then `receiveBytes` may be 0 for
  /// want of them.
  public var receiveSplitsAreLost = false
  /// The other rank of a send or receive; the root of a rooted collective.
  public var peer: RankID?
  /// What tells messages between the same two ranks apart, where the capture says; else order does.
  public var tag: Int64?
  /// Sizes in terms of routed tokens, in place of bytes, for kernels whose sizes a rule supplies.
  public var routing: TokenRouting?
  /// The most that the kernel's own means (SMs, copy engines) inject from one rank.
  public var injectionCap: Bandwidth?
  /// Whether the host thread that launched it spins until it has ended (DeepEP's dispatch reads
  /// counters that its notify kernel fills).
  public var hostWaits = false
  /// How far it had come when the capture was written; other than completed only in captures of
  /// jobs that had not ended, as a flight recorder makes them.
  public var state = CallState.completed
  /// What people call this operation where its kind says too little: "dispatch (backward)".
  public var label: String?
  /// The rule that supplied kind, group or sizes; `nil` where the capture recorded them.
  public var assumedBy: String?

  /// A call of a kind on a group.
  public init(kind: CollectiveKind, group: Int) {
    self.kind = kind
    self.group = group
  }

  /// What tables call it: its label, or its kind.
  public var title: String { label ?? kind.rawValue }
}

extension Communication {
  /// Completes sizes that say only what the rank puts in, in a group of `count` ranks: all-gather and
  /// gather give that from each, reduce-scatter and scatter a part of it to each. Sizes that would
  /// overflow become impossible ones.
  public mutating func completeSizes(groupSize count: Int) {
    switch kind {
    case .allGather, .gather:
      let (total, overflow) = sendBytes.bytes.multipliedReportingOverflow(by: Int64(count))
      receiveBytes = ByteCount(overflow ? .max : total)
    case .reduceScatter, .scatter: receiveBytes = ByteCount(sendBytes.bytes / Int64(max(1, count)))
    case .send, .receive, .barrier, .metadata: break
    case .allReduce, .allToAll, .broadcast, .reduce: receiveBytes = sendBytes
    }
  }

  /// The most bytes that a rank can put into, or get out of, one call: an exbibyte.
  public static let largestSize: Int64 = 1 << 60

  /// What is impossible about the sizes in a group of `count` ranks, `nil` where they fit together.
  public func fault(groupSize count: Int) -> String? {
    for bytes in [sendBytes.bytes, receiveBytes.bytes]
    where bytes < 0 || bytes > Self.largestSize {
      return "\(bytes) bytes are no size of a message"
    }
    for splits in [sendSplits, receiveSplits] {
      guard let splits else { continue }
      if splits.count != count { return "\(splits.count) splits for a group of \(count) ranks" }
      var rest = Self.largestSize
      for split in splits {
        if split < 0 || split > rest { return "the splits add up to no size of a message" }
        rest -= split
      }
    }
    if let words = contradiction { return words }
    return routing?.fault
  }

  /// What is said of lost splits and can't be.
  private var contradiction: String? {
    if kind != .allToAll, sizes == .lost || receiveSplitsAreLost {
      return "only the splits of an all_to_all can be lost"
    }
    if (sizes == .lost && (sendSplits != nil || routing != nil))
      || (receiveSplitsAreLost && receiveSplits != nil)
    {
      return "states splits and that they are lost"
    }
    return nil
  }
}

/// An all-to-all of tokens to experts, before anyone has decided which copies travel where.
///
/// Each rank holds `tokens` tokens; each goes to `expertsPerToken` of `experts` experts, which
/// are spread evenly over the group's ranks in order. Routing is balanced. Group-limited routing
/// (DeepSeek-V3, arXiv 2412.19437, section 2.1.2) cuts the experts into `expertGroups` equal runs,
/// of which a token's experts lie evenly in `groupsPerToken`.
public struct TokenRouting: Sendable, Hashable {
  /// Which way the tokens go.
  public enum Direction: String, Sendable {
    /// From their ranks to the experts: copies may be made late.
    case dispatch
    /// Back from the experts: partial sums may be added early.
    case combine
  }

  /// Which way the tokens go.
  public var direction: Direction
  /// Tokens that each rank holds.
  public var tokens: Int64
  /// Bytes of one copy of a token on the wire.
  public var tokenBytes: Int64
  /// Experts that each token is sent to.
  public var expertsPerToken: Int64
  /// Experts over the whole group.
  public var experts: Int64
  /// Runs of experts for group-limited routing; 1 where it is not limited.
  public var expertGroups: Int64
  /// Of those, how many a token's experts lie in.
  public var groupsPerToken: Int64

  /// A routing.
  public init(
    direction: Direction, tokens: Int64, tokenBytes: Int64, expertsPerToken: Int64,
    experts: Int64, expertGroups: Int64 = 1, groupsPerToken: Int64 = 1
  ) {
    self.direction = direction
    self.tokens = tokens
    self.tokenBytes = tokenBytes
    self.expertsPerToken = expertsPerToken
    self.experts = experts
    self.expertGroups = expertGroups
    self.groupsPerToken = groupsPerToken
  }
}

extension TokenRouting {
  /// What is impossible about the numbers, `nil` where they fit together.
  public var fault: String? {
    if experts < 1 || expertsPerToken < 1 || expertGroups < 1 || groupsPerToken < 1 {
      return "experts, experts per token and groups must be at least 1"
    }
    if tokens < 0 || tokenBytes < 0 { return "tokens and token bytes can't be negative" }
    if tokens > 1 << 32 || tokenBytes > 1 << 28 || experts > 1 << 16 || expertGroups > 1 << 10 {
      return "tokens, token bytes, experts or expert groups are beyond anything real"
    }
    if experts % expertGroups != 0 { return "experts must divide evenly into expert groups" }
    if groupsPerToken > expertGroups { return "a token can't lie in more groups than there are" }
    if expertsPerToken % groupsPerToken != 0 {
      return "experts per token must divide evenly over the groups of a token"
    }
    if expertsPerToken / groupsPerToken > experts / expertGroups {
      return "a token can't be sent to more experts of a group than it has"
    }
    return nil
  }
}

extension TokenRouting {
  /// Bytes of one rank's tokens, a copy for each expert.
  public var bytesWithAllCopies: Double {
    Double(tokens) * Double(tokenBytes) * Double(expertsPerToken)
  }
}
