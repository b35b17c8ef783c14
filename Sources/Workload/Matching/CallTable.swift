import Quantities
import Trace

/// One call that a trace records, with when it began by its rank's own clock.
///
/// A class, for members of matched calls hold it many times over, and a communication is large.
final class RecordedCall: Sendable {
  let rank: RankID
  let communication: Communication
  /// Nanoseconds of the capture's clock.
  let start: Int64

  init(rank: RankID, communication: Communication, start: Int64) {
    self.rank = rank
    self.communication = communication
    self.start = start
  }
}

/// All calls of a trace, by what they must meet: collectives by group and rank, sends and receives by
/// group and pair. Nothing is matched yet, and nothing can go wrong here.
struct CallTable {
  /// The way of a send and its receive.
  struct Channel: Hashable {
    var group: Int
    var from: RankID
    var to: RankID
  }

  /// Both ends of a channel, each in order.
  struct Pair {
    var channel: Channel
    var sends: [RecordedCall] = []
    var receives: [RecordedCall] = []
  }

  /// For each group and rank its collectives, in order of start.
  private(set) var collectives: [[RankID: [RecordedCall]]]
  /// Channels in order of group, sender, receiver.
  private(set) var pairs: [Pair] = []
  /// For each group whether anything is sent in it from rank to rank.
  private(set) var hasPairs: [Bool]
  /// For each traced rank its last call.
  private(set) var last: [RankID: RecordedCall] = [:]
  /// Calls that had not ended.
  private(set) var open: [RecordedCall] = []
  /// When the first call began.
  private(set) var origin: Int64 = 0

  /// Gathers. O(events).
  init(_ trace: Trace) {
    collectives = trace.groups.map { _ in [:] }
    hasPairs = trace.groups.map { _ in false }
    var channels: [Channel: Pair] = [:]
    var origin: Int64?
    for rank in trace.ranks {
      for index in rank.events.indices {
        let event = rank.events[index]
        guard let number = event.communication else { continue }
        let call = RecordedCall(
          rank: rank.rank, communication: rank.communications[number],
          start: rank.originNanoseconds &+ event.start.nanosecondsRounded)
        guard call.communication.kind != .metadata else { continue }
        origin = min(origin ?? call.start, call.start)
        last[rank.rank] = call
        if call.communication.state != .completed { open.append(call) }
        add(call, &channels)
      }
    }
    self.origin = origin ?? 0
    pairs = channels.values.sorted {
      ($0.channel.group, $0.channel.from, $0.channel.to)
        < ($1.channel.group, $1.channel.from, $1.channel.to)
    }
  }

  private mutating func add(_ call: RecordedCall, _ channels: inout [Channel: Pair]) {
    let group = call.communication.group
    guard call.communication.kind.isPointToPoint else {
      collectives[group][call.rank, default: []].append(call)
      return
    }
    hasPairs[group] = true
    // One that does not say its peer meets nobody.
    guard let peer = call.communication.peer else { return }
    let sends = call.communication.kind == .send
    let channel = Channel(
      group: group, from: sends ? call.rank : peer, to: sends ? peer : call.rank)
    if sends {
      channels[channel, default: Pair(channel: channel)].sends.append(call)
    } else {
      channels[channel, default: Pair(channel: channel)].receives.append(call)
    }
  }
}
