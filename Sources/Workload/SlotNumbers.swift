import Trace

/// What calls of ranks meet on, by the index of the group in the trace: a job of tens of thousands of
/// ranks names its groups hundreds of thousands of times, and none of them is looked at member by member.
struct SlotNumbers {
  /// A group of the trace, or two of its ranks for sends and receives.
  struct Channel: Hashable, Sendable {
    var group: Int
    /// The sender; `nil` for the group as a whole.
    var from: RankID?
    var to: RankID?

    init(group: Int, from: RankID? = nil, to: RankID? = nil) {
      self.group = group
      self.from = from
      self.to = to
    }

    /// The group itself, or the pair from sender to receiver.
    func slot(in trace: Trace) -> RankProgram.Slot {
      let group = trace.groups[group]
      guard let from, let to else { return RankProgram.Slot(group) }
      return RankProgram.Slot(from: from, to: to, of: group.name, purpose: group.purpose)
    }
  }

  private let repeats: [RankRepeat]
  /// For each rank its place in `repeats`.
  private var repeatOfRank: [Int32]
  private static let none: Int32 = -1
  /// For each source of repeats its place in the list of groups in use: for each group of the trace that
  /// it has calls on.
  private var placeOfGroup: [RankID: [Int: Int]] = [:]
  private var numberOfGroup: [Int?]
  private var numberOfPair: [Channel: Int] = [:]

  /// - Complexity: O(ranks + calls of sources).
  init(_ trace: Trace) {
    repeats = trace.repeats
    repeatOfRank = Array(repeating: Self.none, count: trace.worldSize)
    for (place, copy) in repeats.enumerated() { repeatOfRank[copy.rank.index] = Int32(place) }
    numberOfGroup = Array(repeating: nil, count: trace.groups.count)
    let sources = Set(repeats.map(\.source))
    for rank in trace.ranks where sources.contains(rank.rank) {
      placeOfGroup[rank.rank] = Dictionary(
        uniqueKeysWithValues: rank.groupsInUse.enumerated().map { ($1, $0) })
    }
  }

  /// The channels of a rank's program as the rank has them; `nil` where the trace does not say, so that
  /// its counterparts have to be found. O(slots).
  func channels(of program: RankProgram, at rank: Int) -> [Channel]? {
    if program.source.index == rank { return program.channels }
    guard repeatOfRank[rank] != Self.none, let places = placeOfGroup[program.source] else {
      return nil
    }
    let copy = repeats[Int(repeatOfRank[rank])]
    let shift = copy.rank.raw - copy.source.raw
    return program.channels.map { channel in
      Channel(
        group: places[channel.group].map { copy.groups[$0] } ?? channel.group,
        from: channel.from.map { RankID($0.raw + shift) },
        to: channel.to.map { RankID($0.raw + shift) })
    }
  }

  /// Whether the trace says that a rank does the same as a traced one.
  func isRepeated(_ rank: Int) -> Bool { repeatOfRank[rank] != Self.none }

  /// The number that a channel has been given.
  subscript(channel: Channel) -> Int? {
    get { channel.from == nil ? numberOfGroup[channel.group] : numberOfPair[channel] }
    set {
      if channel.from == nil {
        numberOfGroup[channel.group] = newValue
      } else {
        numberOfPair[channel] = newValue
      }
    }
  }
}
