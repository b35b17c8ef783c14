import Diagnostics
import Simulation
import Trace
import Workload

extension ReplayFailure {
  /// What went wrong, in the words of ranks and collectives.
  func diagnostic(_ workload: Workload) -> Diagnostic {
    switch self {
    case .stalled(let rendezvous):
      return Diagnostic(
        .deadlock, "the transfer of \(Self.name(rendezvous, workload)) gets no bandwidth",
        remedy: "check the fabric for links without capacity")
    case .endless(let rendezvous):
      return Diagnostic(
        .valueOutOfRange, "\(Self.name(rendezvous, workload)) would take more than 26 days",
        remedy: "check its sizes, and the bandwidths of the fabric")
    case .stepEndless:
      return Diagnostic(
        .valueOutOfRange, "the step would take more than 26 days",
        remedy: "check sizes and times of the trace, and the latencies of the fabric")
    case .deadlock(let blocked, let chain):
      let shown = chain.tasks.prefix(8).map { Self.words($0, workload) }
      let rest = chain.tasks.count > 8 ? "; and \(chain.tasks.count - 8) between" : ""
      let (start, end) =
        switch chain.end {
        case .cycle:
          ("each of \(chain.tasks.count) waits for the next, the last for the first: ", "")
        case .neverComes(let rank): ("", "; rank \(rank) never comes to it")
        case .unknown: ("", "")
        }
      let more = blocked.count - chain.tasks.count
      return Diagnostic(
        .deadlock,
        "the replay can't go on: " + start + shown.joined(separator: "; ") + rest + end
          + (more > 0 ? "; \(more) more operations wait" : ""),
        remedy: "the order of operations can't be carried out; check how the trace was captured")
    }
  }

  private static func words(_ task: BlockedTask, _ workload: Workload) -> String {
    let program = workload.programs[workload.programOfRank[task.rank]]
    let operation = program.operations[task.task]
    let place =
      "rank \(task.rank), \(program.lanes[operation.lane].label), operation \(task.task) "
      + "('\(program.names[operation.name])')"
    switch task.reason {
    case .task(let other): return place + " waits for its operation \(other)"
    case .rendezvous(let number, let missing):
      return place + " waits in \(name(number, workload)) for \(missing) more"
    }
  }

  private static func name(_ instance: Int, _ workload: Workload) -> String {
    guard workload.instances.indices.contains(instance) else {
      return "a collective of a job in the background"
    }
    let collective = workload.instances[instance]
    return "\(collective.kind.rawValue) \(collective.sequence) of group "
      + "'\(workload.groups[collective.group].label)'"
  }
}
