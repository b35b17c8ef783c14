import Diagnostics
import Quantities
import Trace

/// Streams onto which several host threads launch, and where the order of their launches is not that of
/// the stream: a launch may begin first and reach the stream second.
enum LaunchOrder {
  /// Notes each such stream of a program, with how many of its operations it concerns. Operations stand in
  /// the order in which they began, whatever the launches say.
  ///
  /// - Complexity: O(operations and edges).
  static func note(_ program: RankProgram, in log: inout DiagnosticLog) {
    for lane in program.lanes.indices where program.lanes[lane].kind == .stream {
      let count = overtaken(program, lane)
      guard count > 0 else { continue }
      log.note(
        Diagnostic(
          .launchOrder, severity: .info,
          "rank \(program.source.raw): several host threads launch onto \(program.lanes[lane].label), "
            + "and \(count) of its operations began before one that another thread had launched "
            + "earlier; they are taken in the order in which they began"))
    }
  }

  /// How many operations of a lane began before the one behind them, which another thread had launched
  /// earlier.
  private static func overtaken(_ program: RankProgram, _ lane: Int) -> Int {
    var count = 0
    var before: Operation?
    for index in program.laneRanges[lane] {
      guard let edge = program.dependencies[index].first(where: { $0.kind == .launch }) else {
        continue
      }
      let launch = program.operations[edge.operation]
      if let before, before.lane != launch.lane, before.start > launch.start { count += 1 }
      before = launch
    }
    return count
  }
}
