import ArgumentParser
import CAllocations
import Glibc
import Quantities
import Simulation
import Trace
import Workload

/// `refract-bench graph`: what it takes to make a trace in memory a graph, and to replay that.
struct GraphCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph",
    abstract: "Measure making a trace the graph of its step, and replaying that as captured.",
    discussion: """
      The trace is made up in memory, of 8 ranks, so nothing is read. Times are processor time, medians \
      of the runs; 'heap MB' is the most in use at once beyond the trace itself, 'peak MB' what was \
      resident of the process at most, the making of the trace included.
      """)

  @Option(help: "Events over all ranks.")
  var events = 1_000_000

  @Option(help: "Runs.")
  var runs = 5

  mutating func validate() throws {
    guard runs > 0, events > 0 else { throw ValidationError("--runs and --events are above 0") }
  }

  func run() throws {
    let trace = GraphTrace(ranks: 8, events: events).trace
    let count = trace.ranks.reduce(0) { $0 + $1.events.count }
    var (graphs, replays): ([Double], [Double]) = ([], [])
    var figures = ""
    for run in 0..<runs {
      let (allocations, heap) = (refract_allocations(), refract_heap_bytes())
      refract_reset_peak()
      let before = processorSeconds
      let workload = try GraphWork.workload(of: trace)
      let between = processorSeconds
      let made = refract_allocations() - allocations
      let result = try GraphWork.replay(workload)
      graphs.append(between - before)
      replays.append(processorSeconds - between)
      guard run == 0 else { continue }
      figures =
        "edges \(edges(workload)), allocations \(made) and \(refract_allocations() - allocations - made), "
        + "heap MB \((refract_heap_peak() - heap) / 1_000_000), captured step "
        + "\(workload.captured.stepTime.nanosecondsRounded) ns, replayed "
        + "\(result.stepTime.nanosecondsRounded) ns"
    }
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    print("events \(count), graph s \(median(graphs)), replay s \(median(replays))")
    print(figures + ", peak MB \(usage.ru_maxrss / 1000)")
  }

  private func edges(_ workload: Workload) -> String {
    DependencyKind.allCases.compactMap { kind in
      let count = workload.programs.reduce(0) { $0 + $1.edgeCount(kind) }
      return count > 0 ? "\(kind.rawValue) \(count)" : nil
    }.joined(separator: ", ")
  }

  private var processorSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }

  private func median(_ values: [Double]) -> String {
    let thousandths = Int((values.sorted()[values.count / 2] * 1000).rounded())
    return "\(thousandths / 1000).\(String(thousandths % 1000 + 1000).dropFirst())"
  }
}
