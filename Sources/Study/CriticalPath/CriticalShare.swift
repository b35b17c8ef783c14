import Collectives
public import Quantities
import Simulation
public import Trace
import Workload

/// Time on a critical path that went into one kind of thing.
public struct CriticalShare: Sendable, Equatable {
  /// What it went into.
  public enum Cause: Sendable, Hashable {
    /// Compute of a class.
    case compute(KernelClass)
    /// Collectives of one title in groups of one purpose.
    case collective(title: String, purpose: String)
    /// Communication within a rank.
    case withinRank
    /// Host threads.
    case host
    /// Time before operations that nothing explains.
    case lag

    /// What files call it.
    public var name: String {
      switch self {
      case .compute(let kernelClass): "compute: \(kernelClass.rawValue)"
      case .collective(let title, let purpose): "\(title) in \(purpose)"
      case .withinRank: "communication within a rank"
      case .host: "host threads"
      case .lag: "unexplained lag"
      }
    }
  }

  /// What it went into.
  public var cause: Cause
  /// How much.
  public var time: SimDuration
  /// Over how many operations.
  public var operations: Int
}

/// A critical path taken apart. The shares add up to the step.
public struct CriticalShares: Sendable, Equatable {
  /// The shares, the longest first; by name where alike.
  public var shares: [CriticalShare] = []
  /// From the first to the last arrival at collectives on the path, summed: how long ranks waited
  /// there for the one that the path goes through. Part of the shares, not beside them.
  public var stragglers = SimDuration.zero
  /// How often the path goes on to another rank.
  public var switches = 0

  /// - Complexity: O(steps), and the distinct names of each program.
  init(_ result: ReplayResult, _ workload: Workload, _ rules: KernelClassRules) {
    var times: [CriticalShare.Cause: (time: SimDuration, operations: Int)] = [:]
    func add(_ cause: CriticalShare.Cause, _ time: SimDuration, _ count: Int = 1) {
      let known = times[cause] ?? (.zero, 0)
      times[cause] = (known.time + time, known.operations + count)
    }
    let classes = workload.programs.map { rules.classes(of: $0.names) }
    let path = result.criticalPath
    var last: Int?
    for step in path.steps {
      let number = workload.programOfRank[step.rank]
      let program = workload.programs[number]
      let operation = program.operations[step.task]
      let time = step.end - max(step.start, result.start)
      switch operation.kind {
      case .host: break
      case .compute: add(.compute(classes[number][Int(operation.name)]), max(.zero, time))
      case .localCommunication: add(.withinRank, max(.zero, time))
      case .collective(let call):
        let index = workload.instance(ofCall: call, rank: step.rank)
        let instance = workload.instances[index]
        add(
          .collective(
            title: instance.title, purpose: workload.groups[instance.group].family),
          max(.zero, time))
        let outcome = result.collectives[index]
        stragglers += max(.zero, outcome.lastArrival - outcome.firstArrival)
      }
      if let last, last != step.rank { switches += 1 }
      last = step.rank
      if step.lag > .zero { add(.lag, step.lag) }
    }
    let hosts = path.steps.count {
      workload.programs[workload.programOfRank[$0.rank]].operations[$0.task].kind == .host
    }
    if path.host > .zero { add(.host, path.host, hosts) }
    shares = times.map {
      CriticalShare(cause: $0.key, time: $0.value.time, operations: $0.value.operations)
    }.sorted { ($1.time, $0.cause.name) < ($0.time, $1.cause.name) }
  }

  /// Time that went into something.
  public func time(_ cause: CriticalShare.Cause) -> SimDuration {
    shares.first { $0.cause == cause }?.time ?? .zero
  }
}
