import Quantities
import Trace

/// Host threads that wait: for the GPU, and for one another.
extension DependencyInference {
  /// A host thread that rests longer than this between two calls was waiting for something.
  static let hostRest = SimDuration.nanoseconds(500_000)
  /// What it waited for ended no longer than this before it went on.
  static let hostReaction = SimDuration.nanoseconds(500_000)
  /// What a thread that polls was waiting for ended no longer than this before its last query began.
  static let pollReaction = SimDuration.nanoseconds(100_000)

  mutating func addHostWaits() {
    guard program.hasDevice else { return }
    let device = Ended(program.operations.indices.filter { kinds[$0].isOnDevice }, program)
    for index in program.operations.indices where kinds[index] == .synchronize {
      // What is recorded to hold it is no guess.
      guard !program.dependencies[index].contains(where: { $0.kind == .recorded }) else { continue }
      // A zero-length operation at the end of the wait: what ended last before it held it.
      let operation = program.operations[index]
      guard let cause = device.last(by: operation.start, notIn: nil),
        program.operations[cause].end > laneEnd(before: index)
      else { continue }
      program.dependencies[index].append(Dependency(operation: cause, kind: .hostWait))
    }
    for index in program.blockingLaunches { addWait(behind: index, for: launched[index]) }
    for call in program.calls where call.communication.hostWaits {
      addSpin(behind: call.operation)
    }
  }

  /// The host thread that launched `kernel` goes on only when it has ended, if its next operation
  /// does not contradict that.
  private mutating func addSpin(behind kernel: Int) {
    guard
      let launch = program.dependencies[kernel].first(where: { $0.kind == .launch })?.operation
    else { return }
    let next = launch + 1
    guard program.laneRanges[program.operations[launch].lane].contains(next) else { return }
    guard program.operations[next].start >= program.operations[kernel].end else {
      program.contradictedEdges += 1
      return
    }
    program.dependencies[next].append(Dependency(operation: kernel, kind: .hostWait))
  }

  /// A copy between host and GPU that ended before the call that issued it did was waited for: the
  /// thread's next operation comes after it.
  private mutating func addWait(behind launch: Int, for copy: Int?) {
    let next = launch + 1
    guard program.laneRanges[program.operations[launch].lane].contains(next), let copy,
      program.operations[copy].end <= program.operations[next].start
    else { return }
    program.dependencies[next].append(Dependency(operation: copy, kind: .hostWait))
  }

  /// A thread that asked again and again whether the GPU was done went on when it was: the last query
  /// found done what had ended last before it began.
  mutating func addPolls() {
    let polls = program.operations.indices.filter { kinds[$0] == .poll }
    guard program.hasDevice, !polls.isEmpty else { return }
    let device = Ended(program.operations.indices.filter { kinds[$0].isOnDevice }, program)
    for index in polls {
      let start = program.operations[index].start
      guard let cause = device.last(by: start, notIn: nil),
        program.operations[cause].end > laneEnd(before: index),
        start - program.operations[cause].end <= Self.pollReaction
      else { continue }
      program.dependencies[index].append(Dependency(operation: cause, kind: .poll))
    }
  }

  // MARK: Threads that hand over

  /// A thread that rested, and went on just after another came to rest, was handed its work by it: as
  /// the thread of a backward pass is by the one that asks for it, and that one when it is done.
  mutating func addHandOvers() {
    guard program.hasDevice else { return }
    let hosts = hostLanes
    guard hosts.count > 1 else { return }
    let ended = Ended(hosts.flatMap { Array(program.laneRanges[$0]) }, program)
    for lane in hosts {
      for index in program.laneRanges[lane] {
        let start = program.operations[index].start
        guard start - readyTime(index) > Self.hostRest,
          let cause = ended.last(by: start, notIn: lane), isResting(after: cause, at: start),
          program.operations[cause].end > readyTime(index),
          start - program.operations[cause].end <= Self.hostReaction
        else { continue }
        program.dependencies[index].append(Dependency(operation: cause, kind: .handOver))
      }
    }
  }

  private var hostLanes: [Int] {
    program.lanes.indices.filter { program.lanes[$0].kind == .thread }
  }

  /// Whether the thread of an operation rests long behind it, and at an instant still does.
  private func isResting(after index: Int, at time: SimTime) -> Bool {
    let next = index + 1
    guard program.laneRanges[program.operations[index].lane].contains(next) else { return true }
    let start = program.operations[next].start
    return start > time && start - program.operations[index].end > Self.hostRest
  }

  /// A thread that rested, and went on just after what it had launched last ended, was waiting for
  /// that without a call, as on a counter in host memory.
  mutating func addSilentWaits() {
    guard program.hasDevice else { return }
    for lane in hostLanes {
      for index in program.laneRanges[lane].dropFirst() {
        let start = program.operations[index].start
        guard start - readyTime(index) > Self.hostRest, let cause = launched[index - 1],
          program.operations[cause].end > readyTime(index),
          program.operations[cause].end <= start,
          start - program.operations[cause].end <= Self.hostReaction
        else { continue }
        program.dependencies[index].append(Dependency(operation: cause, kind: .hostWait))
      }
    }
  }
}
