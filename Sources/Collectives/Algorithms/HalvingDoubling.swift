import Trace

/// Rounds between pairs at distances 1, 2, 4, … of the members in order of their GPUs, so that the most
/// bytes go the shortest way. Where the members are no power of two, the first fold two by two into one.
struct HalvingDoubling {
  private let call: CollectiveCall
  private let bytes: Double
  private let order: [Int]
  /// Who takes part in the rounds, the largest power of two.
  private let core: Int
  /// How many of these stand for two.
  private let folded: Int
  private var rounds: Int { core.trailingZeroBitCount }

  init(_ call: CollectiveCall, bytes: Double) {
    self.call = call
    self.bytes = bytes
    order = call.map.pods(call.members).flatMap(\.self)
    core = 1 << (Int.bitWidth - 1 - order.count.leadingZeroBitCount)
    folded = order.count - core
  }

  func add(to sink: inout some TrafficSink) {
    var stage = 0
    let block = bytes / Double(order.count)
    if folded > 0 {
      let whole = call.kind == .allGather ? block : bytes
      for pair in 0..<folded {
        sink.add(whole, from: order[2 * pair], to: order[2 * pair + 1], stage: stage)
      }
      end(&stage, &sink)
    }
    if call.kind != .allGather {
      for round in 0..<rounds { exchange(round, sendsKept: false, &stage, &sink) }
    }
    if call.kind != .reduceScatter {
      for round in (0..<rounds).reversed() { exchange(round, sendsKept: true, &stage, &sink) }
    }
    guard folded > 0 else { return }
    let back: Double =
      switch call.kind {
      case .reduceScatter: block
      case .allGather: bytes - block
      default: bytes
      }
    for pair in 0..<folded {
      sink.add(back, from: order[2 * pair + 1], to: order[2 * pair], stage: stage)
    }
    end(&stage, &sink)
  }

  private func end(_ stage: inout Int, _ sink: inout some TrafficSink) {
    sink.end(stage: stage)
    stage += 1
  }

  /// Each sends its partner what the partner keeps, or what it has kept itself.
  private func exchange(
    _ round: Int, sendsKept: Bool, _ stage: inout Int, _ sink: inout some TrafficSink
  ) {
    for member in 0..<core {
      let partner = member ^ (1 << round)
      sink.add(
        kept(by: sendsKept ? member : partner, after: round + 1), from: rank(member),
        to: rank(partner), stage: stage)
    }
    end(&stage, &sink)
  }

  private func rank(_ member: Int) -> Int {
    order[member < folded ? 2 * member + 1 : member + folded]
  }

  /// The bytes that one still answers for once so many rounds have halved them: the blocks of those
  /// that agree with it in as many bits.
  private func kept(by member: Int, after rounds: Int) -> Double {
    guard call.kind != .allReduce else { return bytes / Double(1 << rounds) }
    let step = 1 << rounds
    let alike = core / step
    // Of the first `folded`, that stand for two, those that are congruent.
    let first = member % step
    let doubled = first < folded ? (folded - 1 - first) / step + 1 : 0
    return Double(alike + doubled) * bytes / Double(order.count)
  }
}
