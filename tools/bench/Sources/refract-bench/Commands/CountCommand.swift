import ArgumentParser

/// `refract-bench count`: what is counted, for a gate.
struct CountCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "count",
    abstract: "Run cases once and print what they counted: case, measure and value, a line each.")

  @Argument(help: "The cases, as in the table.")
  var names: [String]

  func run() throws {
    for name in names {
      guard let one = Suite.named(name) else {
        throw ValidationError("no case is called '\(name)'")
      }
      let measured = try Measurement(one, runs: 1)
      let counts = measured.counts
      let values: [(String, Int)] = [
        ("solves", counts.solves), ("solver_steps", counts.steps), ("fills", counts.fills),
        ("events", counts.events), ("allocations", measured.allocations),
        ("peak_heap_bytes", measured.peakBytes),
      ]
      for (measure, value) in values where value > 0 { print("\(name)\t\(measure)\t\(value)") }
      if let steady = counts.steadyAllocations { print("\(name)\tsteady_allocations\t\(steady)") }
    }
  }
}
