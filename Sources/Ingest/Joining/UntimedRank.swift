import Diagnostics
import Quantities
import Trace

/// A rank of which only an execution trace is there: its calls in program order, at no known time.
enum UntimedRank {
  /// The capture of such a rank.
  ///
  /// Its calls stand on one lane, all at the same instant and taking no time, so that a replay carries
  /// them out one after another with nothing between.
  /// - Throws: a `Diagnostic` where the file does not tell the groups of its calls.
  static func capture(_ records: RankRecords) throws -> RankCapture {
    guard records.calls.allSatisfy({ $0.group != nil }) else {
      throw Diagnostic(
        .groupUnknown, at: SourceLocation(file: records.path),
        "the execution trace does not say in which of the job's process groups its calls are",
        remedy: "name the profiler's trace of the rank beside it")
    }
    var builder = RankTraceBuilder()
    let lane = builder.lane(Lane(kind: .thread, name: "program order"))
    for call in records.calls {
      guard let group = call.group else { continue }
      var communication = call.communication
      communication.group = builder.group(records.groups[group])
      builder.add(
        RankTraceBuilder.Draft(
          kind: .hostCollective, lane: lane, start: 0, duration: 0,
          name: builder.names.intern(communication.kind.rawValue),
          communication: builder.communications.count))
      builder.communications.append(communication)
    }
    for group in records.groups { _ = builder.group(group) }
    return RankCapture(
      path: records.path, rank: records.rank, rankSource: records.rankSource,
      worldSize: records.worldSize,
      groups: builder.groups, trace: try builder.finish(baseNanoseconds: 0, path: records.path),
      assumptions: records.assumptions + [assumption], log: records.log)
  }

  static let assumption = Assumption(
    "times-unknown",
    "of ranks without a profiler's trace no times are known: their calls follow one another in program "
      + "order, with no computation between them")
}
