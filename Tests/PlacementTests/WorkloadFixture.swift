import Diagnostics
import Quantities
import TestSupport
import Trace

@testable import Workload

extension Fixture {
  /// Uniform all-to-alls, one in each group.
  static func allToAlls(
    _ groups: [ProcessGroup], of ranks: Int, bytesPerPair: Double
  ) -> Workload {
    workload(
      groups,
      groups.indices.map { group in
        CollectiveInstance(
          kind: .allToAll, group: group, sequence: 0,
          payload: .matrix(.uniform(bytesPerPair: bytesPerPair)), capturedDuration: .zero)
      }, of: ranks)
  }

  /// A workload of collectives alone: what static figures read.
  static func workload(
    _ groups: [ProcessGroup], _ instances: [CollectiveInstance], of ranks: Int
  ) -> Workload {
    let program = RankProgram(source: RankID(0))
    return Workload(
      worldSize: ranks, groups: groups, programs: [program],
      programOfRank: Array(repeating: 0, count: ranks),
      groupsOfRank: Array(repeating: [], count: ranks), instances: instances,
      firstInstance: groups.indices.map { group in
        instances.firstIndex { $0.group == group } ?? instances.count
      },
      captured: CapturedStep(programs: [program], marks: [], lastArrival: { _, _ in .origin }),
      assumptions: [], log: .init())
  }
}
