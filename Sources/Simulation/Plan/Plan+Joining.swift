public import Quantities

extension Plan {
  /// This job and another beside it on the same links: ranks, programs and rendezvous of the other
  /// are numbered on behind these. Only this one's ranks are looked at.
  public func joined(by other: Plan) -> Plan {
    var plan = self
    let groups = firstRendezvous.count
    plan.programs += other.programs
    plan.programOfRank += other.programOfRank.map { $0 + programs.count }
    plan.groupsOfRank += other.groupsOfRank.map { $0.map { $0 + groups } }
    plan.firstRendezvous += other.firstRendezvous.map { $0 + participants.count }
    plan.participants += other.participants
    return plan
  }
}

/// The lowerings of jobs that share links, job after job.
public final class JoinedLowering: Lowering {
  private struct Job {
    var first: Int
    var firstRank: Int
    var lowering: any Lowering
  }

  private let jobs: [Job]

  /// - Parameter jobs: by job its lowering, how many rendezvous it has, and how many ranks.
  public init(_ jobs: [(lowering: any Lowering, rendezvous: Int, ranks: Int)]) {
    var (first, firstRank) = (0, 0)
    self.jobs = jobs.map { job in
      defer {
        first += job.rendezvous
        firstRank += job.ranks
      }
      return Job(first: first, firstRank: firstRank, lowering: job.lowering)
    }
  }

  /// As all its jobs'.
  public var isSteady: Bool { jobs.allSatisfy(\.lowering.isSteady) }

  /// As its job's are.
  public func alike(_ rendezvous: Range<Int>) -> [Int32] {
    guard let first = rendezvous.first else { return [] }
    let job = job(of: first)
    return job.lowering.alike(first - job.first..<rendezvous.upperBound - job.first)
  }

  private func job(of rendezvous: Int) -> Job {
    jobs.last { $0.first <= rendezvous } ?? jobs[0]
  }

  /// As its job lowers it.
  public func lower(_ rendezvous: Int) throws -> LoweredCollective {
    let job = job(of: rendezvous)
    return try job.lowering.lower(rendezvous - job.first)
  }

  /// As its job lowers it.
  public func lower(
    _ rendezvous: Int, at now: SimTime, findsTraffic: Bool
  ) throws -> LoweredCollective {
    let job = job(of: rendezvous)
    return try job.lowering.lower(rendezvous - job.first, at: now, findsTraffic: findsTraffic)
  }

  /// The flows of its job, between ranks as all jobs' are numbered.
  public func lowerToFlows(_ rendezvous: Int) throws -> LoweredFlows {
    let job = job(of: rendezvous)
    let lowered = try job.lowering.lowerToFlows(rendezvous - job.first)
    guard job.firstRank > 0 else { return lowered }
    return LoweredFlows(
      members: lowered.members.map { $0 + job.firstRank }, flows: lowered.flows,
      links: lowered.links, weights: lowered.weights, caps: lowered.caps, share: lowered.share,
      order: lowered.order)
  }
}
