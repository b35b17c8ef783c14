public import Quantities
import Simulation
public import Trace
public import Workload

/// What every answer about a step rests on, whatever the fabric: how sizes and dependencies are known,
/// what nothing explains, how far clocks are off. Times are of the capture.
public struct TraceEvidence: Sendable {
  /// Communication calls whose sizes are known alike.
  public struct Sizes: Sendable {
    /// How they are known.
    public var provenance: SizeProvenance
    /// How many, over the traced ranks.
    public var calls: Int
    /// What they took, waiting included: mean over the traced ranks.
    public var time: SimDuration
  }

  /// Calls between ranks by how their sizes are known: recorded, recovered, assumed, lost.
  public var sizes: [Sizes] = []
  /// Of those, calls of which one member alone is traced, so that waiting can't be told from transfer.
  public var inseparable = (calls: 0, time: SimDuration.zero)
  /// Edges between lanes that the capture records, that were inferred, and that it records but its own
  /// times contradict.
  public var edges = (recorded: 0, inferred: 0, contradicted: 0)
  /// (replayed − captured) / captured, with captured durations; 0 where there are none.
  public var selfCheckError = 0.0
  /// The captured step.
  public var step: SimDuration
  /// Lag that nothing explains on the captured step's critical path.
  public var lagOnPath: SimDuration
  /// The captured step with all lag taken away.
  public var lagFree: SimDuration
  /// The step with communication that takes no time: by recorded edges alone, and by all.
  public var communicationFree: (recorded: SimDuration, all: SimDuration)
  /// What is known of the clocks.
  public var clocks: ClockReport
  /// Ranks with a trace, and all.
  public var ranks: (traced: Int, all: Int)
  /// Whether any traced rank had a GPU in the step.
  public var hasDevice: Bool
  /// Whether starts were made up from durations and dependencies.
  public var isScheduled: Bool

  /// What communication took, waiting included: mean over the traced ranks, overlaps counted twice.
  public var communication: SimDuration { sizes.reduce(.zero) { $0.addingSaturated($1.time) } }

  /// The share of communication time whose sizes are known in a way; 0 where there is none.
  public func share(_ isMeant: (SizeProvenance) -> Bool) -> Double {
    let all = communication.seconds
    let meant = sizes.filter { isMeant($0.provenance) }.reduce(0) { $0 + $1.time.seconds }
    return all > 0 ? meant / all : 0
  }

  /// The share of edges that the capture records; 1 where there are none.
  public var recordedShare: Double {
    let all = edges.recorded + edges.inferred
    return all > 0 ? Double(edges.recorded) / Double(all) : 1
  }

  /// The most that ends lie apart over all hosts with a fitted clock, on collectives that the fit has
  /// not seen; `nil` where nothing was fitted.
  public var clockResidual: SimDuration? { clocks.hosts.compactMap { $0.residual?.most }.max() }

  /// Hosts of whose clocks it is not known how far they are off.
  public var unknownClocks: Int { clocks.hosts.count { !$0.status.isKnown } }

  /// - Parameters:
  ///   - captured: the step replayed with captured durations.
  ///   - lagFree: the same without lag.
  init(
    _ workload: Workload, captured: ReplayResult, lagFree: SimDuration,
    communicationFree: (recorded: SimDuration, all: SimDuration)
  ) {
    step = workload.captured.stepTime
    isScheduled = workload.captured.isScheduled
    clocks = workload.captured.clocks
    lagOnPath = captured.criticalPath.lag
    self.lagFree = lagFree
    self.communicationFree = communicationFree
    if step > .zero, !isScheduled {
      selfCheckError = (captured.stepTime - step).seconds / step.seconds
    }
    ranks = (
      Set(workload.programs.map(\.source)).count + workload.repeatedRanks, workload.worldSize
    )
    hasDevice = workload.programs.contains { $0.hasDevice }
    countCalls(workload)
    countEdges(workload)
  }

  private mutating func countCalls(_ workload: Workload) {
    var calls = [Int](repeating: 0, count: SizeProvenance.all.count)
    var times = [Int128](repeating: 0, count: calls.count)
    var alone = (calls: 0, time: Int128(0))
    for program in workload.programs {
      for (index, call) in program.calls.enumerated() {
        let rank = program.source.index
        let instance = workload.instances[workload.instance(ofCall: index, rank: rank)]
        guard workload.groups[instance.group].ranks.count > 1 else { continue }
        let time = Int128(program.operations[call.operation].duration.picoseconds)
        let place = SizeProvenance.all.firstIndex(of: call.communication.sizes) ?? 0
        calls[place] += 1
        times[place] += time
        if instance.tracedMembers < 2 {
          alone.calls += 1
          alone.time += time
        }
      }
    }
    func mean(_ time: Int128) -> SimDuration {
      let mean = time / Int128(max(1, workload.programs.count))
      return SimDuration(picoseconds: Int64(clamping: mean))
    }
    sizes = SizeProvenance.all.indices.filter { calls[$0] > 0 }.map {
      Sizes(provenance: SizeProvenance.all[$0], calls: calls[$0], time: mean(times[$0]))
    }
    inseparable = (alone.calls, mean(alone.time))
  }

  private mutating func countEdges(_ workload: Workload) {
    for program in workload.programs {
      edges.contradicted += program.contradictedEdges
      for dependency in program.dependencies.joined() {
        if dependency.kind.isGuess { edges.inferred += 1 } else { edges.recorded += 1 }
      }
    }
  }
}
