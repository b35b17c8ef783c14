import Quantities
import Trace

extension CapturedStep {
  /// Measures the chosen step on the programs of the traced ranks.
  ///
  /// - Parameters:
  ///   - lastArrival: gives, for a program and a call, the last captured arrival of any member.
  ///   - marks: the host's marks of the step.
  init(
    programs: [RankProgram], marks: [StepMark], clocks: ClockReport = ClockReport(),
    lastArrival: (_ program: Int, _ call: Int) -> SimTime
  ) {
    let windows = programs.map(Self.window)
    start = windows.compactMap { $0?.start }.min() ?? .origin
    end = windows.compactMap { $0?.end }.max() ?? start
    self.clocks = clocks
    number = marks.first?.number
    hostStep = marks.map { $0.end - $0.start }.max()
    let window = IntervalSet([start.picoseconds..<end.picoseconds])
    parts = programs.enumerated().map { index, program in
      Self.parts(of: program, within: window) { lastArrival(index, $0) }
    }
  }

  private static func window(_ program: RankProgram) -> (start: SimTime, end: SimTime)? {
    let counted = program.operations.filter { $0.kind != .host }
    guard let start = counted.map(\.start).min(), let end = counted.map(\.end).max() else {
      return nil
    }
    return (start, end)
  }

  private static func parts(
    of program: RankProgram, within window: IntervalSet, lastArrival: (Int) -> SimTime
  ) -> TimeParts {
    var compute: [Range<Int64>] = []
    var transfer: [Range<Int64>] = []
    var waiting: [Range<Int64>] = []
    for operation in program.operations {
      let (start, end) = (operation.start.picoseconds, operation.end.picoseconds)
      switch operation.kind {
      case .host: break
      case .compute: compute.append(start..<end)
      case .localCommunication: transfer.append(start..<end)
      case .collective(let call):
        let complete = min(max(lastArrival(call).picoseconds, start), end)
        waiting.append(start..<complete)
        transfer.append(complete..<end)
      }
    }
    let (computing, transferring) = (IntervalSet(compute), IntervalSet(transfer))
    let missing = IntervalSet(waiting)
    var parts = TimeParts()
    parts.compute = computing.measure
    parts.exposedTransfer = transferring.subtracting(computing).measure
    parts.waiting = missing.subtracting(computing.union(transferring)).measure
    parts.lag = window.subtracting(computing.union(transferring).union(missing)).measure
    return parts
  }
}
