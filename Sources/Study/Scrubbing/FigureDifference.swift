import Fabric
import Quantities
import Simulation
import Trace
import Workload

/// Holds two results against each other, figure by figure: exactly, whatever things are called.
struct FigureDifference {
  /// The first figure that differs, in words; `nil` where none does.
  static func first(_ a: ScenarioResult, _ b: ScenarioResult) -> String? {
    var difference = FigureDifference(a, b)
    difference.compareStep()
    difference.compareRanks()
    difference.compareCollectives()
    difference.compareNetwork()
    return difference.words
  }

  private let a: ScenarioResult
  private let b: ScenarioResult
  private var words: String?

  private init(_ a: ScenarioResult, _ b: ScenarioResult) {
    self.a = a
    self.b = b
  }

  private mutating func same<Figure: Equatable>(
    _ name: @autoclosure () -> String, _ one: Figure, _ other: Figure
  ) {
    if words == nil, one != other { words = name() }
  }

  private mutating func same<Figure: Equatable>(
    _ name: @autoclosure () -> String, _ figure: (ScenarioResult) -> Figure
  ) {
    same(name(), figure(a), figure(b))
  }

  private mutating func compareStep() {
    same("the step time", \.stepTime)
    same("the start of the window", \.windowStart)
    same("the captured step", \.capturedStepTime)
    same("the host's captured step", \.capturedHostStep)
    same("the self-check", \.selfCheckError)
    same("the step with free communication", \.communicationFree)
    same("the step without lag", \.lagFree)
    same("the interval") { [$0.interval.low, $0.interval.high] }
    same("the critical path", \.criticalPath.steps)
    same("the parts of the critical path") { result in
      let path = result.criticalPath
      return [path.compute, path.transfer, path.host, path.lag]
    }
    for path in [\ScenarioResult.criticalShares.captured, \.criticalShares.replayed] {
      same("what the critical path's time went into") { result in
        result[keyPath: path].shares.map { [$0.time.picoseconds, Int64($0.operations)] }
          .sorted { $0.lexicographicallyPrecedes($1) }
      }
      // Collectives go by names.
      same("what the critical path's compute went into") { result in
        result[keyPath: path].shares.filter { share in
          if case .collective = share.cause { false } else { true }
        }
      }
      same("arrivals on the critical path") { result in
        [result[keyPath: path].stragglers]
      }
    }
    same("the times of the critical path") { result in
      result.criticalSteps.map { [$0.start, $0.end] }
    }
    same("the energy", \.energyJoules)
    same("the work of the replay", \.counters)
    same("the known error", \.modelError)
  }

  private mutating func compareRanks() {
    same("the captured parts", \.capturedParts)
    for rank in 0..<max(a.parts.count, b.parts.count) {
      guard rank < a.parts.count, rank < b.parts.count else {
        return same("the number of ranks", \.parts.count)
      }
      same("the parts of rank \(rank)", a.parts[rank], b.parts[rank])
    }
    same("the number of traced ranks", \.tracedRanks)
    same("whether there are GPUs", \.hasDevice)
    same("communication within ranks", \.exposedWithinRank)
    same("the traffic", \.traffic)
    same("the timeline's rank", \.timeline.rank)
    same("the longest calls") { $0.timeline.longest.map { [$0.captured, $0.replayed] } }
    for activity in [\RankTimeline.captured, \.replayed] {
      same("the timeline") { result in
        let columns = result.timeline[keyPath: activity]
        return [
          columns.compute, columns.hiddenTransfer, columns.exposedTransfer, columns.waiting,
        ]
      }
    }
  }

  private mutating func compareCollectives() {
    same("the number of collectives", \.collectives.count)
    for (index, pair) in zip(a.collectives, b.collectives).enumerated() {
      let place =
        "\(pair.0.instance.kind.rawValue) \(pair.0.instance.sequence), collective \(index)"
      func same<Figure: Equatable>(
        _ name: String, _ figure: (ScenarioResult.CollectiveRow) -> Figure
      ) {
        self.same("\(name) of \(place)", figure(pair.0), figure(pair.1))
      }
      same("the members", \.group.ranks)
      same("the kind", \.instance.kind)
      same("the sequence", \.instance.sequence)
      same("the payload", \.instance.payload)
      same("the root", \.instance.root)
      same("the cap") { [$0.instance.injectionCap] }
      same("the captured time") { [$0.instance.capturedDuration, $0.instance.capturedTransfer] }
      same("the traced members", \.instance.tracedMembers)
      same("arrival and end") { row in
        [row.outcome.firstArrival, row.outcome.lastArrival, row.outcome.end]
      }
      same("the flows", \.outcome.flows)
      same("the algorithm") { $0.outcome.lowered?.algorithm }
      same("bytes") { [$0.logicalBytes, $0.wireBytes] }
      same("the time alone", \.loneTime)
      same("bandwidth") { [$0.bandwidths?.algorithm, $0.bandwidths?.bus] }
      same("the bottleneck", \.bottleneck)
      same("whether pods are crossed", \.crossesPods)
    }
  }

  private mutating func compareNetwork() {
    same("the links used") { $0.links.map(\.link) }
    for (one, other) in zip(a.links, b.links) {
      same("what \(one.link.name) carried", one.outcome, other.outcome)
      same("the load of \(one.link.name)", one.meanUtilization, other.meanUtilization)
      same(
        "the most of \(one.link.name)", one.contributors.map(\.bytes),
        other.contributors.map(\.bytes))
    }
    same("the number of groups", \.groups.count)
    for (index, pair) in zip(a.groups, b.groups).enumerated() {
      same("bytes of group \(index)", pair.0.logicalBytes, pair.1.logicalBytes)
      same("wire bytes of group \(index)", pair.0.wireBytes, pair.1.wireBytes)
      same("exposed transfer of group \(index)", pair.0.exposed, pair.1.exposed)
      same("transfer of group \(index)", pair.0.transferTime, pair.1.transferTime)
      same("captured time of group \(index)", pair.0.capturedTime, pair.1.capturedTime)
    }
  }
}
