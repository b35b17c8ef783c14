import Quantities
import Trace

/// Operations, to ask for the last that ended by some instant.
struct Ended {
  /// Those that last, and those that are instants.
  private var spans: EndOrder
  private var all: EndOrder

  /// - Complexity: O(n log n).
  init(_ operations: [Int], _ program: RankProgram) {
    all = EndOrder(operations, program)
    spans = EndOrder(
      operations.filter { program.operations[$0].duration > .zero }, program)
  }

  /// The operation that ended last, no later than `time`, on another lane than `lane`; at a tie
  /// that of the later lane.
  ///
  /// It must also have started before `time`, so that instants can't wait for each other in a ring:
  /// of those that end at `time` itself only those count that last.
  /// - Complexity: O(log n).
  func last(by time: SimTime, notIn lane: Int?) -> Int? {
    if let cause = spans.last(before: time, orAt: true, notIn: lane), cause.end == time {
      return cause.operation
    }
    return all.last(before: time, orAt: false, notIn: lane)?.operation
  }
}

/// Operations by their ends; at a tie by lane, and in a lane by place.
private struct EndOrder {
  private var operations: [Int]
  private var ends: [SimTime]
  private var lanes: [Int]
  /// For each how many stand before it and all others of its lane that directly precede it.
  private var beforeLane: [Int] = []

  init(_ unordered: [Int], _ program: RankProgram) {
    let ordered = unordered.map { index in
      let operation = program.operations[index]
      return (end: operation.end, lane: operation.lane, index: index)
    }.sorted { a, b in
      if a.end != b.end { return a.end < b.end }
      return a.lane != b.lane ? a.lane < b.lane : a.index < b.index
    }
    operations = ordered.map(\.index)
    ends = ordered.map(\.end)
    lanes = ordered.map(\.lane)
    beforeLane.reserveCapacity(lanes.count)
    for index in lanes.indices {
      beforeLane.append(
        index > 0 && lanes[index] == lanes[index - 1] ? beforeLane[index - 1] : index)
    }
  }

  func last(
    before time: SimTime, orAt included: Bool, notIn lane: Int?
  ) -> (operation: Int, end: SimTime)? {
    var low = 0
    var high = ends.count
    while low < high {
      let middle = (low + high) / 2
      if ends[middle] < time || included && ends[middle] == time {
        low = middle + 1
      } else {
        high = middle
      }
    }
    if low > 0, lanes[low - 1] == lane { low = beforeLane[low - 1] }
    return low > 0 ? (operations[low - 1], ends[low - 1]) : nil
  }
}
