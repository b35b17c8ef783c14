import Trace
import Workload

/// The process groups of a workload under numbers from 1 on, as ASTRA-sim wants their names; pairs
/// that only sends and receives meet on have none.
struct ExportGroups {
  /// For each group of the workload its number.
  let numbers: [Int?]
  /// The groups, by number less 1.
  let groups: [ProcessGroup]

  init(_ workload: Workload) {
    var isGroup = [Bool](repeating: false, count: workload.groups.count)
    for instance in workload.instances where instance.kind != .send {
      isGroup[instance.group] = true
    }
    var groups: [ProcessGroup] = []
    numbers = workload.groups.indices.map { index in
      guard isGroup[index] else { return nil }
      groups.append(workload.groups[index])
      return groups.count
    }
    self.groups = groups
  }
}
