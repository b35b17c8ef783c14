import Diagnostics
import Trace

extension Workload {
  /// The most ranks that replicas may come to.
  public static let replicatedRankLimit = 1 << 20

  /// The job so many times side by side: rank r of replica i is rank r + i · world size, and meets in groups
  /// of its own what the rank meets in its.
  ///
  /// What is captured of a data-parallel replica says what it does by itself; replicas that stand on one
  /// fabric also get in one another's way. Nothing goes from one to another, their gradients least of all,
  /// and that is said among the assumptions.
  /// - Throws: a `Diagnostic` where that would be more than `replicatedRankLimit` ranks.
  /// - Complexity: O(ranks and groups of all replicas); programs and collectives are shared.
  func repeated(_ replicas: Int) throws -> Workload {
    let (ranks, overflows) = worldSize.multipliedReportingOverflow(by: replicas)
    guard !overflows, ranks <= Self.replicatedRankLimit else {
      throw Diagnostic(
        .limitExceeded,
        "\(replicas) replicas of \(worldSize) ranks are more than \(Self.replicatedRankLimit) ranks",
        remedy: "ask for fewer with --replicas")
    }
    guard replicas > 1 else { return self }
    var whole = self
    whole.worldSize = ranks
    whole.repeatedRanks = ranks - worldSize + repeatedRanks
    for replica in 1..<replicas {
      whole.groups += groups.map { $0.moved(to: replica, of: worldSize) }
      whole.programOfRank += programOfRank
      let offset = replica * groups.count
      whole.groupsOfRank += groupsOfRank.map { $0.map { $0 + offset } }
      for group in groups.indices {
        whole.instances.append(sharing: instances.list(ofGroup: group))
      }
      whole.hosts += hosts.map { host in host.map { "\($0), replica \(replica)" } }
    }
    whole.assumptions.append(
      Assumption(
        "replicas",
        "the job's \(worldSize) ranks stand \(replicas) times on the fabric, as replicas that start "
          + "together, do the same, and exchange nothing with one another: no reduction of gradients "
          + "over them is in the result"))
    return whole
  }
}

extension ProcessGroup {
  /// The like of the group in a later replica of a job of so many ranks.
  fileprivate func moved(to replica: Int, of worldSize: Int) -> ProcessGroup {
    ProcessGroup(
      name: "\(name)@replica\(replica)", purpose: purpose,
      ranks: ranks.map { RankID(index: $0.index + replica * worldSize) })
  }
}
