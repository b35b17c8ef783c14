import Simulation

/// Work counted in one run of a case: the same in every run, on every machine.
struct Counts: Equatable {
  var flows = 0
  /// Calls of the solver.
  var solves = 0
  /// Elements (transfer, link) that it visited.
  var steps = 0
  /// How often it solved a component from nothing.
  var fills = 0
  /// Events taken from a queue.
  var events = 0
  /// Allocations in the part of a run in which nothing grows any more.
  var steadyAllocations: Int?

  init() {}

  init(_ outcome: FlowSet.Outcome) {
    flows = outcome.finishes.count
    solves = outcome.solves
    steps = outcome.steps
    fills = outcome.fills
  }

  init(_ result: ReplayResult) {
    solves = result.counters.solves
    steps = result.counters.solverSteps
    events = result.counters.events
    flows = result.collectives.count
  }
}
