public import Trace
public import Workload

/// What is to be placed: ranks, and what policies may know of them.
public struct PlacementJob: Sendable {
  /// The number of ranks.
  public var worldSize: Int
  /// The process groups, point-to-point pairs among them; empty where nothing is known.
  public var groups: [ProcessGroup]
  /// For each group the kinds of communication in it, in the order of `CollectiveKind.allCases`.
  public var kinds: [[CollectiveKind]]
  /// For each rank the host that it was captured on; empty where no capture says.
  public var hosts: [String?]

  /// A job of which only the size is known.
  public init(worldSize: Int) {
    self.init(worldSize: worldSize, groups: [])
  }

  /// A job.
  public init(
    worldSize: Int, groups: [ProcessGroup], kinds: [[CollectiveKind]] = [], hosts: [String?] = []
  ) {
    self.worldSize = worldSize
    self.groups = groups
    self.kinds = kinds
    self.hosts = hosts
  }

  /// The job of a workload.
  ///
  /// - Complexity: O(groups, and the instances of distinct lists).
  public init(_ workload: Workload) {
    let kinds = workload.instances.distinctLists.map { list in
      let seen = Set(list.map(\.kind))
      return CollectiveKind.allCases.filter(seen.contains)
    }
    self.init(
      worldSize: workload.worldSize, groups: workload.groups,
      kinds: workload.groups.indices.map { kinds[workload.instances.list(ofGroup: $0)] },
      hosts: workload.hosts)
  }
}
